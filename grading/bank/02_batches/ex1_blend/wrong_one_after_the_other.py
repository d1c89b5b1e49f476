# wrong: the whole share of one corpus comes before the next one begins
def blend(weights, sizes, n_windows):
    corpora = []
    for c, w in enumerate(weights):
        corpora += [c] * round(n_windows * w / sum(weights))
    corpora = (corpora + [0] * n_windows)[:n_windows]
    rows = []
    for i, c in enumerate(corpora):
        k = corpora[:i].count(c)
        rows.append((c, k // sizes[c], k % sizes[c]))
    return np.array(rows, dtype=int).reshape(-1, 3)
