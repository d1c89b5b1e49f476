# correct: one window after the other from a queue of pairs; plain lists; may_see in loops
def pack(documents, context_length, eot):
    pairs = [(token, d) for d, ids in enumerate(documents) for token in [*ids, eot]]
    n_windows = (len(pairs) - 1) // context_length
    if n_windows < 1:
        raise ValueError(f"need {context_length + 1} tokens, have {len(pairs)}")
    packed = {name: [] for name in ("inputs", "targets", "loss_mask", "segments", "positions")}
    for w in range(n_windows):
        window = pairs[w * context_length : (w + 1) * context_length]
        following = pairs[w * context_length + 1 : (w + 1) * context_length + 1]
        seen = {}
        position = []
        for _, d in window:
            position.append(seen.get(d, 0))
            seen[d] = seen.get(d, 0) + 1
        packed["inputs"].append([t for t, _ in window])
        packed["targets"].append([t for t, _ in following])
        packed["loss_mask"].append([t != eot for t, _ in window])
        packed["segments"].append([d for _, d in window])
        packed["positions"].append(position)
    return {name: np.array(value) for name, value in packed.items()}


def may_see(segments):
    n, seq = segments.shape
    result = np.zeros((n, seq, seq), dtype=bool)
    for w in range(n):
        for i in range(seq):
            for j in range(i + 1):
                result[w, i, j] = segments[w, i] == segments[w, j]
    return result
