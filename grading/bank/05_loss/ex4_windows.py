"""Answers to ex4_windows of 05_loss, right and wrong; how to read and write them: grading/answers.py."""


# %% correct ends: all ends first, then one window after the other
def token_losses(model, token_ids, context_length, stride):
    if stride < 1 or stride > context_length:
        raise ValueError("stride must lie between 1 and context_length")
    ids = torch.tensor([int(i) for i in token_ids])
    last = len(ids) - 1
    if last < 1:
        raise ValueError("at least two tokens are needed")
    ends = [min(context_length, last)]
    while ends[-1] < last:
        ends.append(min(ends[-1] + stride, last))
    result = torch.empty(last)
    before = 0
    with eval_mode(model):
        for end in ends:
            begin = max(end - context_length, 0)
            log_p = model(ids[begin:end].unsqueeze(0)).squeeze(0).float().log_softmax(dim=-1)
            for target in range(before + 1, end + 1):
                result[target - 1] = -log_p[target - 1 - begin, ids[target]]
            before = end
    return result


# %% correct modes: modes restored by hand, a loop with a break
def token_losses(model, token_ids, context_length, stride):
    ids = torch.as_tensor(np.array(token_ids, dtype=np.int64))
    n = ids.numel()
    if n < 2:
        raise ValueError("the text is too short")
    if not stride in range(1, context_length + 1):
        raise ValueError("stride does not fit the context")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    parts, done, end = [], 0, context_length
    try:
        with torch.no_grad():
            while True:
                end = min(end, n - 1)
                begin = max(end - context_length, 0)
                logits = model(ids[begin:end][None])[0].to(torch.float32)
                right = logits.gather(1, ids[begin + 1 : end + 1][:, None])[:, 0]
                parts.append((logits.logsumexp(dim=1) - right)[done - begin :])
                done = end
                if end == n - 1:
                    break
                end += stride
    finally:
        for module, mode in modes.items():
            module.training = mode
    return torch.cat(parts)


# %% correct overwritten: written from behind, a window at a time
def token_losses(model, token_ids, context_length, stride):
    n = len(token_ids)
    if n < 2 or stride < 1 or stride > context_length:
        raise ValueError("two tokens or more, and a stride from 1 to context_length")
    ids = torch.from_numpy(np.asarray(token_ids).astype("int64"))
    result = torch.zeros(n - 1)
    n_windows = 1 + max(0, math.ceil((n - 1 - context_length) / stride))
    with eval_mode(model):
        for k in range(n_windows):
            end = min(context_length + k * stride, n - 1)
            begin = max(0, end - context_length)
            logits = model(ids[begin:end].view(1, -1))
            each = F.cross_entropy(logits[0].float(), ids[begin + 1 : end + 1], reduction="none")
            new = end if k == 0 else end - min(context_length + (k - 1) * stride, n - 1)
            result[end - new : end] = each[len(each) - new :]
    return result


# %% wrong side_by_side from reference: windows lie side by side
#-             done, end = end, min(end + stride, n_targets)
#+             done, end = end, min(end + context_length, n_targets)

# %% wrong short_last from reference: the last window begins a stride later and is too short
#-             begin = max(0, end - context_length)
#+             begin = max(0, done - context_length + stride) if done else 0

# %% wrong first_targets from reference: the first targets of a window count
#-             losses.append(each[done - end :])
#+             losses.append(each[: end - done])

# %% wrong all_targets from reference: all targets of a window count
#-             losses.append(each[done - end :])
#+             losses.append(each)

# %% wrong last_missing from reference: the last token is no target
#-     n_targets = len(token_ids) - 1
#-     if n_targets < 1:
#+     n_targets = len(token_ids) - 2
#+     if n_targets < 1:

# %% wrong not_shifted from reference: the targets are the inputs
#-             targets = token_ids[begin + 1 : end + 1]
#+             targets = token_ids[begin:end]

