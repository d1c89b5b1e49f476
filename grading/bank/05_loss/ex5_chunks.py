"""Answers to ex5_chunks of 05_loss, right and wrong; how to read and write them: grading/answers.py."""


# %% correct logaddexp: partial logarithms joined by logaddexp
def chunked_loss(hidden, weight, targets, chunk_size):
    if chunk_size < 1:
        raise ValueError("chunk_size must be positive")
    hidden, weight = hidden.detach(), weight.detach()
    n = hidden.shape[0]
    lse = hidden.new_full((n,), -math.inf)
    for part in weight.split(chunk_size):
        lse = torch.logaddexp(lse, torch.logsumexp(hidden @ part.T, dim=1))
    grad_hidden = -weight[targets] / n
    loss = (lse + n * (hidden * grad_hidden).sum(dim=1)).mean()
    grad_weight = torch.zeros_like(weight)
    for start in range(0, weight.shape[0], chunk_size):
        stop = start + chunk_size
        p = torch.exp(hidden @ weight[start:stop].T - lse[:, None]) / n
        grad_hidden = grad_hidden + p @ weight[start:stop]
        grad_weight[start:stop] = p.T @ hidden
    grad_weight.index_add_(0, targets, hidden, alpha=-1 / n)
    return loss, grad_hidden, grad_weight


# %% correct three_passes: the maximum first, then the sum, then the gradients
@torch.no_grad()
def chunked_loss(hidden, weight, targets, chunk_size):
    if chunk_size <= 0:
        raise ValueError(f"{chunk_size} is no size of a chunk")
    parts = torch.split(weight, chunk_size)
    m = torch.stack([(hidden @ part.T).amax(1) for part in parts[:1]])[0]
    for part in parts[1:]:
        m = torch.maximum(m, (hidden @ part.T).amax(1))
    s = sum((hidden @ part.T - m[:, None]).exp().sum(1) for part in parts)
    right = torch.einsum("ne,ne->n", hidden, weight.index_select(0, targets))
    loss = torch.mean(m + s.log() - right)
    by_hidden, by_parts, first = torch.zeros_like(hidden), [], 0
    for part in parts:
        g = (hidden @ part.T - m[:, None]).exp() / s[:, None]
        columns = torch.arange(first, first + len(part))
        g = (g - (targets[:, None] == columns).to(g.dtype)) / len(targets)
        by_hidden += g @ part
        by_parts.append(g.T @ hidden)
        first += len(part)
    return loss, by_hidden, torch.cat(by_parts)


# %% wrong whole from reference: all logits at once
#-     with torch.no_grad():
#-         n, vocab_size = len(hidden), len(weight)
#+     with torch.no_grad():
#+         n, vocab_size = len(hidden), len(weight)
#+         chunk_size = vocab_size

# %% wrong autograd: torch's own loss and gradients
def chunked_loss(hidden, weight, targets, chunk_size):
    if chunk_size < 1:
        raise ValueError("chunk_size")
    h, w = hidden.detach().clone().requires_grad_(), weight.detach().clone().requires_grad_()
    loss = F.cross_entropy(h @ w.T, targets)
    by_hidden, by_weight = torch.autograd.grad(loss, [h, w])
    return loss.detach(), by_hidden, by_weight


# %% wrong token_by_token: a loop over the tokens
@torch.no_grad()
def chunked_loss(hidden, weight, targets, chunk_size):
    if chunk_size < 1:
        raise ValueError("chunk_size")
    n, total = len(hidden), hidden.new_zeros(())
    by_hidden, by_weight = torch.zeros_like(hidden), torch.zeros_like(weight)
    for i in range(n):
        logits = weight @ hidden[i]
        total += logits.logsumexp(0) - logits[targets[i]]
        g = logits.softmax(0)
        g[targets[i]] -= 1
        by_hidden[i] = g @ weight / n
        by_weight += torch.outer(g, hidden[i]) / n
    return total / n, by_hidden, by_weight


# %% wrong records from three_passes: autograd records everything
#- @torch.no_grad()
#- def chunked_loss(hidden, weight, targets, chunk_size):
#+ def chunked_loss(hidden, weight, targets, chunk_size):

# %% wrong not_rescaled from reference: the old sum is not brought up to date
#-             total = total * (largest - new).exp() + (logits - new[:, None]).exp().sum(dim=-1)
#+             total = total + (logits - new[:, None]).exp().sum(dim=-1)

# %% wrong rescaled_backwards from reference: the factor is upside down
#-             total = total * (largest - new).exp() + (logits - new[:, None]).exp().sum(dim=-1)
#+             total = total * (new - largest).exp().nan_to_num(posinf=0.0) + (logits - new[:, None]).exp().sum(dim=-1)

