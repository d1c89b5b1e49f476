"""How wrong a model is: cross-entropy, perplexity, bits per byte, and the loss over a whole loader.

The loss of a language model is the mean negative log-probability that it gives to the tokens that really came next, in
nats per token. Everything else here is that number in another unit, or its mean over more data.

Lesson: ``chapters/05_loss.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import torch
import torch.nn.functional as F
from torch import Tensor, nn

IGNORED = -100  # the target that does not count; torch's own default


def cross_entropy(logits: Tensor, targets: Tensor, ignore_index: int = IGNORED) -> Tensor:
    """Mean negative log-probability of the targets, in nats per token (section "Cross-entropy").

    The softmax is never written down: log softmax(x)[t] = x[t] - log sum exp(x), and the largest logit is subtracted
    first, so that no exponential overflows (section "Scores of any size"). Logits of 16 bits are computed in float32.
    Source: Goodfellow et al. 2016, section 6.2.2.

    Parameters
    ----------
    logits : [..., vocab], floating point.
    targets : [...], int64; each a token id, or ``ignore_index``, whose position counts nowhere: not in the sum, not in
        the number by which it is divided.

    Returns
    -------
    One number; its gradient reaches the logits.

    Raises
    ------
    ValueError : shapes that do not belong together, no position at all. On the CPU also: a target outside the
        vocabulary, no position that counts. (On a GPU that check would make every step wait for the device; torch's
        own assertion stops the first, and the second gives not-a-number.)
    TypeError : targets that are not int64, logits that are not floating point.

    Examples
    --------
    >>> logits = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]).log()
    >>> cross_entropy(logits, torch.tensor([0, 2]))  # -(log 0.5 + log 0.8) / 2
    tensor(0.4581)
    >>> cross_entropy(logits, torch.tensor([0, -100]))  # -log 0.5
    tensor(0.6931)
    """
    _check(logits, targets, ignore_index)
    if logits.dtype in (torch.float16, torch.bfloat16):
        logits = logits.float()
    rows = logits.reshape(-1, logits.shape[-1])  # -> [positions, vocab]
    return F.cross_entropy(rows, targets.reshape(-1), ignore_index=ignore_index)


def perplexity(loss: float | Tensor) -> float | Tensor:
    """Perplexity exp(loss): how many equally likely tokens the model hesitates between (section "What to expect").

    Source: Jelinek et al. 1977.

    Parameters
    ----------
    loss : mean cross-entropy in nats per token; a number, or a tensor of any shape [...].

    Returns
    -------
    The same kind and shape as ``loss``; 1.0 for a certain model, ``vocab_size`` for a uniform one.

    Examples
    --------
    >>> round(perplexity(math.log(50257)))
    50257
    """
    if isinstance(loss, Tensor):
        return loss.exp()
    if loss > 709.78:  # where math.exp raises an OverflowError
        return math.inf
    return math.exp(loss)


def bits_per_byte(loss: float | Tensor, *, n_tokens: int, n_bytes: int) -> float | Tensor:
    """The loss in bits, for each byte of the text: comparable between tokenizers (section "Bits per byte").

    Parameters
    ----------
    loss : mean cross-entropy in nats per token over ``n_tokens`` tokens.
    n_tokens : number of predicted tokens.
    n_bytes : length in UTF-8 of the text that these tokens stand for.

    Raises
    ------
    ValueError : a number below 1.

    Examples
    --------
    >>> bits_per_byte(math.log(256), n_tokens=1000, n_bytes=1000)  # a uniform guess of every byte
    8.0
    """
    for name, value in {"n_tokens": n_tokens, "n_bytes": n_bytes}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; it must be at least 1")
    return loss * (n_tokens / n_bytes / math.log(2))


@contextmanager
def eval_mode(model: nn.Module) -> Iterator[None]:
    """Dropout off and no gradients inside the block (section "The loss over a loader").

    Afterwards every module is in the mode it was in before, also after an error.

    Examples
    --------
    >>> model = nn.Sequential(nn.Dropout(0.5))
    >>> with eval_mode(model):
    ...     print(model(torch.ones(2)), model.training)
    tensor([1., 1.]) False
    >>> model.training
    True
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in modes:
            module.training = training


def evaluate(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    *,
    max_batches: int | None = None,
    ignore_index: int = IGNORED,
) -> float:
    """Mean loss in nats per token over a loader: every token weighs the same (section "The loss over a loader").

    Runs in `eval_mode`: the model is afterwards in the mode it was in before.

    Parameters
    ----------
    model : token ids [batch, seq] -> logits [batch, seq, vocab]; batches are moved to the device of its parameters.
    loader : batches of (inputs, targets), both [batch, seq]; see `gptutils.data.make_loader`.
    max_batches : stop after so many batches; ``None`` for all.
    ignore_index : see `cross_entropy`.

    Raises
    ------
    ValueError : ``max_batches`` below 1, no batch, no token that counts.

    Examples
    --------
    >>> from gptutils.config import GPTConfig
    >>> from gptutils.data import make_loader
    >>> from gptutils.model import GPT
    >>> model = GPT(GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=2))
    >>> loader = make_loader(range(50), context_length=8, batch_size=4, stride=8, shuffle=False, drop_last=False)
    >>> round(evaluate(model, loader), 1)  # a model that has not learned anything: log(50)
    3.9
    """
    if max_batches is not None and max_batches < 1:
        raise ValueError(f"max_batches is {max_batches}; expected 1 or more, or None for all")
    device = next(model.parameters(), torch.empty(0)).device  # the CPU without parameters
    total, n_counted = 0.0, 0
    with eval_mode(model):
        for inputs, targets in islice(loader, max_batches):
            targets = targets.to(device)
            counted = int((targets != ignore_index).sum())
            if counted:  # a batch may hold nothing but padding
                logits = model(inputs.to(device))  # -> [batch, seq, vocab]
                total += cross_entropy(logits, targets, ignore_index).item() * counted
                n_counted += counted
    if not n_counted:
        raise ValueError("no token to evaluate: is the text shorter than one window?")
    return total / n_counted


def _check(logits: Tensor, targets: Tensor, ignore_index: int) -> None:
    if not logits.is_floating_point():
        raise TypeError(f"logits are {logits.dtype}, expected floating point: have logits and targets changed places?")
    if targets.dtype != torch.int64:
        raise TypeError(f"targets are {targets.dtype}, expected torch.int64: targets.long()")
    if logits.ndim < 1 or logits.shape[:-1] != targets.shape:
        raise ValueError(
            f"logits have the shape {list(logits.shape)} and targets {list(targets.shape)}; expected [..., vocab] and "
            "[...], for example [batch, seq, vocab] and [batch, seq]"
        )
    if not targets.numel():
        raise ValueError(f"targets are empty, of shape {list(targets.shape)}: there is nothing to predict")
    if targets.device.type == "cpu" and not torch.compiler.is_compiling():
        counted = targets[targets != ignore_index]
        if not counted.numel():
            raise ValueError(f"every target is ignore_index ({ignore_index}): no position counts")
        for target in map(int, counted.aminmax()):
            if not 0 <= target < logits.shape[-1]:
                raise ValueError(
                    f"target {target} is outside the vocabulary of {logits.shape[-1]} tokens: targets are 0 to "
                    f"{logits.shape[-1] - 1}, or ignore_index ({ignore_index})"
                )
