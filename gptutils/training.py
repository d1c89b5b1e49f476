"""The training loop, the only one of the course: batches in, better weights out.

One step: gradients of a batch's loss, if asked for of several batches together; the rate of this step; the gradients
clipped, if asked for; AdamW. Now and then the validation loss. A learning-rate schedule and clipping are functions that
are passed in, and whatever else should happen between two steps (samples, checkpoints, a live plot) is one function,
too.

Lesson: ``chapters/06_training.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from gptutils.clipping import not_finite_gradients
from gptutils.data import TokenLoader
from gptutils.loss import IGNORED, cross_entropy, evaluate
from gptutils.notebook.progress import progress_bar
from gptutils.runtime import compute_dtype

ADVICE = "try a smaller rate, a longer warmup, or clipping"
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True)
class TrainConfig:
    """How to train (section "The finished version").

    Parameters
    ----------
    n_steps : optimizer steps in all.
    lr : learning rate, at every step for which no schedule is given to `train`.
    weight_decay : AdamW's, on matrices alone; see `make_optimizer`.
    beta1, beta2 : how slowly AdamW's averages of the gradient and of its square move.
    accumulate : batches whose gradients are summed for one step: the step of a batch that is so many times as large.
    eval_every : steps from one evaluation to the next; the last step is always evaluated.
    eval_batches : batches of the validation loader for one evaluation; ``None`` for all.
    dtype : ``"auto"``, the fastest that the device has in hardware (`gptutils.runtime.compute_dtype`); or
        ``"float32"``, ``"bfloat16"``, ``"float16"``. Weights and AdamW's averages stay in float32.

    Raises
    ------
    ValueError : a number outside its range, or a ``dtype`` of another name.

    Examples
    --------
    >>> TrainConfig(n_steps=0)
    Traceback (most recent call last):
    ...
    ValueError: n_steps is 0; it must be at least 1
    """

    n_steps: int
    lr: float = 1e-3
    weight_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    accumulate: int = 1
    eval_every: int = 100
    eval_batches: int | None = None
    dtype: str = "auto"

    def __post_init__(self):
        for name in ("n_steps", "accumulate", "eval_every", "eval_batches"):
            value = getattr(self, name)
            if value is None and name == "eval_batches":
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{name} must be an int, not {value!r}")
            if value < 1:
                raise ValueError(f"{name} is {value}; it must be at least 1")
        for name in ("lr", "weight_decay"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be 0 or larger, and finite")
        for name in ("beta1", "beta2"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; choose a number from 0 up to, but not, 1")
        if self.dtype not in ("auto", *DTYPES):
            raise ValueError(f"dtype is {self.dtype!r}; choose one of auto, {', '.join(DTYPES)}")


@dataclass
class History:
    """What a run has measured: one entry a step, and one an evaluation (section "Watching a run").

    Attributes
    ----------
    losses : training loss of each step, in nats per token, in training mode (with dropout) and before the step.
    rates : learning rate of each step.
    norms : what ``clip`` returned at each step, the norm of the gradients before clipping; infinite where float16's
        scaler skipped a step because of its gradients; empty without clipping.
    tokens : tokens seen up to and including each step: inputs, whether their targets count or not.
    evaluations : for each evaluation the number of finished steps.
    val_losses : validation loss at each evaluation, in nats per token, in evaluation mode.
    """

    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    evaluations: list[int] = field(default_factory=list)
    val_losses: list[float] = field(default_factory=list)

    def train_losses(self) -> list[float]:
        """For each evaluation the mean training loss of the steps since the one before."""
        spans = [self.losses[start:end] for start, end in pairwise([0, *self.evaluations])]
        return [math.fsum(span) / len(span) for span in spans]

    def state_dict(self) -> dict[str, list]:
        """The lists by name, for a checkpoint."""
        return {f.name: list(getattr(self, f.name)) for f in fields(self)}

    def load_state_dict(self, state: dict[str, list]) -> None:
        """Take over lists that `state_dict` gave."""
        if set(state) != {f.name for f in fields(self)}:
            raise ValueError(f"the history has {sorted(state)}; expected {sorted(f.name for f in fields(self))}")
        for name, values in state.items():
            setattr(self, name, list(values))


@dataclass
class TrainState:
    """What changes while a model is trained: a checkpoint holds it, ``after_step`` gets it (section "Watching a run").

    Attributes
    ----------
    model, optimizer : as passed to `train` or made by it.
    scaler : the gradient scaler of float16; switched off for all other formats.
    loader : the training batches, with their position in the order of the data.
    step : finished steps.
    history : what has been measured so far.
    """

    model: nn.Module
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    loader: TokenLoader
    step: int = 0
    history: History = field(default_factory=History)


def make_optimizer(
    model: nn.Module, lr: float, *, weight_decay: float = 0.1, betas: tuple[float, float] = (0.9, 0.95)
) -> torch.optim.AdamW:
    """AdamW that decays matrices alone (section "Decay on matrices alone").

    Biases and the gains of layer norms are vectors, and are left to their gradients. Parameters that need no gradient
    (frozen ones) are left out. Source: Loshchilov and Hutter 2019.

    Examples
    --------
    >>> optimizer = make_optimizer(nn.Linear(3, 2), lr=1e-3)
    >>> [(group["weight_decay"], [p.ndim for p in group["params"]]) for group in optimizer.param_groups]
    [(0.1, [2]), (0.0, [1])]
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not parameters:
        raise ValueError("the model has no parameter that needs a gradient: there is nothing to train")
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    # Fused: all parameters in one go, the same numbers in less time.
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=lr, betas=betas, fused=True)


