# wrong: off by one, the token that was taken off is itself not allowed
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    taken = tokenizer.decode_bytes(ids[-1:])
    allowed = np.zeros(tokenizer.n_vocab, dtype=bool)
    for i in range(tokenizer.n_vocab - len(tokenizer.special_tokens)):
        token = tokenizer.token_bytes(i)
        allowed[i] = token.startswith(taken) and len(token) > len(taken)
    return ids[:-1], allowed
