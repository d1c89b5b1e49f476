# correct: sums that grow with np.logaddexp, one token at a time, and stay NumPy numbers; backpointers, looks with "in"
def best_segmentation(word: bytes, log_prob: dict[bytes, float]) -> list[bytes]:
    longest = max(map(len, log_prob), default=0)
    best = [0.0] + [-math.inf] * len(word)
    back = [None] * (len(word) + 1)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - longest), end):
            token = word[start:end]
            if token in log_prob and best[start] + log_prob[token] > best[end]:
                best[end] = best[start] + log_prob[token]
                back[end] = start
    if best[-1] == -math.inf:
        raise ValueError(f"{word!r} has no segmentation")
    tokens, end = [], len(word)
    while end > 0:
        tokens.append(word[back[end] : end])
        end = back[end]
    return tokens[::-1]


def log_likelihood(word: bytes, log_prob: dict[bytes, float]) -> float:
    longest = max(map(len, log_prob), default=0)
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - longest), end):
            token = word[start:end]
            if token in log_prob:
                total[end] = np.logaddexp(total[end], total[start] + log_prob[token])
    return total[-1]
