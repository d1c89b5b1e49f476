# correct: np.vectorize over the windows (it takes no empty array); every window of the corpus is asked
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)

    def walk(number):
        while True:
            left, right = divmod(number, side)
            for table in tables[::-1]:
                left, right = (right - table[left]) % side, left
            number = left * side + right
            if number < n:
                return number

    return np.vectorize(walk)(windows)


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = (n_tokens - context_length - 1) // stride + 1
    asking = [w for w in range(n) if w * stride < token <= w * stride + context_length]
    found = []
    for epoch in range(n_epochs):
        positions = sorted(int(position_of(np.array([w]), n, seed, epoch)[0]) for w in asking)
        found += [(epoch, p // batch_size) for p in positions if p // batch_size < n // batch_size]
    return found
