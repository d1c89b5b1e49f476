# correct: a loop goes up multiple by multiple until the width is reached
def swiglu_width(emb_dim, multiple_of):
    width = multiple_of
    while 3 * width < 8 * emb_dim:
        width += multiple_of
    return width


class SwiGLU(nn.Module):
    def __init__(self, emb_dim, multiple_of):
        super().__init__()
        width = swiglu_width(emb_dim, multiple_of)
        self.gate = nn.Linear(emb_dim, width, bias=False)
        self.up = nn.Linear(emb_dim, width, bias=False)
        self.down = nn.Linear(width, emb_dim, bias=False)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))
