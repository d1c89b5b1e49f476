# wrong: one mean for the whole text instead of a number for each token
def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params, n_heads):
    log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads)) / np.log(2)
    return -np.mean([log_p[i, token_ids[i + 1]] for i in range(len(token_ids) - 1)])
