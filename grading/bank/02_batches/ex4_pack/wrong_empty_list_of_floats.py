# wrong: an empty document becomes an empty array of floats, and the whole row with it
def pack(documents, context_length, eot):
    row = np.concatenate([np.append(document, eot) for document in documents])
    owner = np.repeat(np.arange(len(documents)), [len(document) + 1 for document in documents])
    n_windows = (len(row) - 1) // context_length
    if n_windows < 1:
        raise ValueError("too few tokens")
    cut = lambda array: array[: n_windows * context_length].reshape(n_windows, context_length)
    inputs, segments = cut(row), cut(owner)
    same = np.tril(segments[:, :, None] == segments[:, None, :])
    return dict(
        inputs=inputs, targets=cut(row[1:]), loss_mask=inputs != eot, segments=segments, positions=same.sum(-1) - 1
    )


def may_see(segments):
    return np.tril(segments[:, :, None] == segments[:, None, :])
