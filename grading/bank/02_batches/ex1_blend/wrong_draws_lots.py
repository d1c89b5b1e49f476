# wrong: every window draws a lot with the weights as probabilities, right only on average
import random


def blend(weights, sizes, n_windows):
    rng = random.Random(0)
    taken = [0] * len(weights)
    rows = []
    for c in rng.choices(range(len(weights)), weights, k=n_windows):
        rows.append((c, taken[c] // sizes[c], taken[c] % sizes[c]))
        taken[c] += 1
    return np.array(rows, dtype=int).reshape(-1, 3)
