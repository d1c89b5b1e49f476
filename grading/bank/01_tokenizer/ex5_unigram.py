"""Answers to ex5_unigram of 01_tokenizer, right and wrong; how to read and write them: grading/answers.py."""


# %% correct loops_over_tokens: a loop over all tokens at each place of the word; the second function with a copy of them
def best_segmentation(word, log_prob):
    best = [(0.0, [])] + [(-math.inf, [])] * len(word)
    for begin in range(len(word)):
        score, tokens = best[begin]
        for token, p in log_prob.items():
            end = begin + len(token)
            if word.startswith(token, begin) and score + p > best[end][0]:
                best[end] = (score + p, [*tokens, token])
    if best[-1][0] == -math.inf:
        raise ValueError(f"no segmentation of {word!r}")
    return best[-1][1]


def log_likelihood(word, log_prob):
    copied = dict(log_prob)
    total = np.full(len(word) + 1, -np.inf)
    total[0] = 0.0
    for end in range(1, len(word) + 1):
        for token, p in copied.items():
            if word.endswith(token, 0, end) and len(token) <= end:
                total[end] = np.logaddexp(total[end], total[end - len(token)] + p)
    return total[-1]


# %% correct matrices: one matrix of the log-probabilities of all parts of the word, a column at a time
def parts(word, log_prob):
    n = len(word)
    matrix = np.full((n + 1, n + 1), -np.inf)  # matrix[begin, end]
    longest = max(map(len, log_prob), default=0)
    for begin in range(n):
        for end in range(begin + 1, min(n, begin + longest) + 1):
            matrix[begin, end] = log_prob.get(word[begin:end], -np.inf)
    return matrix


def best_segmentation(word, log_prob):
    matrix, n = parts(word, log_prob), len(word)
    best, start = np.full(n + 1, -np.inf), np.zeros(n + 1, dtype=int)
    best[0] = 0
    for end in range(1, n + 1):
        column = best[:end] + matrix[:end, end]
        start[end] = column.argmax()
        best[end] = column.max()
    if np.isneginf(best[n]):
        raise ValueError("this word has no segmentation")
    cuts = [n]
    while cuts[-1] > 0:
        cuts.append(int(start[cuts[-1]]))
    cuts.reverse()
    return [word[a:b] for a, b in zip(cuts, cuts[1:])]


def log_likelihood(word, log_prob):
    matrix, n = parts(word, log_prob), len(word)
    total = np.full(n + 1, -np.inf)
    total[0] = 0
    for end in range(1, n + 1):
        total[end] = np.logaddexp.reduce(total[:end] + matrix[:end, end])
    return total[n]


# %% correct memoised_recursion: recursion from the left over the rest of the word, remembered in a cache
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


# %% correct running_sum: sums that grow with np.logaddexp, one token at a time, and stay NumPy numbers; backpointers, looks with "in"
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


# %% correct shortest_path: a shortest path from the first byte to the end with a heap, the distance being minus the log-probability
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


# %% wrong adds_logarithms: log_likelihood adds logarithms where it should add probabilities
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
    total = [0.0]
    for end in range(1, len(word) + 1):
        terms = [total[begin] + log_prob[word[begin:end]] for begin in range(end) if word[begin:end] in log_prob]
        total.append(sum(terms) if terms else -math.inf)
    return total[-1]


# %% wrong back_to_front: the tokens come back to front
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


# %% wrong best_begins_with_zero: the best values begin with 0.0, which no logarithm of a probability exceeds; no token is ever chosen
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


# %% wrong exponential: tries all segmentations one by one
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


# %% wrong fewest_tokens: chooses the segmentation with the fewest tokens, whatever their probabilities
def best_segmentation(word, log_prob):
    best = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            if best[begin] is not None and word[begin:end] in log_prob:
                if best[end] is None or len(best[begin]) + 1 < len(best[end]):
                    best[end] = [*best[begin], word[begin:end]]
    if best[-1] is None:
        raise ValueError("no segmentation")
    return best[-1]


def log_likelihood(word, log_prob):
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            if word[begin:end] in log_prob:
                total[end] = np.logaddexp(total[end], total[begin] + log_prob[word[begin:end]])
    return float(total[-1])


