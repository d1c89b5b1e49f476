# wrong: each step of the walk begins at the window again, so that it never ends
def unmix(numbers, side, tables):
    left, right = np.divmod(numbers, side)
    for table in tables[::-1]:
        left, right = (right - table[left]) % side, left
    return left * side + right


def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)
    positions = unmix(windows, side, tables)
    while (outside := positions >= n).any():
        positions[outside] = unmix(windows[outside], side, tables)
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
