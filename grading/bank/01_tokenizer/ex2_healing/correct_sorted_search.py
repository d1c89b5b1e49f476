# correct: a binary search in the sorted vocabulary
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
