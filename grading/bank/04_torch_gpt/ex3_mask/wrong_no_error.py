# wrong: a window below 1 is accepted
def attention_mask(is_token, window=None):
    seq = is_token.shape[1]
    place = torch.arange(seq)
    back = place[:, None] - place[None, :]
    near = (back >= 0) & (back < (window or seq))
    allowed = near & is_token[:, None, None, :]
    return allowed | (~allowed.any(-1, keepdim=True) & (back == 0))
