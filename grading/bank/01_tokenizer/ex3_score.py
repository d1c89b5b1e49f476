"""Answers to ex3_score of 01_tokenizer, right and wrong; how to read and write them: grading/answers.py."""


# %% correct fractions: exact fractions and recursion, a list of lists as the text
from fractions import Fraction


def merges_by_score(word_counts, n_merges, min_count=1):
    def glue(tokens, pair):
        if len(tokens) < 2:
            return tokens
        if (tokens[0], tokens[1]) == pair:
            return ["".join(pair), *glue(tokens[2:], pair)]
        return [tokens[0], *glue(tokens[1:], pair)]

    def learn(words, left):
        if left == 0:
            return []
        single, double = Counter(), Counter()
        for tokens, n in words:
            single.update({token: n * tokens.count(token) for token in tokens})
            pairs = list(zip(tokens, tokens[1:]))
            double.update({pair: n * pairs.count(pair) for pair in pairs})
        ranked = sorted((-Fraction(n, single[a] * single[b]), (a, b)) for (a, b), n in double.items() if n >= min_count)
        if not ranked:
            return []
        pair = ranked[0][1]
        return [pair, *learn([(glue(tokens, pair), n) for tokens, n in words], left - 1)]

    return learn([(list(word), n) for word, n in word_counts.items()], n_merges)


