# wrong: no windows are noticed only where their number is exactly 0; without documents it is -1
def pack(documents, context_length, eot):
    pairs = [(token, number) for number, document in enumerate(documents) for token in [*document, eot]]
    n_windows = (len(pairs) - 1) // context_length
    if not n_windows:
        raise ValueError("too few tokens")
    tokens, owners = np.array(pairs, dtype=int).reshape(-1, 2).T
    places = np.arange(context_length) + context_length * np.arange(n_windows)[:, None]
    segments = owners[places]
    same = np.tril(segments[:, :, None] == segments[:, None, :])
    return dict(
        inputs=tokens[places],
        targets=tokens[places + 1],
        loss_mask=tokens[places] != eot,
        segments=segments,
        positions=same.sum(-1) - 1,
    )


def may_see(segments):
    return np.tril(segments[:, :, None] == segments[:, None, :])
