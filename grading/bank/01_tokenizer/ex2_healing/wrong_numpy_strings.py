# wrong: NumPy's byte strings lose the NUL bytes at their ends
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    vocabulary = np.array([tokenizer.token_bytes(i) for i in range(tokenizer.n_vocab)])
    allowed = np.char.startswith(vocabulary, tokenizer.decode_bytes(ids[-1:]))
    allowed[list(tokenizer.special_tokens.values())] = False
    return ids[:-1], allowed
