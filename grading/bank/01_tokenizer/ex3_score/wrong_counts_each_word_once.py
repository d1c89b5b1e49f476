# wrong: ignores how often a word occurs in the text
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
