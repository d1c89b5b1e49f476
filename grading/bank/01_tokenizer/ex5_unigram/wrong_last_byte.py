# wrong: off by one, the last byte of the word is never looked at
def best_segmentation(word, log_prob):
    best = [(0.0, [])] + [(-math.inf, [])] * len(word)
    for end in range(1, len(word)):
        for begin in range(end):
            token = word[begin:end]
            if token in log_prob and best[begin][0] + log_prob[token] > best[end][0]:
                best[end] = (best[begin][0] + log_prob[token], [*best[begin][1], token])
    if best[-1][0] == -math.inf:
        raise ValueError("no segmentation")
    return best[-1][1]


def log_likelihood(word, log_prob):
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word)):
        for begin in range(end):
            if word[begin:end] in log_prob:
                total[end] = np.logaddexp(total[end], total[begin] + log_prob[word[begin:end]])
    return float(total[-1])
