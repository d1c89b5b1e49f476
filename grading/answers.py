"""The answer bank's files: grading/bank/SET/EXERCISE.py, all right and wrong answers to one exercise.

A file is Python in cells (`# %%`), as editors show them. A right answer stands whole; a wrong one is an edit of it, so
that what is wrong meets the eye, or whole where it is another program::

    # %% correct formula: the closed form
    def total(n):
        return n * (n + 1) // 2


    # %% wrong off_by_one from formula: stops one number too early
    #-     return n * (n + 1) // 2
    #+     return n * (n - 1) // 2

    # %% wrong hard_coded: only the example's value
    def total(n):
        return 55

``from reference`` edits the answer of the set's own source. Lines marked ``#-`` must stand in the base exactly once,
one below the other; those marked ``#+`` take their place. An answer with several edits has a blank line between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REFERENCE = "reference"
HEAD = re.compile(r"# %% (?P<kind>correct|wrong) (?P<name>[a-z0-9_]+)(?: from (?P<base>[a-z0-9_]+))?: (?P<words>\S.*)")


class BankError(ValueError):
    """The answer bank is not as it should be."""


@dataclass(frozen=True)
class Answer:
    """One entry of the answer bank: the full content of an exercise's answer cell."""

    exercise: str  # the answer cell's grade_id
    name: str  # wrong_overlapping_pairs
    kind: str  # "wrong" or "correct"
    description: str  # the mistake, or the style, in words
    source: str


def read_answers(path: Path, exercise: str, reference: str) -> list[Answer]:
    """The answers of one file, the right ones first; raises a BankError that names the place and says what is wrong.

    Parameters
    ----------
    path : the exercise's file in the bank.
    exercise : grade_id of its answer cell.
    reference : the answer of the set's source, without the solution markers.
    """
    sources, answers = {REFERENCE: reference}, []
    cells = sorted(_cells(path), key=lambda cell: cell[1]["kind"])  # "correct" first: any of them may be edited
    for where, head, lines in cells:
        kind, name, base = head["kind"], head["name"], head["base"]
        if any(answer.name == f"{kind}_{name}" for answer in answers):
            raise BankError(f"{where}: there are two {kind} answers {name}")
        if base is None:
            source = "\n".join(lines).strip("\n") + "\n"
        elif kind == "correct":
            raise BankError(f"{where}: a right answer stands whole, without 'from {base}'")
        elif base not in sources:
            raise BankError(f"{where}: there is no right answer {base} to edit; there are {', '.join(sources)}")
        else:
            source = _edited(where, sources[base], lines)
        try:
            compile(source, str(path), "exec")
        except SyntaxError as error:
            raise BankError(
                f"{where}: {error.msg} (its line {error.lineno}); Jupyter would not run it at all"
            ) from None
        if kind == "correct":
            sources[name] = source
        answers.append(Answer(exercise, f"{kind}_{name}", kind, head["words"], source))
    return answers


def _cells(path: Path) -> Iterator[tuple[str, re.Match, list[str]]]:
    """Place, head and lines of each cell; what stands above the first cell is for readers."""
    head, lines, where = None, [], ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("# %%"):
            lines.append(line)
            continue
        if head is not None:
            yield where, head, lines
        where, lines = f"{path}:{number}", []
        head = HEAD.fullmatch(line.rstrip())
        if head is None:
            raise BankError(
                f"{where}: a cell begins with '# %% correct NAME: the style' "
                "or '# %% wrong NAME from RIGHT_ANSWER: the mistake'"
            )
    if head is not None:
        yield where, head, lines


def _edited(where: str, base: str, lines: list[str]) -> str:
    """The base with every group of #- lines replaced by the #+ lines below it."""
    groups: list[tuple[list[str], list[str]]] = []
    above = ""
    for line in lines:
        sign, rest = line[:2], line[2:].removeprefix(" ")
        if sign == "#-" and above != "#-":
            groups.append(([], []))
        if sign == "#-":
            groups[-1][0].append(rest)
        elif sign == "#+" and above:
            groups[-1][1].append(rest)
        elif line.strip():
            raise BankError(f"{where}: {line!r} is no line of an edit; they begin with #- and #+, #- first")
        above = sign
    if not groups:
        raise BankError(f"{where}: nothing is edited; give lines #- to take out and #+ to put in")
    text = base.splitlines()
    for old, new in groups:
        found = [i for i in range(len(text) - len(old) + 1) if text[i : i + len(old)] == old]
        if len(found) != 1:
            raise BankError(
                f"{where}: {len(found)} places with {old[0].strip()!r} in the answer it edits, expected one"
            )
        if old == new:
            raise BankError(f"{where}: the edit of {old[0].strip()!r} changes nothing")
        text[found[0] : found[0] + len(old)] = new
    return "\n".join(text) + "\n"
