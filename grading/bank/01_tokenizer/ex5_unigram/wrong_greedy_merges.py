# wrong: merges neighbours greedily while the product grows, and never takes a merge apart
def best_segmentation(word, log_prob):
    tokens = [word[i : i + 1] for i in range(len(word))]
    while len(tokens) > 1:
        merged = [a + b for a, b in zip(tokens, tokens[1:])]
        place = max(range(len(merged)), key=lambda i: log_prob.get(merged[i], -math.inf))
        if merged[place] not in log_prob:
            break
        tokens[place : place + 2] = [merged[place]]
    if any(token not in log_prob for token in tokens):
        raise ValueError("no segmentation")
    return tokens


def log_likelihood(word, log_prob):
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            if word[begin:end] in log_prob:
                total[end] = np.logaddexp(total[end], total[begin] + log_prob[word[begin:end]])
    return float(total[-1])
