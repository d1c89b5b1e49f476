# wrong: the shares are floats, and rounding decides between corpora that are equally far behind
def blend(weights, sizes, n_windows):
    shares = [w / sum(weights) for w in weights]
    taken = [0] * len(weights)
    rows = []
    for i in range(n_windows):
        behind = [s * (i + 1) - t for s, t in zip(shares, taken)]
        c = behind.index(max(behind))
        rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
        taken[c] += 1
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
