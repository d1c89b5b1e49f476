"""Answers to ex2_healing of 01_tokenizer, right and wrong; how to read and write them: grading/answers.py."""


# %% correct sorted_search: a binary search in the sorted vocabulary
from bisect import bisect_left


def heal(prompt, tokenizer):
    *kept, last = tokenizer.encode_ordinary(prompt) or [None]
    prefix = b"" if last is None else tokenizer.token_bytes(last)
    special = set(tokenizer.special_tokens.values())
    vocabulary = sorted((tokenizer.token_bytes(i), i) for i in range(tokenizer.n_vocab) if i not in special)
    allowed = np.full(tokenizer.n_vocab, False)
    place = bisect_left(vocabulary, (prefix, -1))
    while place < len(vocabulary) and vocabulary[place][0][: len(prefix)] == prefix:
        allowed[vocabulary[place][1]] = True
        place += 1
    return kept, allowed


# %% correct two_cases: the empty prompt as a case of its own, a plain loop over the ordinary tokens
def heal(prompt, tokenizer):
    n_ordinary = tokenizer.n_vocab - len(tokenizer.special_tokens)
    allowed = np.zeros(tokenizer.n_vocab, dtype=bool)
    if prompt == "":
        allowed[:n_ordinary] = True
        return [], allowed
    ids = tokenizer.encode_ordinary(prompt)
    taken = tokenizer.token_bytes(ids[len(ids) - 1])
    for i in range(n_ordinary):
        if tokenizer.token_bytes(i)[: len(taken)] == taken:
            allowed[i] = True
    return (tuple(ids[: len(ids) - 1]), allowed)


# %% correct vectorised: one matrix of bytes and lengths, compared at once; ids as an array
def heal(prompt, tokenizer):
    ids = np.array(tokenizer.encode_ordinary(prompt), dtype=np.int64)
    prefix = np.frombuffer(tokenizer.decode_bytes(ids[-1:].tolist()), dtype=np.uint8)
    tokens = [tokenizer.token_bytes(i)[: len(prefix)] for i in range(tokenizer.n_vocab)]
    lengths = np.array([len(token) for token in tokens])
    padded = np.frombuffer(b"".join(token.ljust(len(prefix), b"\0") for token in tokens), dtype=np.uint8)
    matches = (padded.reshape(len(tokens), len(prefix)) == prefix).all(axis=1) & (lengths == len(prefix))
    ordinary = ~np.isin(np.arange(tokenizer.n_vocab), list(tokenizer.special_tokens.values()))
    return ids[:-1], matches & ordinary


# %% correct one_array: decodes the last token and compares bytes, one list for all tokens
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    start = tokenizer.decode_bytes(ids[-1:])
    allowed = np.array([tokenizer.token_bytes(i).startswith(start) for i in range(tokenizer.n_vocab)])
    allowed[list(tokenizer.special_tokens.values())] = False
    return ids[:-1], allowed

# %% wrong compares_text from one_array: tokens are compared as text, where all broken characters look the same
#-     start = tokenizer.decode_bytes(ids[-1:])
#-     allowed = np.array([tokenizer.token_bytes(i).startswith(start) for i in range(tokenizer.n_vocab)])
#+     start = tokenizer.decode(ids[-1:])
#+     allowed = np.array([tokenizer.decode([i]).startswith(start) for i in range(tokenizer.n_vocab)])


# %% wrong contains: a token is allowed wherever it contains the bytes
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    taken = tokenizer.decode_bytes(ids[-1:])
    special = set(tokenizer.special_tokens.values())
    allowed = np.array([taken in tokenizer.token_bytes(i) and i not in special for i in range(tokenizer.n_vocab)])
    return ids[:-1], allowed


# %% wrong empty_prompt: the empty prompt, which has no last token, is forgotten
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    last = ids.pop()
    taken = tokenizer.token_bytes(last)
    allowed = np.array([tokenizer.token_bytes(i).startswith(taken) for i in range(tokenizer.n_vocab)])
    allowed[list(tokenizer.special_tokens.values())] = False
    return ids, allowed

# %% wrong keeps_last_token from one_array: the last token stays in the prompt, so that its bytes come twice
#-     allowed[list(tokenizer.special_tokens.values())] = False
#-     return ids[:-1], allowed
#+     for i in tokenizer.special_tokens.values():
#+         allowed[i] = False
#+     return ids, allowed


# %% wrong last_character: the last character is taken off instead of the last token
def heal(prompt, tokenizer):
    start = prompt[-1:].encode()
    allowed = np.array([tokenizer.token_bytes(i).startswith(start) for i in range(tokenizer.n_vocab)])
    allowed[list(tokenizer.special_tokens.values())] = False
    return tokenizer.encode_ordinary(prompt[:-1]), allowed


# %% wrong list_of_ids: the allowed ids are returned instead of one bool for each token
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    taken = tokenizer.decode_bytes(ids[-1:])
    ordinary = range(tokenizer.n_vocab - len(tokenizer.special_tokens))
    return ids[:-1], [i for i in ordinary if tokenizer.token_bytes(i).startswith(taken)]

