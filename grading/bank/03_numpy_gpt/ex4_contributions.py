"""Answers to ex4_contributions of 03_numpy_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct differences: differences of the stream, part by part into an array made beforehand
def contributions(token_ids, params, n_heads):
    wte, ln_f, seq = params["wte"], params["ln_f"], len(token_ids)
    states = [np.zeros((seq, wte.shape[1])), wte[token_ids]]
    states.append(states[-1] + params["wpe"][np.arange(seq)])
    for block in params["blocks"]:
        x = states[-1]
        states.append(x + mha(layer_norm(x, **block["ln_1"]), **block["attn"], n_heads=n_heads))
        x = states[-1]
        states.append(x + ffn(layer_norm(x, **block["ln_2"]), **block["mlp"]))
    variance = states[-1].var(axis=1) + 1e-5
    out = np.zeros((len(states), seq, len(wte)))
    for k in range(len(states) - 1):
        part = states[k + 1] - states[k]
        part = part - part.mean(axis=1)[:, None]
        out[k] = (part / np.sqrt(variance)[:, None] * ln_f["g"]) @ wte.T
    out[-1] = wte @ ln_f["b"]
    return out


# %% correct one_matrix: the last layer norm as one matrix for each place
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


# %% correct place_by_place: a loop over the places, with means and variances by hand
def contributions(token_ids, params, n_heads):
    wte, ln_f = params["wte"], params["ln_f"]
    said = [wte[list(token_ids)], params["wpe"][: len(token_ids)]]
    for b in params["blocks"]:
        now = np.sum(said, axis=0)
        attended = mha(layer_norm(now, **b["ln_1"]), **b["attn"], n_heads=n_heads)
        thought = ffn(layer_norm(now + attended, **b["ln_2"]), **b["mlp"])
        said.extend([attended, thought])
    rows = []
    for place in range(len(token_ids)):
        vectors = [one[place] for one in said]
        whole = sum(vectors)
        deviation = math.sqrt(((whole - whole.mean()) ** 2).mean() + 1e-5)
        scores = [wte @ (ln_f["g"] * (v - v.mean()) / deviation) for v in vectors]
        rows.append([*scores, wte @ ln_f["b"]])
    return np.swapaxes(np.array(rows), 0, 1)


# %% correct running_stream: keeps the stream beside its parts
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
    normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation for part in parts]
    normed.append(np.zeros_like(x) + ln_f["b"])
    return np.array(normed) @ wte.T


# %% wrong ablation: each part is what the logits lose when it is left out of the sum
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

# %% wrong bias_everywhere from running_stream: the bias of the last layer norm is added to every part
#-     normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation for part in parts]
#+     normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation + ln_f["b"] for part in parts]


# %% wrong changes_of_logits: how the logits change from part to part, each time with the deviation of the stream so far
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

# %% wrong eps_outside from running_stream: eps is added outside of the root
#-     deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
#+     deviation = x.std(axis=-1, keepdims=True) + 1e-5

# %% wrong mean_over_places from running_stream: the means run over the places instead of the width
#-     normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation for part in parts]
#+     normed = [ln_f["g"] * (part - part.mean(axis=0)) / deviation for part in parts]

# %% wrong no_bias from running_stream: the bias of the last layer norm has no part of its own
#-     normed.append(np.zeros_like(x) + ln_f["b"])

# %% wrong no_eps from running_stream: eps is left out
#-     deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
#+     deviation = x.std(axis=-1, keepdims=True)

# %% wrong no_first_norms from running_stream: the parts read the stream itself, without the layer norms in front of them
#-         a = mha(layer_norm(x, **block["ln_1"]), **block["attn"], n_heads=n_heads)
#+         a = mha(x, **block["attn"], n_heads=n_heads)

#-         f = ffn(layer_norm(x, **block["ln_2"]), **block["mlp"])
#+         f = ffn(x, **block["mlp"])

# %% wrong no_mean from running_stream: the means are not subtracted
#-     normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation for part in parts]
#+     normed = [ln_f["g"] * part / deviation for part in parts]

# %% wrong one_head from running_stream: attention is computed with one head
#-         a = mha(layer_norm(x, **block["ln_1"]), **block["attn"], n_heads=n_heads)
#+         a = mha(layer_norm(x, **block["ln_1"]), **block["attn"], n_heads=1)

# %% wrong own_deviation from running_stream: every part is divided by its own deviation
#-     normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation for part in parts]
#+     normed = [ln_f["g"] * (part - part.mean(-1, keepdims=True)) / np.sqrt(part.var(-1, keepdims=True) + 1e-5) for part in parts]

# %% wrong own_norm from running_stream: every part goes through the last layer norm by itself
#-     normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation for part in parts]
#+     normed = [layer_norm(part, **ln_f) for part in parts]

# %% wrong parallel from running_stream: the feed-forward network reads the stream from before its block's attention
#-         x = x + a

#-         x = x + f
#+         x = x + a + f

# %% wrong rest_to_bias from running_stream: what is missing from the sum is given to the last part, so that the sum is always right
#-     normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation for part in parts]
#-     normed.append(np.zeros_like(x) + ln_f["b"])
#-     return np.array(normed) @ wte.T
#+     normed = [part for part in parts]
#+     return np.concatenate([np.array(normed) @ wte.T, [gpt2(token_ids, **params, n_heads=n_heads) - sum(normed) @ wte.T]])

# %% wrong running_sums from running_stream: the state of the stream after each part (the logit lens), not what the part added
#-         parts += [a, f]
#+         parts += [a, f]
#+     parts = list(np.cumsum(parts, axis=0))

# %% wrong swapped from running_stream: feed-forward is listed before attention
#-         parts += [a, f]
#+         parts += [f, a]

# %% wrong whole_mean from running_stream: the mean of the whole stream is subtracted from every part
#-     normed = [ln_f["g"] * (part - part.mean(axis=-1, keepdims=True)) / deviation for part in parts]
#+     normed = [ln_f["g"] * (part - x.mean(axis=-1, keepdims=True)) / deviation for part in parts]

# %% wrong writes_into_params from running_stream: the stream is summed in place, in a view of the table of places
#-     x = parts[0] + parts[1]
#+     x = parts[1]
#+     x += parts[0]

# %% wrong float32_parts from running_stream: the parts are kept in float32
#-     return np.array(normed) @ wte.T
#+     return np.array(normed, dtype=np.float32) @ wte.T

# %% wrong float32_result from differences: the result is made in float32
#-     out = np.zeros((len(states), seq, len(wte)))
#+     out = np.zeros((len(states), seq, len(wte)), dtype=np.float32)

# %% wrong no_part_for_zero_bias from running_stream: a bias of zeros gets no part
#-     normed.append(np.zeros_like(x) + ln_f["b"])
#+     if ln_f["b"].any():
#+         normed.append(np.zeros_like(x) + ln_f["b"])

# %% wrong silent_parts_left_out from running_stream: parts that add nothing are left out
#-     deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
#+     parts = [part for part in parts if part.any()]
#+     deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)

# %% wrong list_of_parts from running_stream: a list of arrays instead of one array
#-     return np.array(normed) @ wte.T
#+     return [part @ wte.T for part in normed]

# %% wrong sample_variance from running_stream: the variance is divided by n - 1
#-     deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
#+     deviation = np.sqrt(x.var(axis=-1, keepdims=True, ddof=1) + 1e-5)

# %% wrong positions_by_id from running_stream: the row of the table of positions is taken by the token's id
#-     parts = [wte[token_ids], params["wpe"][: len(token_ids)]]
#+     parts = [wte[token_ids], params["wpe"][np.asarray(token_ids) % len(params["wpe"])]]

# %% wrong bias_with_gain from running_stream: the bias is multiplied by the gain
#-     normed.append(np.zeros_like(x) + ln_f["b"])
#+     normed.append(np.zeros_like(x) + ln_f["b"] * ln_f["g"])

# %% wrong bias_once from running_stream: the bias stands at the first position alone
#-     normed.append(np.zeros_like(x) + ln_f["b"])
#+     normed.append(np.zeros_like(x))
#+     normed[-1][0] = ln_f["b"]

# %% wrong last_row_deviation from running_stream: all positions are divided by the deviation of the last one
#-     deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
#+     deviation = np.sqrt(x[-1].var() + 1e-5)

# %% wrong adds_a_block from running_stream: the parts are noted in the caller's params
#-     deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
#+     params["parts"] = parts
#+     deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)

# %% wrong ids_to_text from running_stream: the caller's list of ids is sorted
#-     parts = [wte[token_ids], params["wpe"][: len(token_ids)]]
#+     parts = [wte[token_ids], params["wpe"][: len(token_ids)]]
#+     if isinstance(token_ids, list):
#+         token_ids.sort()

# %% wrong remembered_rows from reference: the tokens' rows are remembered by the ids alone, for all models
#-     parts = [wte[token_ids], params["wpe"][: len(token_ids)]]  # each [seq, emb]
#+     rows = ROWS.setdefault((tuple(token_ids), wte.shape), wte[token_ids])
#+     parts = [rows, params["wpe"][: len(token_ids)]]  # each [seq, emb]

#-     return np.array(normed) @ wte.T  # [n_parts, seq, emb] @ [emb, vocab]
#+     return np.array(normed) @ wte.T  # [n_parts, seq, emb] @ [emb, vocab]
#+
#+
#+ ROWS = {}

# %% wrong ids_in_8_bits from reference: ids are numbers of 8 bits, which end at 127
#-     parts = [wte[token_ids], params["wpe"][: len(token_ids)]]  # each [seq, emb]
#+     parts = [wte[np.array(token_ids).astype(np.int8)], params["wpe"][: len(token_ids)]]  # each [seq, emb]
