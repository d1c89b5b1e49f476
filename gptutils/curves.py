"""The curves of training runs, of one or of several in the same picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from gptutils.files import replacing
from gptutils.notebook.plots import PALETTE, use_course_style
from gptutils.runs import read_metrics
from gptutils.training import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg")


def draw_runs(folders: Sequence[str | os.PathLike], path: str | os.PathLike) -> None:
    """Draw the curves of runs into a file: losses against tokens and against steps, and the learning rate.

    Parameters
    ----------
    folders : of the runs; see `gptutils.runs`.
    path : ends in ``.png`` or ``.svg``. An older file stays whole until the new one is complete.

    Raises
    ------
    ValueError : another ending, a folder without a run, a damaged file, a run without a step.
    """
    path = Path(path)
    if path.suffix not in FORMATS:
        raise ValueError(
            f"{path} ends in {path.suffix or 'nothing'}; choose a name that ends in {' or '.join(FORMATS)}"
        )
    histories = dict(zip(_names(folders), map(read_metrics, folders), strict=True))
    for name, history in histories.items():
        if not history.losses:
            raise ValueError(f"{name} has no finished step yet: there is nothing to draw")
    import matplotlib as mpl  # heavy: imported only where figures are drawn

    with mpl.rc_context():
        use_course_style()
        figure = _figure(histories)
        with replacing(path) as temporary:
            figure.savefig(temporary, format=path.suffix[1:], dpi=150)


def _names(folders: Sequence[str | os.PathLike]) -> list[str]:
    """The folders' own names, or their paths where two have the same name; a folder that comes twice is refused."""
    paths = [Path(folder).resolve() for folder in folders]
    if len(set(paths)) < len(paths):
        raise ValueError("a run is named twice: name each run once")
    names = [path.name for path in paths]
    return names if len(set(names)) == len(names) else [os.fspath(folder) for folder in folders]


def _figure(histories: dict[str, History]) -> Figure:
    from matplotlib.figure import Figure
    from matplotlib.ticker import EngFormatter

    figure = Figure(figsize=(13, 4.2))
    by_tokens, by_steps, rates = figure.subplots(1, 3)
    for i, (name, history) in enumerate(histories.items()):
        colour = PALETTE[i % len(PALETTE)]
        steps = range(1, len(history.losses) + 1)
        _losses(by_tokens, history.tokens, history, name, colour)
        _losses(by_steps, steps, history, name, colour)
        rates.plot(steps, history.rates, color=colour, label=name)
    by_tokens.set(title="Loss by tokens", xlabel="tokens seen", ylabel="loss (nats per token)")
    by_steps.set(title="Loss by steps", xlabel="steps", ylabel="loss (nats per token)")
    rates.set(title="Learning rate", xlabel="steps", ylabel="rate", ylim=(0, None))
    by_tokens.xaxis.set_major_formatter(EngFormatter())  # 200 k, 3 M
    by_tokens.legend(fontsize=8)
    return figure


def _losses(axes: Axes, positions: Sequence[int], history: History, name: str, colour: str) -> None:
    """Each step's training loss as a faint line, its mean between evaluations, and the validation loss, dashed.

    A mean stands in the middle of the steps that it is taken over: at their end it would lag behind.
    """
    axes.plot(positions, history.losses, color=colour, alpha=0.25, linewidth=0.8)
    middles = [positions[(start + end - 1) // 2] for start, end in pairwise([0, *history.evaluations])]
    ends = [positions[end - 1] for end in history.evaluations]
    axes.plot(middles, history.train_losses(), color=colour, label=f"{name}, training")
    axes.plot(
        ends, history.val_losses, color=colour, linestyle="--", marker="o", markersize=4, label=f"{name}, validation"
    )
