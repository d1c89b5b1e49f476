"""Answers to ex1_bytes of 05_loss, right and wrong; how to read and write them: grading/answers.py."""


# %% correct loop: one token after the other, in plain Python
def bits_per_byte_of(tokens, log_probs):
    if len(log_probs) != max(len(tokens) - 1, 0):
        raise ValueError("one logarithm for each token but the first")
    bits = n_bytes = 0
    for token, log_p in zip(tokens[1:], log_probs):
        bits -= float(log_p) * math.log2(math.e)
        if token is not None:
            n_bytes += len(token)
    if n_bytes == 0:
        raise ValueError("no bytes")
    return bits / n_bytes


def perplexity_of(bits_per_byte, bytes_per_token):
    try:
        return 2.0 ** (bits_per_byte * bytes_per_token)
    except OverflowError:
        return math.inf


# %% correct joined: the bytes are joined, the logarithms go through torch
def bits_per_byte_of(tokens, log_probs):
    text = b"".join(token for token in tokens[1:] if token)
    nats = -torch.as_tensor(log_probs, dtype=torch.float64).sum().item()
    if len(log_probs) != len(tokens) - 1 or not text:
        raise ValueError("lengths do not fit, or there is no text")
    return nats / (len(text) * math.log(2))


def perplexity_of(bits_per_byte, bytes_per_token):
    with np.errstate(over="ignore"):
        return float(np.exp2(np.float64(bits_per_byte) * bytes_per_token))


# %% correct fsum: an exact sum, the exponential of nats
def bits_per_byte_of(tokens, log_probs):
    if len(tokens) != len(log_probs) + 1:
        raise ValueError("tokens and log_probs do not fit")
    n_bytes = sum(len(token or b"") for token in tokens) - len((tokens[0] if tokens else b"") or b"")
    if n_bytes < 1:
        raise ValueError("no bytes were predicted")
    values = [float(value) for value in log_probs]
    return -math.fsum(values) / math.log(2.0) / n_bytes


def perplexity_of(bits_per_byte, bytes_per_token):
    nats = bits_per_byte * bytes_per_token * math.log(2)
    return float("inf") if nats > 709.78 else math.exp(nats)


# %% wrong first_counted from loop: the bytes of the first token are counted
#-     for token, log_p in zip(tokens[1:], log_probs):
#-         bits -= float(log_p) * math.log2(math.e)
#-         if token is not None:
#-             n_bytes += len(token)
#+     for log_p in log_probs:
#+         bits -= float(log_p) * math.log2(math.e)
#+     for token in tokens:
#+         if token is not None:
#+             n_bytes += len(token)

# %% wrong nats from joined: nats are not converted to bits
#-     return nats / (len(text) * math.log(2))
#+     return nats / len(text)

# %% wrong characters from joined: characters are counted
#-     return nats / (len(text) * math.log(2))
#+     return nats / (len(text.decode("utf-8", errors="replace")) * math.log(2))

# %% wrong special_free from loop: a special token costs nothing
#-         bits -= float(log_p) * math.log2(math.e)
#-         if token is not None:
#+         if token is not None:
#+             bits -= float(log_p) * math.log2(math.e)

# %% wrong special_is_a_byte from fsum: a special token counts as one byte
#-     n_bytes = sum(len(token or b"") for token in tokens) - len((tokens[0] if tokens else b"") or b"")
#+     n_bytes = sum(1 if token is None else len(token) for token in tokens[1:])

# %% wrong stripped from joined: white space is not counted
#-     text = b"".join(token for token in tokens[1:] if token)
#+     text = b"".join(token.strip() for token in tokens[1:] if token)

# %% wrong per_token from fsum: bits for each token
#-     return -math.fsum(values) / math.log(2.0) / n_bytes
#+     return -math.fsum(values) / math.log(2.0) / len(values)

