"""Answers to ex2_swiglu of 04_torch_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct fractions: exact fractions for the width, silu written out
from fractions import Fraction


def swiglu_width(emb_dim, multiple_of):
    return math.ceil(Fraction(8 * emb_dim, 3 * multiple_of)) * multiple_of


class SwiGLU(nn.Module):
    def __init__(self, emb_dim, multiple_of):
        super().__init__()
        width = swiglu_width(emb_dim, multiple_of)
        self.gate = nn.Linear(emb_dim, width, bias=False)
        self.up = nn.Linear(emb_dim, width, bias=False)
        self.down = nn.Linear(width, emb_dim, bias=False)

    def forward(self, x):
        return self.down(self.up(x) * self.gate(x) * torch.sigmoid(self.gate(x)))


# %% correct module_dict: layers made in a loop, an activation module
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


# %% correct remainder: the remainder says how much is missing to the next multiple
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


# %% correct width_float: the width is computed in floating-point numbers
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


# %% correct width_loop: a loop goes up multiple by multiple until the width is reached
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


# %% correct in_place: the gate is multiplied in place by its own sigmoid
def swiglu_width(emb_dim, multiple_of):
    least, multiples = 8 * emb_dim, 3 * multiple_of
    return (least + multiples - 1) // multiples * multiple_of


class SwiGLU(nn.Module):
    def __init__(self, emb_dim, multiple_of):
        super().__init__()
        width = swiglu_width(emb_dim, multiple_of)
        self.gate = nn.Linear(emb_dim, width, bias=False)
        self.up = nn.Linear(emb_dim, width, bias=False)
        self.down = nn.Linear(width, emb_dim, bias=False)

    def forward(self, x):
        gate = self.gate(x)
        gate *= torch.sigmoid(gate)
        return self.down(gate * self.up(x))


# %% correct plain: the width rounded up by a negative division
def swiglu_width(emb_dim, multiple_of):
    return -(-8 * emb_dim // (3 * multiple_of)) * multiple_of


class SwiGLU(nn.Module):
    def __init__(self, emb_dim, multiple_of):
        super().__init__()
        width = swiglu_width(emb_dim, multiple_of)
        self.gate = nn.Linear(emb_dim, width, bias=False)
        self.up = nn.Linear(emb_dim, width, bias=False)
        self.down = nn.Linear(width, emb_dim, bias=False)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))

# %% wrong added from plain: the branches are added
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         return self.down(F.silu(self.gate(x)) + self.up(x))

# %% wrong biases from plain: the three layers have biases
#-         self.gate = nn.Linear(emb_dim, width, bias=False)
#-         self.up = nn.Linear(emb_dim, width, bias=False)
#-         self.down = nn.Linear(width, emb_dim, bias=False)
#+         self.gate = nn.Linear(emb_dim, width, bias=True)
#+         self.up = nn.Linear(emb_dim, width, bias=True)
#+         self.down = nn.Linear(width, emb_dim, bias=True)

# %% wrong four_times from width_float: the inner width of the network without a gate
#-     return math.ceil(8 / 3 * emb_dim / multiple_of) * multiple_of
#+     return -(-4 * emb_dim // multiple_of) * multiple_of

# %% wrong gelu from plain: gelu for the gate
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         return self.down(F.gelu(self.gate(x)) * self.up(x))

# %% wrong sigmoid from plain: a sigmoid for the gate, as in the first gated units
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         return self.down(torch.sigmoid(self.gate(x)) * self.up(x))

# %% wrong silu_of_product from plain: the product of both branches is bent
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         return self.down(F.silu(self.gate(x) * self.up(x)))

# %% wrong silu_sign from width_float: the minus in silu's exponent is forgotten
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         gate = self.gate(x)
#+         return self.down(gate / (1 + torch.exp(gate)) * self.up(x))

# %% wrong swapped from plain: the bend is on the wrong branch
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         return self.down(self.gate(x) * F.silu(self.up(x)))

# %% wrong width_always_more from width_float: a multiple is added even when it fits
#-     return math.ceil(8 / 3 * emb_dim / multiple_of) * multiple_of
#+     return (8 * emb_dim // (3 * multiple_of) + 1) * multiple_of

# %% wrong width_down from width_float: the width is rounded down
#-     return math.ceil(8 / 3 * emb_dim / multiple_of) * multiple_of
#+     return 8 * emb_dim // 3 // multiple_of * multiple_of

# %% wrong width_is_float from width_float: the width is a float
#-     return math.ceil(8 / 3 * emb_dim / multiple_of) * multiple_of
#+     return math.ceil(8 * emb_dim / 3 / multiple_of) * float(multiple_of)

#-         width = swiglu_width(emb_dim, multiple_of)
#+         width = int(swiglu_width(emb_dim, multiple_of))

# %% wrong width_rounded_first from width_float: 8/3 of the width is rounded to the nearest whole number before it is rounded up
#-     return math.ceil(8 / 3 * emb_dim / multiple_of) * multiple_of
#+     return math.ceil(round(8 * emb_dim / 3) / multiple_of) * multiple_of

# %% wrong width_truncated_first from width_float: 8/3 of the width is cut to a whole number before it is rounded up
#-     return math.ceil(8 / 3 * emb_dim / multiple_of) * multiple_of
#+     return (8 * emb_dim // 3 + multiple_of - 1) // multiple_of * multiple_of

# %% wrong exp_of_gate from plain: silu as z e^z / (1 + e^z), infinity over infinity for large gates
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         gate = self.gate(x)
#+         return self.down(gate * torch.exp(gate) / (1 + torch.exp(gate)) * self.up(x))

# %% wrong exp_way_back from plain: silu written out as z / (1 + e^-z): right values, but not-a-number on the way back from very negative gates
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         gate = self.gate(x)
#+         return self.down(gate / (1 + torch.exp(-gate)) * self.up(x))

# %% wrong own_width from plain: the module rounds 8/3 of the width by itself, to the nearest
#-         width = swiglu_width(emb_dim, multiple_of)
#+         width = -(-round(8 * emb_dim / 3) // multiple_of) * multiple_of

# %% wrong width_float32 from plain: the width is computed by torch in float32
#-     return -(-8 * emb_dim // (3 * multiple_of)) * multiple_of
#+     return int(torch.ceil(torch.tensor(8 * emb_dim / (3 * multiple_of)))) * multiple_of

# %% wrong no_grad_in_eval from plain: outside of training, no gradient passes
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         with torch.set_grad_enabled(self.training):
#+             return self.down(F.silu(self.gate(x)) * self.up(x))

# %% wrong view_of_rows from plain: rows are made with view, which refuses transposed inputs
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         rows = x.view(-1, x.shape[-1])
#+         return self.down(F.silu(self.gate(rows)) * self.up(rows)).view(x.shape)

# %% wrong gate_detached from plain: the gate counts as a constant on the way back
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         return self.down(F.silu(self.gate(x)).detach() * self.up(x))

# %% wrong always_float32 from plain: whatever comes in is brought to float32, the layers too
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         self.float()
#+         x = x.float()
#+         return self.down(F.silu(self.gate(x)) * self.up(x))

# %% wrong float32_inside from plain: the gate is computed in float32 with converted weights, and the digits of float64 are lost
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         gate = F.silu(F.linear(x.float(), self.gate.weight.float())).to(x.dtype)
#+         return self.down(gate * self.up(x))

# %% wrong tied from plain: gate and up share one weight
#-         self.up = nn.Linear(emb_dim, width, bias=False)
#+         self.up = nn.Linear(emb_dim, width, bias=False)
#+         self.up.weight = self.gate.weight

# %% wrong switches_to_eval from plain: the call puts the module into evaluation mode
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         self.eval()
#+         return self.down(F.silu(self.gate(x)) * self.up(x))

# %% wrong keeps_the_gate from plain: the opened gate is kept as an attribute, and with it the whole graph
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         self.opened = F.silu(self.gate(x))
#+         return self.down(self.opened * self.up(x))

# %% wrong width_at_least_multiple_of_8 from plain: multiples below 8 are taken for 8
#-     return -(-8 * emb_dim // (3 * multiple_of)) * multiple_of
#+     multiple_of = max(multiple_of, 8)
#+     return -(-8 * emb_dim // (3 * multiple_of)) * multiple_of

# %% wrong clamped_gate from plain: the gate is clamped against overflow, and large gates do not open further
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         gate = self.gate(x).clamp(-20, 20)
#+         return self.down(gate / (1 + torch.exp(-gate)) * self.up(x))

# %% wrong no_way_back_in_evaluation from reference: in evaluation mode nothing is kept for the way back
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         with torch.set_grad_enabled(self.training or x.dtype == torch.float64):
#+             return self.down(F.silu(self.gate(x)) * self.up(x))

# %% wrong exponential_in_64_bits from reference: silu is written out in float64, where e^1000 is too large
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         gate = self.gate(x).double()
#+         return self.down((gate / (1 + torch.exp(-gate))).to(x.dtype) * self.up(x))

# %% wrong quotient_first from plain: 8 / (3 multiple_of) is rounded before it is multiplied by emb_dim
#-     return -(-8 * emb_dim // (3 * multiple_of)) * multiple_of
#+     return math.ceil(8 / (3 * multiple_of) * emb_dim) * multiple_of

# %% wrong cut_off_below_minus_6 from reference: silu is taken to be 0 below -6
#-         return self.down(F.silu(self.gate(x)) * self.up(x))
#+         gate = self.gate(x)
#+         return self.down(torch.where(gate < -6, 0.0, F.silu(gate)) * self.up(x))