# %% wrong begins_at_zero from reference: the largest logit so far begins at 0, so that small ones underflow
#-         largest = torch.full_like(hidden[:, 0], -torch.inf)  # [n]
#+         largest = torch.zeros_like(hidden[:, 0])  # [n]

# %% wrong no_maximum: exponentials without a maximum
@torch.no_grad()
def chunked_loss(hidden, weight, targets, chunk_size):
    if chunk_size < 1:
        raise ValueError("chunk_size")
    n, total = len(hidden), 0
    for part in weight.split(chunk_size):
        total = total + (hidden @ part.T).exp().sum(1)
    right = (hidden * weight[targets]).sum(1)
    by_hidden, by_weight = -weight[targets] / n, torch.zeros_like(weight)
    by_weight.index_add_(0, targets, -hidden / n)
    for k, part in enumerate(weight.split(chunk_size)):
        p = (hidden @ part.T).exp() / total[:, None] / n
        by_hidden += p @ part
        by_weight[k * chunk_size : (k + 1) * chunk_size] += p.T @ hidden
    return (total.log() - right).mean(), by_hidden, by_weight


# %% wrong first_maximum from reference: the largest logit of the first chunk is kept
#-             new = torch.maximum(largest, logits.amax(dim=-1))
#+             new = logits.amax(dim=-1) if first == 0 else largest

# %% wrong rest_missing from reference: the last chunk that is not full is left out
#-         for first in range(0, vocab_size, chunk_size):
#-             logits = hidden @ weight[first : first + chunk_size].T  # [n, chunk]
#+         for first in range(0, vocab_size - chunk_size + 1, chunk_size):
#+             logits = hidden @ weight[first : first + chunk_size].T  # [n, chunk]

# %% wrong sum from reference: the loss is the sum over the rows
#-         return (log_sum - right).mean(), grad_hidden, grad_weight
#+         return (log_sum - right).sum(), grad_hidden, grad_weight

# %% wrong gradient_sum from reference: the gradients are not divided by n
#-             g /= n
#+

# %% wrong no_target from reference: y is missing in the gradient
#-             g[rows, columns] -= 1
#+

# %% wrong column_of_vocabulary from reference: the target's column is not counted from the chunk's first
#-             columns = targets[rows] - first
#-             right[rows] = logits[rows, columns]
#+             columns = targets[rows] % len(part)
#+             right[rows] = logits[rows, columns]

# %% wrong target_once from logaddexp: a target that occurs twice is counted once
#-     grad_weight.index_add_(0, targets, hidden, alpha=-1 / n)
#+     grad_weight[targets] -= hidden / n

# %% wrong swapped_gradients from reference: the two gradients have changed places
#-         return (log_sum - right).mean(), grad_hidden, grad_weight
#+         return (log_sum - right).mean(), grad_weight, grad_hidden

# %% wrong last_chunk_gradient from reference: the gradient of hidden has the last chunk alone
#-             grad_hidden += g @ part
#+             grad_hidden = g @ part

# %% wrong in_place from logaddexp: the gradient is written into weight
#-     grad_weight = torch.zeros_like(weight)
#-     for start in range(0, weight.shape[0], chunk_size):
#+     grad_weight = weight
#+     for start in range(0, weight.shape[0], chunk_size):

# %% wrong fills_grad from reference: the gradients are also stored in .grad
#-         return (log_sum - right).mean(), grad_hidden, grad_weight
#+         hidden.grad, weight.grad = grad_hidden, grad_weight
#+         return (log_sum - right).mean(), grad_hidden, grad_weight

# %% wrong float32 from reference: 64-bit numbers are computed in 32 bits
#-         n, vocab_size = len(hidden), len(weight)
#+         hidden, weight = hidden.float(), weight.float()
#+         n, vocab_size = len(hidden), len(weight)

# %% wrong number from reference: the loss is a Python number
#-         return (log_sum - right).mean(), grad_hidden, grad_weight
#+         return (log_sum - right).mean().item(), grad_hidden, grad_weight

# %% wrong one_hot_table from three_passes: a one-hot table of the whole vocabulary
#-     by_hidden, by_parts, first = torch.zeros_like(hidden), [], 0
#+     y = F.one_hot(targets, len(weight))
#+     by_hidden, by_parts, first = torch.zeros_like(hidden), [], 0

#-         g = (g - (targets[:, None] == columns).to(g.dtype)) / len(targets)
#+         g = (g - y[:, columns].to(g.dtype)) / len(targets)

# %% wrong keeps_chunks from three_passes: the chunks of logits are kept and joined
#-     s = sum((hidden @ part.T - m[:, None]).exp().sum(1) for part in parts)
#+     s = torch.cat([hidden @ part.T - m[:, None] for part in parts], dim=1).exp().sum(1)

