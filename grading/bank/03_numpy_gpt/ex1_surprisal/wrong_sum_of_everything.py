# wrong: the sum runs over the whole array instead of the last axis
def log_softmax(x):
    x = x - x.max()
    return x - np.log(np.exp(x).sum())


def surprisal(token_ids, params, n_heads):
    log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
    return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
