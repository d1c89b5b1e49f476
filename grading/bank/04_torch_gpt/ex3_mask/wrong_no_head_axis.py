# wrong: the axis for the heads is missing
def attention_mask(is_token, window=None):
    if window is not None and window < 1:
        raise ValueError(f'window is {window}, at least 1 expected')
    seq = is_token.shape[1]
    place = torch.arange(seq)
    back = place[:, None] - place[None, :]
    near = (back >= 0) & (back < (window or seq))
    allowed = near & is_token[:, None, None, :]
    return (allowed | (~allowed.any(-1, keepdim=True) & (back == 0)))[:, 0]
