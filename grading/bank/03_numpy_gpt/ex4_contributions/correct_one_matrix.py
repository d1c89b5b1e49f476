# correct: the last layer norm as one matrix for each place
def contributions(token_ids, params, n_head):
    wte, wpe, ln_f = params["wte"], params["wpe"], params["ln_f"]
    n_embd = wte.shape[1]
    stream = np.array([wte[token_ids], wpe[: len(token_ids)]])
    for block in params["blocks"]:
        for norm, part in (("ln_1", "attn"), ("ln_2", "mlp")):
            read = layer_norm(stream.sum(axis=0), **block[norm])
            said = mha(read, **block["attn"], n_head=n_head) if part == "attn" else ffn(read, **block["mlp"])
            stream = np.concatenate([stream, said[None]])
    to_logits = (np.eye(n_embd) - 1 / n_embd) @ np.diag(ln_f["g"]) @ wte.T  # [n_embd, n_vocab]
    scale = 1 / np.sqrt(stream.sum(axis=0).var(axis=-1) + 1e-5)  # [n_seq]
    logits = scale[None, :, None] * (stream @ to_logits)
    bias = np.tile(ln_f["b"] @ wte.T, (1, len(token_ids), 1))
    return np.concatenate([logits, bias])
