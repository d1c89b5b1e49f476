# wrong: log_likelihood adds probabilities, which become 0 for a long word
def best_segmentation(word, log_prob):
    best = [(0.0, [])]
    for end in range(1, len(word) + 1):
        ways = [
            (best[begin][0] + log_prob[word[begin:end]], [*best[begin][1], word[begin:end]])
            for begin in range(end)
            if word[begin:end] in log_prob and best[begin] is not None
        ]
        best.append(max(ways) if ways else None)
    if best[-1] is None:
        raise ValueError("no segmentation")
    return best[-1][1]


def log_likelihood(word, log_prob):
    total = [1.0]
    for end in range(1, len(word) + 1):
        known = [begin for begin in range(end) if word[begin:end] in log_prob]
        total.append(sum(total[begin] * math.exp(log_prob[word[begin:end]]) for begin in known))
    return math.log(total[-1]) if total[-1] > 0 else -math.inf
