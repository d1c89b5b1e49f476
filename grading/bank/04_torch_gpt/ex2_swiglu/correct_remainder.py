# correct: the remainder says how much is missing to the next multiple
def swiglu_width(emb_dim, multiple_of):
    width = (8 * emb_dim + 2) // 3
    missing = -width % multiple_of
    return width + missing


class SwiGLU(nn.Module):
    def __init__(self, emb_dim, multiple_of):
        super().__init__()
        width = swiglu_width(emb_dim, multiple_of)
        self.gate = nn.Linear(emb_dim, width, bias=False)
        self.up = nn.Linear(emb_dim, width, bias=False)
        self.down = nn.Linear(width, emb_dim, bias=False)

    def forward(self, x):
        return self.down(torch.mul(nn.functional.silu(self.gate(x)), self.up(x)))
