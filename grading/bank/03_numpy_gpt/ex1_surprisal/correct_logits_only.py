# correct: bits from differences of scores, without the first function
def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params, n_heads):
    logits = gpt2(token_ids, **params, n_heads=n_heads)[:-1]
    true = logits[range(len(logits)), list(token_ids)[1:]]
    return np.logaddexp2.reduce((logits - true[:, None]) / np.log(2), axis=1)