# %% wrong size_unchecked from reference: a chunk_size of 0 gives another error
#-     if chunk_size < 1:
#-         raise ValueError(f"chunk_size is {chunk_size}, expected at least 1")
#+     chunk_size = max(chunk_size, 1)

# %% wrong clamped from reference: logits beyond 1000 are cut
#-             logits = hidden @ weight[first : first + chunk_size].T  # [n, chunk]
#+             logits = (hidden @ weight[first : first + chunk_size].T).clamp(-1000, 1000)  # [n, chunk]


# %% correct two_passes: as the text describes it
def chunked_loss(
    hidden: Tensor, weight: Tensor, targets: Tensor, chunk_size: int
) -> tuple[Tensor, Tensor, Tensor]:
    if chunk_size < 1:
        raise ValueError("chunk_size must be at least 1")
    n, vocab = len(hidden), len(weight)
    with torch.no_grad():
        m = hidden.new_full((n,), -torch.inf)
        s = hidden.new_zeros(n)
        right = hidden.new_zeros(n)
        for begin in range(0, vocab, chunk_size):
            logits = hidden @ weight[begin : begin + chunk_size].T
            larger = torch.maximum(m, logits.amax(dim=1))
            s = s * (m - larger).exp() + (logits - larger[:, None]).exp().sum(dim=1)
            m = larger
            inside = (targets >= begin) & (targets < begin + chunk_size)
            rows = inside.nonzero()[:, 0]
            right[rows] = logits[rows, targets[rows] - begin]
        lse = m + s.log()
        grad_hidden = torch.zeros_like(hidden)
        grad_weight = torch.zeros_like(weight)
        for begin in range(0, vocab, chunk_size):
            part = weight[begin : begin + chunk_size]
            g = (hidden @ part.T - lse[:, None]).exp()
            inside = (targets >= begin) & (targets < begin + chunk_size)
            rows = inside.nonzero()[:, 0]
            g[rows, targets[rows] - begin] -= 1
            g /= n
            grad_hidden += g @ part
            grad_weight[begin : begin + chunk_size] = g.T @ hidden
        loss = (lse - right).mean()
    return loss, grad_hidden, grad_weight

# %% wrong logits_kept from two_passes: all chunks of logits are kept in a list for the second pass
#-         right = hidden.new_zeros(n)
#+         right = hidden.new_zeros(n)
#+         kept = []

#-             larger = torch.maximum(m, logits.amax(dim=1))
#+             kept.append(logits)
#+             larger = torch.maximum(m, logits.amax(dim=1))

#-             g = (hidden @ part.T - lse[:, None]).exp()
#+             g = (kept[begin // chunk_size] - lse[:, None]).exp()

# %% wrong recorded_and_detached from two_passes: everything is recorded by autograd and detached at the end
#-     with torch.no_grad():
#+     if True:

#-         grad_hidden = torch.zeros_like(hidden)
#-         grad_weight = torch.zeros_like(weight)
#+         grad_hidden = torch.zeros_like(hidden.detach())
#+         grad_weight = torch.zeros_like(weight.detach())

#-             g = (hidden @ part.T - lse[:, None]).exp()
#+             g = (hidden @ part.T - lse[:, None]).exp().clone()

#-             grad_hidden += g @ part
#-             grad_weight[begin : begin + chunk_size] = g.T @ hidden
#+             grad_hidden += (g @ part).detach()
#+             grad_weight[begin : begin + chunk_size] = (g.T @ hidden).detach()

#-     return loss, grad_hidden, grad_weight
#+     return loss.detach(), grad_hidden, grad_weight

# %% wrong autograd_for_each_chunk from two_passes: the gradients of each chunk's product come from autograd
#-             grad_hidden += g @ part
#-             grad_weight[begin : begin + chunk_size] = g.T @ hidden
#+             h, w = hidden.detach().requires_grad_(), part.detach().requires_grad_()
#+             with torch.enable_grad():
#+                 logits = h @ w.T
#+             by_h, by_w = torch.autograd.grad(logits, [h, w], g)
#+             grad_hidden += by_h
#+             grad_weight[begin : begin + chunk_size] = by_w

# %% wrong begins_at_minus_ten_thousand from two_passes: the maximum begins at -10,000, far above some logits
#-         m = hidden.new_full((n,), -torch.inf)
#+         m = hidden.new_full((n,), -1e4)

# %% wrong loss_of_the_targets_rounded from two_passes: the loss is limited to 1e6
#-         loss = (lse - right).mean()
#+         loss = (lse - right).clamp(max=1e6).mean()
