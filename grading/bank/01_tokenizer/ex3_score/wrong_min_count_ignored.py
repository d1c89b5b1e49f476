# wrong: min_count has no effect
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
