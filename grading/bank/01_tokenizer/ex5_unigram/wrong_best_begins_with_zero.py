# wrong: the best values begin with 0.0, which no logarithm of a probability exceeds; no token is ever chosen
def best_segmentation(word, log_prob):
    best, start = [0.0] * (len(word) + 1), [0] * (len(word) + 1)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            score = best[begin] + log_prob.get(word[begin:end], -math.inf)
            if score > best[end]:
                best[end], start[end] = score, begin
    tokens, end = [], len(word)
    while end > 0:
        tokens.insert(0, word[start[end] : end])
        end = start[end]
    return tokens


def log_likelihood(word: bytes, log_prob: dict[bytes, float]) -> float:
    longest = max(map(len, log_prob), default=0)
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - longest), end):
            token = word[start:end]
            if token in log_prob:
                total[end] = np.logaddexp(total[end], total[start] + log_prob[token])
    return total[-1]
