# correct: a loop over all tokens at each place of the word; the second function with a copy of them
def best_segmentation(word, log_prob):
    best = [(0.0, [])] + [(-math.inf, [])] * len(word)
    for begin in range(len(word)):
        score, tokens = best[begin]
        for token, p in log_prob.items():
            end = begin + len(token)
            if word.startswith(token, begin) and score + p > best[end][0]:
                best[end] = (score + p, [*tokens, token])
    if best[-1][0] == -math.inf:
        raise ValueError(f"no segmentation of {word!r}")
    return best[-1][1]


def log_likelihood(word, log_prob):
    copied = dict(log_prob)
    total = np.full(len(word) + 1, -np.inf)
    total[0] = 0.0
    for end in range(1, len(word) + 1):
        for token, p in copied.items():
            if word.endswith(token, 0, end) and len(token) <= end:
                total[end] = np.logaddexp(total[end], total[end - len(token)] + p)
    return total[-1]
