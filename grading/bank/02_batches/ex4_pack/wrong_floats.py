# wrong: the arrays are filled from np.zeros, so that ids and numbers are floats
def pack(documents, context_length, eot):
    row, owners = [], []
    for number, document in enumerate(documents):
        row += [*document, eot]
        owners += [number] * (len(document) + 1)
    n_windows = (len(row) - 1) // context_length
    if n_windows < 1:
        raise ValueError("too few tokens")
    shape = (n_windows, context_length)
    packed = {name: np.zeros(shape) for name in ("inputs", "targets", "segments", "positions")}
    packed["loss_mask"] = np.zeros(shape, dtype=bool)
    for w in range(n_windows):
        for i in range(context_length):
            place = w * context_length + i
            packed["inputs"][w, i] = row[place]
            packed["targets"][w, i] = row[place + 1]
            packed["loss_mask"][w, i] = row[place] != eot
            packed["segments"][w, i] = owners[place]
            if i > 0 and owners[place] == owners[place - 1]:
                packed["positions"][w, i] = packed["positions"][w, i - 1] + 1
    return packed


def may_see(segments):
    return np.tril(segments[:, :, None] == segments[:, None, :])
