# correct: NumPy arrays of token ids, one long text with -1 between the words
def merges_by_score(word_counts, n_merges, min_count=1):
    names = sorted({c for word in word_counts for c in word})
    number = {name: i for i, name in enumerate(names)}
    text, weight = [-1], [0]
    for word, count in word_counts.items():
        text += [number[c] for c in word] + [-1]
        weight += [count] * len(word) + [0]
    text, weight = np.array(text), np.array(weight)
    merges = []
    for _ in range(n_merges):
        size = len(names)
        single = np.bincount(text[text >= 0], weights=weight[text >= 0], minlength=size)
        inside = (text[:-1] >= 0) & (text[1:] >= 0)
        codes = text[:-1][inside] * size + text[1:][inside]
        kinds, inverse = np.unique(codes, return_inverse=True)
        counts = np.bincount(inverse, weights=weight[:-1][inside], minlength=len(kinds))
        kinds, counts = kinds[counts >= min_count], counts[counts >= min_count]
        if len(kinds) == 0:
            break
        scores = counts / (single[kinds // size] * single[kinds % size])
        top = kinds[scores == scores.max()]
        best = min((names[k // size], names[k % size]) for k in top)
        merges.append(best)
        a, b = names.index(best[0]), names.index(best[1])
        names.append(best[0] + best[1])
        new_text, new_weight, i = [], [], 0
        while i < len(text):
            hit = i + 1 < len(text) and text[i] == a and text[i + 1] == b
            new_text.append(size if hit else text[i])
            new_weight.append(weight[i])
            i += 2 if hit else 1
        text, weight = np.array(new_text), np.array(new_weight)
    return merges
