# correct: the width is computed in floating-point numbers
def swiglu_width(emb_dim, multiple_of):
    return math.ceil(8 / 3 * emb_dim / multiple_of) * multiple_of


class SwiGLU(nn.Module):
    def __init__(self, emb_dim, multiple_of):
        super().__init__()
        width = swiglu_width(emb_dim, multiple_of)
        self.gate = nn.Linear(emb_dim, width, bias=False)
        self.up = nn.Linear(emb_dim, width, bias=False)
        self.down = nn.Linear(width, emb_dim, bias=False)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))
