"""Run the answer banks and write the book's pages on them: python -m grading.kill_matrix [SET ...]

The pages are book/guides/kill_matrix.md, which explains and sums up, and one a set in the folder of that name. What was
proven before of the same files is not run again. With --check nothing is written, and a stale page fails. With --show
it prints what each test said to each answer, hidden tests included.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from gptutils.files import atomic_write_text

from .course import ROOT, set_names
from .proof import Proof, Verdict
from .remembered import proofs
from .sets import BankError, Exercise, Test
from .source_rules import TOTAL_POINTS

OVERVIEW = Path("book/guides/kill_matrix.md")
CAUGHT, PASSED = "●", "·"
KNOWN_MISTAKE = "This looks like a known mistake"
LONGEST_MESSAGE = 240
NOTE = "<!-- Made by `make kill-matrix` from the answer bank; edits here are overwritten and a test notices them. -->"
COLUMNS = (
    "Test cells",
    "Wrong answers",
    "rejected",
    "seen by the student",
    "mistake named",
    "Right answers",
    "accepted",
)
COUNTS = re.compile(rf"^\| (\d+(?: \| \d+){{{len(COLUMNS) - 1}}}) \|$", re.MULTILINE)

INTRODUCTION = """\
# The kill matrix

{note}

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

The pages of the sets tell what hidden tests reject; neither they nor this one are in the student edition.

## How to read a set's page, and what to do with it

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


def set_path(name: str) -> Path:
    return OVERVIEW.with_suffix("") / f"{name}.md"


def counts(proof: Proof) -> list[int]:
    """A number for each of `COLUMNS`."""
    wrong = [v for v in proof.verdicts if v.answer.kind == "wrong"]
    correct = [v for v in proof.verdicts if v.answer.kind == "correct"]
    seen = [v.seen for v in wrong if v.seen is not None]
    return [
        sum(len(exercise.tests) for exercise in proof.set.exercises),
        len(wrong),
        sum(bool(v.lost) for v in wrong),
        len(seen),
        sum(KNOWN_MISTAKE in cell.message for cell in seen),
        len(correct),
        sum(not v.lost for v in correct),
    ]


def overview(pages: Mapping[str, str]) -> str:
    """The page that explains and sums up; its numbers are those on the pages of the sets (name -> text)."""
    rows = {name: [int(number) for number in COUNTS.search(text)[1].split(" | ")] for name, text in pages.items()}
    total = [sum(column) for column in zip(*rows.values(), strict=True)]
    _, wrong, rejected, seen, named, correct, accepted = total
    lines = [f"| Set | {' | '.join(COLUMNS)} |", f"| :-- | {' | '.join('--:' for _ in COLUMNS)} |"]
    lines += [f"| [{name}]({OVERVIEW.stem}/{name}.md) | {' | '.join(map(str, row))} |" for name, row in rows.items()]
    lines += [f"| all | {' | '.join(map(str, total))} |"]
    return INTRODUCTION.format(
        note=NOTE,
        headline=f"Of {wrong} wrong answers the tests reject {rejected}; "
        f"the student hears of {seen} of them while still "
        f"working, and of {named} by the name of the mistake. "
        f"Of {correct} right answers in another style {accepted} keep "
        "all their points.",
        points=TOTAL_POINTS,
        summary="\n".join(lines),
        caught=CAUGHT,
        passed=PASSED,
        example=next(iter(rows)),
    )


def set_page(proof: Proof) -> str:
    """A set's page; it depends on the set and its bank alone."""
    name = proof.set.name
    head = [
        f"# Kill matrix: {proof.set.title.removeprefix('Exercises: ')}",
        "",
        NOTE,
        "",
        f"What the tests of `{name}` make of each answer in its bank. "
        f"[How to read it](../{OVERVIEW.name}); "
        f"[the set as students get it](../../../assignments/{name}/exercises.ipynb).",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"| {' | '.join('--:' for _ in COLUMNS)} |",
        f"| {' | '.join(map(str, counts(proof)))} |",
        "",
    ]
    return "\n".join([*head, *(exercise_section(proof, exercise) for exercise in proof.set.exercises)])


def stale(wanted: Mapping[Path, str], root: Path = ROOT) -> list[Path]:
    """The pages that are not as wanted, and those of sets that are gone."""
    found = [path for path, text in wanted.items() if read(path, root) != text]
    there = sorted((root / set_path("*").parent).glob("*.md"))
    return found + [path.relative_to(root) for path in there if path.stem not in set_names(root)]


def read(page: Path, root: Path = ROOT) -> str:
    return (root / page).read_text(encoding="utf-8") if (root / page).exists() else ""


def exercise_section(proof: Proof, exercise: Exercise) -> str:
    title = f"## {exercise.title}\n"
    if exercise.is_manual:
        return f"{title}\nA person grades this answer: {points(exercise.points)}.\n"
    wrong, correct = proof.of(exercise, "wrong"), proof.of(exercise, "correct")
    wrong.sort(key=lambda verdict: verdict.seen is None)  # those that only hidden tests reject stand together below
    heads = [short(test) for test in exercise.tests]
    lines = [
        f"| Wrong answer | {' | '.join(heads)} | Points lost |",
        f"| :-- | {' | '.join(':-:' for _ in heads)} | --: |",
        f"| *points of the cell* "
        f"| {' | '.join(f'*{test.points:g}*' for test in exercise.tests)} | *{exercise.points:g}* |",
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
    parser.add_argument("sets", nargs="*", metavar="SET", help="these sets alone; all without it")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is stale")
    parser.add_argument("--show", action="store_true", help="print what each test said to each answer")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    root, known = arguments.root, set_names(arguments.root)
    names = arguments.sets or known
    if unknown := sorted(set(names) - set(known)):
        print(f"there is no set {unknown[0]}; the sets are {', '.join(known)}", file=sys.stderr)
        return 1
    try:
        proven = proofs(names, root)
    except BankError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.show:
        print("\n".join(map(show, proven)))
    if problems := [problem for proof in proven for problem in proof.problems()]:
        print("\n".join(problems), file=sys.stderr)
        return 1
    texts = {name: read(set_path(name), root) for name in known} | {p.set.name: set_page(p) for p in proven}
    wanted = {set_path(name): text for name, text in texts.items() if text}
    wanted[OVERVIEW] = overview({name: text for name, text in texts.items() if text})
    for page in stale(wanted, root):
        if arguments.check:
            print(f"{page} is stale; run: make kill-matrix", file=sys.stderr)
        elif page in wanted:
            (root / page).parent.mkdir(parents=True, exist_ok=True)
            atomic_write_text(root / page, wanted[page])
            print(f"{page} is written")
        else:
            (root / page).unlink()
            print(f"{page} is removed")
    return int(arguments.check and bool(stale(wanted, root)))


if __name__ == "__main__":
    sys.exit(main())
