# wrong: chooses the segmentation with the fewest tokens, whatever their probabilities
def best_segmentation(word, log_prob):
    best = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            if best[begin] is not None and word[begin:end] in log_prob:
                if best[end] is None or len(best[begin]) + 1 < len(best[end]):
                    best[end] = [*best[begin], word[begin:end]]
    if best[-1] is None:
        raise ValueError("no segmentation")
    return best[-1]


def log_likelihood(word, log_prob):
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            if word[begin:end] in log_prob:
                total[end] = np.logaddexp(total[end], total[begin] + log_prob[word[begin:end]])
    return float(total[-1])
