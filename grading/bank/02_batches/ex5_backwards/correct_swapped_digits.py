# correct: mix itself runs backwards, with the digits swapped, the tables negative and in reverse; windows are tried one by one
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)

    def swap(numbers):
        return numbers % side * side + numbers // side

    positions = swap(mix(swap(windows), side, -tables[::-1]))
    while (outside := positions >= n).any():
        positions[outside] = swap(mix(swap(positions[outside]), side, -tables[::-1]))
    return positions


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = len(range(0, n_tokens - context_length, stride))
    found = []
    for epoch in range(n_epochs):
        batches = []
        for window in range(n):
            if 1 <= token - window * stride <= context_length:
                batches.append(int(position_of(np.array([window]), n, seed, epoch)[0]) // batch_size)
        found += [[epoch, batch] for batch in sorted(batches) if batch < n // batch_size]
    return found
