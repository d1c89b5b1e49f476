# wrong: the empty prompt, which has no last token, is forgotten
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    last = ids.pop()
    taken = tokenizer.token_bytes(last)
    allowed = np.array([tokenizer.token_bytes(i).startswith(taken) for i in range(tokenizer.n_vocab)])
    allowed[list(tokenizer.special_tokens.values())] = False
    return ids, allowed
