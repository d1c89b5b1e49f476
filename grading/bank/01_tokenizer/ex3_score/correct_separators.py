# correct: words as strings with separators, merged by a regular expression; each merge a list of two strings
def merges_by_score(word_counts, n_merges, min_count=1):
    words = [("\x1f".join(word), count) for word, count in word_counts.items()]
    merges = []
    for _ in range(n_merges):
        tokens, pairs = Counter(), Counter()
        for word, count in words:
            parts = word.split("\x1f") if word else []
            tokens.update({token: parts.count(token) * count for token in set(parts)})
            for k in range(1, len(parts)):
                pairs[parts[k - 1], parts[k]] += count
        frequent = [pair for pair in pairs if pairs[pair] >= min_count]
        if not frequent:
            break
        frequent.sort()
        best = max(frequent, key=lambda pair: pairs[pair] / (tokens[pair[0]] * tokens[pair[1]]))
        merges.append(list(best))
        pattern = regex.compile(f"(?<![^\x1f]){regex.escape(best[0])}\x1f{regex.escape(best[1])}(?![^\x1f])")
        words = [(pattern.sub(lambda match: match[0].replace("\x1f", ""), word), count) for word, count in words]
    return merges
