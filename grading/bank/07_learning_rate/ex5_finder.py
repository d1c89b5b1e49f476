"""Answers to ex5_finder of 07_learning_rate, right and wrong; how to read and write them: grading/answers.py."""

import math


# %% correct plain: one thing after the other
def smooth_losses(losses, beta=0.9):
    if not (beta >= 0 and beta < 1):
        raise ValueError("beta")
    a = 0.0
    power = 1.0
    out = []
    for loss in losses:
        loss = float(loss)
        if math.isnan(loss) or math.isinf(loss):
            return out
        a = beta * a + (1 - beta) * loss
        power *= beta
        out.append(a / (1 - power))
    return out


def suggest_lr(rates, losses, beta=0.9, break_factor=2.0):
    if len(rates) != len(losses):
        raise ValueError("lengths")
    for rate in rates:
        if rate <= 0 or not math.isfinite(rate):
            raise ValueError("rates must be above 0 and finite")
    for a, b in zip(rates, rates[1:], strict=False):
        if b <= a:
            raise ValueError("rates must increase")
    s = smooth_losses(losses, beta)
    keep = len(s)
    for i in range(len(s)):
        if s[i] > break_factor * min(s[: i + 1]):
            keep = i
            break
    s = s[:keep]
    best = None
    lowest = 0.0
    for i in range(keep - 1):
        slope = (s[i + 1] - s[i]) / (math.log(rates[i + 1]) - math.log(rates[i]))
        if slope < lowest:
            lowest, best = slope, i
    if best is None:
        raise ValueError("the loss does not fall")
    return math.sqrt(rates[best] * rates[best + 1])


