# wrong: counts with str.count, which finds the pair in "aaa" once instead of twice
def merges_by_score(word_counts, n_merges, min_count=1):
    words = {f" {' '.join(word)} ": count for word, count in word_counts.items()}
    merges = []
    for _ in range(n_merges):
        tokens, candidates = Counter(), set()
        for word, count in words.items():
            parts = word.split()
            candidates.update(zip(parts, parts[1:]))
            for token in parts:
                tokens[token] += count
        pairs = {(a, b): sum(count * word.count(f" {a} {b} ") for word, count in words.items()) for a, b in candidates}
        scores = {(a, b): n / (tokens[a] * tokens[b]) for (a, b), n in pairs.items() if n >= min_count}
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        merges.append(best)
        words = {word.replace(f" {best[0]} {best[1]} ", f" {''.join(best)} "): count for word, count in words.items()}
    return merges
