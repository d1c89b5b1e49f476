# wrong: the logarithm of softmax, which is minus infinity where the share is too small for a float
def log_softmax(x):
    return np.log(softmax(x))


def surprisal(token_ids, params, n_heads):
    log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
    return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]] / np.log(2)
