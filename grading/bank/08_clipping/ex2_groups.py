"""Answers to ex2_groups of 08_clipping, right and wrong; how to read and write them: grading/answers.py."""

import math

import torch


# %% correct passes: one pass to check, one to measure, one to clip
def clip_groups(groups):
    parameters = [p for group in groups for p in group["params"]]
    if len({id(p) for p in parameters}) < len(parameters):
        raise ValueError("a parameter comes twice")
    limits = [group.get("max_norm", math.inf) for group in groups]
    if not all(limit > 0 for limit in limits):
        raise ValueError("limits must be above 0")

    norms = []
    for group in groups:
        total = 0.0
        for p in group["params"]:
            if p.grad is not None:
                total += p.grad.double().square().sum().item()
        norms.append(total**0.5)

    for group, norm, limit in zip(groups, norms, limits, strict=True):
        if norm > limit and math.isfinite(norm):
            for p in group["params"]:
                if p.grad is not None:
                    p.grad *= limit / norm
    return norms


# %% correct vector: one long vector a group
def clip_groups(groups):
    seen = []
    for group in groups:
        if "max_norm" in group and not group["max_norm"] > 0:
            raise ValueError("max_norm")
        for p in group["params"]:
            if any(p is q for q in seen):
                raise ValueError("twice")
            seen.append(p)
    norms = []
    with torch.no_grad():
        for group in groups:
            grads = [p.grad for p in group["params"] if p.grad is not None]
            vector = torch.cat([torch.zeros(1, dtype=torch.float64), *[g.flatten().double() for g in grads]])
            norm = float(torch.linalg.vector_norm(vector))
            norms.append(norm)
            if "max_norm" in group and group["max_norm"] < norm < math.inf:
                for g in grads:
                    g.copy_(g.double() * (group["max_norm"] / norm))
    return norms


# %% wrong one_norm from passes: one norm for all groups
#-     for group, norm, limit in zip(groups, norms, limits, strict=True):
#+     norms = [math.sqrt(sum(norm**2 for norm in norms))] * len(groups)
#+     for group, norm, limit in zip(groups, norms, limits, strict=True):

# %% wrong per_parameter from vector: a norm for each parameter
#-                 for g in grads:
#-                     g.copy_(g.double() * (group["max_norm"] / norm))
#+                 for g in grads:
#+                     own = float(g.double().norm())
#+                     if own > group["max_norm"]:
#+                         g.copy_(g.double() * (group["max_norm"] / own))

# %% wrong by_value from vector: by value
#-                     g.copy_(g.double() * (group["max_norm"] / norm))
#+                     g.clamp_(-group["max_norm"], group["max_norm"])

# %% wrong own_format from passes: measured in the format of the gradients
#-                 total += p.grad.double().square().sum().item()
#+                 total += p.grad.square().sum().item()

# %% wrong in_float32 from passes: measured in 32 bits
#-                 total += p.grad.double().square().sum().item()
#+                 total += p.grad.float().square().sum().item()

# %% wrong new_tensor from passes: another tensor object
#-                     p.grad *= limit / norm
#+                     p.grad = p.grad * (limit / norm)

# %% wrong other_format from vector: gradients in 64 bits
#-                     g.copy_(g.double() * (group["max_norm"] / norm))
#+                     g.data = g.double() * (group["max_norm"] / norm)

# %% wrong lengthens from passes: short gradients are made longer
#-         if norm > limit and math.isfinite(norm):
#+         if norm > 0 and math.isfinite(norm) and math.isfinite(limit):

# %% wrong millionth from passes: torch's millionth, and a product for gradients at the limit
#-         if norm > limit and math.isfinite(norm):
#+         if norm >= limit and math.isfinite(norm):

#-                     p.grad *= limit / norm
#+                     p.grad *= limit / (norm + 1e-6)

# %% wrong not_finite_clipped from passes: an infinite norm multiplies by 0
#-         if norm > limit and math.isfinite(norm):
#+         if norm > limit:

# %% wrong stops_at_infinity from passes: an infinite norm ends the work
#-         if norm > limit and math.isfinite(norm):
#+         if not math.isfinite(norm):
#+             break
#+         if norm > limit:

# %% wrong default_one from passes: a group without a limit is clipped to 1
#-     limits = [group.get("max_norm", math.inf) for group in groups]
#+     limits = [group.get("max_norm", 1.0) for group in groups]

# %% wrong key_needed from passes: a group without a limit is an error
#-     limits = [group.get("max_norm", math.inf) for group in groups]
#+     limits = [group["max_norm"] for group in groups]

# %% wrong none_becomes_zero from passes: a missing gradient is filled in
#-             if p.grad is not None:
#-                 total += p.grad.double().square().sum().item()
#+             if p.grad is None:
#+                 p.grad = torch.zeros_like(p)
#+             total += p.grad.double().square().sum().item()

# %% wrong after_norms from passes: norms after clipping
#-     return norms
#+     return [min(norm, limit) for norm, limit in zip(norms, limits, strict=True)]

# %% wrong tensors from vector: norms as tensors
#-             norms.append(norm)
#+             norms.append(torch.tensor(norm))

# %% wrong checks_late from vector: limits are checked when the groups before are clipped
#-         if "max_norm" in group and not group["max_norm"] > 0:
#-             raise ValueError("max_norm")
#+         pass

#-             grads = [p.grad for p in group["params"] if p.grad is not None]
#+             if "max_norm" in group and not group["max_norm"] > 0:
#+                 raise ValueError("max_norm")
#+             grads = [p.grad for p in group["params"] if p.grad is not None]

# %% wrong equal_is_same from vector: parameters with equal numbers are taken for one
#-             if any(p is q for q in seen):
#+             if any(p.shape == q.shape and torch.equal(p, q) and p.grad is not None for q in seen):

# %% wrong within_group from passes: a parameter twice in one group is accepted
#-     parameters = [p for group in groups for p in group["params"]]
#+     parameters = [p for group in groups for p in dict.fromkeys(group["params"])]

# %% wrong between_groups from passes: a parameter in two groups is accepted
#-     if len({id(p) for p in parameters}) < len(parameters):
#+     if any(len(set(group["params"])) < len(group["params"]) for group in groups):

# %% wrong nan_limit from passes: not-a-number as a limit
#-     if not all(limit > 0 for limit in limits):
#+     if any(limit <= 0 for limit in limits):
