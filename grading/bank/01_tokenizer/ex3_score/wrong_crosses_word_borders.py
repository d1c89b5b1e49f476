# wrong: the words are written one behind the other, so that pairs cross their borders
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
