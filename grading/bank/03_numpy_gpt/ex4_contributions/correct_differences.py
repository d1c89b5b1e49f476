# correct: differences of the stream, part by part into an array made beforehand
def contributions(token_ids, params, n_heads):
    wte, ln_f, seq = params["wte"], params["ln_f"], len(token_ids)
    states = [np.zeros((seq, wte.shape[1])), wte[token_ids]]
    states.append(states[-1] + params["wpe"][np.arange(seq)])
    for block in params["blocks"]:
        x = states[-1]
        states.append(x + mha(layer_norm(x, **block["ln_1"]), **block["attn"], n_heads=n_heads))
        x = states[-1]
        states.append(x + ffn(layer_norm(x, **block["ln_2"]), **block["mlp"]))
    variance = states[-1].var(axis=1) + 1e-5
    out = np.zeros((len(states), seq, len(wte)))
    for k in range(len(states) - 1):
        part = states[k + 1] - states[k]
        part = part - part.mean(axis=1)[:, None]
        out[k] = (part / np.sqrt(variance)[:, None] * ln_f["g"]) @ wte.T
    out[-1] = wte @ ln_f["b"]
    return out