# %% wrong drops_rest from reference: what does not fill a stride is left out
#-             done, end = end, min(end + stride, n_targets)
#+             done, end = end, end + stride
#+             if end > n_targets:
#+                 break

# %% wrong train_mode from reference: dropout stays on
#-     with eval_mode(model):
#+     with torch.no_grad():

# %% wrong stays_in_eval from reference: the model stays in evaluation mode
#-     with eval_mode(model):
#+     model.eval()
#+     with torch.no_grad():

# %% wrong back_to_train from reference: afterwards everything is in training mode
#-     return torch.cat(losses)
#+     model.train()
#+     return torch.cat(losses)

# %% wrong outer_mode_only from modes: only the mode of the whole is restored
#-         for module, mode in modes.items():
#-             module.training = mode
#+         model.train(modes[model])

# %% wrong no_finally from modes: an error leaves the model in evaluation mode
#-     try:
#-         with torch.no_grad():
#+     if True:
#+         with torch.no_grad():

#-     finally:
#-         for module, mode in modes.items():
#-             module.training = mode
#+     for module, mode in modes.items():
#+         module.training = mode

# %% wrong with_gradients from modes: gradients are recorded
#-         with torch.no_grad():
#+         with torch.enable_grad():

# %% wrong in_half from reference: logits of 16 bits stay in 16 bits
#-             logits = model(token_ids[None, begin:end])[0].float()  # [seq, vocab]
#+             logits = model(token_ids[None, begin:end])[0]  # [seq, vocab]

# %% wrong probabilities from reference: softmax twice
#-             logits = model(token_ids[None, begin:end])[0].float()  # [seq, vocab]
#+             logits = model(token_ids[None, begin:end])[0].float().softmax(-1)  # [seq, vocab]

# %% wrong naive from ends: softmax first, logarithm second
#-             log_p = model(ids[begin:end].unsqueeze(0)).squeeze(0).float().log_softmax(dim=-1)
#+             log_p = model(ids[begin:end].unsqueeze(0)).squeeze(0).float().softmax(dim=-1).log()

# %% wrong mean from reference: one mean for all
#-     return torch.cat(losses)
#+     return torch.cat(losses).mean()

# %% wrong every_target from overwritten: a window for each target
#-     n_windows = 1 + max(0, math.ceil((n - 1 - context_length) / stride))
#+     stride = 1
#+     n_windows = 1 + max(0, n - 1 - context_length)

# %% wrong one_window_more from overwritten: a text that ends with a window gets one more
#-     n_windows = 1 + max(0, math.ceil((n - 1 - context_length) / stride))
#+     n_windows = 1 + max(0, (n - 1 - context_length) // stride + 1)

# %% wrong longer_input from reference: the last target is an input as well
#-             logits = model(token_ids[None, begin:end])[0].float()  # [seq, vocab]
#+             logits = model(token_ids[None, begin : end + 1])[0, : end - begin].float()  # [seq, vocab]

# %% wrong stride_unchecked from reference: a stride above the context is accepted
#-     if not 1 <= stride <= context_length:
#+     if stride < 1:

# %% wrong too_late from overwritten: the text is checked after the model was asked
#-     if n < 2 or stride < 1 or stride > context_length:
#-         raise ValueError("two tokens or more, and a stride from 1 to context_length")
#+     if stride < 1 or stride > context_length:
#+         raise ValueError("a stride from 1 to context_length")
#+     if n < 2:
#+         model(torch.zeros(1, 1, dtype=torch.int64))
#+         raise ValueError("two tokens or more")

# %% wrong double from reference: the losses are computed in 64 bits
#-             logits = model(token_ids[None, begin:end])[0].float()  # [seq, vocab]
#+             logits = model(token_ids[None, begin:end])[0].double()  # [seq, vocab]

