"""Answers to ex1_sqrt of 07_learning_rate, right and wrong; how to read and write them: grading/answers.py."""


# %% correct minimum: the formula as it stands
def inverse_sqrt(step, *, peak_lr, warmup_steps):
    if step < 0:
        raise ValueError("step must not be negative")
    if warmup_steps < 0:
        raise ValueError("warmup_steps must not be negative")
    n = step + 1
    if warmup_steps == 0:
        return peak_lr / n**0.5
    return peak_lr * min(n / warmup_steps, (warmup_steps / n) ** 0.5)


def peak_step(emb_dim, warmup_steps):
    n = warmup_steps
    lr = emb_dim**-0.5 * min(n**-0.5, n * warmup_steps**-1.5)
    return n - 1, lr


# %% correct branches: one branch for each part
def inverse_sqrt(step, *, peak_lr, warmup_steps):
    if min(step, warmup_steps) < 0:
        raise ValueError("negative")
    if step + 1 <= warmup_steps:
        return float(peak_lr * (step + 1) / warmup_steps)
    start = warmup_steps if warmup_steps else 1
    return float(peak_lr * start**0.5 * (step + 1) ** -0.5)


def peak_step(emb_dim, warmup_steps):
    return (warmup_steps - 1, (emb_dim * warmup_steps) ** -0.5)


# %% wrong from_zero from minimum: steps of the formula counted from 0
#-     n = step + 1
#+     n = max(step, 1e-9)

# %% wrong first_step_full from branches: the first step has the peak
#-     if step + 1 <= warmup_steps:
#+     if 0 < step and step + 1 <= warmup_steps:

# %% wrong no_warmup_crashes from minimum: no warmup is divided by
#-     if warmup_steps == 0:
#-         return peak_lr / n**0.5
#+     pass

# %% wrong no_warmup_constant from minimum: without warmup the rate stays at the peak
#-         return peak_lr / n**0.5
#+         return peak_lr / 1.0

# %% wrong no_root from minimum: falls as one over the step
#-     return peak_lr * min(n / warmup_steps, (warmup_steps / n) ** 0.5)
#+     return peak_lr * min(n / warmup_steps, warmup_steps / n)

# %% wrong maximum from minimum: the larger of the two
#-     return peak_lr * min(n / warmup_steps, (warmup_steps / n) ** 0.5)
#+     return peak_lr * max(n / warmup_steps, (warmup_steps / n) ** 0.5)

# %% wrong warmup_off from branches: the root begins at 1 behind the warmup
#-     return float(peak_lr * start**0.5 * (step + 1) ** -0.5)
#+     return float(peak_lr * (step + 2 - start) ** -0.5)

# %% wrong no_step_check from minimum: a negative step is accepted
#-     if step < 0:
#-         raise ValueError("step must not be negative")
#+     pass

# %% wrong no_warmup_check from minimum: a negative warmup is accepted
#-     if warmup_steps < 0:
#-         raise ValueError("warmup_steps must not be negative")
#+     warmup_steps = abs(warmup_steps)

# %% wrong zero_step_refused from minimum: step 0 is refused
#-     if step < 0:
#+     if step <= 0:

# %% wrong int_rate from minimum: a whole peak stays whole at the peak
#-     return peak_lr * min(n / warmup_steps, (warmup_steps / n) ** 0.5)
#+     return peak_lr if n == warmup_steps else peak_lr * min(n / warmup_steps, (warmup_steps / n) ** 0.5)

# %% wrong peak_from_one from minimum: the peak's step counted from 1
#-     return n - 1, lr
#+     return n, lr

# %% wrong peak_swapped from minimum: rate and step have changed places
#-     return n - 1, lr
#+     return lr, n - 1

# %% wrong peak_without_dim from branches: the dimension is forgotten
#-     return (warmup_steps - 1, (emb_dim * warmup_steps) ** -0.5)
#+     return (warmup_steps - 1, warmup_steps**-0.5)

# %% wrong peak_dim_not_rooted from branches: one over the dimension
#-     return (warmup_steps - 1, (emb_dim * warmup_steps) ** -0.5)
#+     return (warmup_steps - 1, warmup_steps**-0.5 / emb_dim)

# %% wrong peak_float_step from minimum: the step is a float
#-     return n - 1, lr
#+     return n - 1.0, lr
