# wrong: eps is left out
def contributions(token_ids, params, n_heads):
    wte, ln_f = params["wte"], params["ln_f"]
    parts = [wte[token_ids], params["wpe"][: len(token_ids)]]
    x = parts[0] + parts[1]
    for block in params["blocks"]:
        a = mha(layer_norm(x, **block["ln_1"]), **block["attn"], n_heads=n_heads)
        x = x + a
        f = ffn(layer_norm(x, **block["ln_2"]), **block["mlp"])
        x = x + f
        parts += [a, f]
    deviation = x.std(axis=-1, keepdims=True)
    normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation for part in parts]
    normed.append(np.zeros_like(x) + ln_f["b"])
    return np.array(normed) @ wte.T
