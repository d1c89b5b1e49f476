# correct: the last layer norm as one matrix for each place
def contributions(token_ids, params, n_heads):
    wte, wpe, ln_f = params["wte"], params["wpe"], params["ln_f"]
    emb_dim = wte.shape[1]
    stream = np.array([wte[token_ids], wpe[: len(token_ids)]])
    for block in params["blocks"]:
        for norm, part in (("ln_1", "attn"), ("ln_2", "mlp")):
            read = layer_norm(stream.sum(axis=0), **block[norm])
            said = mha(read, **block["attn"], n_heads=n_heads) if part == "attn" else ffn(read, **block["mlp"])
            stream = np.concatenate([stream, said[None]])
    to_logits = (np.eye(emb_dim) - 1 / emb_dim) @ np.diag(ln_f["g"]) @ wte.T  # [emb, vocab]
    scale = 1 / np.sqrt(stream.sum(axis=0).var(axis=-1) + 1e-5)  # [seq]
    logits = scale[None, :, None] * (stream @ to_logits)
    bias = np.tile(ln_f["b"] @ wte.T, (1, len(token_ids), 1))
    return np.concatenate([logits, bias])
