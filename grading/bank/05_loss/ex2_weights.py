"""Answers to ex2_weights of 05_loss, right and wrong; how to read and write them: grading/answers.py."""


# %% correct gather: log_softmax and gather on the rows that count
def weighted_loss(logits, targets, weights):
    if weights.shape != targets.shape or logits.shape[:-1] != targets.shape:
        raise ValueError("shapes do not fit")
    if bool((weights < 0).any()) or bool(torch.isnan(weights.double()).any()):
        raise ValueError("bad weights")
    mask = weights != 0
    x = logits[mask]
    if x.dtype not in (torch.float32, torch.float64):
        x = x.to(torch.float32)
    if x.shape[0] == 0:
        return x.sum()
    w = weights[mask].to(x.dtype)
    log_p = x.log_softmax(-1).gather(1, targets[mask].unsqueeze(1)).squeeze(1)
    return -torch.dot(w / w.sum(), log_p)


# %% correct replaced: rubbish is replaced before anything is computed
def weighted_loss(logits, targets, weights):
    if not (logits.shape[:-1] == targets.shape == weights.shape):
        raise ValueError("shapes")
    if not torch.all(weights >= 0):
        raise ValueError("weights")
    out = torch.float64 if logits.dtype == torch.float64 else torch.float32
    unused = weights == 0
    x = logits.masked_fill(unused[..., None], 0).to(out)
    t = targets.masked_fill(unused, 0)
    w = weights.to(out)
    losses = torch.logsumexp(x, dim=-1) - x.gather(-1, t[..., None])[..., 0]
    total = w.sum()
    return (w * losses).sum() / (total if total > 0 else torch.ones_like(total))


# %% correct flat: everything flattened, only where the indices count
def weighted_loss(logits, targets, weights):
    if targets.shape != weights.shape or targets.shape != logits.shape[:-1]:
        raise ValueError("shapes of logits, targets and weights do not fit")
    if (~(weights >= 0)).any():
        raise ValueError("a weight is negative or not a number")
    index = weights.reshape(-1).nonzero().flatten()
    x = logits.reshape(-1, logits.shape[-1])[index]
    x = x.float() if x.dtype != torch.float64 else x
    w = weights.reshape(-1)[index].type_as(x)
    each = F.cross_entropy(x, targets.reshape(-1)[index], reduction="none")
    return (each * w).sum() / w.sum().clamp(min=torch.finfo(x.dtype).tiny)


# %% wrong multiplied: the losses of all positions are multiplied by their weights
def weighted_loss(logits, targets, weights):
    if weights.shape != targets.shape or logits.shape[:-1] != targets.shape or not (weights >= 0).all():
        raise ValueError("bad")
    x = logits if logits.dtype == torch.float64 else logits.float()
    t = targets.clamp(0, x.shape[-1] - 1)
    each = -x.log_softmax(-1).gather(-1, t[..., None])[..., 0]
    w = weights.to(x.dtype)
    return (w * each).sum() / w.sum().clamp(min=1e-30)

# %% wrong per_token from reference: divided by the number of tokens that count
#-     return (kept * each).sum() / (kept.sum() if len(kept) else 1)
#+     return (kept * each).sum() / max(len(kept), 1)

# %% wrong all_tokens from reference: divided by the number of all tokens
#-     return (kept * each).sum() / (kept.sum() if len(kept) else 1)
#+     return (kept * each).sum() / max(targets.numel(), 1)

# %% wrong as_mask from reference: every weight above 0 counts as 1
#-     kept = weights[counts].to(each.dtype)
#+     kept = torch.ones_like(each)

# %% wrong torchs_mean from reference: torch's mean, then the weights
#-     each = F.cross_entropy(rows, targets[counts], reduction="none")  # -> [n]
#+     each = F.cross_entropy(rows, targets[counts])

# %% wrong nan_when_nothing from reference: nothing that counts gives not-a-number
#-     return (kept * each).sum() / (kept.sum() if len(kept) else 1)
#+     return (kept * each).sum() / kept.sum()

# %% wrong detached_zero from reference: the zero does not belong to the graph
#-     kept = weights[counts].to(each.dtype)
#+     kept = weights[counts].to(each.dtype)
#+     if not len(kept):
#+         return torch.tensor(0.0, dtype=each.dtype)

