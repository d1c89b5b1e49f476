# wrong: of pairs with the same score the one that was met first is merged
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
