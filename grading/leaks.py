"""Finds solutions and hidden tests where students would see them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from .markers import HIDDEN, SOLUTION, regions, without
from .source_rules import grade_id


@dataclass(frozen=True)
class Secret:
    """A few consecutive lines that students must not see; without spaces, blank lines and comments."""

    where: str
    lines: tuple[str, ...]


def squeezed(text: str) -> list[str]:
    """The lines of a text without whitespace, blank lines and comment lines.

    Examples
    --------
    >>> squeezed("a = 1\\n\\n  # a comment\\n  b = a")
    ['a=1', 'b=a']
    """
    lines = ("".join(line.split()) for line in text.split("\n"))
    return [line for line in lines if line and not line.startswith("#")]


@dataclass(frozen=True)
class Strictness:
    """How much of a secret text is a leak: runs of ``lines`` lines with at least ``characters`` characters."""

    lines: int
    characters: int


# In its own release no line of a solution may stand. Elsewhere short runs are coincidence: `return token_ids`.
ANY_LINE = Strictness(1, 15)
A_PASSAGE = Strictness(3, 40)
# As `squeezed` leaves it. What a hidden test imports is no secret: every notebook begins so.
IMPORT = re.compile(r"(from[\w.]+import|import)[\w.,()*]+")


def windows(where: str, text: str, known: str, strictness: Strictness) -> Iterator[Secret]:
    """The runs of lines to look for; a text of fewer lines counts as a whole.

    ``known`` is what the students have anyway: a run of which every line stands there is no secret.
    """
    lines = squeezed(text)
    open_lines = {*squeezed(known), *filter(IMPORT.fullmatch, lines)}
    size = min(strictness.lines, len(lines))
    for start in range(len(lines) - size + 1 if lines else 0):
        piece = tuple(lines[start : start + size])
        if len("".join(piece)) >= strictness.characters and not set(piece) <= open_lines:
            yield Secret(where, piece)


def secrets(source: NotebookNode, name: str, bank: Iterable = (), strictness: Strictness = A_PASSAGE) -> list[Secret]:
    """The solutions and hidden tests of a source, and the bank's answers, as things to look for."""
    known = "\n".join(without(without(cell.source, SOLUTION), HIDDEN) for cell in source.cells)
    found: list[Secret] = []
    for cell in source.cells:
        for kind in (SOLUTION, HIDDEN):
            for region in regions(cell.source, kind):
                found += windows(f"{name}, cell {grade_id(cell)}: {kind.lower()}", region, known, strictness)
    for answer in bank:
        where = f"{name}, answer bank: {answer.exercise}/{answer.name}"
        found += windows(where, answer.source, known, strictness)
    return found


def leaks(text: str, looked_for: Iterable[Secret]) -> list[Secret]:
    """The secrets that stand in a text."""
    lines = squeezed(text)
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        places.setdefault(line, []).append(number)
    return [
        secret
        for secret in looked_for
        if any(tuple(lines[n : n + len(secret.lines)]) == secret.lines for n in places.get(secret.lines[0], ()))
    ]


def readable(path: Path) -> str:
    """A file's text; of a notebook the text of its cells and outputs; "" for a binary file."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
    if path.suffix == ".ipynb":
        return "\n".join(_strings(json.loads(text)))
    return text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        whole = all(isinstance(item, str) for item in value)
        yield from ["".join(value)] if whole else (text for item in value for text in _strings(item))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
