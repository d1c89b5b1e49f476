"""Answers to ex3_quantile of 08_clipping, right and wrong; how to read and write them: grading/answers.py."""

import math

import torch


# %% correct queue: a queue that forgets, and a property
class QuantileClipper:
    def __init__(self, quantile=0.9, window=100, n_first=10):
        if not (quantile >= 0 and quantile <= 1):
            raise ValueError("quantile")
        if n_first < 1 or n_first > window:
            raise ValueError("n_first")
        from collections import deque

        self.quantile = quantile
        self.n_first = n_first
        self.history = deque([], window)

    @property
    def limit(self):
        if len(self.history) < self.n_first:
            return math.inf
        x = sorted(self.history)
        h = self.quantile * (len(x) - 1)
        i = int(h)
        if i + 1 == len(x):
            return x[i]
        return x[i] + (h - i) * (x[i + 1] - x[i])

    def clip(self, parameters):
        grads = [p.grad for p in parameters if p.grad is not None]
        if len(grads) == 0:
            raise ValueError("no gradients")
        norm = math.sqrt(sum(g.double().square().sum().item() for g in grads))
        if not math.isfinite(norm):
            for g in grads:
                g.zero_()
            return norm
        limit = self.limit
        if norm > limit:
            for g in grads:
                g *= limit / norm
        self.history.append(norm)
        return norm


# %% correct attribute: NumPy's quantile, and an attribute
class QuantileClipper:
    def __init__(self, quantile=0.9, window=100, n_first=10):
        if math.isnan(quantile) or quantile < 0 or quantile > 1 or not 1 <= n_first <= window:
            raise ValueError("settings")
        self.settings = quantile, window, n_first
        self.norms, self.limit = [], math.inf

    def clip(self, parameters):
        import numpy as np

        quantile, window, n_first = self.settings
        parameters = [p for p in parameters if p.grad is not None]
        if not parameters:
            raise ValueError("backward has not been called")
        norm = float(torch.cat([p.grad.flatten().double() for p in parameters]).norm())
        bad = math.isnan(norm) or math.isinf(norm)
        factor = 0.0 if bad else self.limit / norm if norm > self.limit else None
        for p in parameters:
            if bad:
                p.grad.fill_(0.0)
            elif factor is not None:
                p.grad.mul_(factor)
        if not bad:
            self.norms.append(norm)
            del self.norms[:-window]
            if len(self.norms) >= n_first:
                self.limit = float(np.quantile(self.norms, quantile))
        return norm


# %% wrong remembers_clipped from queue: norms are remembered after clipping
#-         self.history.append(norm)
#+         self.history.append(min(norm, limit))

# %% wrong remembers_first from queue: the norm joins before the limit is taken
#-         limit = self.limit
#-         if norm > limit:
#+         self.history.append(norm)
#+         limit = self.limit
#+         if norm > limit:

#-         self.history.append(norm)
#-         return norm
#+         return norm

# %% wrong never_forgets from queue: nothing is forgotten
#-         self.history = deque([], window)
#+         self.history = deque()

# %% wrong one_more from queue: one norm more is kept
#-         self.history = deque([], window)
#+         self.history = deque([], window + 1)

# %% wrong limit_late from queue: the limit begins one norm too late
#-         if len(self.history) < self.n_first:
#+         if len(self.history) <= self.n_first:

# %% wrong limit_early from queue: the limit begins with the first norm
#-         if len(self.history) < self.n_first:
#+         if not self.history:

# %% wrong lower_quantile from queue: no straight line between two norms
#-         return x[i] + (h - i) * (x[i + 1] - x[i])
#+         return x[i]

# %% wrong nearest_quantile from queue: the nearest norm
#-         return x[i] + (h - i) * (x[i + 1] - x[i])
#+         return x[round(h)]

# %% wrong position_n from queue: the position is taken from n, not from n - 1
#-         h = self.quantile * (len(x) - 1)
#+         h = min(self.quantile * len(x), len(x) - 1)

# %% wrong not_sorted from queue: norms in the order of the run
#-         x = sorted(self.history)
#+         x = list(self.history)

# %% wrong sorts_history from queue: the memory itself is sorted, so that the smallest is forgotten
#-         x = sorted(self.history)
#+         self.history = type(self.history)(sorted(self.history), self.history.maxlen)
#+         x = list(self.history)

# %% wrong per_parameter from queue: each parameter by itself
#-             for g in grads:
#-                 g *= limit / norm
#+             for g in grads:
#+                 if g.norm() > limit:
#+                     g *= limit / g.norm()

# %% wrong new_tensor from attribute: another tensor object
#-                 p.grad.mul_(factor)
#+                 p.grad = p.grad * factor

# %% wrong bad_kept from attribute: what is not finite is left alone
#-                 p.grad.fill_(0.0)
#+                 pass

# %% wrong bad_product from attribute: multiplied by 0, which not-a-number survives
#-                 p.grad.fill_(0.0)
#+                 p.grad.mul_(0.0)

# %% wrong bad_only_zeroed from queue: only the gradient that is not finite is set to 0
#-             for g in grads:
#-                 g.zero_()
#-             return norm
#+             for g in grads:
#+                 if not g.isfinite().all():
#+                     g.zero_()
#+             return norm

# %% wrong bad_remembered from queue: infinity is remembered
#-             for g in grads:
#-                 g.zero_()
#-             return norm
#+             for g in grads:
#+                 g.zero_()
#+             self.history.append(norm)
#+             return norm

# %% wrong bad_none from queue: gradients are taken away
#-             for g in grads:
#-                 g.zero_()
#-             return norm
#+             for p in parameters:
#+                 p.grad = None
#+             return norm

# %% wrong own_format from queue: measured in the format of the gradients
#-         norm = math.sqrt(sum(g.double().square().sum().item() for g in grads))
#+         norm = math.sqrt(sum(g.square().sum().item() for g in grads))

# %% wrong generator_used_up from queue: a generator is gone through twice
#-         grads = [p.grad for p in parameters if p.grad is not None]
#-         if len(grads) == 0:
#+         first = [p for p in parameters if p.grad is not None]
#+         grads = [p.grad for p in parameters if p.grad is not None]
#+         if len(first) == 0:

# %% wrong shared_history from queue: all objects share one memory
#-         self.history = deque([], window)
#+         QuantileClipper.shared = getattr(QuantileClipper, "shared", None) or deque([], window)
#+         self.history = QuantileClipper.shared

# %% wrong no_gradients from queue: no gradients have the norm 0
#-             raise ValueError("no gradients")
#+             return 0.0

# %% wrong nan_quantile from queue: not-a-number as quantile
#-         if not (quantile >= 0 and quantile <= 1):
#+         if quantile < 0 or quantile > 1:

# %% wrong ends_refused from queue: quantiles 0 and 1 are refused
#-         if not (quantile >= 0 and quantile <= 1):
#+         if not (quantile > 0 and quantile < 1):

# %% wrong n_first_unchecked from queue: n_first above the window is accepted
#-         if n_first < 1 or n_first > window:
#+         if n_first < 1 or window < 1:

# %% wrong clips_equal from queue: gradients at the limit are multiplied by almost 1
#-         if norm > limit:
#+         if norm >= limit and norm > 0:

#-                 g *= limit / norm
#+                 g *= limit / (norm + 1e-6)
