# correct: the new tokens one after the other, which needs no mask
def step(token_ids, cache, params, n_heads):
    if cache[0][0].shape[1] + len(token_ids) > len(params["wpe"]):
        raise ValueError("the text is longer than the model's context")
    logits = []
    for token_id in token_ids:
        x = params["wte"][token_id] + params["wpe"][cache[0][0].shape[1]]  # [emb]
        longer = []
        for block, (keys, values) in zip(params["blocks"], cache):
            qkv = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"])
            q, k, v = qkv.reshape(3, n_heads, 1, -1)
            keys, values = np.append(keys, k, axis=1), np.append(values, v, axis=1)
            longer.append((keys, values))
            said = attention(q, keys, values, np.zeros((1, keys.shape[1])))
            x = x + linear(said.ravel(), **block["attn"]["c_proj"])
            x = x + ffn(layer_norm(x, **block["ln_2"]), **block["mlp"])
        cache = longer
        logits.append(params["wte"] @ layer_norm(x, **params["ln_f"]))
    return np.array(logits), cache
