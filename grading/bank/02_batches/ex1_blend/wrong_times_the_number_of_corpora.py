# wrong: what has been taken is multiplied by the number of corpora, not by the sum of the weights
def blend(weights, sizes, n_windows):
    total = len(weights)
    taken = [0] * len(weights)
    rows = []
    for i in range(n_windows):
        behind = [w * (i + 1) - total * t for w, t in zip(weights, taken)]
        c = behind.index(max(behind))
        rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
        taken[c] += 1
    return np.array(rows, dtype=np.int64)
