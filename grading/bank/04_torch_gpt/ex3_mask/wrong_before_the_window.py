# wrong: empty rows are looked for before the window is applied
def attention_mask(is_token, window=None):
    if window is not None and window < 1:
        raise ValueError("window must be at least 1")
    seq = is_token.shape[1]
    square = torch.ones(seq, seq, dtype=torch.bool)
    allowed = square.tril() & is_token[:, None, None, :]
    nowhere = ~allowed.any(-1, keepdim=True)
    if window is not None:
        allowed = allowed & square.triu(1 - window)
    return allowed | (nowhere & torch.eye(seq, dtype=torch.bool))
