# correct: layers made in a loop, an activation module
def swiglu_width(emb_dim, multiple_of):
    return -(-8 * emb_dim // (3 * multiple_of)) * multiple_of


class SwiGLU(nn.Module):
    def __init__(self, emb_dim, multiple_of):
        super().__init__()
        width = swiglu_width(emb_dim, multiple_of)
        for name, sizes in {"gate": (emb_dim, width), "up": (emb_dim, width), "down": (width, emb_dim)}.items():
            self.add_module(name, nn.Linear(*sizes, bias=False))
        self.bend = nn.SiLU()

    def forward(self, x):
        opened = self.bend(self.gate(x))
        passed = opened * self.up(x)
        return self.down(passed)
