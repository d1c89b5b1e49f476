"""Answers to ex1_rmsnorm of 04_torch_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct buffer: eps is a buffer, a number of 32 bits
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
