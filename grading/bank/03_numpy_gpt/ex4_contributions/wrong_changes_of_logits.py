# wrong: how the logits change from part to part, each time with the deviation of the stream so far
def contributions(token_ids, params, n_heads):
    wte, ln_f = params["wte"], params["ln_f"]
    stream = [wte[token_ids]]
    stream.append(stream[-1] + params["wpe"][: len(token_ids)])
    for block in params["blocks"]:
        stream.append(stream[-1] + mha(layer_norm(stream[-1], **block["ln_1"]), **block["attn"], n_heads=n_heads))
        stream.append(stream[-1] + ffn(layer_norm(stream[-1], **block["ln_2"]), **block["mlp"]))
    bias = np.tile(wte @ ln_f["b"], (len(token_ids), 1))
    logits = [bias] + [layer_norm(x, **ln_f) @ wte.T for x in stream]
    return np.concatenate([np.diff(logits, axis=0), [bias]])
