"""Answers to ex3_phrases of 09_decoding, right and wrong; how to read and write them: grading/answers.py."""


# %% correct dictionary: all phrases by their first n - 1 tokens
def banned_tokens(ids, n):
    if n <= 0:
        raise ValueError("n must be at least 1")
    followers = {}
    for i in range(len(ids) - n + 1):
        phrase = tuple(ids[i : i + n])
        followers.setdefault(phrase[:-1], set()).add(phrase[-1])
    if len(ids) < n - 1:
        return set()
    return followers.get(tuple(ids[len(ids) - (n - 1) :]), set())


def ban(logits, rows, n):
    if logits.shape[0] != len(rows) or n < 1:
        raise ValueError("rows or n")
    mask = torch.zeros(logits.shape, dtype=torch.bool)
    for i, ids in enumerate(rows):
        for token in banned_tokens(ids, n):
            mask[i, token] = True
    found = logits.masked_fill(mask, -math.inf)
    nothing = (found == -math.inf).all(dim=1, keepdim=True)
    return torch.where(nothing, logits, found)


# %% correct compare: every position compared token by token
def banned_tokens(ids, n):
    if n < 1:
        raise ValueError(n)
    banned, length = set(), len(ids)
    for behind in range(n - 1, length):
        if all(ids[behind - j] == ids[length - j] for j in range(1, n)):
            banned.add(ids[behind])
    return banned


def ban(logits, rows, n):
    if n < 1 or len(rows) != len(logits):
        raise ValueError("n below 1, or another number of rows")
    new_rows = []
    for row, ids in zip(logits, rows):
        new = row.detach().clone()
        for token in banned_tokens(ids, n):
            new[token] = float("-inf")
        new_rows.append(row if bool(torch.isneginf(new).all()) else new)
    return torch.stack(new_rows) if new_rows else logits.clone()


# %% wrong first_only from compare: only the first occurrence counts
#-             banned.add(ids[behind])
#+             return {ids[behind]}

# %% wrong last_only from compare: only the last occurrence counts
#-             banned.add(ids[behind])
#+             banned = {ids[behind]}

# %% wrong one_longer from reference: phrases of n + 1 tokens
#-     if n < 1:
#-         raise ValueError(f"n is {n}, expected at least 1")
#+     if n < 1:
#+         raise ValueError(f"n is {n}, expected at least 1")
#+     n += 1

# %% wrong negative_slice from reference: the slice from -0 on is the whole text
#-     end = ids[len(ids) - n + 1 :] if len(ids) >= n else ()
#+     end = ids[-(n - 1) :] if len(ids) >= n else ()

# %% wrong without_last from reference: the last place is left out
#-     starts = range(len(ids) - n + 1)
#+     starts = range(len(ids) - n)

# %% wrong no_overlap from reference: phrases do not overlap with the end
#-     starts = range(len(ids) - n + 1)
#+     starts = range(len(ids) - 2 * n + 2)

# %% wrong every_nth from reference: only every n-th place is looked at
#-     starts = range(len(ids) - n + 1)
#+     starts = range(0, len(ids) - n + 1, n)

# %% wrong a_list from reference: a list is returned
#-     return {ids[i + n - 1] for i in starts if ids[i : i + n - 1] == end}
#+     return [ids[i + n - 1] for i in starts if ids[i : i + n - 1] == end]

# %% wrong same_set from reference: the order of the tokens is not looked at
#-     return {ids[i + n - 1] for i in starts if ids[i : i + n - 1] == end}
#+     return {ids[i + n - 1] for i in starts if sorted(ids[i : i + n - 1]) == sorted(end)}

# %% wrong n_unchecked from reference: n is not checked
#-     if n < 1:
#-         raise ValueError(f"n is {n}, expected at least 1")
#+     n = max(n, 1)

# %% wrong in_place from reference: the logits that were given are changed
#-     result = logits.clone()
#+     result = logits

# %% wrong zero from reference: banned logits are 0
#-         result[i, sorted(banned_tokens(row, n))] = -torch.inf
#+         result[i, sorted(banned_tokens(row, n))] = 0.0

# %% wrong large_negative from reference: banned logits are a large negative number
#-         result[i, sorted(banned_tokens(row, n))] = -torch.inf
#+         result[i, sorted(banned_tokens(row, n))] = -1e4

# %% wrong all_rows from reference: what one row bans is banned in all
#-         result[i, sorted(banned_tokens(row, n))] = -torch.inf
#+         result[:, sorted(banned_tokens(row, n))] = -torch.inf

# %% wrong nothing_left from reference: a row may lose all its tokens
#-         if (result[i] == -torch.inf).all():
#-             result[i] = logits[i]
#+         row = None

# %% wrong not_finite from reference: a row with an infinite logit counts as lost
#-         if (result[i] == -torch.inf).all():
#+         if not result[i].isfinite().any():

# %% wrong rows_unchecked from reference: the number of rows is not checked
#-     if len(rows) != len(logits):
#-         raise ValueError(f"{len(rows)} rows of ids for {len(logits)} rows of logits")
#+     rows = list(rows)[: len(logits)]

# %% wrong float32 from reference: the result is float32
#-     result = logits.clone()
#+     result = logits.clone().float()
