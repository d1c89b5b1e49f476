# wrong: each part is what the logits lose when it is left out of the sum
def contributions(token_ids, params, n_heads):
    wte, ln_f = params["wte"], params["ln_f"]
    parts = [wte[token_ids], params["wpe"][: len(token_ids)]]
    for block in params["blocks"]:
        parts.append(mha(layer_norm(sum(parts), **block["ln_1"]), **block["attn"], n_heads=n_heads))
        parts.append(ffn(layer_norm(sum(parts), **block["ln_2"]), **block["mlp"]))
    x = sum(parts)
    full = layer_norm(x, **ln_f) @ wte.T
    lost = [full - layer_norm(x - part, **ln_f) @ wte.T for part in parts]
    return np.array([*lost, full * 0 + ln_f["b"] @ wte.T])
