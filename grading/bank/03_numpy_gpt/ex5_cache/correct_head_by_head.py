# correct: a loop over the heads with slices of the columns
def step(token_ids, cache, params, n_heads):
    wte, wpe = params["wte"], params["wpe"]
    n_past = cache[0][0].shape[1]
    places = np.arange(n_past, n_past + len(token_ids))
    if places[-1] >= len(wpe):
        raise ValueError(f"place {places[-1]} does not exist; the last one is {len(wpe) - 1}")
    allowed = np.arange(n_past + len(token_ids))[None, :] <= places[:, None]
    mask = np.where(allowed, 0.0, -np.inf)
    x, updated = wte[np.asarray(token_ids)] + wpe[places], []
    for number, block in enumerate(params["blocks"]):
        qkv = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"])
        q, k, v = (np.split(part, n_heads, axis=1) for part in np.split(qkv, 3, axis=1))
        keys, values, outputs = [], [], []
        for h in range(n_heads):
            keys.append(np.vstack([cache[number][0][h], k[h]]))
            values.append(np.vstack([cache[number][1][h], v[h]]))
            outputs.append(softmax(q[h] @ keys[h].T / math.sqrt(q[h].shape[1]) + mask) @ values[h])
        updated.append((np.array(keys), np.array(values)))
        x = x + linear(np.hstack(outputs), **block["attn"]["c_proj"])
        x = x + ffn(layer_norm(x, **block["ln_2"]), **block["mlp"])
    return layer_norm(x, **params["ln_f"]) @ wte.T, updated
