"""Answers to ex4_safe of 08_clipping, right and wrong; how to read and write them: grading/answers.py."""

import math

import torch


# %% correct largest: divided by the largest, tensor by tensor
def safe_norm(tensors, scale=1.0):
    if not (scale > 0 and math.isfinite(scale)):
        raise ValueError("scale")
    if any(not torch.is_floating_point(t) for t in tensors):
        raise TypeError("floating point only")
    top = 0.0
    for t in tensors:
        if t.numel() == 0:
            continue
        if torch.isnan(t).any():
            return math.nan
        top = max(top, float(t.detach().abs().max()))
    if top == 0.0 or math.isinf(top):
        return math.nan if any(torch.isnan(t).any() for t in tensors) else top
    total = 0.0
    for t in tensors:
        total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
    return math.sqrt(total) * (top / scale)


# %% correct hypot: hypot of numbers, which is safe by itself
def safe_norm(tensors, scale=1.0):
    if math.isnan(scale) or scale <= 0 or scale == math.inf:
        raise ValueError("scale")
    numbers = []
    for t in tensors:
        if t.dtype not in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
            raise TypeError("format")
        numbers += t.detach().double().flatten().tolist()
    if any(math.isnan(x) for x in numbers):
        return math.nan
    return math.hypot(*numbers) / scale


# %% wrong own_format from largest: squares in the format of the tensor
#-         total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
#-     return math.sqrt(total) * (top / scale)
#+         total += float(torch.sum(t.detach() ** 2))
#+     return math.sqrt(total) / scale

# %% wrong in_float32 from largest: squares in 32 bits
#-         total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
#-     return math.sqrt(total) * (top / scale)
#+         total += float(torch.sum(t.detach().float() ** 2))
#+     return math.sqrt(total) / scale

# %% wrong only_double from largest: squares in 64 bits, without dividing by the largest
#-         total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
#-     return math.sqrt(total) * (top / scale)
#+         total += float(torch.sum(t.detach().to(torch.float64) ** 2))
#+     return math.sqrt(total) / scale

# %% wrong divided_in_format from largest: divided by the largest in the format of the tensor
#-         total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
#+         total += float(torch.sum((t.detach() / top).to(torch.float64) ** 2))

# %% wrong float32_sum from largest: added in 32 bits
#-         total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
#+         total += float(torch.sum((t.detach().float() / top) ** 2))

# %% wrong torch_norm from largest: torch's norm of each tensor
#-         total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
#-     return math.sqrt(total) * (top / scale)
#+         total += float(t.detach().norm()) ** 2
#+     return math.sqrt(total) / scale

# %% wrong times_scale from largest: multiplied by the scale
#-     return math.sqrt(total) * (top / scale)
#+     return math.sqrt(total) * top * scale

# %% wrong no_scale from largest: the scale is not used
#-     return math.sqrt(total) * (top / scale)
#+     return math.sqrt(total) * top

# %% wrong scaled_first from largest: divided by the scale in the format of the tensor
#-         total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
#-     return math.sqrt(total) * (top / scale)
#+         total += float(torch.sum(((t.detach() / scale).to(torch.float64) * scale / top) ** 2))
#+     return math.sqrt(total) * (top / scale)

# %% wrong sum_of_norms from largest: the norms of the tensors are added
#-         total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
#-     return math.sqrt(total) * (top / scale)
#+         total += math.sqrt(float(torch.sum((t.detach().to(torch.float64) / top) ** 2)))
#+     return total * (top / scale)

# %% wrong without_abs from largest: the largest without its sign
#-         top = max(top, float(t.detach().abs().max()))
#+         top = max(top, float(t.detach().max()))

# %% wrong no_root from largest: no root
#-     return math.sqrt(total) * (top / scale)
#+     return total * top**2 / scale

# %% wrong tensor_result from largest: a tensor
#-     return math.sqrt(total) * (top / scale)
#+     return torch.tensor(math.sqrt(total) * (top / scale), dtype=torch.float64)

# %% wrong inf_is_nan from largest: infinity gives not-a-number
#-     if top == 0.0 or math.isinf(top):
#+     if top == 0.0:

# %% wrong inf_first from largest: infinity counts before not-a-number behind it
#-         if torch.isnan(t).any():
#-             return math.nan
#+             return math.nan
#+         if torch.isinf(t).any():
#+             return math.inf

# %% wrong nan_lost from largest: not-a-number is left out
#-     top = 0.0
#+     tensors = [t.detach().where(~t.isnan(), torch.zeros_like(t)) for t in tensors]
#+     top = 0.0

# %% wrong empty_crashes from largest: a tensor without elements is an error
#-         if t.numel() == 0:
#-             continue
#+         pass

# %% wrong scale_unchecked from largest: an infinite scale is accepted
#-     if not (scale > 0 and math.isfinite(scale)):
#+     if not scale > 0:

# %% wrong scale_negative from largest: a negative scale is accepted
#-     if not (scale > 0 and math.isfinite(scale)):
#+     if scale == 0 or not math.isfinite(scale):

# %% wrong whole_accepted from largest: whole numbers are accepted
#-     if any(not torch.is_floating_point(t) for t in tensors):
#-         raise TypeError("floating point only")
#+     tensors = [t if torch.is_floating_point(t) else t.double() for t in tensors]

# %% wrong first_checked from largest: only the first tensor's format is checked
#-     if any(not torch.is_floating_point(t) for t in tensors):
#+     if tensors and not torch.is_floating_point(tensors[0]):

# %% wrong in_place from largest: divides the tensors themselves
#-         total += float(torch.sum((t.detach().to(torch.float64) / top) ** 2))
#+         total += float(torch.sum(t.detach().div_(top).to(torch.float64) ** 2))
