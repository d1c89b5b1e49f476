# correct: running counts of real tokens find the empty rows
def attention_mask(is_token, window=None):
    batch, seq = is_token.shape
    window = seq if window is None else window
    if window < 1:
        raise ValueError("window below 1")
    counts = F.pad(is_token.long().cumsum(1), (1, 0))  # [batch, seq + 1]
    place = torch.arange(seq)
    start = (place + 1 - window).clamp(min=0)
    empty = counts[:, 1:] == counts[:, start]  # [batch, seq]
    inside = (place >= start[:, None]) & (place <= place[:, None])
    mask = inside[None] & is_token[:, None]
    mask[:, place, place] |= empty
    return mask[:, None]
