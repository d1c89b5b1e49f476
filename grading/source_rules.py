"""The rules of an exercise source: what nbgrader would accept without a word and grade wrongly.

The conventions stand in grading/README.md. `problems` names the notebook, the cell, what is wrong and what to do.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from .assertions import is_check
from .markers import HIDDEN, MARKER, SOLUTION, hidden_lines, regions, visible_part

TOTAL_POINTS = 20
ANSWER_ID = re.compile(r"ex(\d+)_[a-z0-9]+(?:_[a-z0-9]+)*")
HINT = re.compile(r"<details><summary>Hint (\d): [^<\n]+</summary>\n\n")  # the empty line: else no Markdown inside
TEST_ID = re.compile(r"(?P<answer>ex\d+_.+)_(?P<kind>visible|hidden)_(?P<number>\d+)")


class SourceError(ValueError):
    """An exercise source breaks the rules."""


# -- Reading a source ------------------------------------------------------------------------------------------------


def grade_id(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def is_answer(cell: NotebookNode) -> bool:
    """A code cell that the student fills in."""
    return cell.cell_type == "code" and bool(is_solution(cell))


def is_manual(cell: NotebookNode) -> bool:
    """A question that a person grades."""
    return cell.cell_type == "markdown" and bool(is_solution(cell))


def is_test(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(is_grade(cell)) and not is_solution(cell)


def label(cell: NotebookNode, index: int) -> str:
    """How a message names a cell."""
    if grade_id(cell):
        return f"cell {grade_id(cell)}"
    first = cell.source.strip().splitlines()[0][:50] if cell.source.strip() else "empty"
    return f"cell number {index + 1} ({first!r})"


def parse(source: str) -> ast.Module:
    """The cell's Python; magics and shell lines become plain calls."""
    return ast.parse(TransformerManager().transform_cell(source))


def assertion_lines(source: str) -> list[int]:
    """The lines of the cell that assert something."""
    nodes = ast.walk(ast.parse(source))
    return [node.lineno for node in nodes if isinstance(node, ast.Assert) or is_check(node)]


# -- The rules -------------------------------------------------------------------------------------------------------


def problems(notebook: NotebookNode, name: str) -> list[str]:
    """Everything that is wrong with a source, one line each; ``name`` stands for the notebook in the messages."""
    cells = list(notebook.cells)
    found = list(_metadata(notebook, cells))
    if not found:  # the other rules read the metadata
        for rule in (_roles, _markers, _answers, _tests, _order, _points):
            found += rule(cells)
    return [f"{name}: {problem}" for problem in found]


def check(notebook: NotebookNode, name: str) -> None:
    """Raise a SourceError with all problems, if there are any."""
    if found := problems(notebook, name):
        raise SourceError("\n".join(found))


def _metadata(notebook: NotebookNode, cells: list[NotebookNode]) -> Iterator[str]:
    kernel = notebook.metadata.get("kernelspec", {})
    if (kernel.get("name"), kernel.get("language")) != ("python3", "python"):
        yield f"the kernel must be python3 (language python), not {kernel.get('name')!r} ({kernel.get('language')!r})"
    for index, cell in enumerate(cells):
        try:
            MetadataValidator().validate_cell(cell)
        except Exception as error:
            yield f"{label(cell, index)}: nbgrader refuses its metadata: {str(error).splitlines()[0]}"
    for repeated, times in Counter(filter(None, map(grade_id, cells))).items():
        if times > 1:
            yield f"cell {repeated}: its grade_id stands on {times} cells; each needs its own"


def _roles(cells: list[NotebookNode]) -> Iterator[str]:
    for index, cell in enumerate(cells):
        where = label(cell, index)
        if is_task(cell):
            yield f"{where}: task cells are not used; ask a question with a manually graded answer cell instead"
        elif is_answer(cell) and is_grade(cell):
            yield f"{where}: an answer in code is graded by test cells; set grade to false"
        elif is_locked(cell) and not is_grade(cell):
            yield f"{where}: a locked cell that is not graded is lost for good when a student deletes it; unlock it"
        elif (is_answer(cell) or is_manual(cell)) and (
            not ANSWER_ID.fullmatch(grade_id(cell)) or TEST_ID.fullmatch(grade_id(cell))
        ):
            yield f"{where}: an answer's grade_id must look like ex2_count_pairs"
        elif is_test(cell) and not TEST_ID.fullmatch(grade_id(cell)):
            yield f"{where}: a test's grade_id must look like ex2_count_pairs_visible_1 or ex2_count_pairs_hidden_1"


def _markers(cells: list[NotebookNode]) -> Iterator[str]:
    for index, cell in enumerate(cells):
        where = label(cell, index)
        allowed = SOLUTION if is_solution(cell) else HIDDEN if is_test(cell) else None
        inside = False
        for line in cell.source.split("\n"):
            match = MARKER.search(line)
            if not match:
                continue
            side, kind = match[1], match[2] or match[3]
            if kind == "AUTOTEST":
                yield f"{where}: AUTOTEST lines do nothing here; write the assertion"
            elif kind != allowed:
                yield f"{where}: the marker {line.strip()!r} may not stand in this cell, not even in prose"
            elif line.strip() != f"### {side} {kind}":
                yield f"{where}: the marker {line.strip()!r} must be '### {side} {kind}' and nothing else"
            elif (side == "BEGIN") == inside:
                yield f"{where}: '### {side} {kind}' without its other half before it"
            else:
                inside = side == "BEGIN"
        if inside:
            yield f"{where}: '### BEGIN {allowed}' is never closed"
        elif is_solution(cell) and not regions(cell.source, SOLUTION):
            yield (
                f"{where}: an answer cell needs '### BEGIN SOLUTION' and '### END SOLUTION'; "
                "without them nbgrader replaces the whole cell, signature included"
            )


