# correct: one matrix of bytes and lengths, compared at once; ids as an array
def heal(prompt, tokenizer):
    ids = np.array(tokenizer.encode_ordinary(prompt), dtype=np.int64)
    prefix = np.frombuffer(tokenizer.decode_bytes(ids[-1:].tolist()), dtype=np.uint8)
    tokens = [tokenizer.token_bytes(i)[: len(prefix)] for i in range(tokenizer.n_vocab)]
    lengths = np.array([len(token) for token in tokens])
    padded = np.frombuffer(b"".join(token.ljust(len(prefix), b"\0") for token in tokens), dtype=np.uint8)
    matches = (padded.reshape(len(tokens), len(prefix)) == prefix).all(axis=1) & (lengths == len(prefix))
    ordinary = ~np.isin(np.arange(tokenizer.n_vocab), list(tokenizer.special_tokens.values()))
    return ids[:-1], matches & ordinary
