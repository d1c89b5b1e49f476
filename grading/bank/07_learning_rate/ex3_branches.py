"""Answers to ex3_branches of 07_learning_rate, right and wrong; how to read and write them: grading/answers.py."""

import math


# %% correct extend: three parts a model
def branching_wsd(ends, *, peak_lr, min_lr, warmup_steps, decay_fraction):
    if len(ends) == 0 or min(ends) < 1:
        raise ValueError("no ends, or one below 1")
    if list(ends) != sorted(set(ends)):
        raise ValueError("ends must increase")
    if warmup_steps < 0:
        raise ValueError("negative warmup")
    if not 0 < decay_fraction <= 1:
        raise ValueError("decay_fraction")
    peak_lr, min_lr = float(peak_lr), float(min_lr)
    out = []
    here = 0
    for end in ends:
        length = max(1, math.floor(end * decay_fraction))
        begin = end - length
        if begin < warmup_steps:
            raise ValueError("the decay is in the warmup")
        for step in range(here, begin):
            rate = peak_lr
            if step < warmup_steps:
                rate = peak_lr * (step + 1) / warmup_steps
            out.append((step, rate))
        for k in range(1, length):
            out.append((begin + k - 1, peak_lr + (min_lr - peak_lr) * k / length))
        out.append((end - 1, min_lr))
        here = begin
    return out


# %% correct weights: a weighted mean of peak and floor, exact at both ends
def branching_wsd(ends, *, peak_lr, min_lr, warmup_steps, decay_fraction):
    ok = bool(ends) and all(e >= 1 for e in ends) and all(a < b for a, b in zip(ends, ends[1:], strict=False))
    if not ok or warmup_steps < 0 or not (decay_fraction > 0 and decay_fraction <= 1):
        raise ValueError("bad settings")

    def warm(step):
        return 1.0 if step >= warmup_steps else (step + 1) / warmup_steps

    run, start = [], 0
    for end in ends:
        decay = int(end * decay_fraction) or 1
        first = end - decay
        if first < warmup_steps:
            raise ValueError("decay before the end of the warmup")
        run += [(s, float(peak_lr * warm(s))) for s in range(start, first)]
        run += [
            (s, float((peak_lr * (end - 1 - s) + min_lr * (s + 1 - first)) / decay if s < end - 1 else min_lr))
            for s in range(first, end)
        ]
        start = first
    return run


# %% wrong goes_on from extend: goes on from the end of the decay
#-         here = begin
#+         here = end

# %% wrong anew from extend: every model begins anew
#-         here = begin
#+         here = 0

# %% wrong peak_in_decay from extend: the decay begins with the peak and misses the floor
#-         for k in range(1, length):
#-             out.append((begin + k - 1, peak_lr + (min_lr - peak_lr) * k / length))
#-         out.append((end - 1, min_lr))
#+         for k in range(length):
#+             out.append((begin + k, peak_lr + (min_lr - peak_lr) * k / length))

# %% wrong rounded_floor from extend: the floor with an error of rounding
#-         out.append((end - 1, min_lr))
#+         out.append((end - 1, peak_lr + (min_lr - peak_lr)))

# %% wrong warmup_from_zero from extend: the warmup begins at 0
#-                 rate = peak_lr * (step + 1) / warmup_steps
#+                 rate = peak_lr * step / warmup_steps

# %% wrong rounded_length from extend: the length of the decay is rounded, not cut
#-         length = max(1, math.floor(end * decay_fraction))
#+         length = max(1, round(end * decay_fraction))

# %% wrong ceil_length from extend: the length of the decay is rounded up
#-         length = max(1, math.floor(end * decay_fraction))
#+         length = max(1, math.ceil(end * decay_fraction))

# %% wrong no_short_decay from extend: a short run has no decay
#-         length = max(1, math.floor(end * decay_fraction))
#+         length = math.floor(end * decay_fraction)

# %% wrong fraction_of_first from extend: all decays as long as the first
#-         length = max(1, math.floor(end * decay_fraction))
#+         length = max(1, math.floor(ends[0] * decay_fraction))

# %% wrong no_warmup from extend: no warmup at all
#-             if step < warmup_steps:
#+             if False:

# %% wrong ties_allowed from extend: equal ends are accepted
#-     if list(ends) != sorted(set(ends)):
#+     if list(ends) != sorted(ends):

# %% wrong sorts from extend: ends that do not increase are sorted
#-     if list(ends) != sorted(set(ends)):
#-         raise ValueError("ends must increase")
#+     ends = sorted(set(ends))

# %% wrong sorts_in_place from extend: sorts what it was given
#-     if list(ends) != sorted(set(ends)):
#-         raise ValueError("ends must increase")
#+     ends.sort()

# %% wrong no_ends_check from extend: no ends make an empty run
#-     if len(ends) == 0 or min(ends) < 1:
#+     if len(ends) and min(ends) < 1:

# %% wrong warmup_unchecked from extend: a decay inside the warmup is accepted
#-         if begin < warmup_steps:
#+         if begin < 0:

# %% wrong touching_refused from extend: a decay right behind the warmup is refused
#-         if begin < warmup_steps:
#+         if begin <= warmup_steps:

# %% wrong whole_decay_refused from extend: a run that only decays is refused
#-     if not 0 < decay_fraction <= 1:
#+     if not 0 < decay_fraction < 1:

# %% wrong nan_accepted from extend: not-a-number is no fraction, and not refused as one
#-     if not 0 < decay_fraction <= 1:
#-         raise ValueError("decay_fraction")
#+     if decay_fraction <= 0 or decay_fraction > 1:
#+         raise ValueError("decay_fraction")
#+     if decay_fraction != decay_fraction:
#+         decay_fraction = 0.5

# %% wrong lists from extend: lists instead of tuples
#-             out.append((step, rate))
#+             out.append([step, rate])

# %% wrong negative_warmup from extend: a negative warmup is taken for none
#-     if warmup_steps < 0:
#-         raise ValueError("negative warmup")
#+     warmup_steps = max(warmup_steps, 0)
