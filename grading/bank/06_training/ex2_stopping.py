"""Answers to ex2_stopping of 06_training, right and wrong; how to read and write them: grading/answers.py."""


# %% correct counter: counts evaluations without improvement
class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        if patience < 1:
            raise ValueError("patience must be at least 1")
        if min_delta < 0:
            raise ValueError("min_delta must not be negative")
        self.patience = patience
        self.min_delta = min_delta
        self.best = math.inf
        self.best_index = None
        self.index = 0
        self.bad = 0

    def update(self, loss):
        loss = float(loss)
        improved = loss < self.best - self.min_delta
        if improved:
            self.best = loss
            self.best_index = self.index
            self.bad = 0
        else:
            self.bad += 1
        self.index += 1
        return self.bad >= self.patience


# %% correct indices: no counter, the distance to the last improvement
class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        if not patience >= 1 or not min_delta >= 0:
            raise ValueError(f"patience {patience} or min_delta {min_delta} makes no sense")
        self.patience, self.min_delta = patience, min_delta
        self.best, self.best_index, self.now = float("inf"), None, -1

    def update(self, loss):
        self.now += 1
        value = loss.item() if isinstance(loss, Tensor) else loss
        if float(value) < self.best - self.min_delta:
            self.best, self.best_index = float(value), self.now
        last = -1 if self.best_index is None else self.best_index
        return bool(self.now - last >= self.patience)


# %% correct history: keeps all losses, and goes through them again each time
class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        for name, value, least in (("patience", patience, 1), ("min_delta", min_delta, 0)):
            if value < least:
                raise ValueError(f"{name} is {value}, expected at least {least}")
        self.patience, self.min_delta, self.losses = patience, min_delta, []

    def _improvements(self):
        best, found = math.inf, []
        for index, loss in enumerate(self.losses):
            if loss < best - self.min_delta:
                best = loss
                found.append((index, loss))
        return found

    @property
    def best(self):
        found = self._improvements()
        return found[-1][1] if found else math.inf

    @property
    def best_index(self):
        found = self._improvements()
        return found[-1][0] if found else None

    def update(self, loss):
        self.losses.append(float(loss))
        found = self._improvements()
        start = found[-1][0] + 1 if found else 0
        return len(self.losses) - start >= self.patience


# %% wrong ties_improve from counter: equal losses are an improvement
#-         improved = loss < self.best - self.min_delta
#+         improved = loss <= self.best - self.min_delta

# %% wrong no_min_delta from counter: min_delta is not used
#-         improved = loss < self.best - self.min_delta
#+         improved = loss < self.best

# %% wrong plus_delta from counter: min_delta in the other direction
#-         improved = loss < self.best - self.min_delta
#+         improved = loss < self.best + self.min_delta

# %% wrong nan_improves from counter: the comparison is turned round, and not-a-number passes
#-         improved = loss < self.best - self.min_delta
#+         improved = not loss >= self.best - self.min_delta

# %% wrong best_follows from counter: best follows every smaller loss
#-             self.bad += 1
#+             self.bad += 1
#+             self.best = min(self.best, loss)

# %% wrong previous from counter: the loss of the evaluation before is kept as best
#-             self.bad += 1
#+             self.bad += 1
#+             self.best = loss

# %% wrong one_late from counter: stops one evaluation late
#-         return self.bad >= self.patience
#+         return self.bad > self.patience

# %% wrong exactly_patience from counter: True only at the moment itself
#-         return self.bad >= self.patience
#+         return self.bad == self.patience

# %% wrong not_in_a_row from counter: the count is never set back
#-             self.bad = 0
#-         else:
#+         else:

# %% wrong index_from_one from counter: evaluations counted from 1
#-             self.best_index = self.index
#+             self.best_index = self.index + 1

# %% wrong index_of_improvements from counter: improvements are counted, not evaluations
#-             self.bad = 0
#-         else:
#+             self.bad = 0
#+             self.index += 1
#+         else:

#-             self.bad += 1
#-         self.index += 1
#+             self.bad += 1

# %% wrong nan_skipped from counter: not-a-number does not count as an evaluation
#-         improved = loss < self.best - self.min_delta
#+         if math.isnan(loss):
#+             return False
#+         improved = loss < self.best - self.min_delta

# %% wrong nan_stops from counter: not-a-number ends the run at once
#-         improved = loss < self.best - self.min_delta
#+         if math.isnan(loss):
#+             return True
#+         improved = loss < self.best - self.min_delta

# %% wrong first_sets_best from counter: the first evaluation is best, whatever it is
#-         improved = loss < self.best - self.min_delta
#+         improved = self.index == 0 or loss < self.best - self.min_delta

# %% wrong zero_is_none from counter: a best of zero is taken for none
#-         improved = loss < self.best - self.min_delta
#+         improved = not self.best or loss < self.best - self.min_delta

# %% wrong keeps_tensor from counter: best is a tensor
#-             self.best = loss
#+             self.best = torch.tensor(loss)

# %% wrong rounded from counter: losses are rounded
#-         loss = float(loss)
#+         loss = round(float(loss), 2)

# %% wrong stays_stopped from counter: once stopped, True for ever
#-         self.index += 1
#-         return self.bad >= self.patience
#+         self.index += 1
#+         self.stopped = getattr(self, "stopped", False) or self.bad >= self.patience
#+         return self.stopped

# %% wrong no_patience_check from counter: a patience of 0 is accepted
#-         if patience < 1:
#+         if patience < 0:

# %% wrong no_delta_check from counter: a negative min_delta is accepted
#-         if min_delta < 0:
#+         if False:

# %% wrong zero_delta_refused from counter: a min_delta of 0 is refused
#-         if min_delta < 0:
#+         if min_delta <= 0:

# %% wrong relative from counter: min_delta as a fraction of best
#-         improved = loss < self.best - self.min_delta
#+         improved = loss < self.best * (1 - self.min_delta)

# %% wrong difference from counter: the gain is compared, which rounds otherwise
#-         improved = loss < self.best - self.min_delta
#+         improved = self.best - loss > self.min_delta

# %% wrong shared_state from counter: the count belongs to the class
#-     def update(self, loss):
#+     total = [0]
#+
#+     def update(self, loss):

#-             self.bad = 0
#-         else:
#-             self.bad += 1
#+             self.total[0] = 0
#+         else:
#+             self.total[0] += 1

#-         return self.bad >= self.patience
#+         return self.total[0] >= self.patience


# %% correct plain: two counters
class EarlyStopping:
    """Says when a run has not improved for ``patience`` evaluations."""

    def __init__(self, patience, min_delta=0.0):
        if patience < 1:
            raise ValueError(f"patience is {patience}")
        if min_delta < 0:
            raise ValueError(f"min_delta is {min_delta}")
        self.patience = patience
        self.min_delta = min_delta
        self.best = float("inf")
        self.best_index = None
        self.n_seen = 0
        self.waited = 0

    def update(self, loss):
        loss = float(loss)
        if loss < self.best - self.min_delta:
            self.best = loss
            self.best_index = self.n_seen
            self.waited = 0
        else:
            self.waited += 1
        self.n_seen += 1
        return self.waited >= self.patience

# %% wrong delta_added from plain: loss + min_delta < best rounds otherwise
#-         if loss < self.best - self.min_delta:
#+         if loss + self.min_delta < self.best:

# %% wrong detached_in_place from plain: detach_ takes the loss out of its graph
#-         loss = float(loss)
#+         loss = float(loss.detach_() if isinstance(loss, Tensor) else loss)

# %% wrong zero_delta_is_tiny from plain: a min_delta of 0 is replaced by a small tolerance
#-         self.min_delta = min_delta
#+         self.min_delta = min_delta or 1e-8

# %% wrong rounded_loss from plain: losses are rounded to four digits, as they are printed; best is no longer the loss
#-         loss = float(loss)
#+         loss = round(float(loss), 4)
