# wrong: the allowed ids are returned instead of one bool for each token
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    taken = tokenizer.decode_bytes(ids[-1:])
    ordinary = range(tokenizer.n_vocab - len(tokenizer.special_tokens))
    return ids[:-1], [i for i in ordinary if tokenizer.token_bytes(i).startswith(taken)]
