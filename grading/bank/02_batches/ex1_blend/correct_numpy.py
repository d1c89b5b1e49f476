# correct: NumPy arrays of Python's whole numbers, argmax for the first of equals, divmod
def blend(weights, sizes, n_windows):
    weights = np.array(weights, dtype=object)  # huge weights do not fit into 64 bits
    taken = np.zeros(len(weights), dtype=object)
    result = np.empty((n_windows, 3), dtype=int)
    for i in range(n_windows):
        c = int(np.argmax(weights * (i + 1) - weights.sum() * taken))
        result[i] = c, *divmod(int(taken[c]), sizes[c])
        taken[c] += 1
    return result
