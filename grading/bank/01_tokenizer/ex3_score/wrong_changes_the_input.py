# wrong: works on the caller's dict and leaves it changed
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
