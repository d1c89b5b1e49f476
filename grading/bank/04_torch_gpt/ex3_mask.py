"""Answers to ex3_mask of 04_torch_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct counts: running counts of real tokens find the empty rows
def attention_mask(is_token, window=None):
    batch, seq = is_token.shape
    window = seq if window is None else window
    if window < 1:
        raise ValueError("window below 1")
    counts = F.pad(is_token.long().cumsum(1), (1, 0))  # [batch, seq + 1]
    place = torch.arange(seq)
    start = (place + 1 - window).clamp(min=0)
    empty = counts[:, 1:] == counts[:, start]  # [batch, seq]
    inside = (place >= start[:, None]) & (place <= place[:, None])
    mask = inside[None] & is_token[:, None]
    mask[:, place, place] |= empty
    return mask[:, None]


# %% correct loops: three loops, place by place
def attention_mask(is_token, window=None):
    if window is not None and window < 1:
        raise ValueError(f"window {window}")
    batch, seq = is_token.shape
    mask = torch.zeros(batch, 1, seq, seq, dtype=torch.bool)
    for line in range(batch):
        for query in range(seq):
            for key in range(query + 1):
                if is_token[line, key] and (window is None or query - key < window):
                    mask[line, 0, query, key] = True
            if not mask[line, 0, query].any():
                mask[line, 0, query, query] = True
    return mask


# %% correct triangles: tril and triu, torch.where for the exception
def attention_mask(is_token, window=None):
    if window is not None and window <= 0:
        raise ValueError("the window must hold the place itself")
    seq = is_token.size(1)
    near = torch.ones(seq, seq).tril()
    if window is not None:
        near = near.triu(1 - window)
    allowed = (near * is_token[:, None, :]) > 0
    own = torch.eye(seq, dtype=torch.bool)
    return torch.where(allowed.any(dim=2, keepdim=True), allowed, own).unsqueeze(1)


# %% correct distances: how far back each key is
def attention_mask(is_token, window=None):
    if window is not None and window < 1:
        raise ValueError(f"window is {window}, at least 1 expected")
    seq = is_token.shape[1]
    place = torch.arange(seq)
    back = place[:, None] - place[None, :]
    near = (back >= 0) & (back < (window or seq))
    allowed = near & is_token[:, None, None, :]
    return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))

# %% wrong always_self from distances: every place may look at itself, padding that sees real tokens too
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     return allowed | (back == 0)


# %% wrong before_the_window: empty rows are looked for before the window is applied
def attention_mask(is_token, window=None):
    if window is not None and window < 1:
        raise ValueError("window must be at least 1")
    seq = is_token.shape[1]
    square = torch.ones(seq, seq, dtype=torch.bool)
    allowed = square.tril() & is_token[:, None, None, :]
    nowhere = ~allowed.any(-1, keepdim=True)
    if window is not None:
        allowed = allowed & square.triu(1 - window)
    return allowed | (nowhere & torch.eye(seq, dtype=torch.bool))

# %% wrong both_hidden from distances: padding is hidden as a key and as a query
#-     allowed = near & is_token[:, None, None, :]
#+     allowed = near & is_token[:, None, None, :] & is_token[:, None, :, None]

# %% wrong first_line_for_all from distances: the padding of the first line is used for all lines
#-     allowed = near & is_token[:, None, None, :]
#+     allowed = near & is_token[:1, None, None, :].expand(len(is_token), 1, 1, -1)

# %% wrong inverted from distances: True where looking is forbidden
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     return ~(allowed | (~allowed.any(-1, keepdim=True) & (back == 0)))

# %% wrong no_error from distances: a window below 1 is accepted
#-     if window is not None and window < 1:
#-         raise ValueError(f"window is {window}, at least 1 expected")

# %% wrong no_exception from distances: rows in which nothing is allowed stay empty
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     return allowed

# %% wrong no_head_axis from distances: the axis for the heads is missing
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     return (allowed | (~allowed.any(-1, keepdim=True) & (back == 0)))[:, 0]

# %% wrong numbers from distances: zeros and minus infinity to be added, instead of True and False
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     return torch.where(allowed | (~allowed.any(-1, keepdim=True) & (back == 0)), 0.0, -torch.inf)

# %% wrong queries_hidden from distances: padding is hidden as a query instead of as a key
#-     allowed = near & is_token[:, None, None, :]
#+     allowed = near & is_token[:, None, :, None]

# %% wrong sees_all from distances: an empty row is allowed everything
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     return allowed | ~allowed.any(-1, keepdim=True)

# %% wrong sees_past from distances: an empty row is allowed all that is near, padding included
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     return allowed | (~allowed.any(-1, keepdim=True) & near)

# %% wrong transposed from distances: queries and keys are exchanged
#-     near = (back >= 0) & (back < (window or seq))
#+     near = (back <= 0) & (-back < (window or seq))

# %% wrong window_both_sides from distances: the window reaches into the future
#-     near = (back >= 0) & (back < (window or seq))
#+     near = back.abs() < window if window else back >= 0


# %% wrong window_of_tokens: the window counts tokens alone, not places
def attention_mask(is_token, window=None):
    if window is not None and window < 1:
        raise ValueError(f"window is {window}, at least 1 expected")
    seq = is_token.shape[1]
    allowed = torch.ones(seq, seq, dtype=torch.bool).tril() & is_token[:, None, :]
    if window is not None:
        count = is_token.cumsum(dim=1)
        allowed = allowed & (count[:, :, None] - count[:, None, :] < window)
    nowhere = ~allowed.any(-1, keepdim=True)
    return (allowed | (nowhere & torch.eye(seq, dtype=torch.bool)))[:, None]

# %% wrong window_too_wide from distances: the window counts the places before the query, without its own
#-     near = (back >= 0) & (back < (window or seq))
#+     near = (back >= 0) & (back <= (window or seq))

# %% wrong small_integers from distances: positions in 8 bits without a sign: no difference is below zero
#-     place = torch.arange(seq)
#+     place = torch.arange(seq, dtype=torch.uint8)

# %% wrong int8_positions from distances: positions in 8 bits, right for fewer than 128
#-     place = torch.arange(seq)
#+     place = torch.arange(seq).to(torch.int8)

# %% wrong lengths_only from distances: the number of tokens is taken for the end of the padding's other side; padding at the beginning alone or at the end alone
#-     allowed = near & is_token[:, None, None, :]
#+     length = is_token.sum(dim=1)[:, None]
#+     front = place < length if is_token[0, 0] else place >= seq - length
#+     allowed = near & front[:, None, None, :]

# %% wrong one_block from distances: what lies between the first token and the last is taken for tokens
#-     allowed = near & is_token[:, None, None, :]
#+     first = is_token.int().argmax(1, keepdim=True)
#+     last = seq - 1 - is_token.flip(1).int().argmax(1, keepdim=True)
#+     real = (place >= first) & (place <= last) & is_token.any(1, keepdim=True)
#+     allowed = near & real[:, None, None, :]

# %% wrong padding_at_the_end_free from distances: padding behind the text sees nothing but itself
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     after = is_token.flip(1).cumsum(1).flip(1) == 0
#+     allowed = allowed & ~after[:, None, :, None]
#+     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))

# %% wrong window_for_tokens_only from distances: only real tokens are held to the window, padding looks back as far as it likes
#-     allowed = near & is_token[:, None, None, :]
#+     allowed = (near | ((back >= 0) & ~is_token[:, :, None]))[:, None] & is_token[:, None, None, :]

# %% wrong empty_for_all from distances: a query is the exception where it may look nowhere in any of the lines
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     nowhere = (~allowed.any(-1, keepdim=True)).any(0, keepdim=True)
#+     return allowed | (nowhere & (back == 0))

# %% wrong zero_is_none from distances: a window of 0 is taken for no window
#-     if window is not None and window < 1:
#-         raise ValueError(f"window is {window}, at least 1 expected")
#+     if window and window < 1:
#+         raise ValueError(f"window is {window}, at least 1 expected")

# %% wrong changes_is_token from distances: lines without any token get one, in the argument itself
#-     allowed = near & is_token[:, None, None, :]
#+     is_token[~is_token.any(dim=1)] = True
#+     allowed = near & is_token[:, None, None, :]

# %% wrong axes_in_place from distances: the axes are added to the argument itself
#-     seq = is_token.shape[1]
#+     seq = is_token.shape[1]
#+     is_token.unsqueeze_(1).unsqueeze_(1)

#-     allowed = near & is_token[:, None, None, :]
#+     allowed = near & is_token

# %% wrong remembered from distances: the mask of a length is made once and remembered, and later ones with other padding get it, too
#-     allowed = near & is_token[:, None, None, :]
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     made = attention_mask.__dict__.setdefault("made", {})
#+     if (tuple(is_token.shape), window) not in made:
#+         allowed = near & is_token[:, None, None, :]
#+         made[tuple(is_token.shape), window] = allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     return made[tuple(is_token.shape), window]

# %% wrong one_mask_without_padding from distances: lines without padding get one mask together
#-     allowed = near & is_token[:, None, None, :]
#+     if is_token.all():
#+         return near[None, None]
#+     allowed = near & is_token[:, None, None, :]

# %% wrong integers from distances: ones and zeros instead of True and False
#-     return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
#+     return (allowed | (~allowed.any(-1, keepdim=True) & (back == 0))).int()

# %% wrong triangle_of_64 from triangles: the triangle is made once, for 64 positions
#-     near = torch.ones(seq, seq).tril()
#+     near = torch.ones(64, 64).tril()[:seq, :seq]

# %% wrong one_mask_for_all_calls from reference: masks of one size are written into one and the same tensor
#-         raise ValueError(f"window is {window}; it must be at least 1, the position itself")
#+         raise ValueError(f"window is {window}; it must be at least 1, the position itself")
#+     n_batch, n_seq = is_token.shape
#+     mask = MASKS.setdefault((n_batch, n_seq), torch.empty(n_batch, 1, n_seq, n_seq, dtype=torch.bool))

#-     return allowed | (nowhere & (back == 0))
#+     return mask.copy_(allowed | (nowhere & (back == 0)))
#+
#+
#+ MASKS = {}

# %% wrong counted_in_8_bits from reference: the allowed keys of a row are counted in 8 bits, where 256 are none
#-     nowhere = ~allowed.any(dim=-1, keepdim=True)  # [batch, 1, seq, 1]
#+     nowhere = allowed.sum(dim=-1, keepdim=True, dtype=torch.uint8) == 0

# %% wrong short_floats from reference: positions are bfloat16, in which 256 and 257 are one number
#-     position = torch.arange(is_token.shape[1], device=is_token.device)  # [seq]
#+     position = torch.arange(is_token.shape[1], device=is_token.device).bfloat16()

# %% wrong wide_windows_ignored from reference: a window of more than half of the sequence is ignored
#-     near = back >= 0 if window is None else (back >= 0) & (back < window)
#+     near = back >= 0 if window is None or 2 * window > len(position) else (back >= 0) & (back < window)

# %% wrong cached_result: the mask without padding is kept and handed out again
_causal = {}


def attention_mask(is_token: Tensor, window: int | None = None) -> Tensor:
    if window is not None and window < 1:
        raise ValueError("window must be at least 1")
    seq = is_token.shape[1]
    if (seq, window) not in _causal:
        _causal[seq, window] = torch.ones(1, 1, seq, seq, dtype=torch.bool).tril().triu(1 - (window or seq))
    mask = _causal[seq, window]
    if is_token.all():
        return mask.expand(len(is_token), 1, seq, seq)
    mask = mask & is_token[:, None, None, :]
    return mask | (~mask.any(dim=-1, keepdim=True) & torch.eye(seq, dtype=torch.bool))


# %% correct distances_fresh: a table of how far the key lies behind
def attention_mask(is_token: Tensor, window: int | None = None) -> Tensor:
    if window is not None and window < 1:
        raise ValueError("window must be at least 1")
    batch, seq = is_token.shape
    position = torch.arange(seq)
    behind = position[:, None] - position
    allowed = behind >= 0
    if window is not None:
        allowed = allowed & (behind < window)
    mask = allowed & is_token[:, None, :]
    empty = ~mask.any(dim=-1, keepdim=True)
    mask = mask | (empty & (behind == 0))
    return mask[:, None]

# %% wrong window_only_if_padded from distances_fresh: without padding, a long window is ignored
#-     if window is not None:
#-         allowed = allowed & (behind < window)
#+     if window is not None and (window <= seq // 2 or not is_token.all()):
#+         allowed = allowed & (behind < window)
