# correct: the empty prompt as a case of its own, a plain loop over the ordinary tokens
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
