# correct: a shortest path from the first byte to the end with a heap, the distance being minus the log-probability
from heapq import heappop, heappush


def best_segmentation(word, log_prob):
    longest = max(map(len, log_prob), default=0)
    heap, seen = [(0.0, 0, 0)], {}
    while heap:
        distance, place, came_from = heappop(heap)
        if place in seen:
            continue
        seen[place] = came_from
        if place == len(word):
            break
        for end in range(place + 1, min(len(word), place + longest) + 1):
            if end not in seen and word[place:end] in log_prob:
                heappush(heap, (distance - log_prob[word[place:end]], end, place))
    if len(word) not in seen:
        raise ValueError(f"{word!r} has no segmentation")
    tokens, place = [], len(word)
    while place:
        tokens.insert(0, word[seen[place] : place])
        place = seen[place]
    return tokens


def log_likelihood(word, log_prob):
    longest = max(map(len, log_prob), default=0)
    arriving = [[] for _ in range(len(word) + 1)]
    arriving[0].append(0.0)
    result = -math.inf
    for place in range(len(word) + 1):
        here = -math.inf
        for term in arriving[place]:
            here = np.logaddexp(here, term)
        result = here
        for end in range(place + 1, min(len(word), place + longest) + 1):
            p = log_prob.get(word[place:end])
            if p is not None:
                arriving[end].append(here + p)
    return float(result)
