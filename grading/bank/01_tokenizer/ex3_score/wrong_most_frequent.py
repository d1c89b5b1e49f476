# wrong: merges the most frequent pair, as byte-pair encoding does
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
