# wrong: the mean is taken in float32, but 1 / root is rounded to 16 bits before x is multiplied by it
class RMSNorm(nn.Module):
    def __init__(self, emb_dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(emb_dim))
        self.eps = eps

    def forward(self, x):
        wide = x.double() if x.dtype == torch.float64 else x.float()
        factor = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * (x * factor.to(x.dtype))