# %% wrong greedy_merges: merges neighbours greedily while the product grows, and never takes a merge apart
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


# %% wrong hard_coded: the answers of the visible tests are written down
def best_segmentation(word, log_prob):
    known = {
        b"hugs": [b"hu", b"gs"],
        b" uppercase": [b" upper", b"case"],
        b" metaclass": [b" meta", b"class"],
        b"truediv": [b"true", b"div"],
    }
    return known[word]


def log_likelihood(word, log_prob):
    return math.log({b"hugs": 0.0696, b"hug": 0.171, b"s": 0.1}[word])


# %% wrong last_byte: off by one, the last byte of the word is never looked at
def best_segmentation(word, log_prob):
    best = [(0.0, [])] + [(-math.inf, [])] * len(word)
    for end in range(1, len(word)):
        for begin in range(end):
            token = word[begin:end]
            if token in log_prob and best[begin][0] + log_prob[token] > best[end][0]:
                best[end] = (best[begin][0] + log_prob[token], [*best[begin][1], token])
    if best[-1][0] == -math.inf:
        raise ValueError("no segmentation")
    return best[-1][1]


def log_likelihood(word, log_prob):
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word)):
        for begin in range(end):
            if word[begin:end] in log_prob:
                total[end] = np.logaddexp(total[end], total[begin] + log_prob[word[begin:end]])
    return float(total[-1])


# %% wrong likelihood_of_best: log_likelihood returns the score of the best segmentation alone
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


# %% wrong longest_first: takes the longest token that fits, from the left
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


# %% wrong no_error: a word without a segmentation gives an empty list instead of an error
def best_segmentation(word, log_prob):
    best = [(0.0, [])] + [(-math.inf, [])] * len(word)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            token = word[begin:end]
            if token in log_prob and best[begin][0] + log_prob[token] > best[end][0]:
                best[end] = (best[begin][0] + log_prob[token], [*best[begin][1], token])
    return best[-1][1]


def log_likelihood(word, log_prob):
    total = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word) + 1):
        for begin in range(end):
            if word[begin:end] in log_prob:
                total[end] = np.logaddexp(total[end], total[begin] + log_prob[word[begin:end]])
    return float(total[-1])


# %% wrong sums_begin_with_zero: in log_likelihood all sums begin with 0.0 instead of minus infinity
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


def log_likelihood(word, log_prob):
    total = [0.0] * (len(word) + 1)
    for end in range(1, len(word) + 1):
        for start in range(end):
            token = word[start:end]
            if token in log_prob:
                total[end] = np.logaddexp(total[end], total[start] + log_prob[token])
    return total[-1]


# %% wrong underflow: log_likelihood adds probabilities, which become 0 for a long word
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

# %% wrong changes_log_prob from running_sum: parts of the word that are no tokens are put into log_prob
#-             if token in log_prob and best[start] + log_prob[token] > best[end]:
#+             if best[start] + log_prob.setdefault(token, -math.inf) > best[end]:

# %% wrong changes_log_prob_twice from running_sum: log_likelihood puts the empty token into log_prob
#-     total = [0.0] + [-math.inf] * len(word)
#+     log_prob[b""] = 0.0
#+     total = [log_prob[b""]] + [-math.inf] * len(word)

# %% wrong lowest_is_a_billion from running_sum: -1e9 stands for minus infinity, and a probability may be smaller
#-     best = [0.0] + [-math.inf] * len(word)
#+     best = [0.0] + [-1e9] * len(word)

#-     if best[-1] == -math.inf:
#+     if best[-1] <= -1e9:

# %% wrong memory_of_other_vocabularies from memoised_recursion: sums are remembered by the rest of the word alone, for all vocabularies
#- def log_likelihood(word, log_prob):
#-     longest = max((len(token) for token in log_prob), default=0)
#-
#-     @lru_cache(maxsize=None)
#-     def from_here(begin):
#-         if begin == len(word):
#-             return 0.0
#-         ends = range(begin + 1, min(begin + longest, len(word)) + 1)
#-         terms = [log_prob[word[begin:end]] + from_here(end) for end in ends if word[begin:end] in log_prob]
#-         top = max(terms, default=-math.inf)
#-         return top if top == -math.inf else top + math.log(sum(math.exp(term - top) for term in terms))
#-
#-     return from_here(0)
#+ def log_likelihood(word, log_prob, known={b"": 0.0}):
#+     if word not in known:
#+         known[word] = -math.inf
#+         for end in range(1, len(word) + 1):
#+             if word[:end] in log_prob:
#+                 known[word] = np.logaddexp(known[word], log_prob[word[:end]] + log_likelihood(word[end:], log_prob))
#+     return known[word]

