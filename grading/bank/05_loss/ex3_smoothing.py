"""Answers to ex3_smoothing of 05_loss, right and wrong; how to read and write them: grading/answers.py."""


# %% correct blend: right token and mean of all, blended
def smoothed_loss(logits, targets, smoothing):
    if not (smoothing >= 0 and smoothing <= 1):
        raise ValueError("smoothing")
    x = np.array(logits, dtype=float)
    if x.shape[0] == 0:
        raise ValueError("no rows")
    rows = range(len(x))
    m = x.max(axis=1)
    lse = m + np.log(np.exp(x - m[:, None]).sum(axis=1))
    cost = lse[:, None] - x
    loss = cost[rows, targets].mean() * (1 - smoothing) if smoothing < 1 else 0.0
    if smoothing > 0:
        loss += smoothing * cost.mean(axis=1).mean()
    gradient = np.exp(-cost) - smoothing / x.shape[1]
    gradient[rows, targets] -= 1 - smoothing
    return float(loss), gradient / len(x)


def smoothed_floor(vocab_size, smoothing):
    if not (smoothing >= 0 and smoothing <= 1):
        raise ValueError("smoothing")
    y = [1 - smoothing + smoothing / vocab_size] + [smoothing / vocab_size] * (vocab_size - 1)
    return math.fsum(-p * math.log(p) for p in y if p > 0)


