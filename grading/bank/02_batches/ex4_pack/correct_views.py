# correct: sliding windows as views; positions from a running maximum
from numpy.lib.stride_tricks import sliding_window_view


def pack(documents, context_length, eot):
    row = np.concatenate([np.array([*document, eot]) for document in documents] or [np.array([], int)])
    if len(row) < context_length + 1:
        raise ValueError("too short")
    is_end = row == eot
    segments = np.concatenate([[0], is_end.cumsum()[:-1]])
    cut = lambda array: sliding_window_view(array, context_length + 1)[::context_length]
    windows, owners = cut(row), cut(segments)[:, :-1]
    new = np.ones(owners.shape, dtype=bool)
    new[:, 1:] = owners[:, 1:] != owners[:, :-1]
    here = np.broadcast_to(np.arange(context_length), owners.shape)
    begin = np.maximum.accumulate(np.where(new, here, 0), axis=1)
    inputs = windows[:, :-1]
    return dict(inputs=inputs, targets=windows[:, 1:], loss_mask=inputs != eot, segments=owners, positions=here - begin)


def may_see(segments):
    n, seq = segments.shape
    i, j = np.indices((seq, seq))
    return (segments[:, i] == segments[:, j]) & (j <= i)