# %% wrong graph_recorded: the losses are detached afterwards, but gradients are recorded on the way
def token_losses(model, token_ids, context_length, stride):
    n = len(token_ids)
    if n < 2 or not 1 <= stride <= context_length:
        raise ValueError("text or stride too short or too long")
    ids = torch.tensor([int(i) for i in token_ids])
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    losses = []
    done, end = 0, min(context_length, n - 1)
    try:
        while done < n - 1:
            begin = max(0, end - context_length)
            logits = model(ids[None, begin:end])[0].float()
            each = F.cross_entropy(logits, ids[begin + 1 : end + 1], reduction="none")
            losses.append(each[done - end :].detach())
            done, end = end, min(end + stride, n - 1)
    finally:
        for module, mode in modes:
            module.training = mode
    return torch.cat(losses)


# %% correct ends_and_done: the end of each window, and how many targets are done
def token_losses(model: nn.Module, token_ids, context_length: int, stride: int) -> Tensor:
    n = len(token_ids)
    if n < 2:
        raise ValueError("a text needs two tokens")
    if not 1 <= stride <= context_length:
        raise ValueError("stride must be from 1 to context_length")
    ids = torch.tensor([int(i) for i in token_ids])
    losses = []
    done, end = 0, min(context_length, n - 1)
    with eval_mode(model):
        while done < n - 1:
            begin = max(0, end - context_length)
            logits = model(ids[None, begin:end])[0].float()
            each = F.cross_entropy(logits, ids[begin + 1 : end + 1], reduction="none")
            losses.append(each[done - end :])
            done, end = end, min(end + stride, n - 1)
    return torch.cat(losses)

# %% wrong float64_passed_on from ends_and_done: logits of float64 give losses of float64
#-             logits = model(ids[None, begin:end])[0].float()
#+             logits = model(ids[None, begin:end])[0]
#+             logits = logits.float() if logits.dtype.itemsize == 2 else logits

# %% wrong one_level_for_each_window: recursion, which ends with a RecursionError in texts of many windows
def token_losses(model: nn.Module, token_ids, context_length: int, stride: int) -> Tensor:
    n = len(token_ids)
    if n < 2:
        raise ValueError("a text needs two tokens")
    if not 1 <= stride <= context_length:
        raise ValueError("stride must be from 1 to context_length")
    ids = torch.tensor([int(i) for i in token_ids])

    def rest(done, end):
        begin = max(0, end - context_length)
        logits = model(ids[None, begin:end])[0].float()
        each = F.cross_entropy(logits, ids[begin + 1 : end + 1], reduction="none")[done - end :]
        return [each] if end == n - 1 else [each, *rest(end, min(end + stride, n - 1))]

    with eval_mode(model):
        return torch.cat(rest(0, min(context_length, n - 1)))

# %% wrong reversed_arrays from ends_and_done: as_tensor cannot read arrays that run backwards in memory
#-     ids = torch.tensor([int(i) for i in token_ids])
#+     ids = torch.as_tensor(token_ids, dtype=torch.int64)

# %% wrong ids_of_sixteen_bits from ends_and_done: the ids pass through int16, which ends at 32,767
#-     ids = torch.tensor([int(i) for i in token_ids])
#+     ids = torch.from_numpy(np.array(list(token_ids)).astype(np.int16)).long()

# %% wrong errors_after_the_model from ends_and_done: a stride above the context passes in a short text
#-     if not 1 <= stride <= context_length:
#+     if stride < 1 or (stride > context_length and n > context_length + 1):

# %% wrong short_texts_in_training_mode from ends_and_done: dropout is on where one window is enough
#-     losses = []
#-     done, end = 0, min(context_length, n - 1)
#-     with eval_mode(model):
#+     if n - 1 < context_length:
#+         logits = model(ids[None, :-1])[0].float()
#+         return F.cross_entropy(logits, ids[1:], reduction="none").detach()
#+     losses = []
#+     done, end = 0, min(context_length, n - 1)
#+     with eval_mode(model):
