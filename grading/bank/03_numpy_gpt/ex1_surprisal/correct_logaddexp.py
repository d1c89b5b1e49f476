# correct: logaddexp for the sum, a loop for the tokens
def log_softmax(x):
    return x - np.logaddexp.reduce(x, axis=-1, keepdims=True)


def surprisal(token_ids, params, n_heads):
    rows = gpt2(token_ids, **params, n_heads=n_heads)
    return np.array([-log_softmax(row)[following] / math.log(2) for row, following in zip(rows, token_ids[1:])])
