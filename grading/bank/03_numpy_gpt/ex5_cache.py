"""Answers to ex5_cache of 03_numpy_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct functions: small functions, einsum for the heads, arrays made beforehand; pairs as lists
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


# %% correct head_by_head: a loop over the heads with slices of the columns
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


# %% correct list_of_two: a list of logits and cache; heads as slices, rows of the square mask; the bias looked up
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


# %% correct one_at_a_time: the new tokens one after the other, which needs no mask
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


# %% correct inline: the block written out, mask from triu
def step(token_ids, cache, params, n_heads):
    n_new, n_past = len(token_ids), cache[0][0].shape[1]
    if n_past + n_new > len(params["wpe"]):
        raise ValueError(f"{n_past + n_new} tokens, but only {len(params['wpe'])} places")
    x = params["wte"][token_ids] + params["wpe"][n_past : n_past + n_new]
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

# %% wrong counts_new_alone from inline: only the number of new tokens is held against the number of places
#-     if n_past + n_new > len(params["wpe"]):
#+     if n_new > len(params["wpe"]):

# %% wrong first_block_for_all from inline: all blocks read the past of the first one
#-     for block, (old_k, old_v) in zip(params["blocks"], cache):
#+     for block, (old_k, old_v) in zip(params["blocks"], [cache[0]] * len(params["blocks"])):


# %% wrong forgets_past: the new cache holds the new tokens alone
def step(token_ids, cache, params, n_heads):
    n_new, n_past = len(token_ids), cache[0][0].shape[1]
    if n_past + n_new > len(params["wpe"]):
        raise ValueError(f"{n_past + n_new} tokens, but only {len(params['wpe'])} places")
    x = params["wte"][token_ids] + params["wpe"][n_past : n_past + n_new]
    mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
    new_cache = []
    for block, (old_k, old_v) in zip(params["blocks"], cache):
        q, k, v = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"]).reshape(n_new, 3, n_heads, -1).transpose(1, 2, 0, 3)
        new_cache.append((k, v))
        k, v = np.concatenate([old_k, k], axis=1), np.concatenate([old_v, v], axis=1)
        heads = attention(q, k, v, mask)
        x = x + linear(heads.transpose(1, 0, 2).reshape(n_new, -1), **block["attn"]["c_proj"])
        x = x + ffn(layer_norm(x, **block["ln_2"]), **block["mlp"])
    return layer_norm(x, **params["ln_f"]) @ params["wte"].T, new_cache

# %% wrong head_by_head_columns from inline: the columns are taken as queries, keys and values of head 0, then of head 1, ...
#-         q, k, v = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"]).reshape(n_new, 3, n_heads, -1).transpose(1, 2, 0, 3)
#+         q, k, v = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"]).reshape(n_new, n_heads, 3, -1).transpose(2, 1, 0, 3)

# %% wrong heads_by_reshape from inline: heads are cut by a reshape alone, without the transpose
#-         q, k, v = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"]).reshape(n_new, 3, n_heads, -1).transpose(1, 2, 0, 3)
#+         q, k, v = (part.reshape(n_heads, n_new, -1) for part in np.split(linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"]), 3, axis=-1))

#-         x = x + linear(heads.transpose(1, 0, 2).reshape(n_new, -1), **block["attn"]["c_proj"])
#+         x = x + linear(heads.reshape(n_new, -1), **block["attn"]["c_proj"])

# %% wrong hides_itself from inline: each token is hidden from itself, too, and the first one sees nothing
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past)

# %% wrong in_place from inline: the caller's cache is changed
#-     new_cache = []
#-     for block, (old_k, old_v) in zip(params["blocks"], cache):
#+     new_cache, block_number = cache, 0
#+     for block, (old_k, old_v) in zip(params["blocks"], list(cache)):

#-         new_cache.append((k, v))
#+         new_cache[block_number] = (k, v)
#+         block_number += 1

# %% wrong joined_by_reshape from inline: heads are joined by a reshape alone, without the transpose
#-         x = x + linear(heads.transpose(1, 0, 2).reshape(n_new, -1), **block["attn"]["c_proj"])
#+         x = x + linear(heads.reshape(n_new, -1), **block["attn"]["c_proj"])

# %% wrong mask_not_shifted from inline: the triangle of the mask begins in the upper left corner, so that new tokens do not see all of the past
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=1)

# %% wrong mask_off_by_one from inline: each new token sees the one that follows it
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 2)

# %% wrong needs_a_bias from inline: c_attn without a bias ends in a KeyError
#-         q, k, v = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"]).reshape(n_new, 3, n_heads, -1).transpose(1, 2, 0, 3)
#+         c_attn = block["attn"]["c_attn"]
#+         qkv = layer_norm(x, **block["ln_1"]) @ c_attn["w"] + c_attn["b"]
#+         q, k, v = qkv.reshape(n_new, 3, n_heads, -1).transpose(1, 2, 0, 3)

# %% wrong new_apart from inline: new tokens see the past and themselves, but not one another
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = np.hstack([np.zeros((n_new, n_past)), np.where(np.eye(n_new) == 1, 0.0, -np.inf)])

# %% wrong new_in_front from inline: new keys and values are put in front of the past ones
#-         k, v = np.concatenate([old_k, k], axis=1), np.concatenate([old_v, v], axis=1)
#+         k, v = np.concatenate([k, old_k], axis=1), np.concatenate([v, old_v], axis=1)

# %% wrong no_length_check from inline: NumPy is left to notice a text that is too long; a slice of one row is broadcast
#-     if n_past + n_new > len(params["wpe"]):
#-         raise ValueError(f"{n_past + n_new} tokens, but only {len(params['wpe'])} places")

# %% wrong no_mask from inline: no mask, so that the tokens of a prompt see later ones
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = np.zeros((n_new, n_past + n_new))

# %% wrong no_past from inline: keys and values of the past are stored and never looked at
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = causal_mask(n_new)

#-         k, v = np.concatenate([old_k, k], axis=1), np.concatenate([old_v, v], axis=1)
#-         new_cache.append((k, v))
#+         new_cache.append((np.concatenate([old_k, k], axis=1), np.concatenate([old_v, v], axis=1)))

# %% wrong ones_for_mask from inline: a mask of True and False is added to the scores
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = np.tril(np.ones((n_new, n_past + n_new), bool), k=n_past)

# %% wrong place_zero from inline: the new tokens always stand at the places 0, 1, ...
#-     x = params["wte"][token_ids] + params["wpe"][n_past : n_past + n_new]
#+     x = params["wte"][token_ids] + params["wpe"][:n_new]


# %% wrong remembers_the_text: the ids of the whole text are kept outside of the cache and computed anew
text_so_far = []


def step(token_ids, cache, params, n_heads):
    n_past, n_new = cache[0][0].shape[1], len(token_ids)
    del text_so_far[n_past:]
    text_so_far.extend(int(i) for i in token_ids)
    logits = gpt2(text_so_far, **params, n_heads=n_heads)
    longer = np.zeros((n_heads, n_past + n_new, params["wte"].shape[1] // n_heads))
    return logits[n_past:], [(longer, longer) for _ in cache]

# %% wrong shared_buffer from inline: all continuations of a text write into the same buffer
#- def step(token_ids, cache, params, n_heads):
#+ buffers = {}
#+ def step(token_ids, cache, params, n_heads):

#-         k, v = np.concatenate([old_k, k], axis=1), np.concatenate([old_v, v], axis=1)
#+         if n_past == 0:
#+             buffers[len(new_cache)] = np.zeros((2, n_heads, len(params["wpe"]), k.shape[-1]))
#+         buffer = buffers[len(new_cache)]
#+         buffer[:, :, n_past : n_past + n_new] = k, v
#+         k, v = buffer[:, :, : n_past + n_new]

# %% wrong values_for_keys from inline: queries, keys and values are cut in another order
#-         q, k, v = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"]).reshape(n_new, 3, n_heads, -1).transpose(1, 2, 0, 3)
#+         q, v, k = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"]).reshape(n_new, 3, n_heads, -1).transpose(1, 2, 0, 3)

# %% wrong wraps_around from inline: places beyond the table begin again at 0 instead of an error
#-     if n_past + n_new > len(params["wpe"]):
#-         raise ValueError(f"{n_past + n_new} tokens, but only {len(params['wpe'])} places")
#-     x = params["wte"][token_ids] + params["wpe"][n_past : n_past + n_new]
#+     x = params["wte"][token_ids] + params["wpe"][np.arange(n_past, n_past + n_new) % len(params["wpe"])]

# %% wrong mask_of_16 from inline: the mask is cut out of a triangle of 16
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = causal_mask(16)[n_past : n_past + n_new, : n_past + n_new]

# %% wrong mask_of_64 from inline: the mask is cut out of a triangle of 64
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = causal_mask(64)[n_past : n_past + n_new, : n_past + n_new]

# %% wrong writes_into_wpe from inline: the tokens' rows are added in place, in a view of the table of positions
#-     x = params["wte"][token_ids] + params["wpe"][n_past : n_past + n_new]
#+     x = params["wpe"][n_past : n_past + n_new]
#+     x += params["wte"][token_ids]

# %% wrong cache_in_float32 from inline: keys and values are kept in float32
#-         k, v = np.concatenate([old_k, k], axis=1), np.concatenate([old_v, v], axis=1)
#+         k, v = (np.concatenate(pair, axis=1).astype(np.float32) for pair in ([old_k, k], [old_v, v]))

# %% wrong cache_in_float16 from inline: keys and values are kept in float16, to save memory
#-         new_cache.append((k, v))
#+         new_cache.append((k.astype(np.float16), v.astype(np.float16)))

# %% wrong logits_in_float32 from inline: the logits are given back in float32
#-     return layer_norm(x, **params["ln_f"]) @ params["wte"].T, new_cache
#+     return (layer_norm(x, **params["ln_f"]) @ params["wte"].T).astype(np.float32), new_cache

# %% wrong scaled_keys from inline: the keys in the cache are divided by the root of the width already
#-         heads = attention(q, k, v, mask)
#+         new_cache[-1] = (k / q.shape[-1] ** 0.5, v)
#+         heads = attention(q, k, v, mask)

# %% wrong last_row_only from inline: the logits of the last new token alone
#-     return layer_norm(x, **params["ln_f"]) @ params["wte"].T, new_cache
#+     return layer_norm(x[-1:], **params["ln_f"]) @ params["wte"].T, new_cache

# %% wrong one_more_place from inline: a text may be longer by one than the table of positions
#-     if n_past + n_new > len(params["wpe"]):
#+     if n_past + n_new > len(params["wpe"]) + 1:

# %% wrong one_place_less from inline: the last position of the table is refused
#-     if n_past + n_new > len(params["wpe"]):
#+     if n_past + n_new >= len(params["wpe"]):

# %% wrong index_error from inline: a text that is too long ends in an IndexError
#-         raise ValueError(f"{n_past + n_new} tokens, but only {len(params['wpe'])} places")
#+         raise IndexError(f"{n_past + n_new} tokens, but only {len(params['wpe'])} places")

# %% wrong cache_grows_before_the_check from one_at_a_time: the check comes in the middle of the new tokens, without a word for the first
#-     if cache[0][0].shape[1] + len(token_ids) > len(params["wpe"]):
#-         raise ValueError("the text is longer than the model's context")
#+     if cache[0][0].shape[1] >= len(params["wpe"]):
#+         raise ValueError("the text is longer than the model's context")
#+     token_ids = token_ids[: len(params["wpe"]) - cache[0][0].shape[1]]

# %% wrong zero_is_no_token from inline: tokens with the id 0 are taken for padding and hidden
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask[:, n_past:][np.asarray(token_ids)[None].repeat(n_new, 0) * (1 - np.eye(n_new)) + np.eye(n_new) == 0] = -np.inf

# %% wrong fills_the_list from inline: new pairs are appended to the caller's list of ids
#-     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     mask = np.triu(np.full((n_new, n_past + n_new), -np.inf), k=n_past + 1)
#+     if isinstance(token_ids, list):
#+         token_ids.clear()

# %% wrong limit_behind_a_past_only from reference: the limit is looked at only where there is a past
#-     if n_all > len(wpe):
#+     if n_past and n_all > len(wpe):

# %% wrong finite_mask from reference: what is hidden gets -50 instead of minus infinity
#-     mask = np.triu(np.full((n_new, n_all), -np.inf), k=1 + n_past)
#+     mask = np.triu(np.full((n_new, n_all), -50.0), k=1 + n_past)


# %% correct plain: reshape and transpose, lower part of the causal mask
def step(token_ids, cache: list, params: dict, n_heads: int) -> tuple[np.ndarray, list]:
    """Logits [n_new, vocab] of new tokens, and the cache with them in it."""
    ids = np.asarray(token_ids)
    n_new, n_past = len(ids), cache[0][0].shape[1] if cache else 0
    n_all = n_past + n_new
    if n_all > len(params["wpe"]):
        raise ValueError(f"{n_all} tokens, but the model has {len(params['wpe'])} positions")
    x = params["wte"][ids] + params["wpe"][n_past:n_all]
    mask = causal_mask(n_all)[n_past:]
    new_cache = []
    for block, (old_k, old_v) in zip(params["blocks"], cache):
        qkv = linear(layer_norm(x, **block["ln_1"]), **block["attn"]["c_attn"])
        q, k, v = qkv.reshape(n_new, 3, n_heads, -1).transpose(1, 2, 0, 3)
        k = np.concatenate([old_k, k], axis=1)
        v = np.concatenate([old_v, v], axis=1)
        new_cache.append((k, v))
        heads = attention(q, k, v, mask)
        joined = heads.transpose(1, 0, 2).reshape(n_new, -1)
        x = x + linear(joined, **block["attn"]["c_proj"])
        x = x + ffn(layer_norm(x, **block["ln_2"]), **block["mlp"])
    return layer_norm(x, **params["ln_f"]) @ params["wte"].T, new_cache

# %% wrong empty_by_shape from plain: a past whose keys are all zero is forgotten
#-     n_new, n_past = len(ids), cache[0][0].shape[1] if cache else 0
#+     if not cache[0][0].any():
#+         cache = [(k[:, :0], v[:, :0]) for k, v in cache]
#+     n_new, n_past = len(ids), cache[0][0].shape[1]