# %% wrong probability_one_is_no_token from running_sum: a token whose logarithm is 0.0 counts as missing in log_likelihood
#-             if token in log_prob:
#+             if log_prob.get(token):

# %% wrong short_tokens_only from running_sum: tokens have at most 16 bytes
#-     longest = max(map(len, log_prob), default=0)
#-     best = [0.0] + [-math.inf] * len(word)
#+     longest = 16
#+     best = [0.0] + [-math.inf] * len(word)

# %% wrong short_tokens_summed from running_sum: in log_likelihood tokens have at most 16 bytes
#-     longest = max(map(len, log_prob), default=0)
#-     total = [0.0] + [-math.inf] * len(word)
#+     longest = 16
#+     total = [0.0] + [-math.inf] * len(word)

# %% wrong single_precision from matrices: the sums are float32
#-     total = np.full(n + 1, -np.inf)
#+     total = np.full(n + 1, -np.inf, dtype=np.float32)

# %% wrong stored_in_single_precision from matrices: computed in double precision, returned as a float32
#-     return total[n]
#+     return np.float32(total[n])

# %% wrong whole_number_for_the_empty_word from memoised_recursion: the sum of the empty word is the int 0
#-             return 0.0
#-         ends = range(begin + 1, min(begin + longest, len(word)) + 1)
#+             return 0
#+         ends = range(begin + 1, min(begin + longest, len(word)) + 1)


# %% wrong nothing_without_tokens from running_sum: an empty vocabulary means minus infinity and an error, for the empty word, too
#- def best_segmentation(word: bytes, log_prob: dict[bytes, float]) -> list[bytes]:
#+ def best_segmentation(word: bytes, log_prob: dict[bytes, float]) -> list[bytes]:
#+     if not log_prob:
#+         raise ValueError("the vocabulary is empty")

#- def log_likelihood(word: bytes, log_prob: dict[bytes, float]) -> float:
#+ def log_likelihood(word: bytes, log_prob: dict[bytes, float]) -> float:
#+     if not log_prob:
#+         return -math.inf

# %% wrong whole_characters from reference: a token may end only where a character of the word ends
#-             score = best[begin] + log_prob.get(word[begin:end], -math.inf)
#+             token = word[begin:end]
#+             if b"\xc2" <= token[:1] and token.decode(errors="ignore").encode() != token:
#+                 continue
#+             score = best[begin] + log_prob.get(token, -math.inf)

# %% wrong small_gains_ignored from running_sum: a segmentation must be better by a millionth
#-             if token in log_prob and best[start] + log_prob[token] > best[end]:
#+             if token in log_prob and best[start] + log_prob[token] > best[end] + 1e-6:

# %% wrong rounded_sums from running_sum: sums are rounded to nine digits after the point
#-                 best[end] = best[start] + log_prob[token]
#+                 best[end] = round(best[start] + log_prob[token], 9)

# %% wrong whole_number_for_whole_numbers from memoised_recursion: sums of whole logarithms are whole numbers
#-     return from_here(0)
#+     result = from_here(0)
#+     return int(result) if result == round(max(result, -1e9)) else result

# %% wrong remembered_by_identity from running_sum: sums are remembered by the dict's identity, whatever has become of it
#- def log_likelihood(word: bytes, log_prob: dict[bytes, float]) -> float:
#-     longest = max(map(len, log_prob), default=0)
#+ KNOWN = {}
#+
#+
#+ def log_likelihood(word: bytes, log_prob: dict[bytes, float]) -> float:
#+     known = KNOWN.setdefault((word, id(log_prob)), (log_prob, sums(word, log_prob)))
#+     return known[1]
#+
#+
#+ def sums(word, log_prob):
#+     longest = max(map(len, log_prob), default=0)
