# wrong: special tokens are compared like all others
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    start = tokenizer.decode_bytes(ids[-1:])
    allowed = np.zeros(tokenizer.n_vocab, dtype=bool)
    for i in range(tokenizer.n_vocab):
        allowed[i] = tokenizer.token_bytes(i).startswith(start)
    return ids[:-1], allowed
