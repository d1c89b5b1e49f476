# correct: einsum for the squares, two branches for the formats
class RMSNorm(nn.Module):
    def __init__(self, emb_dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(emb_dim))
        self.eps = eps

    def forward(self, x):
        if x.element_size() < 4:
            return self.weight * self.normed(x.float()).to(x.dtype)
        return self.weight * self.normed(x)

    def normed(self, x):
        mean = torch.einsum("...i,...i->...", x, x) / x.size(-1)
        return x * (mean + self.eps).rsqrt().unsqueeze(-1)
