# correct: the lack of each corpus is carried along and paid back, nothing is multiplied; epochs are counted on the way
def blend(weights, sizes, n_windows):
    lack = [0 for _ in weights]
    epoch, number = [0 for _ in weights], [0 for _ in weights]
    rows = []
    for _ in range(n_windows):
        for c, weight in enumerate(weights):
            lack[c] += weight
        chosen = max(range(len(weights)), key=lambda c: lack[c])
        lack[chosen] -= sum(weights)
        rows += [chosen, epoch[chosen], number[chosen]]
        number[chosen] += 1
        if number[chosen] == sizes[chosen]:
            epoch[chosen], number[chosen] = epoch[chosen] + 1, 0
    return np.array(rows, dtype=int).reshape(n_windows, 3)
