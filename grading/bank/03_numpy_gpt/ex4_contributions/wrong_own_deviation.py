# wrong: every part is divided by its own deviation
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
    deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    normed = [ln_f["g"] * (part - part.mean(-1, keepdims=True)) / np.sqrt(part.var(-1, keepdims=True) + 1e-5) for part in parts]
    normed.append(np.zeros_like(x) + ln_f["b"])
    return np.array(normed) @ wte.T
