"""Gradient clipping: gradients that are too large are made smaller before the step.

`gptutils.training.train` takes a function of this module as ``clip`` and calls it at every step, behind the gradient
scaler and all accumulated batches: ``clip=lambda parameters: clip_grad_norm(parameters, max_norm=1.0)``.

Lesson: ``chapters/08_clipping.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

Parameters = nn.Module | Tensor | Iterable[Tensor] | Iterable[tuple[str, Tensor]]
"""Whose gradients: of a model, of one parameter, of several, or of pairs of name and parameter (`named_parameters`)."""


@torch.no_grad()
def global_grad_norm(parameters: Parameters, p: float = 2.0) -> Tensor:
    """The p-norm of all gradients together, as of one long vector (section "One norm for all").

    Parameters
    ----------
    parameters : see `Parameters`; those without a gradient, such as frozen ones, are left out. Only a model and pairs
        give messages the names of parameters.
    p : 2 for the length of the vector, 1 for the sum of absolute values, ``math.inf`` for the largest of them.

    Returns
    -------
    One number, on the device of the first gradient. As with ``torch.nn.utils.get_total_norm``, it may be infinite or
    not-a-number.

    Raises
    ------
    ValueError : no parameters; none that has a gradient; a ``p`` that is not above 0.
    TypeError : something that is no tensor among the parameters.

    Examples
    --------
    >>> weight = nn.Parameter(torch.zeros(2, 2))
    >>> weight.grad = torch.tensor([[1.0, 2.0], [2.0, 4.0]])
    >>> [global_grad_norm(weight, p).item() for p in (1, 2, math.inf)]
    [9.0, 5.0, 4.0]
    """
    return _norm(_gradients(parameters), p)


@torch.no_grad()
def clip_grad_norm(parameters: Parameters, max_norm: float, p: float = 2.0) -> Tensor:
    """Shorten all gradients by one factor, so that their norm is at most ``max_norm`` (section "By norm").

    The direction of the step stays. Source: Pascanu et al. 2013. The arithmetic is that of
    ``torch.nn.utils.clip_grad_norm_``, bit for bit: the factor is max_norm / (norm + 1e-6), but at most 1.

    Parameters
    ----------
    parameters, p : as in `global_grad_norm`. Their gradients are changed in place.
    max_norm : above 0; ``math.inf`` only measures.

    Returns
    -------
    The norm before clipping.

    Raises
    ------
    FloatingPointError : a norm that is not finite; the message names a parameter whose gradient is not. No gradient is
        changed.
    ValueError : a ``max_norm`` that is not above 0, and as `global_grad_norm`.

    Examples
    --------
    >>> weight = nn.Parameter(torch.zeros(2, 2))
    >>> weight.grad = torch.tensor([[1.0, 2.0], [2.0, 4.0]])
    >>> clip_grad_norm(weight, max_norm=2.0)
    tensor(5.)
    >>> weight.grad
    tensor([[0.4000, 0.8000],
            [0.8000, 1.6000]])
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm is {max_norm}; it must be above 0 (math.inf clips nothing)")
    gradients = _gradients(parameters)
    norm = _norm(gradients, p)
    if not norm.isfinite():
        raise FloatingPointError(_not_finite(gradients) or _overflow(norm, p))
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for _, gradient in gradients:
        gradient.mul_(factor.to(gradient.device))
    return norm


@torch.no_grad()
def clip_grad_value(parameters: Parameters, clip_value: float) -> Tensor:
    """Limit every single number of the gradients to -clip_value ... clip_value (section "By value").

    The direction of the step changes. The numbers are those of ``torch.nn.utils.clip_grad_value_``.

    Parameters
    ----------
    parameters : as in `global_grad_norm`. Their gradients are changed in place.
    clip_value : above 0; ``math.inf`` only measures.

    Returns
    -------
    The largest absolute gradient before clipping.

    Raises
    ------
    FloatingPointError : a gradient that is not finite; the message names its parameter. No gradient is changed.
    ValueError : a ``clip_value`` that is not above 0, and as `global_grad_norm`.

    Examples
    --------
    >>> weight = nn.Parameter(torch.zeros(2, 2))
    >>> weight.grad = torch.tensor([[1.0, -2.0], [2.0, -4.0]])
    >>> clip_grad_value(weight, 1.5)
    tensor(4.)
    >>> weight.grad
    tensor([[ 1.0000, -1.5000],
            [ 1.5000, -1.5000]])
    """
    if not clip_value > 0:
        raise ValueError(f"clip_value is {clip_value}; it must be above 0 (math.inf clips nothing)")
    gradients = _gradients(parameters)
    largest = _norm(gradients, math.inf)
    if not largest.isfinite():
        raise FloatingPointError(_not_finite(gradients))
    for _, gradient in gradients:
        gradient.clamp_(-clip_value, clip_value)
    return largest


