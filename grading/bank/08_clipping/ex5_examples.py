"""Answers to ex5_examples of 08_clipping, right and wrong; how to read and write them: grading/answers.py."""

import math

import torch


# %% correct materialized: torch fills in zeros
def mean_of_clipped(losses, parameters, max_norm):
    if not max_norm > 0:
        raise ValueError("max_norm")
    if losses.dim() != 1 or losses.numel() == 0:
        raise ValueError("losses")
    n = len(losses)
    means = [torch.zeros_like(p.detach()) for p in parameters]
    norms = torch.zeros(n, dtype=losses.dtype)
    for i in range(n):
        gradients = torch.autograd.grad(
            losses[i], parameters, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        norm = math.sqrt(sum(g.double().square().sum().item() for g in gradients))
        norms[i] = norm
        factor = max_norm / norm if norm > max_norm else 1.0
        for mean, g in zip(means, gradients, strict=True):
            mean += factor * g / n
    for p, mean in zip(parameters, means, strict=True):
        p.grad = mean
    return norms


# %% correct backward: backward for each example, and sums of copies
def mean_of_clipped(losses, parameters, max_norm):
    if losses.ndim != 1 or len(losses) < 1 or math.isnan(max_norm) or max_norm <= 0:
        raise ValueError("bad input")
    norms = []
    total = {i: torch.zeros_like(p, requires_grad=False) for i, p in enumerate(parameters)}
    for loss in losses.unbind():
        parts = torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True)
        parts = {i: g for i, g in enumerate(parts) if g is not None}
        vector = torch.cat([torch.zeros(1).double(), *[g.flatten().double() for g in parts.values()]])
        norm = vector.norm()
        factor = (max_norm / norm).clamp(max=1.0) if norm > 0 else torch.tensor(1.0)
        for i, g in parts.items():
            total[i] += (g.double() * factor).to(g.dtype)
        norms.append(norm)
    for i, p in enumerate(parameters):
        p.grad = total[i] / len(losses)
    return torch.stack(norms).to(losses.dtype)


# %% wrong mean_clipped from materialized: the mean is clipped
#-         factor = max_norm / norm if norm > max_norm else 1.0
#+         factor = 1.0

#-     for p, mean in zip(parameters, means, strict=True):
#-         p.grad = mean
#+     whole = math.sqrt(sum(m.double().square().sum().item() for m in means))
#+     for p, mean in zip(parameters, means, strict=True):
#+         p.grad = mean * min(1.0, max_norm / whole) if whole else mean

# %% wrong not_clipped from materialized: nothing is clipped
#-         factor = max_norm / norm if norm > max_norm else 1.0
#+         factor = 1.0

# %% wrong sum from materialized: the sum
#-             mean += factor * g / n
#+             mean += factor * g

# %% wrong lengthens from materialized: short gradients are made longer
#-         factor = max_norm / norm if norm > max_norm else 1.0
#+         factor = max_norm / norm if norm and math.isfinite(max_norm) else 1.0

# %% wrong zero_crashes from materialized: a norm of 0 is divided by
#-         factor = max_norm / norm if norm > max_norm else 1.0
#+         factor = min(1.0, max_norm / norm)

# %% wrong per_parameter from materialized: each parameter has its own norm
#-             mean += factor * g / n
#+             own = g.norm().item()
#+             mean += (max_norm / own if own > max_norm else 1.0) * g / n

# %% wrong by_value from materialized: by value
#-             mean += factor * g / n
#+             mean += g.clamp(-max_norm, max_norm) / n

# %% wrong adds_to_grad from materialized: added to what was there
#-         p.grad = mean
#+         p.grad = mean if p.grad is None else p.grad + mean

# %% wrong in_place_grad from materialized: written into the tensor that was there
#-         p.grad = mean
#+         if p.grad is None:
#+             p.grad = mean
#+         else:
#+             p.grad.add_(mean)

# %% wrong graph_freed from materialized: the graph is freed by the last example
#-             losses[i], parameters, retain_graph=True, allow_unused=True, materialize_grads=True
#+             losses[i], parameters, retain_graph=i < n - 1, allow_unused=True, materialize_grads=True

# %% wrong unused_refused from materialized: a parameter that takes no part is an error
#-             losses[i], parameters, retain_graph=True, allow_unused=True, materialize_grads=True
#+             losses[i], parameters, retain_graph=True

# %% wrong unused_none from materialized: a parameter that takes no part has no grad
#-     for p, mean in zip(parameters, means, strict=True):
#-         p.grad = mean
#+     for p, mean in zip(parameters, means, strict=True):
#+         p.grad = mean if mean.any() else None

# %% wrong norms_after from materialized: norms after clipping
#-         norms[i] = norm
#+         norms[i] = min(norm, max_norm)

# %% wrong norms_list from materialized: norms as a list
#-     return norms
#+     return norms.tolist()

# %% wrong norms_float32 from materialized: norms in 32 bits
#-     norms = torch.zeros(n, dtype=losses.dtype)
#+     norms = torch.zeros(n)

# %% wrong with_graph from materialized: gradients keep a graph
#-             losses[i], parameters, retain_graph=True, allow_unused=True, materialize_grads=True
#+             losses[i], parameters, create_graph=True, allow_unused=True, materialize_grads=True

# %% wrong shared from materialized: the first example's own tensors are handed over
#-         p.grad = mean
#+         p.grad = mean if n > 2 else next(m for m in means if m.shape == mean.shape and torch.equal(m, mean))

# %% wrong limit_unchecked from materialized: not-a-number as max_norm
#-     if not max_norm > 0:
#+     if max_norm <= 0:

# %% wrong number_accepted from materialized: one number is taken for one example
#-     if losses.dim() != 1 or losses.numel() == 0:
#+     losses = losses.reshape(-1)
#+     if losses.numel() == 0:

# %% wrong empty_accepted from materialized: no example gives zeros
#-     if losses.dim() != 1 or losses.numel() == 0:
#+     if losses.dim() != 1:

# %% wrong cleared_first from materialized: grads are emptied before anything is checked
#-     if not max_norm > 0:
#+     for p in parameters:
#+         p.grad = torch.zeros_like(p)
#+     if not max_norm > 0:

# %% wrong mean_loss: the gradient of the mean loss, clipped
def mean_of_clipped(losses, parameters, max_norm):
    if not max_norm > 0 or losses.ndim != 1 or not len(losses):
        raise ValueError("bad input")
    for p in parameters:
        p.grad = None
    losses.mean().backward(retain_graph=True)
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return norm.repeat(len(losses))
