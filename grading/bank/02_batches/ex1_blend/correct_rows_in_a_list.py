# correct: the rows in a list, of which NumPy makes the array at the end
def blend(weights, sizes, n_windows):
    total = sum(weights)
    taken = [0] * len(weights)
    rows = []
    for i in range(n_windows):
        behind = [w * (i + 1) - total * t for w, t in zip(weights, taken)]
        c = behind.index(max(behind))
        rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
        taken[c] += 1
    return np.array(rows, dtype=np.int64)
