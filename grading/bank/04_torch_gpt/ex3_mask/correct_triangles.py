# correct: tril and triu, torch.where for the exception
def attention_mask(is_token, window=None):
    if window is not None and window <= 0:
        raise ValueError("the window must hold the place itself")
    seq = is_token.size(1)
    near = torch.ones(seq, seq).tril()
    if window is not None:
        near = near.triu(1 - window)
    allowed = (near * is_token[:, None, :]) > 0
    own = torch.eye(seq, dtype=torch.bool)
    return torch.where(allowed.any(dim=2, keepdim=True), allowed, own).unsqueeze(1)
