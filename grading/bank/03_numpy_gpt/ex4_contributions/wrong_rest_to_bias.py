# wrong: what is missing from the sum is given to the last part, so that the sum is always right
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
    normed = [part for part in parts]
    return np.concatenate([np.array(normed) @ wte.T, [gpt2(token_ids, **params, n_heads=n_heads) - sum(normed) @ wte.T]])
