# correct: masks and np.where, the walk for all windows at once until none is outside
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)

    def step(numbers):
        left, right = numbers // side, numbers % side
        for k in range(len(tables) - 1, -1, -1):
            left, right = np.mod(right - tables[k][left], side), left
        return side * left + right

    positions = step(np.asarray(windows))
    while np.any(positions >= n):
        positions = np.where(positions >= n, step(positions), positions)
    return positions


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = (n_tokens - context_length - 1) // stride + 1
    windows = np.array([w for w in range(n) if token in range(w * stride + 1, w * stride + context_length + 1)], dtype=int)
    found = []
    for epoch in range(n_epochs):
        batches = position_of(windows, n, seed, epoch) // batch_size
        found += sorted((epoch, b) for b in batches.tolist() if b < n // batch_size)
    return found