def train(
    model: nn.Module,
    train_loader: TokenLoader,
    val_loader: Iterable[tuple[Tensor, Tensor]] | None,
    config: TrainConfig,
    *,
    schedule: Callable[[int], float] | None = None,
    clip: Callable[[Iterable[nn.Parameter]], Any] | None = None,
    after_step: Callable[[TrainState], None] | None = None,
    state: TrainState | None = None,
) -> History:
    """Train a model, in place, where its parameters are (sections "The loop, line by line" and "The finished version").

    Every step is the same whether a run was interrupted or not.

    Parameters
    ----------
    model : token ids [batch, seq] -> logits [batch, seq, vocab].
    train_loader : batches of inputs and targets, gone through again and again until ``n_steps`` are done; targets of
        -100 do not count. The step of several accumulated batches weighs every counted token the same.
    val_loader : batches for the validation loss; ``None`` for none.
    config : see `TrainConfig`.
    schedule : step number, 0 to n_steps - 1 -> learning rate (chapter 7, `gptutils.schedule`); ``None`` for
        ``config.lr`` throughout.
    clip : called at every step with the model's parameters, whose gradients it may change in place (chapter 8);
        gradients are unscaled by then, and finite. What it returns, the norm before clipping, goes into the history
        (`gptutils.clipping`; ``torch.nn.utils.clip_grad_norm_`` will do, too).
    after_step : called after every step, and its evaluation if there is one, with all that changes. It may raise to end
        the run.
    state : continue from here (see `make_state` and `gptutils.checkpoint`), instead of starting anew.

    Returns
    -------
    The history, from the run's first step on.

    Raises
    ------
    ValueError : a training loader without batches, a step without any target that counts, a state that has more steps
        than ``n_steps``.
    FloatingPointError : a loss or a gradient that is not finite; the message names step and rate, and the gradient's
        parameter. The weights are those before that step.
    """
    state = state or make_state(model, train_loader, config)
    if not len(train_loader):
        raise ValueError("the training loader has no batches: give it a longer text, or smaller batches")
    if state.step > config.n_steps:
        raise ValueError(f"{state.step} steps are done already, which is more than n_steps, {config.n_steps}")
    optimizer, scaler, history = state.optimizer, state.scaler, state.history
    device = next(model.parameters()).device
    autocast = _autocast(device, config)
    batches = _forever(train_loader)
    model.train()
    bar = progress_bar(total=config.n_steps, initial=state.step, desc="training", unit="step")
    with bar:
        while state.step < config.n_steps:
            rate = config.lr if schedule is None else schedule(state.step)
            for group in optimizer.param_groups:
                group["lr"] = rate

            parts = [next(batches) for _ in range(config.accumulate)]
            counts = [int((targets != IGNORED).sum()) for _, targets in parts]
            if not any(counts):
                raise ValueError(f"every target of step {state.step} is {IGNORED}: there is nothing to learn from")
            loss = 0.0
            for (inputs, targets), count in zip(parts, counts, strict=True):
                if not count:
                    continue
                with autocast():
                    logits = model(inputs.to(device, non_blocking=True))
                    part = cross_entropy(logits, targets.to(device, non_blocking=True))
                    part = part * (count / sum(counts))  # times 1 without accumulation
                scaler.scale(part).backward()  # adds to the gradients of the batches before
                loss += part.item()
            if not math.isfinite(loss):
                optimizer.zero_grad()
                raise FloatingPointError(
                    f"the loss is {loss} at step {state.step}, with learning rate {rate:g}; {ADVICE}"
                )

            scaler.unscale_(optimizer)
            wrong = not_finite_gradients(model)
            if wrong and not scaler.is_enabled():  # a scaler skips the step by itself
                optimizer.zero_grad()
                raise FloatingPointError(f"{wrong}, at step {state.step}, with learning rate {rate:g}; {ADVICE}")
            if clip is not None:
                history.norms.append(math.inf if wrong else float(clip(model.parameters())))
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()

            state.step += 1
            history.losses.append(loss)
            history.rates.append(rate)
            history.tokens.append((history.tokens or [0])[-1] + sum(inputs.numel() for inputs, _ in parts))
            if val_loader is not None and (state.step % config.eval_every == 0 or state.step == config.n_steps):
                with autocast():
                    val_loss = evaluate(model, val_loader, max_batches=config.eval_batches)
                history.evaluations.append(state.step)
                history.val_losses.append(val_loss)
            bar.update()
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            if after_step is not None:
                after_step(state)
    return history


def make_state(model: nn.Module, train_loader: TokenLoader, config: TrainConfig) -> TrainState:
    """The state of a run before its first step (sections "AdamW, by hand" and "Devices and number formats").

    A new optimizer, and a gradient scaler, which is switched off where the number format needs none.
    """
    device = next(model.parameters()).device
    optimizer = make_optimizer(model, config.lr, weight_decay=config.weight_decay, betas=(config.beta1, config.beta2))
    scaler = torch.amp.GradScaler(device.type, enabled=_dtype(device, config) == torch.float16)
    return TrainState(model, optimizer, scaler, train_loader)


def _dtype(device: torch.device, config: TrainConfig) -> torch.dtype:
    return compute_dtype(device) if config.dtype == "auto" else DTYPES[config.dtype]


def _autocast(device: torch.device, config: TrainConfig) -> Callable[[], Any]:
    """A function that makes the context in which torch computes matrix products in the run's number format."""
    dtype = _dtype(device, config)
    if dtype == torch.float32:
        return nullcontext
    return lambda: torch.autocast(device.type, dtype=dtype)


def _forever(loader: Iterable) -> Iterator:
    while True:
        yield from loader
