"""The markers around solutions and hidden tests, read in one place."""

from __future__ import annotations

import re

SOLUTION, HIDDEN = "SOLUTION", "HIDDEN TESTS"
MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)|^\s*#+ (?:HASHED )?(AUTOTEST)", re.MULTILINE)


def marked_lines(source: str, kind: str) -> list[tuple[int, int]]:
    """First and last line, counted from 0, of what stands between each `### BEGIN kind` and its `### END kind`."""
    found, first = [], None
    for number, line in enumerate(source.split("\n")):
        if line.strip() == f"### BEGIN {kind}":
            first = number + 1
        elif line.strip() == f"### END {kind}" and first is not None:
            found.append((first, number - 1))
            first = None
    return found


def regions(source: str, kind: str) -> list[str]:
    """The texts between the markers of a kind.

    Examples
    --------
    >>> regions("a\\n### BEGIN SOLUTION\\nb\\n### END SOLUTION\\nc", SOLUTION)
    ['b']
    """
    lines = source.split("\n")
    return ["\n".join(lines[first : last + 1]) for first, last in marked_lines(source, kind)]


def hidden_lines(source: str) -> set[int]:
    """The numbers (from 1) of the lines inside hidden tests."""
    return {n + 1 for first, last in marked_lines(source, HIDDEN) for n in range(first, last + 1)}


def without(source: str, kind: str) -> str:
    """A cell without what is marked, and without the markers.

    Examples
    --------
    >>> without("a\\n### BEGIN HIDDEN TESTS\\nb\\n### END HIDDEN TESTS\\nc", HIDDEN)
    'a\\nc'
    """
    gone = {n for first, last in marked_lines(source, kind) for n in range(first - 1, last + 2)}
    return "\n".join(line for number, line in enumerate(source.split("\n")) if number not in gone)


def visible_part(source: str) -> str:
    """A test cell as the student sees it."""
    return without(source, HIDDEN)


def without_markers(source: str) -> str:
    """An answer cell with its solution, as somebody would have written it."""
    return "".join(f"{line}\n" for line in source.split("\n") if not MARKER.search(line))
