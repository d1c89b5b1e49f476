"""Run every answer bank and write the book's page on it, book/guides/kill_matrix.md: python -m grading.kill_matrix

With --check nothing is written, and a stale page fails. With --show 01_tokenizer it prints what each test of that set
said to each answer, hidden tests included.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import astuple, dataclass
from pathlib import Path

from gptutils.files import atomic_write_text

from .course import ROOT, set_names
from .proof import Proof, Verdict, prove
from .sets import BankError, Exercise, ExerciseSet, Test
from .source_rules import TOTAL_POINTS

PAGE = ROOT / "book" / "guides" / "kill_matrix.md"
CAUGHT, PASSED = "●", "·"
KNOWN_MISTAKE = "This looks like a known mistake"
LONGEST_MESSAGE = 240

INTRODUCTION = """\
# The kill matrix

<!-- Made by `make kill-matrix` from the answer bank; edits here are overwritten and a test notices them. -->

**{headline}**

A test that passes on the right answer proves little: a test that checks nothing passes, too. So every graded exercise
of this course has an *answer bank*: wrong answers of the kind that students really write, and right ones in another
style than ours. Each of them is put into a submission that is otherwise perfect, and graded with all tests, the hidden
ones included. The course's own tests fail unless

- our reference gets all {points} points, and the notebook as it is handed out gets none;
- every wrong answer loses points in its own exercise, and nowhere else;
- every right answer keeps all its points;
- every visible test gives the same verdict in a student's hands, where nbgrader is not installed, as in the grading;
- in every test cell assertions really run.

{summary}

## How to read it, and what to do with it

One table an exercise, one row a wrong answer, one column a graded test cell: **V** cells are visible, the student runs
them while working; **H** cells hold hidden tests, which run when you grade. {caught} means that the cell rejects the
answer and its points are lost, {passed} that it accepts it. Below a table stands what the student reads at once.

As an instructor you learn from it

- **which mistakes students find by themselves**: rows with a {caught} under a V. The others show only in the grade;
  these are the ones worth a word in class, and about which you will be asked;
- **what a mistake costs**: the last column;
- **that a grade can be defended**: full points mean that none of these mistakes is in the answer.

