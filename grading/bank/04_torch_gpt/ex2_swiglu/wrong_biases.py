# wrong: the three layers have biases
def swiglu_width(emb_dim, multiple_of):
    return -(-8 * emb_dim // (3 * multiple_of)) * multiple_of


class SwiGLU(nn.Module):
    def __init__(self, emb_dim, multiple_of):
        super().__init__()
        width = swiglu_width(emb_dim, multiple_of)
        self.gate = nn.Linear(emb_dim, width, bias=True)
        self.up = nn.Linear(emb_dim, width, bias=True)
        self.down = nn.Linear(width, emb_dim, bias=True)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))
