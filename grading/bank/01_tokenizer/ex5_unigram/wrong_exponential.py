# wrong: tries all segmentations one by one
def ways(word, log_prob):
    if not word:
        yield [], 0.0
    for end in range(1, len(word) + 1):
        if word[:end] in log_prob:
            for tokens, score in ways(word[end:], log_prob):
                yield [word[:end], *tokens], score + log_prob[word[:end]]


def best_segmentation(word, log_prob):
    found = list(ways(word, log_prob))
    if not found:
        raise ValueError("no segmentation")
    return max(found, key=lambda way: way[1])[0]


def log_likelihood(word, log_prob):
    scores = [score for _, score in ways(word, log_prob)]
    return float(np.logaddexp.reduce(scores)) if scores else -math.inf
