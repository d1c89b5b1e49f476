# wrong: max of (score, pair) merges the last pair in order among equals
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