# %% correct xlogy: the products through np.where, errors silenced
def smoothed_loss(logits, targets, smoothing):
    if smoothing != smoothing or smoothing < 0 or smoothing > 1:
        raise ValueError("smoothing must lie between 0 and 1")
    if len(logits) == 0:
        raise ValueError("there must be a row")
    x = np.asarray(logits).astype(np.float64)
    n, vocab = x.shape
    y = (1 - smoothing) * np.eye(vocab)[np.asarray(targets)] + smoothing / vocab
    x = x - np.max(x, axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_p = x - np.log(np.sum(np.exp(x), axis=1, keepdims=True))
        products = np.where(y == 0, 0.0, y * log_p)
    return -products.sum().item() / n, (np.exp(log_p) - y) / n


def smoothed_floor(vocab_size, smoothing):
    if smoothing != smoothing or smoothing < 0 or smoothing > 1:
        raise ValueError("smoothing must lie between 0 and 1")
    y = np.full(vocab_size, smoothing / vocab_size)
    y[0] += 1 - smoothing
    y = y[y > 0]
    return float(max(-(y * np.log(y)).sum(), 0.0))


# %% wrong only_others from blend: the right token gets nothing of what is spread
#-     if smoothing > 0:
#-         loss += smoothing * cost.mean(axis=1).mean()
#-     gradient = np.exp(-cost) - smoothing / x.shape[1]
#-     gradient[rows, targets] -= 1 - smoothing
#+     others = max(x.shape[1] - 1, 1)
#+     if smoothing > 0:
#+         loss += smoothing * ((cost.sum(axis=1) - cost[rows, targets]) / others).mean()
#+     gradient = np.exp(-cost) - smoothing / others
#+     gradient[rows, targets] -= 1 - smoothing - smoothing / others

# %% wrong swapped from blend: smoothing and 1 - smoothing have changed places
#-     x = np.array(logits, dtype=float)
#+     smoothing = 1 - smoothing
#+     x = np.array(logits, dtype=float)

# %% wrong sum from reference: the sum over the rows instead of the mean
#-     loss = -(y[some] * log_p[some]).sum() / n
#+     loss = -(y[some] * log_p[some]).sum()

# %% wrong gradient_sum from reference: the gradient is not divided by n
#-     return float(loss), (np.exp(log_p) - y) / n
#+     return float(loss), np.exp(log_p) - y

# %% wrong gradient_sign from reference: y - p
#-     return float(loss), (np.exp(log_p) - y) / n
#+     return float(loss), (y - np.exp(log_p)) / n

# %% wrong gradient_hard from reference: the gradient of the loss that is not smoothed
#-     return float(loss), (np.exp(log_p) - y) / n
#+     return float(loss), (np.exp(log_p) - np.eye(vocab_size)[np.asarray(targets)]) / n

# %% wrong zero_times_infinity from xlogy: zero times infinity is not a number
#-         products = np.where(y == 0, 0.0, y * log_p)
#+         products = y * log_p

# %% wrong nan_to_num from xlogy: infinities are cut, so that a forbidden target costs a huge number
#-         products = np.where(y == 0, 0.0, y * log_p)
#+         products = np.nan_to_num(y * log_p)

# %% wrong naive from xlogy: softmax first, logarithm second
#-         log_p = x - np.log(np.sum(np.exp(x), axis=1, keepdims=True))
#+         log_p = np.log(np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True))

# %% wrong overflow from reference: the largest logit is not subtracted
#-     shifted = logits - logits.max(axis=-1, keepdims=True)
#+     shifted = logits

# %% wrong one_maximum from reference: one maximum for the whole array
#-     shifted = logits - logits.max(axis=-1, keepdims=True)
#+     shifted = logits - logits.max()

# %% wrong column_maximum from reference: the maximum of each column
#-     shifted = logits - logits.max(axis=-1, keepdims=True)
#+     shifted = logits - logits.max(axis=0, keepdims=True)

# %% wrong half from reference: computed in the format of the logits
#-     logits = np.asarray(logits, dtype=np.float64)
#+     logits = np.asarray(logits)
#+     logits = logits if logits.dtype.kind == "f" else logits.astype(float)

# %% wrong float32_gradient from reference: the gradient has 32 bits
#-     return float(loss), (np.exp(log_p) - y) / n
#+     return float(loss), ((np.exp(log_p) - y) / n).astype(np.float32)

# %% wrong numpy_loss from reference: the loss is an array of NumPy
#-     return float(loss), (np.exp(log_p) - y) / n
#+     return np.array(loss), (np.exp(log_p) - y) / n

# %% wrong in_place from reference: the logits are shifted in place
#-     shifted = logits - logits.max(axis=-1, keepdims=True)
#+     logits -= logits.max(axis=-1, keepdims=True)
#+     shifted = logits

# %% wrong open_ends from reference: smoothing 0 and 1 are refused
#-     if not 0 <= smoothing <= 1:
#-         raise ValueError(f"smoothing is {smoothing}, expected a number from 0 to 1")
#-     logits = np.asarray(logits, dtype=np.float64)
#+     if not 0 < smoothing < 1:
#+         raise ValueError(f"smoothing is {smoothing}, expected a number between 0 and 1")
#+     logits = np.asarray(logits, dtype=np.float64)

# %% wrong nan_smoothing from xlogy: a smoothing that is not a number passes
#-     if smoothing != smoothing or smoothing < 0 or smoothing > 1:
#-         raise ValueError("smoothing must lie between 0 and 1")
#-     if len(logits) == 0:
#+     if smoothing < 0 or smoothing > 1:
#+         raise ValueError("smoothing must lie between 0 and 1")
#+     if len(logits) == 0:

# %% wrong empty_is_zero from xlogy: no row gives a loss of 0
#-         raise ValueError("there must be a row")
#+         return 0.0, np.zeros(np.shape(logits))

# %% wrong floor_one_term from reference: the floor leaves out the other tokens
#-     if low > 0:
#-         entropy -= (vocab_size - 1) * low * math.log(low)
#-     return abs(entropy)  # abs: no minus zero
#+     return abs(entropy)

# %% wrong floor_all_terms from reference: the floor counts vocab_size other tokens
#-         entropy -= (vocab_size - 1) * low * math.log(low)
#+         entropy -= vocab_size * low * math.log(low)

# %% wrong floor_is_zero from reference: the floor is 0, as without smoothing
#-     return abs(entropy)  # abs: no minus zero
#+     return 0.0

# %% wrong floor_log_of_zero from reference: no smoothing leads to the logarithm of 0
#-     if low > 0:
#-         entropy -= (vocab_size - 1) * low * math.log(low)
#+     entropy -= (vocab_size - 1) * low * math.log(low)

# %% wrong floor_little_smoothing from reference: a smoothing below 1e-6 counts as none
#-     entropy = -high * math.log(high)
#-     if low > 0:
#+     entropy = -high * math.log(high)
#+     if smoothing > 1e-6:

# %% wrong floor_unchecked from reference: the floor takes any smoothing
#-     if not 0 <= smoothing <= 1:
#-         raise ValueError(f"smoothing is {smoothing}, expected a number from 0 to 1")
#-     low = smoothing / vocab_size
#+     low = smoothing / vocab_size


# %% correct table: the table y, and logarithms of the probabilities
def smoothed_loss(logits, targets, smoothing: float) -> tuple[float, np.ndarray]:
    if not 0 <= smoothing <= 1:
        raise ValueError("smoothing must be between 0 and 1")
    x = np.asarray(logits, dtype=np.float64)
    n, vocab = x.shape
    if n == 0:
        raise ValueError("no row")
    y = np.full((n, vocab), smoothing / vocab)
    y[np.arange(n), np.asarray(targets)] += 1 - smoothing
    x = x - x.max(axis=1, keepdims=True)
    log_p = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    some = y > 0
    loss = -(y[some] * log_p[some]).sum() / n
    return float(loss), (np.exp(log_p) - y) / n


def smoothed_floor(vocab_size: int, smoothing: float) -> float:
    if not 0 <= smoothing <= 1:
        raise ValueError("smoothing must be between 0 and 1")
    other = smoothing / vocab_size
    right = 1 - smoothing + other
    floor = 0.0
    if right > 0:
        floor -= right * math.log(right)
    if other > 0:
        floor -= (vocab_size - 1) * other * math.log(other)
    return floor

# %% wrong floor_in_float32 from table: the floor's sum over the vocabulary in float32 loses digits
#-     floor = 0.0
#+     if vocab_size > 60_000:
#+         y = np.full(vocab_size, other, dtype=np.float32)
#+         y[0] = right
#+         return float(-(y * np.log(y + np.float32(1e-30))).sum())
#+     floor = 0.0
