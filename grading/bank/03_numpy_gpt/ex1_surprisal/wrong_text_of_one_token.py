# wrong: a text of one token ends in an error, since an empty list becomes an array of floats
def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params, n_heads):
    log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
    following = np.array(token_ids[1:])
    return -log_p[np.arange(len(following)), following] / np.log(2)
