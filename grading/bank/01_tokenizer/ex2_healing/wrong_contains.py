# wrong: a token is allowed wherever it contains the bytes
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    taken = tokenizer.decode_bytes(ids[-1:])
    special = set(tokenizer.special_tokens.values())
    allowed = np.array([taken in tokenizer.token_bytes(i) and i not in special for i in range(tokenizer.n_vocab)])
    return ids[:-1], allowed
