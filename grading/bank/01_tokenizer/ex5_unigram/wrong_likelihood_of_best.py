# wrong: log_likelihood returns the score of the best segmentation alone
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
    try:
        return sum(log_prob[token] for token in best_segmentation(word, log_prob)) + 0.0
    except ValueError:
        return -math.inf
