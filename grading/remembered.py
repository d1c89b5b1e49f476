"""Proofs of the course's sets, remembered on this machine by the content of everything that they depend on."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from gptutils.files import atomic_write_text

from .course import ROOT, source_path
from .proof import Proof, prove
from .runner import CellScore, Run
from .sets import ExerciseSet


def depends_on(name: str, root: Path = ROOT) -> Iterator[Path]:
    """The files that can change the proof of a set: its notebook and bank, the package, the grading, the lock."""
    yield source_path(name, root)
    for folder, pattern in (("grading/bank/" + name, "*.py"), ("gptutils", "**/*"), ("grading", "*.py")):
        paths = sorted((root / folder).glob(pattern))
        yield from (path for path in paths if path.is_file() and "__pycache__" not in path.parts)
    yield root / "nbgrader_config.py"
    yield root / "requirements.txt"


def fingerprint(name: str, root: Path = ROOT) -> str:
    """One number for the names and contents of all these files and the version of Python."""
    total = hashlib.sha256(sys.version.encode())
    for path in depends_on(name, root):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "missing"
        total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()


def proof(name: str, root: Path = ROOT, processes: int | None = None) -> Proof:
    """The proof of a set: from `_build/proofs/`, where the same files were proven before, or run now.

    Only a proof without problems is kept: a problem is reported every time.
    """
    current = fingerprint(name, root)
    exercises = ExerciseSet(name, root=root)
    path = root / "_build" / "proofs" / f"{name}.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if kept.get("fingerprint") == current:
        return Proof.from_runs(exercises, [_read(run) for run in kept["runs"]])
    made = prove(exercises, processes=processes)
    if not made.problems() and fingerprint(name, root) == current:  # nobody edited a file in the meantime
        path.parent.mkdir(parents=True, exist_ok=True)
        runs = [{"cells": [asdict(c) for c in run.cells.values()], "asserted": run.asserted} for run in made.runs]
        atomic_write_text(path, json.dumps({"fingerprint": current, "runs": runs}))
    return made


def _read(run: dict) -> Run:
    return Run({cell["grade_id"]: CellScore(**cell) for cell in run["cells"]}, run["asserted"])


def proofs(names: Sequence[str], root: Path = ROOT) -> list[Proof]:
    """The proofs of several sets, side by side: a set for each CPU core, or the cores shared among fewer sets."""
    cores = os.cpu_count() or 1
    together = max(1, min(cores, len(names)))
    with ThreadPoolExecutor(together) as pool:
        return list(pool.map(lambda name: proof(name, root, processes=max(1, cores // together)), names))
