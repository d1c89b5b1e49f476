# wrong: places beyond the table begin again at 0 instead of an error
def step(token_ids, cache, params, n_heads):
    n_new, n_past = len(token_ids), cache[0][0].shape[1]
    x = params["wte"][token_ids] + params["wpe"][np.arange(n_past, n_past + n_new) % len(params["wpe"])]
    mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
    new_cache = []
    for block, (old_k, old_v) in zip(params["blocks"], cache):
        q, k, v = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"]).reshape(n_new, 3, n_heads, -1).transpose(1, 2, 0, 3)
        k, v = np.concatenate([old_k, k], axis=1), np.concatenate([old_v, v], axis=1)
        new_cache.append((k, v))
        heads = attention(q, k, v, mask)
        x = x + linear(heads.transpose(1, 0, 2).reshape(n_new, -1), **block["attn"]["c_proj"])
        x = x + ffn(layer_norm(x, **block["ln_2"]), **block["mlp"])
    return layer_norm(x, **params["ln_f"]) @ params["wte"].T, new_cache
