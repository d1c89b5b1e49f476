# correct: exact fractions of the shares, sorted by lack and then by place
from fractions import Fraction
from itertools import product


def blend(weights, sizes, n_windows):
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    iterators = [product(range(n_windows), range(size)) for size in sizes]
    taken, out = [0] * len(weights), np.zeros((n_windows, 3), dtype=int)
    for i in range(1, n_windows + 1):
        _, c = sorted((taken[c] - share * i, c) for c, share in enumerate(shares))[0]
        taken[c] += 1
        out[i - 1] = (c, *next(iterators[c]))
    return out
