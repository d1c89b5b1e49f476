"""Learning rates that change while a model is trained: warmup and cosine decay, and warmup-stable-decay.

A schedule is a plain function of the step, so it needs no state of its own: a run that is continued asks for the rate
of the step that it has reached. `gptutils.training.train` takes one as ``schedule``; `lr_factor` turns one into what
``torch.optim.lr_scheduler.LambdaLR`` takes, for any other loop.

Lesson: ``chapters/07_learning_rate.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import math
from collections.abc import Callable


def warmup_cosine(
    step: int, *, peak_lr: float, initial_lr: float, min_lr: float, warmup_steps: int, total_steps: int
) -> float:
    """Learning rate of a step: a straight line up to the peak, then half a cosine down (section "Cosine decay").

    Source: Loshchilov and Hutter 2017 for the cosine, Goyal et al. 2017 for the warmup.

    Parameters
    ----------
    step : 0 to ``total_steps``, both included. A loop of ``n_steps`` steps asks for 0 to n_steps - 1.
    peak_lr : rate at step ``warmup_steps``.
    initial_lr : rate at step 0, at most ``peak_lr``.
    min_lr : rate at step ``total_steps``, exactly; at most ``peak_lr``.
    warmup_steps : steps below the peak; 0 for none.
    total_steps : the step that the cosine ends at. For the last step of a loop to have the rate ``min_lr``, choose
        n_steps - 1.

    Raises
    ------
    ValueError : a rate that is negative or not finite, a peak that is 0 or below another rate, a warmup that is longer
        than the run, a step outside of it.
    TypeError : a number of steps that is no int.

    Examples
    --------
    >>> rates = {"peak_lr": 0.01, "initial_lr": 0.0001, "min_lr": 0.00001}
    >>> [round(warmup_cosine(step, **rates, warmup_steps=15, total_steps=45), 5) for step in (0, 5, 15, 30, 45)]
    [0.0001, 0.0034, 0.01, 0.005, 1e-05]
    """
    _check_rates(peak_lr, initial_lr, min_lr)
    _check_steps(step, total_steps, warmup_steps=warmup_steps)
    if step < warmup_steps:
        return initial_lr + (peak_lr - initial_lr) * step / warmup_steps
    if warmup_steps == total_steps:  # the run ends at the peak
        return peak_lr
    progress = (step - warmup_steps) / (total_steps - warmup_steps)  # 0 to 1
    return min_lr + (peak_lr - min_lr) * 0.5 * (1 + math.cos(math.pi * progress))


def warmup_stable_decay(
    step: int,
    *,
    peak_lr: float,
    initial_lr: float,
    min_lr: float,
    warmup_steps: int,
    decay_steps: int,
    total_steps: int,
) -> float:
    """Learning rate of a step: up, level, and down in a straight line at the end (section "Runs that may go on").

    Until the decay begins, the rates do not depend on the length of the run. So a run can be made longer by going on
    from a checkpoint of its level part. Source: Hu et al. 2024; Hägele et al. 2024.

    Parameters
    ----------
    decay_steps : steps from the end of the level part to ``total_steps``; 0 for none.
    step, peak_lr, initial_lr, min_lr, warmup_steps, total_steps : as in `warmup_cosine`.

    Raises
    ------
    ValueError, TypeError : as `warmup_cosine`; also if warmup and decay together are longer than the run.

    Examples
    --------
    >>> rates = {"peak_lr": 0.01, "initial_lr": 0.0, "min_lr": 0.001}
    >>> sizes = {"warmup_steps": 10, "decay_steps": 20, "total_steps": 100}
    >>> [round(warmup_stable_decay(step, **rates, **sizes), 4) for step in (0, 5, 10, 80, 90, 100)]
    [0.0, 0.005, 0.01, 0.01, 0.0055, 0.001]
    """
    _check_rates(peak_lr, initial_lr, min_lr)
    _check_steps(step, total_steps, warmup_steps=warmup_steps, decay_steps=decay_steps)
    if step < warmup_steps:
        return initial_lr + (peak_lr - initial_lr) * step / warmup_steps
    left = total_steps - step
    if left >= decay_steps:
        return peak_lr
    return min_lr + (peak_lr - min_lr) * left / decay_steps


def lr_factor(schedule: Callable[[int], float], base_lr: float) -> Callable[[int], float]:
    """A schedule as ``torch.optim.lr_scheduler.LambdaLR`` takes it (section "In any loop").

    LambdaLR multiplies the optimizer's own rate by what its function returns. So the factor is the schedule's rate
    divided by that of the optimizer.

    Parameters
    ----------
    schedule : step -> rate. LambdaLR counts its own calls, and asks for one more step than the loop has: let the
        schedule end at the loop's number of steps, ``total_steps=n_steps``.
    base_lr : the ``lr`` that the optimizer was made with; above 0.

    Examples
    --------
    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.5)
    >>> scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_factor(lambda step: 0.1 * step, base_lr=0.5))
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> round(optimizer.param_groups[0]["lr"], 6)
    0.3
    """
    if not 0 < base_lr < math.inf:
        raise ValueError(f"base_lr is {base_lr}; a factor needs a rate above 0, and finite: the optimizer's own")
    return lambda step: schedule(step) / base_lr


def _check_rates(peak_lr: float, initial_lr: float, min_lr: float) -> None:
    if not 0 < peak_lr < math.inf:
        raise ValueError(f"peak_lr is {peak_lr}; it must be above 0, and finite")
    for name, rate in {"initial_lr": initial_lr, "min_lr": min_lr}.items():
        if not 0 <= rate <= peak_lr:
            raise ValueError(f"{name} is {rate}; it must be from 0 to peak_lr, {peak_lr}")


def _check_steps(step: int, total_steps: int, **phases: int) -> None:
    for name, value in {"step": step, "total_steps": total_steps, **phases}.items():
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} must be an int, not {value!r}")
        if value < 0:
            raise ValueError(f"{name} is {value}; it must be 0 or larger")
    if total_steps < 1:
        raise ValueError("total_steps is 0; it must be at least 1")
    if (needed := sum(phases.values())) > total_steps:
        raise ValueError(
            f"{' and '.join(phases)} need {needed} steps, but total_steps is {total_steps}: shorten them, "
            "or train longer"
        )
    if step > total_steps:
        raise ValueError(
            f"step is {step}, but the schedule ends at total_steps, {total_steps}: a longer run needs a longer schedule"
        )
