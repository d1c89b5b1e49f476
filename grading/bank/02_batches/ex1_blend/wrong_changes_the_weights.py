# wrong: works in the list of weights that it was given
def blend(weights, sizes, n_windows):
    total, shares, behind = sum(weights), list(weights), weights
    taken = [0] * len(weights)
    rows = []
    for _ in range(n_windows):
        c = behind.index(max(behind))
        rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
        taken[c] += 1
        behind[c] -= total
        for k, share in enumerate(shares):
            behind[k] += share
    return np.array(rows)