def _answers(cells: list[NotebookNode]) -> Iterator[str]:
    for index, cell in enumerate(cells):
        if is_answer(cell):
            above = cells[index - 1].source if index and cells[index - 1].cell_type == "markdown" else ""
            if HINT.findall(above) != ["1", "2"]:
                yield f"{label(cell, index)}: two folded hints, Hint 1 and Hint 2, must stand in a cell right above it"
            following = cells[index + 1] if index + 1 < len(cells) else None
            if following is None or grade_id(following) != f"{grade_id(cell)}_visible_1":
                yield f"{label(cell, index)}: a visible test, {grade_id(cell)}_visible_1, must stand right below it"
        if is_solution(cell) and not "".join(regions(cell.source, SOLUTION)).strip():
            yield f"{label(cell, index)}: the solution between the markers is empty"


def _tests(cells: list[NotebookNode]) -> Iterator[str]:
    for index, cell in enumerate(cells):
        match = is_test(cell) and TEST_ID.fullmatch(grade_id(cell))
        if not match:
            continue
        where, shown = label(cell, index), visible_part(cell.source)
        try:
            whole, part = ast.parse(cell.source), ast.parse(shown)
        except SyntaxError as error:
            yield f"{where}: not plain Python, or not without its hidden tests: {error.msg} (line {error.lineno})"
            continue
        if match["kind"] == "visible" and not assertion_lines(shown):
            yield f"{where}: the visible part asserts nothing; use assert or a function of gptutils.notebook.check"
        if match["kind"] == "hidden" and not regions(cell.source, HIDDEN):
            yield f"{where}: a hidden test needs '### BEGIN HIDDEN TESTS' and '### END HIDDEN TESTS'"
        if match["kind"] == "hidden" and part.body:
            yield f"{where}: the part outside the markers may only be comments; name it ..._visible_N otherwise"
        if not shown.strip():
            yield f"{where}: the student would see an empty cell; leave a comment outside the markers"
        hidden = hidden_lines(cell.source)
        if match["kind"] == "visible" and hidden:
            yield f"{where}: a visible test has no hidden part; put it into a hidden test of its own"
        if hidden and not hidden & set(assertion_lines(cell.source)):
            yield f"{where}: its hidden tests assert nothing; use assert or a function of gptutils.notebook.check"
        for body in (whole.body, part.body):
            if body and isinstance(body[-1], ast.Expr) and not is_check(body[-1].value):
                yield (
                    f"{where}: it ends in the expression {ast.unparse(body[-1])[:60]!r}, whose value nbgrader would "
                    "take as the score; end with assert, with a check, or with a statement"
                )
                break
        for node in ast.walk(whole):
            if isinstance(node, ast.Expr) and is_check(node.value) and node.value.func.attr == "unchanged":
                yield f"{where}: line {node.lineno} compares nothing; write `with check.unchanged(...):`"
        for node in ast.walk(whole):
            if isinstance(node, ast.Assert) and node.msg is None:
                yield (
                    f"{where}: line {node.lineno} asserts without a message; tell the student what is wrong "
                    "(feedback shows the message of a hidden test, never its code)"
                )
        for node in ast.walk(whole):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "nbgrader" for name in names):
                yield f"{where}: imports nbgrader, which students on Colab do not have"


def _order(cells: list[NotebookNode]) -> Iterator[str]:
    answers = [grade_id(cell) for cell in cells if is_solution(cell)]
    numbers = [int(match[1]) for match in map(ANSWER_ID.match, answers) if match]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the exercises must be numbered 1, 2, 3 and so on in their order; found {', '.join(answers)}"
    current = None
    counts: Counter[tuple[str, str]] = Counter()
    for index, cell in enumerate(cells):
        if is_solution(cell):
            current = grade_id(cell)
        match = is_test(cell) and TEST_ID.fullmatch(grade_id(cell))
        if not match:
            continue
        if match["answer"] != current:
            yield f"{label(cell, index)}: a test must follow its own answer cell; the answer above it is {current}"
            continue
        counts[current, match["kind"]] += 1
        if int(match["number"]) != counts[current, match["kind"]]:
            yield f"{label(cell, index)}: the {match['kind']} tests of an exercise are numbered 1, 2, 3 and so on"


def _points(cells: list[NotebookNode]) -> Iterator[str]:
    total = 0.0
    for index, cell in enumerate(cells):
        if is_grade(cell):
            points = float(cell.metadata.nbgrader.points)
            total += points
            if points <= 0:
                yield f"{label(cell, index)}: a graded cell needs points"
    if total != TOTAL_POINTS:
        yield f"the points add up to {total:g}, not {TOTAL_POINTS}"
