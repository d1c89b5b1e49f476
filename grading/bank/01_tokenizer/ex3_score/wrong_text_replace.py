# wrong: merges with str.replace in the word's text with spaces, which also joins a token to the beginning of the next
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
