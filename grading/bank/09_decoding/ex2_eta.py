"""Answers to ex2_eta of 09_decoding, right and wrong; how to read and write them: grading/answers.py."""


# %% correct log_domain: compared as logarithms
def keep_eta(logits, epsilon):
    if not (epsilon > 0 and epsilon < 1):
        raise ValueError("epsilon is between 0 and 1")
    format_ = torch.float64 if logits.dtype == torch.float64 else torch.float32
    logs = torch.log_softmax(logits.to(format_), dim=-1)
    p = logs.exp()
    entropy = -torch.nan_to_num(p * logs, nan=0.0).sum(dim=-1, keepdim=True)
    border = torch.clamp(0.5 * math.log(epsilon) - entropy, max=math.log(epsilon))
    border = torch.minimum(border, logs.max(dim=-1, keepdim=True).values)
    return torch.where(logs < border, torch.full_like(logits, -math.inf), logits)


# %% correct row_by_row: a loop over the rows
def keep_eta(logits, epsilon):
    if epsilon <= 0 or epsilon >= 1 or math.isnan(epsilon):
        raise ValueError(f"epsilon {epsilon}")
    result = logits.detach().clone().reshape(-1, logits.shape[-1])
    for row in result:
        wide = row if row.dtype == torch.float64 else row.to(torch.float32)
        p = torch.softmax(wide, 0)
        positive = p[p > 0]
        entropy = -(positive * positive.log()).sum()
        eta = min(epsilon, (epsilon**0.5 * torch.exp(-entropy)).item())
        row[(p < eta) & (p != p.max())] = -torch.inf
    return result.reshape(logits.shape)


# %% correct xlogy: another function for p log p, and what is kept is chosen
def keep_eta(logits, epsilon):
    if not 0.0 < epsilon < 1.0:
        raise ValueError("0 < epsilon < 1")
    wide = logits.double() if logits.dtype == torch.float64 else logits.to(torch.float32)
    p = torch.softmax(wide, dim=-1)
    h = -torch.xlogy(p, p).sum(-1)[..., None]
    eta = torch.minimum(torch.tensor(epsilon, dtype=p.dtype), torch.tensor(epsilon, dtype=p.dtype).sqrt() * (-h).exp())
    keep = (p >= eta) | (p == p.amax(-1, keepdim=True))
    return logits.clone().masked_fill(~keep, float("-inf"))


# %% wrong epsilon_alone from reference: the entropy is not used
#-     eta = (math.sqrt(epsilon) * torch.exp(-entropy)).clamp(max=epsilon)
#+     eta = torch.full_like(entropy, epsilon)

# %% wrong no_epsilon_bound from reference: the border may be above epsilon
#-     eta = (math.sqrt(epsilon) * torch.exp(-entropy)).clamp(max=epsilon)
#+     eta = math.sqrt(epsilon) * torch.exp(-entropy)

# %% wrong maximum from reference: the larger of the two terms
#-     eta = (math.sqrt(epsilon) * torch.exp(-entropy)).clamp(max=epsilon)
#+     eta = (math.sqrt(epsilon) * torch.exp(-entropy)).clamp(min=epsilon)

# %% wrong no_root from reference: epsilon in place of its root
#-     eta = (math.sqrt(epsilon) * torch.exp(-entropy)).clamp(max=epsilon)
#+     eta = (epsilon * torch.exp(-entropy)).clamp(max=epsilon)

# %% wrong bits from reference: the entropy is taken in bits
#-     eta = (math.sqrt(epsilon) * torch.exp(-entropy)).clamp(max=epsilon)
#+     eta = (math.sqrt(epsilon) * torch.exp(-entropy / math.log(2))).clamp(max=epsilon)

# %% wrong sign from reference: the entropy has the wrong sign
#-     eta = (math.sqrt(epsilon) * torch.exp(-entropy)).clamp(max=epsilon)
#+     eta = (math.sqrt(epsilon) * torch.exp(entropy)).clamp(max=epsilon)

# %% wrong zero_log from reference: 0 times the logarithm of 0
#-     entropy = torch.special.entr(p).sum(-1, keepdim=True)
#+     entropy = -(p * p.log()).sum(-1, keepdim=True)

# %% wrong whole_batch from reference: one entropy for all rows
#-     entropy = torch.special.entr(p).sum(-1, keepdim=True)
#+     entropy = torch.special.entr(p).sum()

# %% wrong mean_entropy from reference: the mean of the terms, not their sum
#-     entropy = torch.special.entr(p).sum(-1, keepdim=True)
#+     entropy = torch.special.entr(p).mean(-1, keepdim=True)

# %% wrong zeros from reference: cut logits are 0
#-     return logits.masked_fill(p < eta, -torch.inf)
#+     return logits.masked_fill(p < eta, 0.0)

# %% wrong log_probs from reference: what is kept is the logarithm of the probability
#-     return logits.masked_fill(p < eta, -torch.inf)
#+     return p.log().to(logits.dtype).masked_fill(p < eta, -torch.inf)

# %% wrong thirty_two_bits from reference: the result is float32
#-     return logits.masked_fill(p < eta, -torch.inf)
#+     return wide.masked_fill(p < eta, -torch.inf)

# %% wrong in_place from reference: the logits that were given are changed
#-     return logits.masked_fill(p < eta, -torch.inf)
#+     return logits.masked_fill_(p < eta, -torch.inf)

# %% wrong unchecked from reference: epsilon is not checked
#-     if not 0 < epsilon < 1:
#-         raise ValueError(f"epsilon is {epsilon}, expected a number between 0 and 1")
#+     epsilon = float(epsilon)

# %% wrong one_is_legal from reference: epsilon may be 1
#-     if not 0 < epsilon < 1:
#+     if not 0 < epsilon <= 1:

# %% wrong sixteen_bits from reference: computed in the format of the logits
#-     wide = logits if logits.dtype == torch.float64 else logits.float()
#+     wide = logits