# %% correct numpy: arrays
def smooth_losses(losses, beta=0.9):
    import numpy as np

    if not 0 <= beta < 1:
        raise ValueError(f"beta {beta}")
    values = np.array([float(x) for x in losses], dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    values = values[: bad[0]] if len(bad) else values
    out, a, w = [], 0.0, 0.0
    for x in values:
        a, w = beta * a + x, beta * w + 1.0
        out.append(float(a / w))
    return out


def suggest_lr(rates, losses, beta=0.9, break_factor=2.0):
    import numpy as np

    r = np.array([float(x) for x in rates])
    if len(r) != len(losses) or not np.isfinite(r).all() or (r <= 0).any() or (np.diff(r) <= 0).any():
        raise ValueError("bad rates")
    s = np.array(smooth_losses(losses, beta))
    if len(s):
        broken = np.flatnonzero(s > break_factor * np.minimum.accumulate(s))
        s = s[: broken[0]] if len(broken) else s
    if len(s) < 2:
        raise ValueError("too short")
    slopes = np.diff(s) / np.diff(np.log(r[: len(s)]))
    i = int(slopes.argmin())
    if slopes[i] >= 0:
        raise ValueError("never falls")
    return float(np.sqrt(r[i] * r[i + 1]))


# %% wrong pulled from plain: no correction
#-         out.append(a / (1 - power))
#+         out.append(a)

# %% wrong first_loss from plain: begins with the first loss
#-         out.append(a / (1 - power))
#+         out.append(a)

#-         a = beta * a + (1 - beta) * loss
#+         a = beta * a + (1 - beta) * loss if out else loss

# %% wrong betas_swapped from plain: beta and 1 - beta have changed places
#-         a = beta * a + (1 - beta) * loss
#+         a = (1 - beta) * a + beta * loss

# %% wrong power_late from plain: one power of beta too few, but for the first
#-         out.append(a / (1 - power))
#+         out.append(a / (1 - (power / beta if beta and len(out) else power)))

# %% wrong skips_bad from plain: a loss that is not finite is skipped
#-             return out
#+             continue

# %% wrong nan_only from plain: infinite losses are kept
#-         if math.isnan(loss) or math.isinf(loss):
#+         if math.isnan(loss):

# %% wrong inf_only from plain: not-a-number is kept
#-         if math.isnan(loss) or math.isinf(loss):
#+         if math.isinf(loss):

# %% wrong beta_one from plain: a beta of 1 is accepted
#-     if not (beta >= 0 and beta < 1):
#+     if not (beta >= 0 and beta <= 1):

# %% wrong beta_unchecked from plain: a negative beta is accepted
#-     if not (beta >= 0 and beta < 1):
#+     if not beta < 1:

# %% wrong beta_nan from plain: not-a-number as beta is accepted
#-     if not (beta >= 0 and beta < 1):
#+     if beta < 0 or beta >= 1:

# %% wrong beta_zero_refused from plain: beta 0 is refused
#-     if not (beta >= 0 and beta < 1):
#+     if not (beta > 0 and beta < 1):

# %% wrong tensors_kept from plain: tensors are not turned into numbers
#-         loss = float(loss)
#+         loss = loss * 1.0

# %% wrong lowest_loss from plain: the rate with the lowest loss
#-     return math.sqrt(rates[best] * rates[best + 1])
#+     return float(rates[s.index(min(s))])

# %% wrong by_step from plain: slope by step
#-         slope = (s[i + 1] - s[i]) / (math.log(rates[i + 1]) - math.log(rates[i]))
#+         slope = s[i + 1] - s[i]

# %% wrong by_rate from plain: slope by rate
#-         slope = (s[i + 1] - s[i]) / (math.log(rates[i + 1]) - math.log(rates[i]))
#+         slope = (s[i + 1] - s[i]) / (rates[i + 1] - rates[i])

# %% wrong arithmetic from plain: the arithmetic mean
#-     return math.sqrt(rates[best] * rates[best + 1])
#+     return (rates[best] + rates[best + 1]) / 2

# %% wrong first_rate from plain: the first of the two rates
#-     return math.sqrt(rates[best] * rates[best + 1])
#+     return float(rates[best])

# %% wrong no_break from plain: nothing is left out
#-         if s[i] > break_factor * min(s[: i + 1]):
#+         if False:

# %% wrong break_at_equal from plain: the test breaks down at exactly the factor, too
#-         if s[i] > break_factor * min(s[: i + 1]):
#+         if s[i] >= break_factor * min(s[: i + 1]):

# %% wrong break_of_all from plain: compared with the smallest of the whole test
#-         if s[i] > break_factor * min(s[: i + 1]):
#+         if s[i] > break_factor * min(s):

# %% wrong break_of_first from plain: compared with the first loss
#-         if s[i] > break_factor * min(s[: i + 1]):
#+         if s[i] > break_factor * s[0]:

# %% wrong raw_break from plain: the losses before smoothing are compared
#-         if s[i] > break_factor * min(s[: i + 1]):
#+         if float(losses[i]) > break_factor * min(float(x) for x in losses[: i + 1]):

# %% wrong factor_two from plain: the factor is always 2
#-         if s[i] > break_factor * min(s[: i + 1]):
#+         if s[i] > 2 * min(s[: i + 1]):

# %% wrong filters from plain: steps above the factor are left out one by one
#-             keep = i
#-             break
#+             s[i] = math.inf

# %% wrong last_of_equal from plain: the last of equal slopes
#-         if slope < lowest:
#+         if slope <= lowest:

# %% wrong never_falls from plain: a loss that never falls gives the first rate
#-         raise ValueError("the loss does not fall")
#+         best = 0

# %% wrong lengths_unchecked from plain: lists of different lengths are accepted
#-         raise ValueError("lengths")
#+         pass

# %% wrong ties_unchecked from plain: equal rates are not refused
#-         if b <= a:
#+         if b < a:

# %% wrong infinite_rate from plain: an infinite rate is accepted
#-         if rate <= 0 or not math.isfinite(rate):
#+         if rate <= 0 or rate != rate:
