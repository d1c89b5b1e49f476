# wrong: of corpora that are equally far behind the last one is taken
def blend(weights, sizes, n_windows):
    total = sum(weights)
    taken = [0] * len(weights)
    rows = []
    for i in range(n_windows):
        behind = [w * (i + 1) - total * t for w, t in zip(weights, taken)]
        c = max(range(len(behind)), key=lambda k: (behind[k], k))
        rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
        taken[c] += 1
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
