# correct: a list of logits and cache; heads as slices, rows of the square mask; the bias looked up
def step(token_ids, cache, params, n_heads):
    wte, wpe = params["wte"], params["wpe"]
    n_past, d = cache[0][0].shape[1], wte.shape[1] // n_heads
    n_all = n_past + len(token_ids)
    if n_all > len(wpe):
        raise ValueError("the text is longer than wpe")
    x = wte[list(token_ids)] + wpe[n_past:n_all]
    new_cache = []
    for block, pair in zip(params["blocks"], cache):
        c_attn = block["attn"]["c_attn"]
        qkv = layer_norm(x, **block["ln_1"]) @ c_attn["w"] + c_attn.get("b", 0)
        heads = np.array([qkv[:, i * d : (i + 1) * d] for i in range(3 * n_heads)])  # [3 * heads, n_new, head_dim]
        keys = np.hstack([pair[0], heads[n_heads : 2 * n_heads]])
        values = np.hstack([pair[1], heads[2 * n_heads :]])
        new_cache.append((keys, values))
        added = attention(heads[:n_heads], keys, values, causal_mask(n_all)[n_past:])
        x = x + linear(np.concatenate(list(added), axis=-1), **block["attn"]["c_proj"])
        x = x + ffn(layer_norm(x, **block["ln_2"]), **block["mlp"])
    return [layer_norm(x, **params["ln_f"]) @ wte.T, new_cache]
