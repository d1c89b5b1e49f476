# correct: recursion from the left over the rest of the word, remembered in a cache
from functools import lru_cache


def best_segmentation(word, log_prob):
    longest = max((len(token) for token in log_prob), default=0)

    @lru_cache(maxsize=None)
    def best_from(begin):
        if begin == len(word):
            return 0.0, None
        ways = [(-math.inf, None)]
        for end in range(begin + 1, min(begin + longest, len(word)) + 1):
            if word[begin:end] in log_prob:
                ways.append((log_prob[word[begin:end]] + best_from(end)[0], end))
        return max(ways, key=lambda way: way[0])

    if best_from(0)[0] == -math.inf:
        raise ValueError(f"no segmentation of {word!r}")
    tokens, begin = [], 0
    while begin < len(word):
        end = best_from(begin)[1]
        tokens.append(word[begin:end])
        begin = end
    return tuple(tokens)


def log_likelihood(word, log_prob):
    longest = max((len(token) for token in log_prob), default=0)

    @lru_cache(maxsize=None)
    def from_here(begin):
        if begin == len(word):
            return 0.0
        ends = range(begin + 1, min(begin + longest, len(word)) + 1)
        terms = [log_prob[word[begin:end]] + from_here(end) for end in ends if word[begin:end] in log_prob]
        top = max(terms, default=-math.inf)
        return top if top == -math.inf else top + math.log(sum(math.exp(term - top) for term in terms))

    return from_here(0)