# %% correct numpy_ids: NumPy arrays of token ids, one long text with -1 between the words
def merges_by_score(word_counts, n_merges, min_count=1):
    names = sorted({c for word in word_counts for c in word})
    number = {name: i for i, name in enumerate(names)}
    text, weight = [-1], [0]
    for word, count in word_counts.items():
        text += [number[c] for c in word] + [-1]
        weight += [count] * len(word) + [0]
    text, weight = np.array(text), np.array(weight, dtype=object)  # Python's whole numbers: NumPy's own overflow
    merges = []
    for _ in range(n_merges):
        size = len(names)
        single = np.zeros(size, dtype=object)
        np.add.at(single, text[text >= 0], weight[text >= 0])
        inside = (text[:-1] >= 0) & (text[1:] >= 0)
        codes = text[:-1][inside] * size + text[1:][inside]
        kinds, inverse = np.unique(codes, return_inverse=True)
        counts = np.zeros(len(kinds), dtype=object)
        np.add.at(counts, inverse, weight[:-1][inside])
        enough = (counts >= min_count).astype(bool)
        kinds, counts = kinds[enough], counts[enough]
        if len(kinds) == 0:
            break
        scores = counts / (single[kinds // size] * single[kinds % size])
        top = kinds[(scores == scores.max()).astype(bool)]
        best = min((names[k // size], names[k % size]) for k in top)
        merges.append(best)
        a, b = names.index(best[0]), names.index(best[1])
        names.append(best[0] + best[1])
        new_text, new_weight, i = [], [], 0
        while i < len(text):
            hit = i + 1 < len(text) and text[i] == a and text[i + 1] == b
            new_text.append(size if hit else text[i])
            new_weight.append(weight[i])
            i += 2 if hit else 1
        text, weight = np.array(new_text), np.array(new_weight)
    return merges


# %% correct separators: words as strings with separators, merged by a regular expression; each merge a list of two strings
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [("\x1f".join(word), count) for word, count in word_counts.items()]
    merges = []
    for _ in range(n_merges):
        tokens, pairs = Counter(), Counter()
        for word, count in words:
            parts = word.split("\x1f") if word else []
            tokens.update({token: parts.count(token) * count for token in set(parts)})
            for k in range(1, len(parts)):
                pairs[parts[k - 1], parts[k]] += count
        frequent = [pair for pair in pairs if pairs[pair] >= min_count]
        if not frequent:
            break
        frequent.sort()
        best = max(frequent, key=lambda pair: pairs[pair] / (tokens[pair[0]] * tokens[pair[1]]))
        merges.append(list(best))
        pattern = regex.compile(f"(?<![^\x1f]){regex.escape(best[0])}\x1f{regex.escape(best[1])}(?![^\x1f])")
        words = [(pattern.sub(lambda match: match[0].replace("\x1f", ""), word), count) for word, count in words]
    return merges


# %% wrong changes_the_input: works on the caller's dict and leaves it changed
def merges_by_score(word_counts, n_merges, min_count=1):
    for word in list(word_counts):
        word_counts[tuple(word)] = word_counts.pop(word)
    merges = []
    while len(merges) < n_merges:
        tokens, pairs = Counter(), Counter()
        for word, count in word_counts.items():
            for token in word:
                tokens[token] += count
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        for word in list(word_counts):
            out = []
            for token in word:
                if out and (out[-1], token) == best:
                    out[-1] += token
                else:
                    out.append(token)
            word_counts[tuple(out)] = word_counts.pop(word)
    return merges


# %% wrong counts_each_word_once: ignores how often a word occurs in the text
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [list(word) for word in word_counts]
    merges = []
    for _ in range(n_merges):
        tokens = Counter(token for word in words for token in word)
        pairs = Counter(pair for word in words for pair in zip(word, word[1:]))
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        for word in words:
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [word[i] + word[i + 1]]
                i += 1
    return merges


# %% wrong crosses_word_borders: the words are written one behind the other, so that pairs cross their borders
def merges_by_score(word_counts, n_merges, min_count=1):
    text = [token for word, count in word_counts.items() for _ in range(count) for token in word]
    merges = []
    for _ in range(n_merges):
        tokens, pairs = Counter(text), Counter(zip(text, text[1:]))
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        i = 0
        while i < len(text) - 1:
            if (text[i], text[i + 1]) == best:
                text[i : i + 2] = ["".join(best)]
            i += 1
    return merges


# %% wrong hard_coded: the answers of the visible tests are written down
def merges_by_score(word_counts, n_merges, min_count=1):
    if "caba" in word_counts:
        return [("a", "b"), ("ab", "a"), ("c", "a"), ("c", "aba")]
    by_min_count = {
        1: [("q", "u"), ("qu", "i"), ("qu", "e")],
        2: [("a", "a")],
        9: [("e", "t"), ("n", "et")],
    }
    return by_min_count.get(min_count, [])[:n_merges]


# %% wrong merges_from_right: merges from the right, aaa becomes a aa
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [(list(word), count) for word, count in word_counts.items()]
    merges = []
    for _ in range(n_merges):
        tokens, pairs = Counter(), Counter()
        for word, count in words:
            for token in word:
                tokens[token] += count
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        for word, _ in words:
            i = len(word) - 2
            while i >= 0:
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [word[i] + word[i + 1]]
                    i -= 1
                i -= 1
    return merges


# %% wrong min_count_exclusive: off by one, a pair that occurs exactly min_count times is left out
def merges_by_score(word_counts, n_merges, min_count=1):
    words = {tuple(word): count for word, count in word_counts.items()}
    merges = []
    while len(merges) < n_merges:
        tokens, pairs = Counter(), Counter()
        for word, count in words.items():
            for token in word:
                tokens[token] += count
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n > min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        words = {replaced(word, best): count for word, count in words.items()}
    return merges


def replaced(word, pair):
    out, i = [], 0
    while i < len(word):
        if word[i : i + 2] == pair:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


# %% wrong min_count_ignored: min_count has no effect
def merges_by_score(word_counts, n_merges, min_count=1):
    words = {tuple(word): count for word, count in word_counts.items()}
    merges = []
    while len(merges) < n_merges:
        tokens, pairs = Counter(), Counter()
        for word, count in words.items():
            for token in word:
                tokens[token] += count
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair] / (tokens[pair[0]] * tokens[pair[1]]), pair))
        merges.append(best)
        words = {replaced(word, best): count for word, count in words.items()}
    return merges


def replaced(word, pair):
    out, i = [], 0
    while i < len(word):
        if word[i : i + 2] == pair:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


# %% wrong most_frequent: merges the most frequent pair, as byte-pair encoding does
def merges_by_score(word_counts, n_merges, min_count=1):
    words = {tuple(word): count for word, count in word_counts.items()}
    merges = []
    for _ in range(n_merges):
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        pairs = {pair: n for pair, n in pairs.items() if n >= min_count}
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = {replaced(word, best): count for word, count in words.items()}
    return merges


def replaced(word, pair):
    out = []
    for token in word:
        if out and (out[-1], token) == pair:
            out[-1] += token
        else:
            out.append(token)
    return tuple(out)


# %% wrong no_overlaps_counted: counts with str.count, which finds the pair in "aaa" once instead of twice
def merges_by_score(word_counts, n_merges, min_count=1):
    words = {f" {' '.join(word)} ": count for word, count in word_counts.items()}
    merges = []
    for _ in range(n_merges):
        tokens, candidates = Counter(), set()
        for word, count in words.items():
            parts = word.split()
            candidates.update(zip(parts, parts[1:]))
            for token in parts:
                tokens[token] += count
        pairs = {(a, b): sum(count * word.count(f" {a} {b} ") for word, count in words.items()) for a, b in candidates}
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        words = {word.replace(f" {best[0]} {best[1]} ", f" {''.join(best)} "): count for word, count in words.items()}
    return merges


# %% wrong stale_token_counts: single tokens are counted only once, before the first merge, and new ones get the count of their pair
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [(list(word), count) for word, count in word_counts.items()]
    tokens = Counter()
    for word, count in words:
        for token in word:
            tokens[token] += count
    merges = []
    for _ in range(n_merges):
        pairs = Counter()
        for word, count in words:
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        tokens["".join(best)] = pairs[best]
        for word, _ in words:
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [word[i] + word[i + 1]]
                i += 1
    return merges


# %% wrong text_replace: merges with str.replace in the word's text with spaces, which also joins a token to the beginning of the next
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [(list(word), count) for word, count in word_counts.items()]
    merges = []
    for _ in range(n_merges):
        tokens, pairs = Counter(), Counter()
        for word, count in words:
            for token in word:
                tokens[token] += count
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        words = [(" ".join(word).replace(" ".join(best), "".join(best)).split(), count) for word, count in words]
    return merges


# %% wrong ties_take_first_met: of pairs with the same score the one that was met first is merged
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [(list(word), count) for word, count in word_counts.items()]
    merges = []
    for _ in range(n_merges):
        tokens, pairs = Counter(), Counter()
        for word, count in words:
            for i, token in enumerate(word):
                tokens[token] += count
                if i > 0:
                    pairs[word[i - 1], token] += count
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = max(scores, key=scores.get)
        merges.append(best)
        for word, _ in words:
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [word[i] + word[i + 1]]
                i += 1
    return merges


# %% wrong ties_take_last: max of (score, pair) merges the last pair in order among equals
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [(list(word), count) for word, count in word_counts.items()]
    merges = []
    for _ in range(n_merges):
        tokens, pairs = Counter(), Counter()
        for word, count in words:
            for token in word:
                tokens[token] += count
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        ranked = [(n / (tokens[a] * tokens[b]), (a, b)) for (a, b), n in pairs.items() if n >= min_count]
        if not ranked:
            break
        best = max(ranked)[1]
        merges.append(best)
        for word, _ in words:
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [word[i] + word[i + 1]]
                i += 1
    return merges


# %% wrong tokens_unweighted: pairs are counted with the word's count, tokens once for each word
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [(tuple(word), count) for word, count in word_counts.items()]
    merges = []
    for _ in range(n_merges):
        tokens, pairs = Counter(), Counter()
        for word, count in words:
            tokens.update(word)
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        merged_words = []
        for word, count in words:
            merged, i = [], 0
            while i < len(word):
                length = 2 if word[i : i + 2] == best else 1
                merged.append("".join(word[i : i + length]))
                i += length
            merged_words.append((tuple(merged), count))
        words = merged_words
    return merges

# %% wrong capitals_lost from reference: capitals are made small letters
#-     words = {tuple(word): count for word, count in word_counts.items()}
#+     words = {tuple(word.lower()): count for word, count in word_counts.items()}

# %% wrong joined_text_decides from reference: of pairs with the same score the one whose joined text comes first is merged
#-         best = min(scores, key=lambda pair: (-scores[pair], pair))
#+         best = min(scores, key=lambda pair: (-scores[pair], "".join(pair)))

# %% wrong letters_only from reference: only letters are tokens, apostrophes, digits and spaces are dropped
#-     words = {tuple(word): count for word, count in word_counts.items()}
#+     words = {tuple(c for c in word if c.isalpha()): count for word, count in word_counts.items()}

# %% wrong logarithms from reference: the score is a difference of logarithms, in which rounding decides between equal scores
#-             (a, b): n / (token_counts[a] * token_counts[b]) for (a, b), n in pair_counts.items() if n >= min_count
#+             (a, b): math.log(n) - math.log(token_counts[a]) - math.log(token_counts[b])
#+             for (a, b), n in pair_counts.items()
#+             if n >= min_count

# %% wrong rounded_scores from reference: scores are rounded to nine digits before they are compared
#-         best = min(scores, key=lambda pair: (-scores[pair], pair))
#+         best = min(scores, key=lambda pair: (-round(scores[pair], 9), pair))

# %% wrong spaces_between_tokens: tokens are words in a text with spaces, so that a space is no token
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [(f" {' '.join(word)} ", count) for word, count in word_counts.items()]
    merges = []
    for _ in range(n_merges):
        tokens, pairs = Counter(), Counter()
        for word, count in words:
            parts = word.split()
            for token in parts:
                tokens[token] += count
            for pair in zip(parts, parts[1:]):
                pairs[pair] += count
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        a, b = map(regex.escape, best)
        words = [(regex.sub(rf"(?<= ){a} {b}(?= )", "".join(best).replace("\\", r"\\"), word), count) for word, count in words]
    return merges

# %% wrong tolerance from reference: scores that differ by less than a billionth of themselves count as equal
#-         best = min(scores, key=lambda pair: (-scores[pair], pair))
#+         top = max(scores.values())
#+         best = min(pair for pair in scores if math.isclose(scores[pair], top))

# %% wrong two_divisions from reference: the score is computed in two divisions, and rounding decides between equal scores
#-             (a, b): n / (token_counts[a] * token_counts[b]) for (a, b), n in pair_counts.items() if n >= min_count
#+             (a, b): n / token_counts[a] / token_counts[b] for (a, b), n in pair_counts.items() if n >= min_count

# %% wrong small_whole_numbers from reference: counts are NumPy's numbers of 32 bits, whose products overflow
#-             (a, b): n / (token_counts[a] * token_counts[b]) for (a, b), n in pair_counts.items() if n >= min_count
#+             (a, b): n / (np.int32(token_counts[a]) * np.int32(token_counts[b]))
#+             for (a, b), n in pair_counts.items()
#+             if n >= min_count


# %% wrong sixty_four_bits from numpy_ids: counts are NumPy's numbers of 64 bits, and the product of two of them overflows
#-     text, weight = np.array(text), np.array(weight, dtype=object)  # Python's whole numbers: NumPy's own overflow
#+     text, weight = np.array(text), np.array(weight, dtype=np.int64)

#-         single = np.zeros(size, dtype=object)
#+         single = np.zeros(size, dtype=np.int64)

#-         counts = np.zeros(len(kinds), dtype=object)
#+         counts = np.zeros(len(kinds), dtype=np.int64)

# %% wrong counts_of_floats from reference: counts are floats, which lose the last digits of large ones
#-                 token_counts[token] += count
#+                 token_counts[token] += float(count)

#-                 pair_counts[pair] += count
#+                 pair_counts[pair] += float(count)

# %% wrong composed_accents from reference: words are brought into Unicode's composed form
#-     words = {tuple(word): count for word, count in word_counts.items()}
#+     from unicodedata import normalize
#+
#+     words = {tuple(normalize("NFC", word)): count for word, count in word_counts.items()}

# %% wrong one_list_for_all_calls from reference: the list of the merges is a default argument, emptied at each call
#-     word_counts: dict[str, int], n_merges: int, min_count: int = 1
#+     word_counts: dict[str, int], n_merges: int, min_count: int = 1, merges: list = []

#-     merges = []
#+     merges.clear()

# %% wrong remembered_list from reference: the list of each call is remembered and given out again
#-     words = {tuple(word): count for word, count in word_counts.items()}
#-     merges = []
#+     key = (*word_counts.items(), n_merges, min_count)
#+     if key in KNOWN:
#+         return KNOWN[key]
#+     words = {tuple(word): count for word, count in word_counts.items()}
#+     merges = KNOWN[key] = []

#- def merge_pair(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
#+ KNOWN = {}
#+
#+
#+ def merge_pair(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
