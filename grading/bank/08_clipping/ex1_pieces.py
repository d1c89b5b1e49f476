"""Answers to ex1_pieces of 08_clipping, right and wrong; how to read and write them: grading/answers.py."""

import math


# %% correct scaled: divided by the largest
def combine_norms(norms, p=2.0):
    if not p > 0:
        raise ValueError("p must be above 0")
    for norm in norms:
        if norm < 0:
            raise ValueError("a negative norm")
    if any(norm != norm for norm in norms):
        return float("nan")
    top = float(max(norms, default=0))
    if top == 0 or top == math.inf or p == math.inf:
        return top
    total = 0.0
    for norm in norms:
        total += (norm / top) ** p
    return top * total ** (1 / p)


def clip_factor(norm, max_norm):
    if not max_norm > 0:
        raise ValueError("max_norm must be above 0")
    if norm < 0:
        raise ValueError("a negative norm")
    if math.isnan(norm) or math.isinf(norm):
        return 0.0
    if norm <= max_norm:
        return 1.0
    return float(max_norm / norm)


# %% correct numpy: arrays, and the norm of NumPy for what is between 0 and 1
def combine_norms(norms, p=2.0):
    import numpy as np

    x = np.array(norms, dtype=np.float64)
    if math.isnan(p) or p <= 0 or (x < 0).any():
        raise ValueError("p and all norms must be positive")
    if np.isnan(x).any():
        return math.nan
    if not x.any():
        return 0.0
    if np.isinf(x).any():
        return math.inf
    return float(x.max() * np.linalg.norm(x / x.max(), p))


def clip_factor(norm, max_norm):
    if math.isnan(max_norm) or max_norm <= 0 or norm < 0:
        raise ValueError("bad numbers")
    return min(1.0, max_norm / max(norm, 1e-307)) if math.isfinite(norm) else 0.0


# %% wrong overflows from scaled: squares leave the range
#-         total += (norm / top) ** p
#-     return top * total ** (1 / p)
#+         total += float(norm) ** p if norm < 1e150 else math.inf
#+     return total ** (1 / p)

# %% wrong always_two from scaled: the 2-norm, whatever p is
#-         total += (norm / top) ** p
#-     return top * total ** (1 / p)
#+         total += (norm / top) ** 2
#+     return top * total ** (1 / 2)

# %% wrong square_root from scaled: the square root, whatever p is
#-     return top * total ** (1 / p)
#+     return top * total**0.5

# %% wrong added from scaled: norms are added
#-         total += (norm / top) ** p
#-     return top * total ** (1 / p)
#+         total += norm / top
#+     return top * total

# %% wrong no_nan from scaled: not-a-number gets lost beside a number
#-     if any(norm != norm for norm in norms):
#-         return float("nan")
#+     norms = [norm for norm in norms if norm == norm]

# %% wrong inf_first from scaled: infinity before not-a-number
#-     if any(norm != norm for norm in norms):
#+     if math.inf in norms:
#+         return math.inf
#+     if any(norm != norm for norm in norms):

# %% wrong zeros_crash from scaled: zeros are divided by
#-     if top == 0 or top == math.inf or p == math.inf:
#+     if top == math.inf or p == math.inf:

# %% wrong inf_is_nan from scaled: infinity gives not-a-number
#-     if top == 0 or top == math.inf or p == math.inf:
#+     if top == 0 or p == math.inf:

# %% wrong no_inf_norm from scaled: p may not be infinite
#-     if not p > 0:
#+     if not 0 < p < math.inf:

# %% wrong whole_zero from scaled: a whole 0 where nothing is
#-     top = float(max(norms, default=0))
#+     top = max(norms, default=0)

# %% wrong negative_accepted from scaled: the absolute value of a negative norm
#-         if norm < 0:
#-             raise ValueError("a negative norm")
#+         norm = abs(norm)

# %% wrong p_nan from scaled: not-a-number as p
#-     if not p > 0:
#+     if p <= 0:

# %% wrong p_checked_late from scaled: no pieces are answered before p is checked
#-     if not p > 0:
#+     if not norms:
#+         return 0.0
#+     if not p > 0:

# %% wrong lengthens from scaled: short gradients are made longer
#-     if norm <= max_norm:
#-         return 1.0
#+     if norm == 0:
#+         return 1.0

# %% wrong upside_down from scaled: norm / max_norm
#-     return float(max_norm / norm)
#+     return float(norm / max_norm)

# %% wrong one_for_nan from scaled: a norm that is not finite changes nothing
#-         return 0.0
#+         return 1.0

# %% wrong only_inf from scaled: not-a-number gives not-a-number
#-     if math.isnan(norm) or math.isinf(norm):
#+     if math.isinf(norm):

# %% wrong millionth from scaled: a millionth is added to the norm
#-     return float(max_norm / norm)
#+     return float(max_norm / (norm + 1e-6))

# %% wrong negative_factor from scaled: a negative norm is accepted
#-     if norm < 0:
#-         raise ValueError("a negative norm")
#+     norm = abs(norm)

# %% wrong nan_limit from scaled: not-a-number as max_norm
#-     if not max_norm > 0:
#+     if max_norm <= 0:
