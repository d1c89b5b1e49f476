# correct: one matrix of the log-probabilities of all parts of the word, a column at a time
def parts(word, log_prob):
    n = len(word)
    matrix = np.full((n + 1, n + 1), -np.inf)  # matrix[begin, end]
    longest = max(map(len, log_prob), default=0)
    for begin in range(n):
        for end in range(begin + 1, min(n, begin + longest) + 1):
            matrix[begin, end] = log_prob.get(word[begin:end], -np.inf)
    return matrix


def best_segmentation(word, log_prob):
    matrix, n = parts(word, log_prob), len(word)
    best, start = np.full(n + 1, -np.inf), np.zeros(n + 1, dtype=int)
    best[0] = 0
    for end in range(1, n + 1):
        column = best[:end] + matrix[:end, end]
        start[end] = column.argmax()
        best[end] = column.max()
    if np.isneginf(best[n]):
        raise ValueError("this word has no segmentation")
    cuts = [n]
    while cuts[-1] > 0:
        cuts.append(int(start[cuts[-1]]))
    cuts.reverse()
    return [word[a:b] for a, b in zip(cuts, cuts[1:])]


def log_likelihood(word, log_prob):
    matrix, n = parts(word, log_prob), len(word)
    total = np.full(n + 1, -np.inf)
    total[0] = 0
    for end in range(1, n + 1):
        total[end] = np.logaddexp.reduce(total[:end] + matrix[:end, end])
    return total[n]
