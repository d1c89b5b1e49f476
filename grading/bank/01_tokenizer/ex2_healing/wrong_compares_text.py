# wrong: tokens are compared as text, where all broken characters look the same
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    start = tokenizer.decode(ids[-1:])
    allowed = np.array([tokenizer.decode([i]).startswith(start) for i in range(tokenizer.n_vocab)])
    allowed[list(tokenizer.special_tokens.values())] = False
    return ids[:-1], allowed
