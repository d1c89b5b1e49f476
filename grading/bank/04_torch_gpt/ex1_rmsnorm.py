"""Answers to ex1_rmsnorm of 04_torch_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% wrong eps_as_buffer: eps is a buffer, which .half() and .bfloat16() round with the gain
class RMSNorm(nn.Module):
    def __init__(self, emb_dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(emb_dim))
        self.register_buffer("eps", torch.tensor(eps), persistent=False)

    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        normed = wide * torch.rsqrt(wide.square().mean(dim=-1, keepdim=True) + self.eps)
        return self.weight * normed.to(x.dtype)


# %% correct einsum: einsum for the squares, two branches for the formats
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


# %% correct functional: torch's own function for wide numbers
class RMSNorm(nn.Module):
    def __init__(self, emb_dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(emb_dim))
        self.eps = eps

    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight


# %% correct norm: the length of the vector over the root of its width
class RMSNorm(nn.Module):
    def __init__(self, emb_dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(emb_dim))
        self.eps = eps

    def forward(self, x):
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        squares = torch.linalg.vector_norm(wide, dim=-1, keepdim=True) ** 2 / wide.shape[-1]
        return (wide / (squares + self.eps) ** 0.5).to(x.dtype) * self.weight


# %% correct powers: in float32 where the input is shorter
class RMSNorm(nn.Module):
    def __init__(self, emb_dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(emb_dim))
        self.eps = eps

    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)

# %% wrong always_float32 from functional: the result is float32 whatever went in
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         x = x.float()
#+         return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)

# %% wrong eps_outside from functional: eps is added to the root
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         return self.weight * (wide / (wide.pow(2).mean(-1, keepdim=True).sqrt() + self.eps)).to(x.dtype)

# %% wrong factor_in_half from functional: the mean is taken in float32, but 1 / root is rounded to 16 bits before x is multiplied by it
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         wide = x.double() if x.dtype == torch.float64 else x.float()
#+         factor = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
#+         return self.weight * (x * factor.to(x.dtype))

# %% wrong gain_detached from functional: the gain is taken out of the graph and never learns
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         return self.weight.data * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)

# %% wrong gain_too_early from functional: the gain is multiplied in 32 bits, before the norm is brought back to 16
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         normed = wide / torch.sqrt(wide.pow(2).mean(dim=-1, keepdim=True) + self.eps)
#+         return (self.weight * normed).to(x.dtype)

# %% wrong half_precision from functional: everything is computed in the number format of the input
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)

# %% wrong in_place from functional: the input is divided in place
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         if x.dtype in (torch.float16, torch.bfloat16):
#+             wide = x.float()
#+             return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         x /= torch.sqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)
#+         return self.weight * x

# %% wrong loses_float64 from powers: 64-bit inputs are computed in 32 bits, too
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#+         wide = x.float()

# %% wrong mean_subtracted from functional: the mean is subtracted first, as in layer norm
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         wide = wide - wide.mean(-1, keepdim=True)
#+         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)

# %% wrong no_gain from functional: the gain exists but is not used
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)

# %% wrong plain_tensor from functional: the gain is a plain tensor, no parameter
#-         self.weight = nn.Parameter(torch.ones(emb_dim))
#+         self.weight = torch.ones(emb_dim)

#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         return self.weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + self.eps)

# %% wrong sum from functional: the sum of the squares instead of their mean
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         return self.weight * (wide * torch.rsqrt(wide.pow(2).sum(-1, keepdim=True) + self.eps)).to(x.dtype)

# %% wrong whole_array from functional: one mean for the whole array
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean() + self.eps)).to(x.dtype)

# %% wrong only_float16 from powers: bfloat16 is computed in its own 8 bits of precision
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#+         wide = x.float() if x.dtype == torch.float16 else x

# %% wrong in_place_float32 from powers: x.float() of a float32 input is x itself, and it is divided in place
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         if x.dtype == torch.float64:
#+             return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)
#+         wide = x.float()
#+         wide *= torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
#+         return self.weight * wide.to(x.dtype)

# %% wrong no_way_back_16 from powers: inputs of 16 bits are copied out of the graph
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#+         wide = x.detach().float() if x.dtype in (torch.float16, torch.bfloat16) else x

# %% wrong root_detached_16 from einsum: for 16 bits, the root counts as a constant on the way back
#-             return self.weight * self.normed(x.float()).to(x.dtype)
#+             with torch.no_grad():
#+                 root = (x.float().pow(2).mean(-1, keepdim=True) + self.eps).sqrt()
#+             return self.weight * (x.float() / root).to(x.dtype)

# %% wrong gain_data_16 from einsum: for 16 bits, the gain is taken out of the graph
#-             return self.weight * self.normed(x.float()).to(x.dtype)
#+             return self.weight.data * self.normed(x.float()).to(x.dtype)

# %% wrong view_of_rows from powers: rows are made with view, which refuses transposed inputs
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         rows = x.view(-1, x.shape[-1])
#+         wide = rows.float() if x.dtype in (torch.float16, torch.bfloat16) else rows
#+         normed = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
#+         return (self.weight * normed.to(x.dtype)).view(x.shape)

# %% wrong eps_or_default from powers: an eps of 0 is taken for none
#-         self.eps = eps
#+         self.eps = eps or 1e-6

# %% wrong eps_as_floor from powers: eps is the least mean, not an addend
#-         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True).clamp(min=self.eps))).to(x.dtype)

# %% wrong eps_of_layer_norm from powers: the default is layer norm's 1e-5
#-     def __init__(self, emb_dim, eps=1e-6):
#+     def __init__(self, emb_dim, eps=1e-5):

# %% wrong frozen_gain from powers: the gain is a parameter that cannot be trained
#-         self.weight = nn.Parameter(torch.ones(emb_dim))
#+         self.weight = nn.Parameter(torch.ones(emb_dim), requires_grad=False)

# %% wrong back_to_float16 from powers: every input of 16 bits comes back as float16
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         short = x.element_size() == 2
#+         wide = x.float() if short else x
#+         normed = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
#+         return self.weight * (normed.half() if short else normed)

# %% wrong gain_converted from powers: the gain itself is brought to float32 in the first call with 16 bits
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#+         normed = (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         self.weight.data = self.weight.data.to(wide.dtype)
#+         return (self.weight * normed).to(x.dtype)

# %% wrong scaled_by_largest from powers: x is divided by its largest number against overflow, and eps weighs more than it should
#-         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         wide = wide / wide.abs().amax(-1, keepdim=True).clamp(min=1)
#+         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)

# %% wrong second_axis from powers: the mean runs along axis 1, right for two axes
#-         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         axis = min(1, x.dim() - 1)
#+         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(axis, keepdim=True) + self.eps)).to(x.dtype)

# %% wrong no_way_back_in_evaluation from functional: in evaluation mode nothing is kept for the way back
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#-         return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight
#+         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#+         with torch.set_grad_enabled(self.training):
#+             return F.rms_norm(wide, (x.shape[-1],), eps=self.eps).type_as(x) * self.weight

# %% wrong other_eps from functional: eps is 1e-5 where none is given
#-     def __init__(self, emb_dim, eps=1e-6):
#+     def __init__(self, emb_dim, eps=1e-5):

# %% wrong keeps_its_root from einsum: the root is kept in an attribute
#-         return x * (mean + self.eps).rsqrt().unsqueeze(-1)
#+         self._root = (mean + self.eps).rsqrt().unsqueeze(-1)
#+         return x * self._root

# %% wrong zeros_not_counted from powers: zeros are left out of the mean, as if they were padding
#-         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         n = (wide != 0).sum(-1, keepdim=True).clamp(min=1)
#+         return self.weight * (wide * torch.rsqrt(wide.pow(2).sum(-1, keepdim=True) / n + self.eps)).to(x.dtype)

# %% wrong clamped_first from powers: in 16 bits, numbers beyond two thousand are cut
#-         wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
#+         wide = x.float().clamp(-2000, 2000) if x.dtype in (torch.float16, torch.bfloat16) else x

# %% wrong axes_of_one_lost from powers: a first axis of length 1 is taken away
#-         return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         normed = self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)
#+         return normed.squeeze(0) if normed.ndim > 2 else normed
