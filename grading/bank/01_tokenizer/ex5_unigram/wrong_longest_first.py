# wrong: takes the longest token that fits, from the left
def best_segmentation(word, log_prob):
    tokens, begin = [], 0
    while begin < len(word):
        for end in range(len(word), begin, -1):
            if word[begin:end] in log_prob:
                tokens.append(word[begin:end])
                begin = end
                break
        else:
            raise ValueError("no token fits")
    return tokens


def log_likelihood(word, log_prob):
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            if word[begin:end] in log_prob:
                total[end] = np.logaddexp(total[end], total[begin] + log_prob[word[begin:end]])
    return float(total[-1])
