# wrong: the mean of each row is subtracted instead of its maximum, so that the exponential still overflows
def log_softmax(x):
    x = x - x.mean(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params, n_heads):
    log_p = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
    return np.array([-log_p[i, token] / math.log(2) for i, token in enumerate(token_ids[1:])])