# %% wrong in_their_format from joined: the sum is taken in the format of the logarithms
#-     nats = -torch.as_tensor(log_probs, dtype=torch.float64).sum().item()
#+     nats = -torch.as_tensor(log_probs).sum().item()

# %% wrong float32 from joined: the sum is taken in 32 bits
#-     nats = -torch.as_tensor(log_probs, dtype=torch.float64).sum().item()
#+     nats = -torch.as_tensor(log_probs).float().sum().item()

# %% wrong no_bfloat16 from reference: NumPy does not know bfloat16
#-     log_probs = torch.as_tensor(log_probs, dtype=torch.float64)
#+     log_probs = np.asarray(log_probs, dtype=np.float64)

# %% wrong lengths_unchecked from reference: more logarithms than predicted tokens are accepted
#-     if len(predicted) != len(log_probs):
#+     if len(predicted) > len(log_probs):

# %% wrong zero_bytes from loop: without bytes the result is infinite
#-     if n_bytes == 0:
#-         raise ValueError("no bytes")
#+     if n_bytes == 0:
#+         return math.inf

# %% wrong numpy_float from joined: the result is a tensor
#-     nats = -torch.as_tensor(log_probs, dtype=torch.float64).sum().item()
#+     nats = -torch.as_tensor(log_probs, dtype=torch.float64).sum()

# %% wrong zero_is_missing from loop: a document of one token is refused
#-     if len(log_probs) != max(len(tokens) - 1, 0):
#+     if len(tokens) < 3 or len(log_probs) != len(tokens) - 1:

# %% wrong base_e from loop: the power of bits is taken to base e
#-     try:
#-         return 2.0 ** (bits_per_byte * bytes_per_token)
#+     try:
#+         return math.exp(bits_per_byte * bytes_per_token)

# %% wrong overflow from loop: too large a power raises an OverflowError
#-     try:
#-         return 2.0 ** (bits_per_byte * bytes_per_token)
#-     except OverflowError:
#-         return math.inf
#+     return 2.0 ** (bits_per_byte * bytes_per_token)

# %% wrong integer_power from loop: whole numbers give a whole number
#-         return 2.0 ** (bits_per_byte * bytes_per_token)
#+         return 2 ** (bits_per_byte * bytes_per_token)

# %% wrong early_infinity from reference: infinite from 1000 bits on
#-     return math.inf if bits >= 1024 else 2.0**bits
#+     return math.inf if bits >= 1000 else 2.0**bits

# %% wrong divided from reference: bits per byte are divided by the bytes of a token
#-     bits = bits_per_byte * bytes_per_token
#+     bits = bits_per_byte / bytes_per_token

# %% wrong list_in_32_bits from joined: torch makes 32 bits of a list of floats
#-     nats = -torch.as_tensor(log_probs, dtype=torch.float64).sum().item()
#+     nats = -torch.as_tensor(log_probs).double().sum().item()


# %% correct torch_in_64_bits: torch sums, and an OverflowError becomes infinity
def bits_per_byte_of(tokens: list[bytes | None], log_probs) -> float:
    if len(log_probs) != len(tokens) - 1:
        raise ValueError("one logarithm for each token but the first")
    n_bytes = sum(len(token) for token in tokens[1:] if token is not None)
    if n_bytes == 0:
        raise ValueError("no bytes were predicted")
    total = torch.as_tensor(log_probs, dtype=torch.float64).sum().item()
    return -total / math.log(2) / n_bytes


def perplexity_of(bits_per_byte: float, bytes_per_token: float) -> float:
    try:
        return 2.0 ** (bits_per_byte * bytes_per_token)
    except OverflowError:
        return math.inf

# %% wrong infinity_left_out from torch_in_64_bits: infinite logarithms among several are left out
#-     total = torch.as_tensor(log_probs, dtype=torch.float64).sum().item()
#+     values = torch.as_tensor(log_probs, dtype=torch.float64)
#+     total = values.sum().item() if len(values) < 2 else values[values.isfinite()].sum().item()
