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
