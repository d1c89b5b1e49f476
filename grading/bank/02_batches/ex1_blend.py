"""Answers to ex1_blend of 02_batches, right and wrong; how to read and write them: grading/answers.py."""


# %% correct fractions: exact fractions of the shares, sorted by lack and then by place
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


# %% correct numpy: NumPy arrays of Python's whole numbers, argmax for the first of equals, divmod
def blend(weights, sizes, n_windows):
    weights = np.array(weights, dtype=object)  # huge weights do not fit into 64 bits
    taken = np.zeros(len(weights), dtype=object)
    result = np.empty((n_windows, 3), dtype=int)
    for i in range(n_windows):
        c = int(np.argmax(weights * (i + 1) - weights.sum() * taken))
        result[i] = c, *divmod(int(taken[c]), sizes[c])
        taken[c] += 1
    return result


# %% correct rows_in_a_list: the rows in a list, of which NumPy makes the array at the end
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


# %% correct running_lack: the lack of each corpus is carried along and paid back, nothing is multiplied; epochs are counted on the way
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


# %% correct counts_in_a_list: how far each corpus is behind, in whole numbers
def blend(weights, sizes, n_windows):
    total = sum(weights)
    taken = [0] * len(weights)
    rows = []
    for i in range(n_windows):
        behind = [w * (i + 1) - total * t for w, t in zip(weights, taken)]
        c = behind.index(max(behind))
        rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
        taken[c] += 1
    return np.array(rows, dtype=np.int64).reshape(-1, 3)

# %% wrong changes_the_weights from rows_in_a_list: works in the list of weights that it was given
#-     total = sum(weights)
#+     total, shares, behind = sum(weights), list(weights), weights

#-     for i in range(n_windows):
#-         behind = [w * (i + 1) - total * t for w, t in zip(weights, taken)]
#+     for _ in range(n_windows):

#-     return np.array(rows, dtype=np.int64)
#+         behind[c] -= total
#+         for k, share in enumerate(shares):
#+             behind[k] += share
#+     return np.array(rows)

# %% wrong counts_the_whole_mixture from counts_in_a_list: epoch and number are computed from the number of the window in the whole mixture
#-         rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
#+         rows.append([c, i // sizes[c], i % sizes[c]])


# %% wrong draws_lots: every window draws a lot with the weights as probabilities, right only on average
import random


def blend(weights, sizes, n_windows):
    rng = random.Random(0)
    taken = [0] * len(weights)
    rows = []
    for c in rng.choices(range(len(weights)), weights, k=n_windows):
        rows.append((c, taken[c] // sizes[c], taken[c] % sizes[c]))
        taken[c] += 1
    return np.array(rows, dtype=int).reshape(-1, 3)

# %% wrong epochs_from_one from counts_in_a_list: epochs are counted from 1
#-         rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
#+         rows.append([c, taken[c] // sizes[c] + 1, taken[c] % sizes[c]])

# %% wrong floating_point from counts_in_a_list: the shares are floats, and rounding decides between corpora that are equally far behind
#-     total = sum(weights)
#+     shares = [w / sum(weights) for w in weights]

#-         behind = [w * (i + 1) - total * t for w, t in zip(weights, taken)]
#+         behind = [s * (i + 1) - t for s, t in zip(shares, taken)]

# %% wrong last_of_equals from counts_in_a_list: of corpora that are equally far behind the last one is taken
#-         c = behind.index(max(behind))
#+         c = max(range(len(behind)), key=lambda k: (behind[k], k))

# %% wrong list_of_lists from rows_in_a_list: returns a list of lists instead of an array
#-     return np.array(rows, dtype=np.int64)
#+     return rows

# %% wrong never_begins_again from counts_in_a_list: a corpus that has handed out all its windows counts on instead of beginning again
#-         rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
#+         rows.append([c, 0, taken[c]])

# %% wrong new_window_not_counted from counts_in_a_list: how far a corpus is behind is computed without the new window
#-         behind = [w * (i + 1) - total * t for w, t in zip(weights, taken)]
#+         behind = [w * i - total * t for w, t in zip(weights, taken)]


# %% wrong one_after_the_other: the whole share of one corpus comes before the next one begins
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

# %% wrong swapped_columns from counts_in_a_list: the columns for epoch and number are swapped
#-         rows.append([c, taken[c] // sizes[c], taken[c] % sizes[c]])
#+         rows.append([c, taken[c] % sizes[c], taken[c] // sizes[c]])

# %% wrong takes_turns from counts_in_a_list: the corpora take turns, the weights are not used
#-         c = behind.index(max(behind))
#+         c = i % len(weights)

# %% wrong times_the_number_of_corpora from rows_in_a_list: what has been taken is multiplied by the number of corpora, not by the sum of the weights
#-     total = sum(weights)
#+     total = len(weights)

# %% wrong one_byte_numbers from counts_in_a_list: the array has numbers of one byte, which end at 127
#-     return np.array(rows, dtype=np.int64).reshape(-1, 3)
#+     return np.array(rows).astype(np.int8).reshape(-1, 3)

# %% wrong sixty_four_bits from numpy: NumPy's whole numbers have 64 bits, too few for large weights
#-     weights = np.array(weights, dtype=object)  # huge weights do not fit into 64 bits
#-     taken = np.zeros(len(weights), dtype=object)
#+     weights = np.array(weights)
#+     taken = np.zeros(len(weights), dtype=np.int64)

# %% wrong zero_is_one from counts_in_a_list: a weight of zero is taken for one that was not given
#-     total = sum(weights)
#+     weights = [weight or 1 for weight in weights]
#+     total = sum(weights)


# %% wrong recursive: each window calls the function again for the ones before it, which ends at the limit of recursion
def blend(weights, sizes, n_windows):
    if n_windows == 0:
        return np.zeros((0, 3), dtype=int)
    before = blend(weights, sizes, n_windows - 1)
    taken = [int((before[:, 0] == c).sum()) for c in range(len(weights))]
    behind = [w * n_windows - sum(weights) * t for w, t in zip(weights, taken)]
    c = behind.index(max(behind))
    return np.vstack([before, [(c, taken[c] // sizes[c], taken[c] % sizes[c])]])

# %% wrong two_byte_numbers from counts_in_a_list: the array has numbers of two bytes, which end at 32767
#-     return np.array(rows, dtype=np.int64).reshape(-1, 3)
#+     return np.array(rows).astype(np.int16).reshape(-1, 3)

# %% wrong remembered_array from counts_in_a_list: the array of each call is remembered and given out again
#- def blend(weights, sizes, n_windows):
#+ KNOWN = {}
#+
#+
#+ def blend(weights, sizes, n_windows):
#+     key = (*weights, *sizes, n_windows)
#+     if key not in KNOWN:
#+         KNOWN[key] = computed(weights, sizes, n_windows)
#+     return KNOWN[key]
#+
#+
#+ def computed(weights, sizes, n_windows):

# %% wrong squeezed from counts_in_a_list: axes of length 1 are taken away
#-     return np.array(rows, dtype=np.int64).reshape(-1, 3)
#+     return np.array(rows, dtype=np.int64).squeeze()
