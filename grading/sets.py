"""An exercise set and its answer bank, and the notebooks that can be put together from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.utils import is_grade, is_solution

from .answers import Answer, BankError, read_answers
from .course import ROOT, nbgrader_config, source_path
from .markers import visible_part, without_markers
from .source_rules import TEST_ID, grade_id, is_answer, is_manual, is_test

MIN_WRONG, MIN_CORRECT = 3, 2


@dataclass(frozen=True)
class Test:
    """A graded test cell."""

    grade_id: str
    kind: str  # "visible" or "hidden"
    number: int
    points: float


@dataclass(frozen=True)
class Exercise:
    """An answer cell and the tests that grade it; a manually graded question has no tests."""

    grade_id: str
    title: str
    points: float
    tests: tuple[Test, ...]

    @property
    def is_manual(self) -> bool:
        return not self.tests


class ExerciseSet:
    """One set: its source, the exercises in it, and variants of it to run."""

    def __init__(
        self, name: str, source: NotebookNode | None = None, bank: Path | None = None, root: Path = ROOT
    ) -> None:
        self.name = name
        self.bank_folder = bank or root / "grading" / "bank" / name
        self.source = source or nbformat.read(source_path(name, root), as_version=4)

    @property
    def title(self) -> str:
        """The notebook's own title."""
        texts = (cell.source for cell in self.source.cells if cell.cell_type == "markdown")
        return next((match[1].strip() for text in texts if (match := re.search(r"^# +(.+)$", text, re.M))), self.name)

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        found, heading = [], ""
        tests = {}
        for cell in self.source.cells:
            if match := is_test(cell) and TEST_ID.fullmatch(grade_id(cell)):
                test = Test(
                    grade_id(cell),
                    match["kind"],
                    int(match["number"]),
                    float(cell.metadata.nbgrader.points),
                )
                tests.setdefault(match["answer"], []).append(test)
        for cell in self.source.cells:
            if cell.cell_type == "markdown":
                headings = re.findall(r"^#+ +(.+)$", cell.source.split("### BEGIN SOLUTION")[0], re.MULTILINE)
                heading = headings[-1].strip() if headings else heading
            if is_solution(cell):
                own = tuple(tests.get(grade_id(cell), ()))
                points = sum(test.points for test in own) or float(cell.metadata.nbgrader.get("points", 0))
                found.append(Exercise(grade_id(cell), heading, points, own))
        return tuple(found)

    @cached_property
    def _graded(self) -> NotebookNode:
        """As nbgrader keeps the set in its gradebook: solutions taken out, hidden tests in, checksums computed."""
        return self._converted("LockCells", "ClearSolutions", "ClearOutput", "ComputeChecksums")

    def _converted(self, *steps: str) -> NotebookNode:
        config = nbgrader_config()
        notebook, resources = deepcopy(self.source), {}
        for step in steps:
            notebook, resources = getattr(preprocessors, step)(config=config)(notebook, resources)
        return notebook

    def graded(self, answers: Mapping[str, str] | None = None, base: str = "reference") -> NotebookNode:
        """What nbgrader executes to grade a submission: its answers, all tests.

        Parameters
        ----------
        answers : answer cell's grade_id -> its content, in place of the base's.
        base : "reference" (every exercise solved) or "release" (none).
        """
        return self._answered(deepcopy(self._graded), answers, base)

    def released(self, answers: Mapping[str, str] | None = None, base: str = "release") -> NotebookNode:
        """What a student has in hand: their answers, the visible parts of the tests."""
        notebook = deepcopy(self._graded)
        for cell in notebook.cells:
            if is_test(cell):
                cell.source = visible_part(cell.source)
        return self._answered(notebook, answers, base)

    def _answered(self, notebook: NotebookNode, answers: Mapping[str, str] | None, base: str) -> NotebookNode:
        known = {exercise.grade_id for exercise in self.exercises}
        if unknown := set(answers or {}) - known:
            raise BankError(f"{self.name} has no exercise {', '.join(sorted(unknown))}; it has {sorted(known)}")
        reference = {grade_id(cell): cell.source for cell in self.source.cells if is_solution(cell)}
        texts = {**(reference if base == "reference" else {}), **(answers or {})}
        for cell in notebook.cells:
            if is_solution(cell) and grade_id(cell) in texts:
                cell.source = texts[grade_id(cell)]
        return notebook

    @cached_property
    def bank(self) -> tuple[Answer, ...]:
        """The bank's answers, in the order of the exercises; raises a BankError that says what is wrong with it."""
        coded = [exercise.grade_id for exercise in self.exercises if not exercise.is_manual]
        names = sorted(path.stem for path in self.bank_folder.glob("*") if path.name != "__pycache__")
        if unknown := [name for name in names if name not in coded]:
            raise BankError(f"{self.bank_folder}: {', '.join(unknown)} belongs to no exercise; they are {coded}")
        answers = []
        for exercise in coded:
            path = self.bank_folder / f"{exercise}.py"
            own = read_answers(path, exercise, self._reference[exercise]) if path.exists() else []
            for kind, least in (("wrong", MIN_WRONG), ("correct", MIN_CORRECT)):
                of_kind = [answer for answer in own if answer.kind == kind]
                if len(of_kind) < least:
                    raise BankError(f"{path}: {len(of_kind)} {kind} answers, at least {least} needed")
                if len({answer.description for answer in of_kind}) < len(of_kind):
                    raise BankError(f"{path}: two {kind} answers have the same description")
            answers += own
        return tuple(answers)

    @property
    def _reference(self) -> dict[str, str]:
        """Answer cell's grade_id -> the course's own answer, without the markers around it."""
        return {grade_id(c): without_markers(c.source) for c in self.source.cells if is_answer(c)}

    @property
    def points(self) -> dict[str, float]:
        """The points of every graded cell."""
        return {grade_id(c): float(c.metadata.nbgrader.points) for c in self.source.cells if is_grade(c)}

    @property
    def manual_points(self) -> float:
        return sum(float(c.metadata.nbgrader.points) for c in self.source.cells if is_manual(c) and is_grade(c))

    @property
    def answer_ids(self) -> list[str]:
        return [grade_id(cell) for cell in self.source.cells if is_answer(cell)]
