# wrong: pairs are counted with the word's count, tokens once for each word
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
