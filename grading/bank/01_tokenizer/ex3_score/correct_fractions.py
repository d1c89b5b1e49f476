# correct: exact fractions and recursion, a list of lists as the text
from fractions import Fraction


def merges_by_score(word_counts, n_merges, min_count=1):
    def glue(tokens, pair):
        if len(tokens) < 2:
            return tokens
        if (tokens[0], tokens[1]) == pair:
            return ["".join(pair), *glue(tokens[2:], pair)]
        return [tokens[0], *glue(tokens[1:], pair)]

    def learn(words, left):
        if left == 0:
            return []
        single = Counter(t for tokens, n in words for t in tokens for _ in range(n))
        double = Counter(p for tokens, n in words for p in zip(tokens, tokens[1:]) for _ in range(n))
        ranked = sorted((-Fraction(n, single[a] * single[b]), (a, b)) for (a, b), n in double.items() if n >= min_count)
        if not ranked:
            return []
        pair = ranked[0][1]
        return [pair, *learn([(glue(tokens, pair), n) for tokens, n in words], left - 1)]

    return learn([(list(word), n) for word, n in word_counts.items()], n_merges)
