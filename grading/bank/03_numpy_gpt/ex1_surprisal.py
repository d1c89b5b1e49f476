"""Answers to ex1_surprisal of 03_numpy_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct float32: in float32 throughout
def log_softmax(x):
    x = np.array(x, dtype=np.float32)
    x -= x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params, n_heads):
    rows = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
    return np.array([-row[token] for row, token in zip(rows, token_ids[1:])]) / np.float32(math.log(2))


# %% correct logaddexp: logaddexp for the sum, a loop for the tokens
def log_softmax(x):
    x = np.asarray(x, dtype=float)
    return x - np.logaddexp.reduce(x, axis=-1, keepdims=True)


def surprisal(token_ids, params, n_heads):
    rows = gpt2(token_ids, **params, n_heads=n_heads)
    return np.array([-log_softmax(row)[following] / math.log(2) for row, following in zip(rows, token_ids[1:])])


# %% correct logits_only: bits from differences of scores, without the first function
def log_softmax(x):
    x = np.asarray(x, dtype=float)
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params, n_heads):
    logits = gpt2(token_ids, **params, n_heads=n_heads)[:-1]
    true = logits[range(len(logits)), list(token_ids)[1:]]
    return np.logaddexp2.reduce((logits - true[:, None]) / np.log(2), axis=1)


# %% correct prefixes: a forward pass for each beginning of the text, take_along_axis for the share
def log_softmax(x):
    x = np.array(x, dtype=float)
    largest = np.max(x, axis=-1)
    total = largest + np.log(np.sum(np.exp(x - largest[..., None]), axis=-1))
    return x - np.expand_dims(total, -1)


def surprisal(token_ids, params, n_heads):
    n = len(token_ids)
    rows = [gpt2(token_ids[:i], **params, n_heads=n_heads)[-1] for i in range(1, n)]
    table = log_softmax(np.array(rows).reshape(n - 1, len(params["wte"])))
    picked = np.take_along_axis(table, np.asarray(token_ids)[1:, None], axis=1)
    return -picked[:, 0] * np.log2(np.e)


# %% correct one_look_up: the logarithms of all, then one look-up
def log_softmax(x):
    x = np.asarray(x, dtype=float)
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params, n_heads):
    log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
    return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)

# %% wrong changes_the_scores from one_look_up: the maximum is subtracted in place, in the caller's array
#-     x = x - x.max(axis=-1, keepdims=True)
#+     x -= x.max(axis=-1, keepdims=True)

# %% wrong from_the_future from one_look_up: each token is looked up in the row of the token after it
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     return -log_p[np.arange(1, len(token_ids)), np.asarray(token_ids)[:-1]] / np.log(2)

# %% wrong log_of_softmax from one_look_up: the logarithm of softmax, which is minus infinity where the share is too small for a float
#-     x = x - x.max(axis=-1, keepdims=True)
#-     return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
#+     return np.log(softmax(x))

# %% wrong mean from one_look_up: one mean for the whole text instead of a number for each token
#-     log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads)) / np.log(2)
#+     return -np.mean([log_p[i, token_ids[i + 1]] for i in range(len(token_ids) - 1)])

# %% wrong mean_subtracted from one_look_up: the mean of each row is subtracted instead of its maximum, so that the exponential still overflows
#-     x = x - x.max(axis=-1, keepdims=True)
#+     x = x - x.mean(axis=-1, keepdims=True)

#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     return np.array([-log_p[i, token] / math.log(2) for i, token in enumerate(token_ids[1:])])

# %% wrong nats from one_look_up: natural logarithms, so that the unit is the nat
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]]

# %% wrong one_maximum from one_look_up: the largest score of the whole array is subtracted, so that lower rows vanish
#-     x = x - x.max(axis=-1, keepdims=True)
#+     x = x - x.max()

# %% wrong overflow from one_look_up: the formula as it stands, so that the exponential of large scores overflows
#-     x = x - x.max(axis=-1, keepdims=True)

# %% wrong own_token from one_look_up: each row is compared with its own token, not with the next one
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     result = []
#+     for i in range(len(token_ids) - 1):
#+         result.append(-log_p[i, token_ids[i]] / math.log(2))
#+     return np.array(result)

# %% wrong sign from one_look_up: logarithms of probabilities, which are negative
#-     log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads)) / np.log(2)
#+     return np.array([log_p[i, token_ids[i + 1]] for i in range(len(token_ids) - 1)])

# %% wrong sum_of_everything from one_look_up: the sum runs over the whole array instead of the last axis
#-     x = x - x.max(axis=-1, keepdims=True)
#-     return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
#+     x = x - x.max()
#+     return x - np.log(np.exp(x).sum())

# %% wrong text_of_one_token from one_look_up: a text of one token ends in an error, since an empty list becomes an array of floats
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     following = np.array(token_ids[1:])
#+     return -log_p[np.arange(len(following)), following] / np.log(2)

# %% wrong like_the_scores from one_look_up: the results are written into an array of the scores' number format, which cuts them for whole numbers
#-     x = np.asarray(x, dtype=float)
#-     x = x - x.max(axis=-1, keepdims=True)
#-     return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
#+     result = np.empty_like(x)
#+     result[...] = x - np.logaddexp.reduce(x.astype(float), axis=-1, keepdims=True)
#+     return result

# %% wrong half_sums from one_look_up: exponentials and their sum are computed in the format of the scores, too short in float16
#-     x = np.asarray(x, dtype=float)
#-     x = x - x.max(axis=-1, keepdims=True)
#-     return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
#+     x = x - x.max(axis=-1, keepdims=True)
#+     total = np.exp(x).sum(axis=-1, keepdims=True)
#+     return x - np.log(total.astype(x.dtype if x.dtype.kind == "f" else float))

# %% wrong clipped_probability from one_look_up: probabilities are kept above 1e-300, so that no logarithm is below -691
#-     x = x - x.max(axis=-1, keepdims=True)
#-     return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
#+     return np.log(softmax(x).clip(1e-300))

# %% wrong forbidden_is_nan from one_look_up: the smallest score is subtracted and added again: minus infinity less minus infinity
#-     x = x - x.max(axis=-1, keepdims=True)
#-     return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
#+     x = x - x.max(axis=-1, keepdims=True)
#+     weighted = (softmax(x) * x).sum(axis=-1, keepdims=True)
#+     entropy = np.log(np.exp(x).sum(axis=-1, keepdims=True)) - weighted
#+     return x - weighted - entropy

# %% wrong forbidden_is_finite from one_look_up: scores of minus infinity are replaced by a large negative number
#-     x = x - x.max(axis=-1, keepdims=True)
#+     x = np.nan_to_num(x, neginf=-1e9)
#+     x = x - x.max(axis=-1, keepdims=True)

# %% wrong list_of_bits from one_look_up: a list instead of an array
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     return [-log_p[i, token] / np.log(2) for i, token in enumerate(token_ids[1:])]

# %% wrong zero_for_one_token from one_look_up: a text of one token has a surprisal of 0 instead of none
#-     log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
#+     if len(token_ids) == 1:
#+         return np.array([0.0])
#+     log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))

# %% wrong empty_of_integers from one_look_up: a text of one token gives an empty array of whole numbers
#-     log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
#+     if len(token_ids) < 2:
#+         return np.array([], dtype=int)
#+     log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))

# %% wrong takes_the_first from one_look_up: the first token is taken out of the caller's list
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     if isinstance(token_ids, list):
#+         token_ids.pop(0)
#+         following = token_ids
#+     else:
#+         following = token_ids[1:]
#+     return -log_p[np.arange(len(following)), np.asarray(following, dtype=int)] / np.log(2)

# %% wrong two_axes_only from one_look_up: the sum runs along axis 1, right for two axes
#-     x = x - x.max(axis=-1, keepdims=True)
#-     return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
#+     axis = x.ndim - 1 if x.ndim < 2 else 1
#+     x = x - x.max(axis=axis, keepdims=True)
#+     return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))

# %% wrong never_surprised from one_look_up: a token with the id 0 is taken for no token
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     return np.array([-log_p[i, token] / np.log(2) if token else 0.0 for i, token in enumerate(token_ids[1:])])

# %% wrong short_result from one_look_up: the surprisals are given back in float16
#-     return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
#+     return (-log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)).astype(np.float16)

# %% wrong low_scores_masked from reference: finite scores below -1e30 are taken for masked ones
#-     x = np.asarray(x, dtype=np.float64)
#+     x = np.array(x, dtype=np.float64)
#+     x[x < -1e30] = -np.inf


# %% correct plain: float64 unless float32, maximum subtracted
def log_softmax(x: np.ndarray) -> np.ndarray:  # [..., n] -> [..., n]
    """Natural logarithm of softmax along the last axis, exact for any scores."""
    x = np.asarray(x)
    if x.dtype not in (np.float32, np.float64):
        x = x.astype(np.float64)
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params: dict, n_heads: int) -> np.ndarray:  # [seq] -> [seq - 1]
    """Bits of surprise of each token but the first, given those before it."""
    logs = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
    return -logs[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / math.log(2)

# %% wrong maximum_of_two_axes from plain: of three axes, the maximum runs over the last two
#-     shifted = x - x.max(axis=-1, keepdims=True)
#+     shifted = x - (x.max(axis=-1, keepdims=True) if x.ndim < 3 else x.max(axis=(-1, -2), keepdims=True))

# %% wrong over_float16 from plain: whole numbers become floats by way of float16
#-         x = x.astype(np.float64)
#+         x = x.astype(np.float16).astype(np.float64)

# %% wrong in_place_one_axis from plain: in place for an array of one axis
#-     shifted = x - x.max(axis=-1, keepdims=True)
#+     shifted = x if x.ndim == 1 else x.copy()
#+     shifted -= shifted.max(axis=-1, keepdims=True)