When a student's wrong answer slips through, or a right one is rejected, add it to its file in `grading/bank/`, run
`make kill-matrix`, and mend the test until the row is as it should be. `python -m grading.kill_matrix --show {example}`
prints what every test, hidden ones too, said to every answer.
"""


def page(proofs: list[Proof]) -> str:
    """The whole page; it depends on the sets and their banks alone."""
    introduction = INTRODUCTION.format(
        headline=headline(proofs),
        points=TOTAL_POINTS,
        summary=summary(proofs),
        caught=CAUGHT,
        passed=PASSED,
        example=proofs[0].set.name if proofs else "SET",
    )
    return "\n".join([introduction, *map(section, proofs)])


@dataclass(frozen=True)
class Counts:
    """What the summary says of one set, or of all together."""

    cells: int
    wrong: int
    rejected: int
    seen: int
    named: int
    correct: int
    accepted: int

    @classmethod
    def of(cls, proof: Proof) -> Counts:
        wrong = [v for v in proof.verdicts if v.answer.kind == "wrong"]
        correct = [v for v in proof.verdicts if v.answer.kind == "correct"]
        seen = [v.seen for v in wrong if v.seen is not None]
        return cls(
            cells=sum(len(exercise.tests) for exercise in proof.set.exercises),
            wrong=len(wrong),
            rejected=sum(bool(v.lost) for v in wrong),
            seen=len(seen),
            named=sum(KNOWN_MISTAKE in cell.message for cell in seen),
            correct=len(correct),
            accepted=sum(not v.lost for v in correct),
        )


def headline(proofs: list[Proof]) -> str:
    counts = [Counts.of(proof) for proof in proofs]
    total = Counts(*(sum(column) for column in zip(*map(astuple, counts), strict=True))) if counts else Counts(*[0] * 7)
    return (
        f"Of {total.wrong} wrong answers the tests reject {total.rejected}; the student hears of {total.seen} of them "
        f"while still working, and of {total.named} by the name of the mistake. "
        f"Of {total.correct} right answers in another style {total.accepted} keep all their points."
    )


def summary(proofs: list[Proof]) -> str:
    lines = [
        "| Set | Test cells | Wrong answers | rejected | seen by the student | mistake named | Right answers | accepted |",
        "| :-- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for proof in proofs:
        name = f"[{proof.set.name}](#{anchor(proof.set.name)})"
        lines.append(f"| {name} | {' | '.join(map(str, astuple(Counts.of(proof))))} |")
    return "\n".join(lines)


def anchor(name: str) -> str:
    return f"kill-matrix-{name.replace('_', '-')}"


def section(proof: Proof) -> str:
    name = proof.set.name
    link = f"[The set as students get it](../../assignments/{name}/exercises.ipynb)."
    head = f"({anchor(name)})=\n## {proof.set.title}\n\n{link}\n"
    return "\n".join([head, *(exercise_section(proof, exercise) for exercise in proof.set.exercises)])


def exercise_section(proof: Proof, exercise: Exercise) -> str:
    title = f"### {exercise.title}\n"
    if exercise.is_manual:
        return f"{title}\nA person grades this answer: {points(exercise.points)}.\n"
    wrong, correct = proof.of(exercise, "wrong"), proof.of(exercise, "correct")
    wrong.sort(key=lambda verdict: verdict.seen is None)  # those that only hidden tests reject stand together below
    heads = [short(test) for test in exercise.tests]
    lines = [
        f"| Wrong answer | {' | '.join(heads)} | Points lost |",
        f"| :-- | {' | '.join(':-:' for _ in heads)} | --: |",
        f"| *points of the cell* | {' | '.join(f'*{test.points:g}*' for test in exercise.tests)} | *{exercise.points:g}* |",
    ]
    for verdict in wrong:
        caught = verdict.caught_by()
        marks = " | ".join(CAUGHT if test in caught else PASSED for test in exercise.tests)
        lines.append(f"| {cell_text(verdict.answer.description)} | {marks} | {verdict.lost:g} |")
    accepted = "; ".join(verdict.answer.description for verdict in correct if not verdict.lost)
    return "\n".join([title, *lines, "", f"**Accepted with full points:** {accepted}.", "", read_by_student(wrong)])


def read_by_student(wrong: list[Verdict]) -> str:
    entries = []
    for verdict in wrong:
        if verdict.seen is None:
            said = "nothing: only hidden tests reject it"
        else:
            test = next(test for test in verdict.exercise.tests if test.grade_id == verdict.seen.grade_id)
            said = f"{short(test)}: {code(verdict.seen.message)}"
        entries.append(f"- **{verdict.answer.description}** \\\n  {said}")
    return "\n".join([":::{dropdown} What the student reads", *entries, ":::", ""])


def short(test: Test) -> str:
    return f"{test.kind[0].upper()}{test.number}"


def points(number: float) -> str:
    return f"{number:g} point{'' if number == 1 else 's'}"


def cell_text(text: str) -> str:
    return text.replace("|", "\\|")


def code(message: str) -> str:
    """A message as inline code on one line: shortened in the middle, nothing in it that differs between machines."""
    text = re.sub(r"0x[0-9a-f]{6,}", "0x...", " ".join(message.split()))
    text = re.sub(r"-?\d+\.\d{6,}(e[+-]?\d+)?", lambda number: f"{float(number[0]):.5g}", text)
    if len(text) > LONGEST_MESSAGE:
        half = LONGEST_MESSAGE // 2 - 3
        text = f"{text[:half]} ... {text[-half:]}"
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def show(proof: Proof) -> str:
    """Everything that every test said, for the instructor's eyes."""
    lines = []
    for verdict in proof.verdicts:
        answer = verdict.answer
        lines.append(f"{answer.exercise}/{answer.name}: {answer.description}")
        for test in verdict.exercise.tests:
            cell = verdict.graded.cells[test.grade_id]
            mark = PASSED if cell.score == test.points else CAUGHT
            lines.append(
                f"  {mark} {test.grade_id} ({cell.score:g} of {test.points:g}) {' '.join(cell.message.split())}"
            )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is stale")
    parser.add_argument("--show", metavar="SET", help="print what each test said to each answer of a set")
    parser.add_argument("--page", type=Path, default=PAGE, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    names = [arguments.show] if arguments.show else set_names()
    if unknown := set(names) - set(set_names()):
        print(f"there is no set {unknown.pop()}; the sets are {', '.join(set_names())}", file=sys.stderr)
        return 1
    try:
        proofs = [prove(ExerciseSet(name)) for name in names]
    except BankError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.show:
        print(show(proofs[0]))
    problems = [problem for proof in proofs for problem in proof.problems()]
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    if arguments.show:
        return 0
    new = page(proofs)
    old = arguments.page.read_text(encoding="utf-8") if arguments.page.exists() else ""
    if arguments.check and new != old:
        print("book/guides/kill_matrix.md is stale; run: make kill-matrix", file=sys.stderr)
        return 1
    if new != old:
        atomic_write_text(arguments.page, new)
        print(f"{arguments.page} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
