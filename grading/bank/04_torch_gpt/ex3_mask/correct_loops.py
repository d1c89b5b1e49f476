# correct: three loops, place by place
def attention_mask(is_token, window=None):
    if window is not None and window < 1:
        raise ValueError(f"window {window}")
    batch, seq = is_token.shape
    mask = torch.zeros(batch, 1, seq, seq, dtype=torch.bool)
    for line in range(batch):
        for query in range(seq):
            for key in range(query + 1):
                if is_token[line, key] and (window is None or query - key < window):
                    mask[line, 0, query, key] = True
            if not mask[line, 0, query].any():
                mask[line, 0, query, query] = True
    return mask
