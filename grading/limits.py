"""The rules under which students' cells run, the same in the fast runner and in nbgrader's own conversions.

A cell has a time limit. One that exceeds it is interrupted and counts as an error, and the cells after it get a quarter
of the time: an endless answer hangs in each of its tests. A cell that ends the process, or cannot be interrupted, is
left out, and the notebook runs again from the top without it. Standard library only: the worker loads this file, too.
"""

from __future__ import annotations

from collections.abc import Callable

GRACE = 3.0  # seconds that a cell has to end after it was interrupted
ENDED = "this cell ended the Python process: os._exit, a crash, or no memory left"


def seconds_for(timeout: float, slow: bool) -> float:
    """What a cell gets of the ``timeout``; ``slow``: a cell before it took too long.

    Examples
    --------
    >>> seconds_for(40, slow=False), seconds_for(40, slow=True)
    (40, 10.0)
    """
    return min(timeout, max(1.0, timeout / 4)) if slow else timeout


def error_output(name: str, message: str) -> dict:
    """The output of a cell that could not run to its end."""
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [f"{name}: {message}"]}


def run_without_lost(run: Callable[[dict[int, dict]], tuple[int, dict] | None]) -> None:
    """Run a notebook, again and again, until every cell that is not left out has run.

    Parameters
    ----------
    run : runs it once. It is given the cells to leave out, index -> output in their place, and returns the next one,
        where a cell ended the process or could not be interrupted, or None.
    """
    lost: dict[int, dict] = {}
    while (end := run(lost)) is not None:
        index, output = end
        if index in lost:
            raise RuntimeError(f"cell {index} was left out and still ended the process")
        lost[index] = output
