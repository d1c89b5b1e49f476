"""Answers to ex2_tokens of 07_learning_rate, right and wrong; how to read and write them: grading/answers.py."""

import math


# %% correct loop: a sum carried along
def token_cosine(batch_tokens, *, peak_lr, min_lr, warmup_tokens, total_tokens):
    if total_tokens < 1:
        raise ValueError("no tokens in all")
    if warmup_tokens < 0 or warmup_tokens > total_tokens:
        raise ValueError("the warmup does not fit")
    for n in batch_tokens:
        if n <= 0:
            raise ValueError("an empty batch")
    rates = []
    seen = 0
    for n in batch_tokens:
        if seen >= total_tokens:
            rate = min_lr
        elif seen < warmup_tokens:
            rate = peak_lr * seen / warmup_tokens
        else:
            progress = (seen - warmup_tokens) / (total_tokens - warmup_tokens)
            rate = min_lr + (peak_lr - min_lr) * 0.5 * (1 + math.cos(math.pi * progress))
        rates.append(float(rate))
        seen = seen + n
    return rates


# %% correct function: a function of the tokens, and running sums
def token_cosine(batch_tokens, *, peak_lr, min_lr, warmup_tokens, total_tokens):
    from itertools import accumulate

    if not (0 <= warmup_tokens <= total_tokens and total_tokens >= 1):
        raise ValueError("settings")
    if batch_tokens and min(batch_tokens) < 1:
        raise ValueError("a batch without tokens")

    def rate(t):
        if t < warmup_tokens:
            return float(peak_lr * (t / warmup_tokens))
        if t >= total_tokens:
            return float(min_lr)
        angle = math.pi / 2 * ((t - warmup_tokens) / (total_tokens - warmup_tokens))
        return min_lr * math.sin(angle) ** 2 + peak_lr * math.cos(angle) ** 2

    before = [0, *accumulate(batch_tokens)][: len(batch_tokens)]
    return [float(rate(t)) for t in before]


# %% wrong seen_after from loop: the step's own tokens count as seen
#-         seen = seen + n
#+         pass

#-         if seen >= total_tokens:
#+         seen += n
#+         if seen >= total_tokens:

# %% wrong goes_up_again from loop: the cosine does not end
#-         if seen >= total_tokens:
#+         if seen >= total_tokens and warmup_tokens == total_tokens:

# %% wrong whole_progress from loop: progress from the beginning of the run
#-             progress = (seen - warmup_tokens) / (total_tokens - warmup_tokens)
#+             progress = seen / total_tokens

# %% wrong linear from loop: a straight line down
#-             rate = min_lr + (peak_lr - min_lr) * 0.5 * (1 + math.cos(math.pi * progress))
#+             rate = min_lr + (peak_lr - min_lr) * (1 - progress)

# %% wrong warmup_from_floor from loop: the warmup begins at the floor
#-             rate = peak_lr * seen / warmup_tokens
#+             rate = min_lr + (peak_lr - min_lr) * seen / warmup_tokens

# %% wrong floor_added from loop: the floor is added to the whole cosine
#-             rate = min_lr + (peak_lr - min_lr) * 0.5 * (1 + math.cos(math.pi * progress))
#+             rate = min_lr + peak_lr * 0.5 * (1 + math.cos(math.pi * progress))

# %% wrong float_sum from loop: the sum is a float, and loses last digits
#-     seen = 0
#+     seen = 0.0

# %% wrong end_late from loop: the end counts as the last step of the cosine
#-         if seen >= total_tokens:
#+         if seen > total_tokens:

# %% wrong end_zero from loop: behind the end the rate is 0
#-             rate = min_lr
#+             rate = 0.0

# %% wrong peak_last from loop: a run of warmup alone ends at the peak
#-             rate = min_lr
#+             rate = min_lr if warmup_tokens < total_tokens else peak_lr

# %% wrong zero_batches_allowed from loop: a batch without tokens is accepted
#-         if n <= 0:
#+         if n < 0:

# %% wrong only_first_batch_checked from loop: only the first batch is checked
#-     for n in batch_tokens:
#-         if n <= 0:
#+     for n in batch_tokens[:1]:
#+         if n <= 0:

# %% wrong no_warmup_check from loop: a warmup longer than the run is accepted
#-     if warmup_tokens < 0 or warmup_tokens > total_tokens:
#+     if warmup_tokens < 0:

# %% wrong no_negative_check from loop: a negative warmup is accepted
#-     if warmup_tokens < 0 or warmup_tokens > total_tokens:
#+     if warmup_tokens > total_tokens:

# %% wrong empty_first from loop: an empty list is answered before anything is checked
#-     if total_tokens < 1:
#+     if not batch_tokens:
#+         return []
#+     if total_tokens < 1:

# %% wrong full_warmup_refused from loop: a warmup as long as the run is refused
#-     if warmup_tokens < 0 or warmup_tokens > total_tokens:
#+     if warmup_tokens < 0 or warmup_tokens >= total_tokens:

# %% wrong no_warmup_crashes from loop: no warmup is divided by
#-         elif seen < warmup_tokens:
#+         elif seen <= warmup_tokens:

# %% wrong whole_numbers from loop: whole rates stay whole
#-         rates.append(float(rate))
#+         rates.append(rate)

# %% wrong tuple from function: a tuple
#-     return [float(rate(t)) for t in before]
#+     return tuple(float(rate(t)) for t in before)

# %% wrong one_more from function: a rate for the step behind the run
#-     before = [0, *accumulate(batch_tokens)][: len(batch_tokens)]
#+     before = [0, *accumulate(batch_tokens)]

# %% wrong empties_the_list from loop: the list of batches is used up
#-     for n in batch_tokens:
#-         if seen >= total_tokens:
#+     while batch_tokens:
#+         n = batch_tokens.pop(0)
#+         if seen >= total_tokens:
