# wrong: searches the whole order for the windows, a thousand positions at a time
def position_of(windows, n, seed, epoch):
    positions = np.full(len(windows), -1)
    for start in range(0, n, 1000):
        part = order_at(np.arange(start, min(n, start + 1000)), n, seed, epoch)
        for k, window in enumerate(windows):
            hits = np.flatnonzero(part == window)
            if len(hits):
                positions[k] = start + hits[0]
    return positions


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n_windows = (n_tokens - context_length - 1) // stride + 1
    first = max(0, math.ceil((token - context_length) / stride))
    last = min(n_windows - 1, math.floor((token - 1) / stride))
    result = []
    for epoch in range(n_epochs):
        positions = position_of(np.arange(first, last + 1), n_windows, seed, epoch)
        for position in sorted(positions.tolist()):
            if position < n_windows // batch_size * batch_size:
                result.append((epoch, position // batch_size))
    return result
