# correct: one window at a time in plain whole numbers; windows are found by trying those nearby
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)
    rounds = tables.tolist()[::-1]

    def back(number):
        left, right = number // side, number % side
        for table in rounds:
            left, right = (right - table[left]) % side, left
        number = left * side + right
        return number if number < n else back(number)

    return np.array([back(int(window)) for window in windows], dtype=int)


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = len(range(0, n_tokens - context_length, stride))
    windows = [w for w in range(n) if w * stride < token <= w * stride + context_length]
    pairs = []
    for epoch in range(n_epochs):
        for position in position_of(windows, n, seed, epoch):
            batch = int(position) // batch_size
            if (batch + 1) * batch_size <= n:
                pairs.append((epoch, batch))
    return sorted(pairs)