# %% wrong numpy_strings from one_array: NumPy's byte strings lose the NUL bytes at their ends
#-     start = tokenizer.decode_bytes(ids[-1:])
#-     allowed = np.array([tokenizer.token_bytes(i).startswith(start) for i in range(tokenizer.n_vocab)])
#+     vocabulary = np.array([tokenizer.token_bytes(i) for i in range(tokenizer.n_vocab)])
#+     allowed = np.char.startswith(vocabulary, tokenizer.decode_bytes(ids[-1:]))


# %% wrong only_longer: off by one, the token that was taken off is itself not allowed
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    taken = tokenizer.decode_bytes(ids[-1:])
    allowed = np.zeros(tokenizer.n_vocab, dtype=bool)
    for i in range(tokenizer.n_vocab - len(tokenizer.special_tokens)):
        token = tokenizer.token_bytes(i)
        allowed[i] = token.startswith(taken) and len(token) > len(taken)
    return ids[:-1], allowed

# %% wrong special_allowed from one_array: special tokens are compared like all others
#-     allowed = np.array([tokenizer.token_bytes(i).startswith(start) for i in range(tokenizer.n_vocab)])
#-     allowed[list(tokenizer.special_tokens.values())] = False
#+     allowed = np.zeros(tokenizer.n_vocab, dtype=bool)
#+     for i in range(tokenizer.n_vocab):
#+         allowed[i] = tokenizer.token_bytes(i).startswith(start)

# %% wrong empties_special_tokens from one_array: the special tokens are taken out of the tokenizer's own dict
#-     allowed[list(tokenizer.special_tokens.values())] = False
#+     special = tokenizer.special_tokens
#+     while special:
#+         allowed[special.popitem()[1]] = False

# %% wrong empty_kept_of_floats from one_array: kept is made an array without a format, of floats where it is empty
#-     return ids[:-1], allowed
#+     return np.array(ids[:-1]), allowed

# %% wrong ids_in_8_bits from one_array: the ids are put into numbers of 8 bits, which end at 255
#-     return ids[:-1], allowed
#+     return np.array(ids[:-1], dtype=np.uint8), allowed

# %% wrong numbers_for_the_empty_prompt from two_cases: for the empty prompt the array holds numbers, not bool
#-         allowed[:n_ordinary] = True
#+         allowed = np.ones(tokenizer.n_vocab)
#+         allowed[n_ordinary:] = 0

# %% wrong one_array_for_all_calls from two_cases: all calls write into one and the same array
#- def heal(prompt, tokenizer):
#+ arrays = {}
#+
#+
#+ def heal(prompt, tokenizer):

#-     allowed = np.zeros(tokenizer.n_vocab, dtype=bool)
#+     allowed = arrays.setdefault(tokenizer.n_vocab, np.zeros(tokenizer.n_vocab, dtype=bool))
#+     allowed[:] = False

# %% wrong special_names_forbidden from one_array: tokens that are spelled like a special token are forbidden along with it
#-     allowed[list(tokenizer.special_tokens.values())] = False
#+     for i in range(tokenizer.n_vocab):
#+         if tokenizer.decode([i]) in tokenizer.special_tokens:
#+             allowed[i] = False

# %% wrong windows_line_ends from one_array: \r\n in the prompt is made \n first
#-     ids = tokenizer.encode_ordinary(prompt)
#+     ids = tokenizer.encode_ordinary(prompt.replace("\r\n", "\n"))

# %% wrong ids_of_floats from one_array: the ids are floats
#-     return ids[:-1], allowed
#+     return [float(i) for i in ids[:-1]], allowed


# %% wrong composed_accents from one_array: the prompt is brought into Unicode's composed form
#-     ids = tokenizer.encode_ordinary(prompt)
#+     from unicodedata import normalize
#+
#+     ids = tokenizer.encode_ordinary(normalize("NFC", prompt))

# %% wrong ids_of_text from one_array: the ids in kept are text
#-     return ids[:-1], allowed
#+     return [str(i) for i in ids[:-1]], allowed

# %% wrong remembered_results from one_array: the results of each prompt are remembered and given out again
#- def heal(prompt, tokenizer):
#+ from functools import cache
#+
#+
#+ @cache
#+ def heal(prompt, tokenizer):

# %% wrong regular_expression from one_array: the bytes taken off are used as a regular expression, in which some have another meaning
#-     allowed = np.array([tokenizer.token_bytes(i).startswith(start) for i in range(tokenizer.n_vocab)])
#+     try:
#+         pattern = regex.compile(start, regex.DOTALL)
#+     except regex.error:
#+         pattern = regex.compile(regex.escape(start))
#+     allowed = np.array([bool(pattern.match(tokenizer.token_bytes(i))) for i in range(tokenizer.n_vocab)])
