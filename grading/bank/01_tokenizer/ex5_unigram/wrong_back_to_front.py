# wrong: the tokens come back to front
def best_segmentation(word, log_prob):
    best, start = [0.0] + [-math.inf] * len(word), [0] * (len(word) + 1)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            score = best[begin] + log_prob.get(word[begin:end], -math.inf)
            if score > best[end]:
                best[end], start[end] = score, begin
    if best[-1] == -math.inf:
        raise ValueError("no segmentation")
    tokens, end = [], len(word)
    while end:
        tokens.append(word[start[end] : end])
        end = start[end]
    return tokens


def log_likelihood(word, log_prob):
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            if word[begin:end] in log_prob:
                total[end] = np.logaddexp(total[end], total[begin] + log_prob[word[begin:end]])
    return float(total[-1])