@torch.no_grad()
def largest_gradient(model: Parameters) -> tuple[str, float]:
    """The largest absolute number among the gradients, and whose it is (section "The largest gradient").

    Where gradients are not finite, the first of these parameters and inf or nan.

    Parameters
    ----------
    model : as the ``parameters`` of `global_grad_norm`.

    Returns
    -------
    Name of the parameter and absolute value; of several equal ones the first.

    Examples
    --------
    >>> layer = nn.Linear(2, 1)
    >>> layer(torch.tensor([3.0, -5.0])).sum().backward()
    >>> largest_gradient(layer)
    ('weight', 5.0)
    """
    largest = [(name, gradient.abs().max().item()) for name, gradient in _gradients(model)]
    for name, value in largest:
        if not math.isfinite(value):
            return name, value
    return max(largest, key=lambda entry: entry[1])


@torch.no_grad()
def not_finite_gradients(parameters: Parameters) -> str | None:
    """What is wrong with gradients that are infinite or not-a-number, or ``None`` (section "A gradient is infinite").

    One question to the device where all is well.

    Examples
    --------
    >>> layer = nn.Linear(2, 1)
    >>> layer(torch.tensor([3.0, math.inf])).sum().backward()
    >>> not_finite_gradients(layer)
    'the gradient of weight is not finite in 1 of its 2 numbers'
    """
    gradients = _gradients(parameters)
    # The largest absolute number of all is finite only if every one is; torch's own function finds it fastest.
    if torch.nn.utils.get_total_norm([gradient for _, gradient in gradients], math.inf).isfinite():
        return None
    return _not_finite(gradients)


def _gradients(parameters: Parameters) -> list[tuple[str, Tensor]]:
    """Gradients with the names of their parameters, or else with position and shape; without those of no number."""
    if isinstance(parameters, nn.Module):
        parameters = parameters.named_parameters()
    elif isinstance(parameters, Tensor):
        parameters = [parameters]
    gradients, n_parameters = [], 0
    for entry in parameters:
        name, parameter = entry if isinstance(entry, tuple) else (None, entry)
        if not isinstance(parameter, Tensor):
            raise TypeError(f"expected parameters, or pairs of a name and a parameter, not {type(entry).__name__}")
        name = name or f"parameter {n_parameters}, of shape {list(parameter.shape)},"
        n_parameters += 1
        if parameter.grad is not None and parameter.grad.numel():
            gradients.append((name, parameter.grad))
    if not n_parameters:
        raise ValueError(
            "there are no parameters. A generator, such as model.parameters(), gives them only once: make a list of it"
        )
    if not gradients:
        raise ValueError(f"none of {n_parameters} parameters has a gradient: call backward() first")
    return gradients


def _norm(gradients: list[tuple[str, Tensor]], p: float) -> Tensor:
    if not p > 0:
        raise ValueError(f"p is {p}; it must be above 0: 2, 1, or math.inf")
    device = gradients[0][1].device
    norms = [torch.linalg.vector_norm(gradient, p).to(device) for _, gradient in gradients]
    return torch.linalg.vector_norm(torch.stack(norms), p)


def _not_finite(gradients: list[tuple[str, Tensor]]) -> str | None:
    wrong = [(name, gradient) for name, gradient in gradients if not gradient.isfinite().all()]
    if not wrong:
        return None
    name, gradient = wrong[0]
    others = f", and those of {len(wrong) - 1} more parameters" if len(wrong) > 1 else ""
    count = int((~gradient.isfinite()).sum())
    return f"the gradient of {name} is not finite in {count:,} of its {gradient.numel():,} numbers{others}"


def _overflow(norm: Tensor, p: float) -> str:
    return (
        f"every gradient is finite, but their {p:g}-norm is too large for {str(norm.dtype).removeprefix('torch.')}; "
        "clip by value, or with p=math.inf"
    )
