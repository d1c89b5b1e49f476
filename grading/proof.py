"""Runs a set's reference, release and answer bank, and says where the tests do not do their work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .markers import hidden_lines
from .runner import TIMEOUT, CellScore, Job, Run, Runner, preload_for
from .sets import Answer, Exercise, ExerciseSet, Test
from .source_rules import TOTAL_POINTS, grade_id, is_test


@dataclass(frozen=True)
class Verdict:
    """What the graders made of one answer of the bank, in an otherwise perfect submission."""

    answer: Answer
    exercise: Exercise
    graded: Run  # as nbgrader runs it; a visible test has no hidden part, so it says the same in the student's hands

    def caught_by(self) -> list[Test]:
        """The test cells that give less than full points."""
        return [test for test in self.exercise.tests if self.graded.cells[test.grade_id].score != test.points]

    @property
    def lost(self) -> float:
        return sum(test.points - (self.graded.cells[test.grade_id].score or 0) for test in self.caught_by())

    @property
    def seen(self) -> CellScore | None:
        """The first visible test that fails, in the student's own hands as in the grading."""
        tests = [self.graded.cells[test.grade_id] for test in self.exercise.tests if test.kind == "visible"]
        return next((cell for cell in tests if cell.score != cell.points), None)


@dataclass(frozen=True)
class Proof:
    """All runs of one set."""

    set: ExerciseSet
    reference: Run
    release: Run
    verdicts: tuple[Verdict, ...]
    handed_out_reference: Run
    handed_out_release: Run

    @classmethod
    def from_runs(cls, exercises: ExerciseSet, runs: Sequence[Run]) -> Proof:
        """Put together from the runs of `prove`, in its order."""
        reference, release, handed_out_reference, handed_out_release, *graded = runs
        by_id = {exercise.grade_id: exercise for exercise in exercises.exercises}
        verdicts = tuple(
            Verdict(answer, by_id[answer.exercise], run) for answer, run in zip(exercises.bank, graded, strict=True)
        )
        return cls(exercises, reference, release, verdicts, handed_out_reference, handed_out_release)

    @property
    def runs(self) -> list[Run]:
        """All runs, in the order that `from_runs` expects."""
        first = [self.reference, self.release, self.handed_out_reference, self.handed_out_release]
        return first + [verdict.graded for verdict in self.verdicts]

    def of(self, exercise: Exercise, kind: str) -> list[Verdict]:
        return [v for v in self.verdicts if v.exercise == exercise and v.answer.kind == kind]

    def problems(self) -> list[str]:
        """Every way in which the tests of this set fail to grade; empty when they can be trusted."""
        checks = (self._reference(), self._release(), self._assertions(), self._bank(), self._students())
        return [f"{self.set.name}: {problem}" for check in checks for problem in check]

    def _reference(self) -> Iterator[str]:
        for name, cell in self.reference.cells.items():
            if cell.score is not None and cell.score != cell.points:
                yield f"the reference gets {cell.score:g} of {cell.points:g} in {name}: {cell.message}"
        if (total := self.reference.score + self.set.manual_points) != TOTAL_POINTS:
            yield f"the reference gets {total:g} of {TOTAL_POINTS} points"

    def _release(self) -> Iterator[str]:
        for name, cell in self.release.cells.items():
            if cell.score != 0:
                yield f"the untouched release gets {cell.score} of {cell.points:g} in {name}"

    def _assertions(self) -> Iterator[str]:
        for cell in filter(is_test, self.set.source.cells):
            ran, hidden = set(self.reference.asserted.get(grade_id(cell), ())), hidden_lines(cell.source)
            if hidden and not ran & hidden:
                yield f"the reference runs no assertion of the hidden part of {grade_id(cell)}"
            if "_visible_" in grade_id(cell) and not ran - hidden:
                yield f"the reference runs no assertion of the visible part of {grade_id(cell)}"

    def _bank(self) -> Iterator[str]:
        for verdict in self.verdicts:
            answer, own = verdict.answer, {test.grade_id for test in verdict.exercise.tests}
            where = f"{answer.exercise}/{answer.name} ({answer.description})"
            if answer.kind == "wrong" and not verdict.lost:
                yield f"{where} keeps all points: no test catches it"
            for name, cell in verdict.graded.cells.items():
                if cell.score != self.reference.cells[name].score:
                    if answer.kind == "correct":
                        yield f"{where} is correct but loses points in {name}: {cell.message}"
                    elif name not in own:
                        yield f"{where} also loses points in {name}, which is not its exercise: {cell.message}"

    def _students(self) -> Iterator[str]:
        """In the student's hands, without nbgrader and hidden tests, a visible test says what it says in the
        grading."""
        pairs = [("the reference", self.handed_out_reference, self.reference)]
        pairs += [("the untouched release", self.handed_out_release, self.release)]
        tests = [test for exercise in self.set.exercises for test in exercise.tests if test.kind == "visible"]
        for who, handed_out, graded in pairs:
            for test in tests:
                here, there = handed_out.cells[test.grade_id], graded.cells[test.grade_id]
                if here.score != there.score:
                    yield (
                        f"{who}: {test.grade_id} gives {here.score:g} without nbgrader and {there.score:g} with it: "
                        f"{here.message or there.message}"
                    )


