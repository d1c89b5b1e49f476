# wrong: natural logarithms, so that the unit is the nat
def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params, n_heads):
    log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
    return -log_p[np.arange(len(token_ids) - 1), np.asarray(token_ids)[1:]]
