# wrong: the window counts tokens alone, not places
def attention_mask(is_token, window=None):
    if window is not None and window < 1:
        raise ValueError(f"window is {window}, at least 1 expected")
    seq = is_token.shape[1]
    allowed = torch.ones(seq, seq, dtype=torch.bool).tril() & is_token[:, None, :]
    if window is not None:
        count = is_token.cumsum(dim=1)
        allowed = allowed & (count[:, :, None] - count[:, None, :] < window)
    nowhere = ~allowed.any(-1, keepdim=True)
    return (allowed | (nowhere & torch.eye(seq, dtype=torch.bool)))[:, None]
