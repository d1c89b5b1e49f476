# correct: each window walks alone, with rows of plain numbers; the training is replayed
def position_of(windows, n, seed, epoch):
    positions = []
    for window in windows:
        number = int(window)
        side, tables = tables_for(n, seed, epoch)
        rounds = [list(map(int, table)) for table in tables]
        while True:
            left, right = divmod(number, side)
            for table in reversed(rounds):
                left, right = (right - table[left]) % side, left
            number = left * side + right
            if number < n:
                break
        positions.append(number)
    return np.array(positions, dtype=int)


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = (n_tokens - context_length - 1) // stride + 1
    found = []
    for epoch in range(n_epochs):
        order = order_at(np.arange(n), n, seed, epoch)
        for batch in range(n // batch_size):
            for window in order[batch * batch_size : (batch + 1) * batch_size]:
                if window * stride < token <= window * stride + context_length:
                    found.append((epoch, batch))
    return found
