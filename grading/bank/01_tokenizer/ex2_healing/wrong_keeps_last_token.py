# wrong: the last token stays in the prompt, so that its bytes come twice
def heal(prompt, tokenizer):
    ids = tokenizer.encode_ordinary(prompt)
    start = tokenizer.decode_bytes(ids[-1:])
    allowed = np.array([tokenizer.token_bytes(i).startswith(start) for i in range(tokenizer.n_vocab)])
    for i in tokenizer.special_tokens.values():
        allowed[i] = False
    return ids, allowed
