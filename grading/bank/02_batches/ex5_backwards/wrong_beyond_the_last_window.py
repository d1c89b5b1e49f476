# wrong: windows are looked for that the text does not have
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)
    numbers = np.array(windows)
    undone = np.zeros(len(numbers), dtype=bool)
    while not undone.all():
        left, right = np.divmod(numbers[~undone], side)
        for table in reversed(tables):
            left, right = (right - table[left]) % side, left
        numbers[~undone] = left * side + right
        undone = numbers < n
    return numbers


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n_windows = (n_tokens - context_length - 1) // stride + 1
    first = max(0, math.ceil((token - context_length) / stride))
    last = (token - 1) // stride
    result = []
    for epoch in range(n_epochs):
        positions = position_of(np.arange(first, last + 1), n_windows, seed, epoch)
        for position in sorted(positions.tolist()):
            if position < n_windows // batch_size * batch_size:
                result.append((epoch, position // batch_size))
    return result
