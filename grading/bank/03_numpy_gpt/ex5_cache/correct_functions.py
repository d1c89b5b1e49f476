# correct: small functions, einsum for the heads, arrays made beforehand; pairs as lists
def extend(past, new):  # [heads, n_past, head_dim], [n_new, heads, head_dim] -> [heads, n_all, head_dim]
    n_past = past.shape[1]
    whole = np.empty((past.shape[0], n_past + len(new), past.shape[2]))
    whole[:, :n_past] = past
    whole[:, n_past:] = np.swapaxes(new, 0, 1)
    return whole


def attend(x, c_attn, c_proj, pair, n_heads):
    n_new, emb_dim = x.shape
    q, k, v = np.moveaxis(linear(x, **c_attn).reshape(n_new, 3, n_heads, emb_dim // n_heads), 1, 0)
    keys, values = extend(pair[0], k), extend(pair[1], v)
    scores = np.einsum("qhd,hkd->hqk", q, keys) / np.sqrt(emb_dim // n_heads)
    n_all = keys.shape[1]
    scores += causal_mask(n_all)[n_all - n_new :]  # the last rows of the square mask
    joined = np.einsum("hqk,hkd->qhd", softmax(scores), values).reshape(n_new, emb_dim)
    return linear(joined, **c_proj), [keys, values]


def step(token_ids, cache, params, n_heads):
    n_past = np.shape(cache[0][0])[1]
    if n_past + len(token_ids) > params["wpe"].shape[0]:
        raise ValueError(f"no place for {len(token_ids)} tokens after {n_past}")
    x = params["wte"][token_ids] + params["wpe"][n_past:][: len(token_ids)]
    result = []
    for block, pair in zip(params["blocks"], cache):
        added, pair = attend(layer_norm(x, **block["ln_1"]), **block["attn"], pair=pair, n_heads=n_heads)
        result.append(pair)
        x = x + added
        x = x + ffn(layer_norm(x, **block["ln_2"]), **block["mlp"])
    return layer_norm(x, **params["ln_f"]) @ params["wte"].T, result