def prove(exercises: ExerciseSet, timeout: float = TIMEOUT, processes: int | None = None) -> Proof:
    """Run everything that there is to run of a set, ``processes`` notebooks at a time; ``timeout`` in seconds for a
    cell."""
    without = ("nbgrader",)
    jobs = [Job(exercises.graded(), count=True), Job(exercises.graded(base="release"))]
    jobs += [Job(exercises.released(base="reference"), blocked=without), Job(exercises.released(), blocked=without)]
    with Runner(processes, timeout, preload_for(exercises.source)) as runner:
        groups = companies(exercises)
        together = [Job(exercises.graded({answer.exercise: answer.source for answer in group})) for group in groups]
        first, runs = runner.run(jobs + together), {}
        reference = first[0]
        for group, run in zip(groups, first[len(jobs) :], strict=True):
            if (cells := _apart(exercises, group, run, reference)) is not None:
                runs.update(cells)
        rest = [answer for answer in exercises.bank if _key(answer) not in runs]
        alone = runner.run([Job(exercises.graded({answer.exercise: answer.source})) for answer in rest])
        runs.update(zip(map(_key, rest), alone, strict=True))
    return Proof.from_runs(exercises, [*first[: len(jobs)], *(runs[_key(answer)] for answer in exercises.bank)])


def companies(exercises: ExerciseSet) -> list[list[Answer]]:
    """Answers that are run in one notebook, each to another exercise: running every answer alone takes three times as
    long.

    Right answers keep company with right ones. Of every three exercises one at least is left to the reference among
    wrong ones, a different one in each notebook: it shows whether a wrong answer disturbs more than its own tests.
    """
    groups = []
    for kind in ("correct", "wrong"):
        left = [
            [a for a in exercises.bank if a.exercise == exercise.grade_id and a.kind == kind]
            for exercise in exercises.exercises
        ]
        turn = 0
        while any(left):
            taking = [a for i, a in enumerate(left) if a and (kind == "correct" or (i + turn) % 3)]
            groups += [[answers.pop(0) for answers in taking]] if taking else []
            turn += 1
    return groups


def _apart(exercises: ExerciseSet, group: list[Answer], run: Run, reference: Run) -> dict[tuple, Run] | None:
    """What each answer of a notebook gave by itself; None where one may have disturbed another: run them alone then."""
    tests = {exercise.grade_id: [test.grade_id for test in exercise.tests] for exercise in exercises.exercises}
    theirs = {name for answer in group if answer.kind == "wrong" for name in tests[answer.exercise]}
    if any(run.cells[name].score != cell.score for name, cell in reference.cells.items() if name not in theirs):
        return None
    own = [{name: run.cells[name] for name in tests[answer.exercise]} for answer in group]
    return {_key(answer): Run(reference.cells | cells, {}) for answer, cells in zip(group, own, strict=True)}


def _key(answer: Answer) -> tuple[str, str, str]:
    return answer.exercise, answer.kind, answer.name
