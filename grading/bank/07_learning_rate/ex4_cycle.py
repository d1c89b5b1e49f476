"""Answers to ex4_cycle of 07_learning_rate, right and wrong; how to read and write them: grading/answers.py."""

import math


# %% correct anneal: a function for the half cosine
def one_cycle(step, *, peak_lr, initial_lr, min_lr, up_steps, down_steps, high_beta, low_beta, shrink=1.0):
    if step < 0:
        raise ValueError("step is negative")
    if up_steps < 1 or down_steps < 1:
        raise ValueError("a way without steps")

    def anneal(start, end, q):
        return start + (end - start) * 0.5 * (1 - math.cos(math.pi * q))

    cycle = step // (up_steps + down_steps)
    k = step % (up_steps + down_steps)
    top = max(peak_lr * shrink**cycle, initial_lr, min_lr)
    if k <= up_steps:
        q = k / up_steps
        lr = anneal(initial_lr, top, q)
        beta = anneal(high_beta, low_beta, q)
    else:
        q = (k - up_steps) / down_steps
        lr = anneal(top, min_lr, q)
        beta = anneal(low_beta, high_beta, q)
    return float(lr), float(beta)


# %% correct squares: weights from sine and cosine squared
def one_cycle(step, *, peak_lr, initial_lr, min_lr, up_steps, down_steps, high_beta, low_beta, shrink=1.0):
    if min(step, up_steps - 1, down_steps - 1) < 0:
        raise ValueError("bad numbers of steps")
    cycle, k = divmod(step, up_steps + down_steps)
    top = max(initial_lr, min_lr, shrink**cycle * peak_lr)
    up = k <= up_steps
    q = k / up_steps if up else (k - up_steps) / down_steps
    new = math.sin(math.pi / 2 * q) ** 2
    old = 1.0 - new
    if up:
        return float(old * initial_lr + new * top), float(old * high_beta + new * low_beta)
    return float(old * top + new * min_lr), float(old * low_beta + new * high_beta)


# %% wrong same_way from anneal: rate and beta rise together
#-         beta = anneal(high_beta, low_beta, q)
#+         beta = anneal(low_beta, high_beta, q)

# %% wrong straight from anneal: straight lines
#-         return start + (end - start) * 0.5 * (1 - math.cos(math.pi * q))
#+         return start + (end - start) * q

# %% wrong down_to_initial from anneal: the way down ends at the initial rate
#-         lr = anneal(top, min_lr, q)
#+         lr = anneal(top, initial_lr, q)

# %% wrong low_beta_down from anneal: beta stays low on the way down
#-         beta = anneal(low_beta, high_beta, q)
#+         beta = low_beta

# %% wrong one_cycle_only from anneal: behind the first cycle the rate stays at the floor
#-     cycle = step // (up_steps + down_steps)
#+     if step >= up_steps + down_steps:
#+         return float(min_lr), float(high_beta)
#+     cycle = step // (up_steps + down_steps)

# %% wrong one_step_longer from anneal: a cycle is one step longer
#-     k = step % (up_steps + down_steps)
#+     k = step % (up_steps + down_steps + 1)

# %% wrong no_shrink from anneal: shrink is not used
#-     top = max(peak_lr * shrink**cycle, initial_lr, min_lr)
#+     top = max(peak_lr, initial_lr, min_lr)

# %% wrong shrinks_first from anneal: the first cycle is smaller, too
#-     top = max(peak_lr * shrink**cycle, initial_lr, min_lr)
#+     top = max(peak_lr * shrink ** (cycle + 1), initial_lr, min_lr)

# %% wrong shrinks_once from anneal: all later cycles have one size
#-     top = max(peak_lr * shrink**cycle, initial_lr, min_lr)
#+     top = max(peak_lr * (shrink if cycle else 1), initial_lr, min_lr)

# %% wrong shrink_times_cycle from anneal: shrink times the number of the cycle
#-     top = max(peak_lr * shrink**cycle, initial_lr, min_lr)
#+     top = max(peak_lr * (shrink * cycle if cycle else 1), initial_lr, min_lr)

# %% wrong no_lowest_peak from anneal: the peak may fall below the initial rate
#-     top = max(peak_lr * shrink**cycle, initial_lr, min_lr)
#+     top = peak_lr * shrink**cycle

# %% wrong floor_forgotten from anneal: the peak may fall below the floor
#-     top = max(peak_lr * shrink**cycle, initial_lr, min_lr)
#+     top = max(peak_lr * shrink**cycle, initial_lr)

# %% wrong initial_forgotten from anneal: the peak may fall below the initial rate, but not below the floor
#-     top = max(peak_lr * shrink**cycle, initial_lr, min_lr)
#+     top = max(peak_lr * shrink**cycle, min_lr)

# %% wrong peak_late from anneal: the way down begins at the peak a step too late
#-         q = (k - up_steps) / down_steps
#+         q = (k - up_steps - 1) / down_steps

# %% wrong down_too_short from anneal: the floor is reached in the last step
#-         q = (k - up_steps) / down_steps
#+         q = (k - up_steps) / max(1, down_steps - 1)

# %% wrong step_unchecked from anneal: a negative step is accepted
#-     if step < 0:
#-         raise ValueError("step is negative")
#+     pass

# %% wrong down_unchecked from anneal: no step down is accepted
#-     if up_steps < 1 or down_steps < 1:
#+     if up_steps < 1:

# %% wrong up_error from anneal: no step up is an error of another kind
#-     if up_steps < 1 or down_steps < 1:
#+     if down_steps < 1:

# %% wrong swapped from anneal: beta first
#-     return float(lr), float(beta)
#+     return float(beta), float(lr)

# %% wrong whole_numbers from anneal: whole numbers stay whole where shrink is 0 and beta low
#-     return float(lr), float(beta)
#+     return lr if k else initial_lr, beta if k != up_steps else low_beta
