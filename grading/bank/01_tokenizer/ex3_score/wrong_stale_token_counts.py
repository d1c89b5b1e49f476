# wrong: single tokens are counted only once, before the first merge, and new ones get the count of their pair
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
