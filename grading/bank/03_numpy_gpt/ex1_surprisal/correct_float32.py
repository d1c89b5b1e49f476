# correct: in float32 throughout
def log_softmax(x):
    x = np.array(x, dtype=np.float32)
    x -= x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def surprisal(token_ids, params, n_heads):
    rows = log_softmax(gpt2(token_ids, **params, n_heads=n_heads))
    return np.array([-row[token] for row, token in zip(rows, token_ids[1:])]) / np.float32(math.log(2))
