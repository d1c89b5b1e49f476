# wrong: the last character is taken off instead of the last token
def heal(prompt, tokenizer):
    start = prompt[-1:].encode()
    allowed = np.array([tokenizer.token_bytes(i).startswith(start) for i in range(tokenizer.n_vocab)])
    allowed[list(tokenizer.special_tokens.values())] = False
    return tokenizer.encode_ordinary(prompt[:-1]), allowed
