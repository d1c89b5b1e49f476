# correct: one array for each window, concatenated (never of none); readings goes through the batches with order_at
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)

    def one(number):
        while True:
            left, right = divmod(number, side)
            for k in (7, 6, 5, 4, 3, 2, 1, 0):
                left, right = (right - tables[k, left]) % side, left
            number = left * side + right
            if number < n:
                return [number]

    return np.concatenate([one(window) for window in windows])


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = (n_tokens - context_length - 1) // stride + 1
    found = []
    for epoch in range(n_epochs):
        for batch in range(n // batch_size):
            for w in order_at(np.arange(batch * batch_size, (batch + 1) * batch_size), n, seed, epoch):
                if w * stride < token <= w * stride + context_length:
                    found.append((epoch, batch))
    return found