# %% wrong zero_in_float32 from reference: the zero is float32 whatever the logits are
#-     kept = weights[counts].to(each.dtype)
#+     kept = weights[counts].to(each.dtype)
#+     if not len(kept):
#+         return rows.sum().float()

# %% wrong in_half from reference: computed in 16 bits
#-     if rows.dtype in (torch.float16, torch.bfloat16):
#-         rows = rows.float()

#-     each = F.cross_entropy(rows, targets[counts], reduction="none")  # -> [n]
#+     each = F.cross_entropy(rows, targets[counts], reduction="none").to(rows.dtype)

# %% wrong half_result from reference: brought back to 16 bits
#-     return (kept * each).sum() / (kept.sum() if len(kept) else 1)
#+     return ((kept * each).sum() / (kept.sum() if len(kept) else 1)).to(logits.dtype)

# %% wrong only_float16 from reference: bfloat16 is forgotten
#-     if rows.dtype in (torch.float16, torch.bfloat16):
#+     if rows.dtype == torch.float16:

# %% wrong always_float32 from reference: 64-bit logits are computed in 32 bits
#-     if rows.dtype in (torch.float16, torch.bfloat16):
#-         rows = rows.float()
#+     rows = rows.float()

# %% wrong weights_format from reference: the result has the format of the weights
#-     kept = weights[counts].to(each.dtype)
#+     kept = weights[counts] * 1.0

# %% wrong half_weights from reference: the weights are summed in their own format
#-     return (kept * each).sum() / (kept.sum() if len(kept) else 1)
#+     return (kept * each).sum() / (weights.sum().to(each.dtype) if len(kept) else 1)

# %% wrong small_weights_ignored from reference: weights below 1e-8 do not count
#-     counts = weights > 0
#+     counts = weights > 1e-8

# %% wrong clamped from reference: the sum of the weights is at least 1e-6
#-     return (kept * each).sum() / (kept.sum() if len(kept) else 1)
#+     return (kept * each).sum() / kept.sum().clamp(min=1e-6)

# %% wrong nan_weight from reference: a weight that is not a number passes
#-     if not (weights >= 0).all():
#+     if (weights < 0).any():

# %% wrong negative_ignored from reference: negative weights count as 0
#-     if not (weights >= 0).all():
#+     if weights.isnan().any():

# %% wrong broadcast from reference: weights of another shape are stretched
#-     if not logits.shape[:-1] == targets.shape == weights.shape:
#+     if not logits.shape[:-1] == targets.shape:

#-     counts = weights > 0
#+     weights = weights.expand(targets.shape)
#+     counts = weights > 0

# %% wrong naive_softmax from gather: softmax first, logarithm second
#-     log_p = x.log_softmax(-1).gather(1, targets[mask].unsqueeze(1)).squeeze(1)
#+     log_p = x.softmax(-1).gather(1, targets[mask].unsqueeze(1)).squeeze(1).log()

# %% wrong in_place from replaced: the targets are changed in place
#-     t = targets.masked_fill(unused, 0)
#+     t = targets.masked_fill_(unused, 0)

# %% wrong detached from reference: no gradient passes
#-     rows = logits[counts]  # -> [n, vocab]
#+     rows = logits.detach()[counts].requires_grad_()

# %% wrong base_2 from reference: bits instead of nats
#-     return (kept * each).sum() / (kept.sum() if len(kept) else 1)
#+     return (kept * each).sum() / (kept.sum() if len(kept) else 1) / math.log(2)


# %% correct rows_that_count: index with the mask, weights brought to shares of the whole in 64 bits
def weighted_loss(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    if weights.shape != targets.shape or logits.shape[:-1] != targets.shape:
        raise ValueError("the shapes do not fit together")
    if not (weights >= 0).all():
        raise ValueError("a weight is negative or not a number")
    keep = weights > 0
    rows = logits[keep]
    if rows.dtype in (torch.float16, torch.bfloat16):
        rows = rows.float()
    if not keep.any():
        return rows.sum()
    losses = F.cross_entropy(rows, targets[keep], reduction="none")
    share = weights[keep].double()
    share = share / share.max()
    share = (share / share.sum()).to(losses.dtype)
    return (losses * share).sum()

# %% wrong axes_counted_alone from rows_that_count: of logits and targets only the number of axes is compared
#-     if weights.shape != targets.shape or logits.shape[:-1] != targets.shape:
#+     if weights.shape != targets.shape or logits.ndim != targets.ndim + 1:
