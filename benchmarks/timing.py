"""Timing two ways of doing the same in turn, so that a machine whose speed drifts does not favour one of them."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Paired:
    """Median seconds of A and of B, and the median, smallest and largest ratio A / B of the pairs."""

    a: float
    b: float
    ratio: float
    lowest: float
    highest: float


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def paired(a: Callable[[], object], b: Callable[[], object], repeats: int = 9) -> Paired:
    """Run A, B, A, B, ... after one warm-up of each."""
    a(), b()
    times = [(seconds(a), seconds(b)) for _ in range(repeats)]
    ratios = [one / other for one, other in times]
    return Paired(
        *map(statistics.median, zip(*times, strict=True)), statistics.median(ratios), min(ratios), max(ratios)
    )


def machine() -> str:
    import os

    return f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
