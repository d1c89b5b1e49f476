"""A small class goes through the real nbgrader: hand out, collect, autograde, grade by hand, feedback, grades."""

import csv
import html
import re

import pytest
from nbgrader.plugins import CsvExportPlugin

from classroom import Classroom, add_source, answered, from_colab, make_course, without
from grading import course, leaks
from grading.runner import Runner, preload_for
from grading.sets import ExerciseSet
from grading.source_rules import grade_id, is_answer, is_solution

pytestmark = pytest.mark.slow

NAME = course.set_names()[0]
REAL = ExerciseSet(NAME)
CODED = [exercise for exercise in REAL.exercises if not exercise.is_manual]
MANUAL = [exercise for exercise in REAL.exercises if exercise.is_manual]
REFERENCE = {grade_id(c): c.source for c in REAL.source.cells if is_solution(c)}
ONLY_CODE = {grade_id(c): c.source for c in REAL.source.cells if is_answer(c)}
HALF = {exercise.grade_id: REFERENCE[exercise.grade_id] for exercise in CODED[: len(CODED) // 2]}
WRONG = [next(a for a in REAL.bank if a.exercise == e.grade_id and a.kind == "wrong") for e in CODED[:3]]
VISIBLE, HIDDEN = (
    next(test.grade_id for test in CODED[0].tests if test.kind == kind) for kind in ("visible", "hidden")
)
COMMENT = "Clear and complete; see you on Monday."


def edited_test(notebook):
    return answered(notebook, {VISIBLE: "pass  # no test, no failure"})


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """The class, autograded."""
    root = tmp_path_factory.mktemp("course")
    make_course(root)
    add_source(root, NAME, REAL.source)
    room = Classroom(root, timeout=60)
    room.do("generate_assignment", NAME)
    release = room.handed_out(NAME)
    full = answered(release, REFERENCE)
    submissions = {
        "reference": full,
        "untouched": release,
        "half": answered(release, HALF),
        "colab": from_colab(full),
        "deleted_tests": without(full, VISIBLE, HIDDEN),
        "edited_test": edited_test(answered(release, {k: v for k, v in REFERENCE.items() if k != CODED[0].grade_id})),
        **{f"wrong_{n}": answered(full, {answer.exercise: answer.source}) for n, answer in enumerate(WRONG)},
    }
    for student, notebook in submissions.items():
        room.submit(student, NAME, notebook)
        room.do("autograde", NAME, student)
    room.submissions = submissions
    return room


def auto_points(exercises):
    return sum(exercise.points for exercise in exercises if not exercise.is_manual)


def test_the_release_is_the_committed_one(room):
    assert course.release_path(NAME, room.root).read_bytes() == course.release_path(NAME).read_bytes()


def test_reference_before_the_manual_grade(room):
    assert room.score(NAME, "reference") == auto_points(CODED)
    assert {name for name, score in room.scores(NAME, "reference").items() if score is None} == {
        exercise.grade_id for exercise in MANUAL
    }


def test_untouched_release_scores_nothing_and_needs_no_person(room):
    assert set(room.scores(NAME, "untouched").values()) == {0}
    with room.gradebook() as gradebook:
        submission = gradebook.find_submission(NAME, "untouched")
        assert submission.score == 0
        assert submission.max_score == 20
        assert not submission.needs_manual_grade


def test_half_solved_scores_its_half(room):
    solved = [exercise for exercise in CODED if exercise.grade_id in HALF]
    assert 0 < auto_points(solved) < auto_points(CODED)
    assert room.score(NAME, "half") == auto_points(solved)


@pytest.mark.parametrize("student", ["colab", "deleted_tests"])
def test_full_points_all_the_same(room, student):
    assert room.scores(NAME, student) == room.scores(NAME, "reference")


def test_deleted_tests_are_back(room):
    cells = room.autograded(NAME, "deleted_tests")
    for name in (VISIBLE, HIDDEN):
        assert "was missing from the submission" in cells[name].source
        original = next(c for c in REAL.source.cells if grade_id(c) == name)
        assert original.source in cells[name].source
    order = [name for name in cells if name.startswith(CODED[0].grade_id)]
    assert order == [CODED[0].grade_id, *(test.grade_id for test in CODED[0].tests)]


def test_edited_test_does_not_help(room):
    scores = room.scores(NAME, "edited_test")
    assert scores[VISIBLE] == 0
    assert room.score(NAME, "edited_test") == auto_points(CODED[1:])
    assert "no test, no failure" not in room.autograded(NAME, "edited_test")[VISIBLE].source


def test_the_fast_runner_agrees_cell_by_cell(room):
    """What the answer bank proves with `Runner` holds for nbgrader."""
    jobs = {
        "reference": REAL.graded(),
        "untouched": REAL.graded(base="release"),
        "half": REAL.graded(HALF, base="release"),
        **{f"wrong_{n}": REAL.graded({answer.exercise: answer.source}) for n, answer in enumerate(WRONG)},
    }
    with Runner(preload=preload_for(REAL.source)) as runner:
        runs = dict(zip(jobs, runner.run(jobs.values()), strict=True))
    for student, run in runs.items():
        assert {name: cell.score for name, cell in run.cells.items()} == room.scores(NAME, student), student
        messages = {}
        for name, cell in room.autograded(NAME, student).items():
            errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
            messages[name] = errors[-1].evalue or errors[-1].ename if errors else ""
        assert {name: cell.message for name, cell in run.cells.items()} == {name: messages[name] for name in run.cells}
    assert all(runs[f"wrong_{n}"].score < runs["reference"].score for n in range(len(WRONG)))


# -- Grading by hand, feedback, grades: these follow each other --------------------------------------------------------


@pytest.fixture(scope="module")
def graded_room(room):
    """The manual question graded as Formgrader does it (its handlers set the same fields), and feedback made."""
    with room.gradebook() as gradebook:
        for student in room.submissions:
            for exercise in MANUAL:
                grade = gradebook.find_grade(exercise.grade_id, "exercises", NAME, student)
                if grade.needs_manual_grade:
                    grade.manual_score = exercise.points
                    grade.needs_manual_grade = False
                    comment = gradebook.find_comment(exercise.grade_id, "exercises", NAME, student)
                    comment.manual_comment = COMMENT
        gradebook.db.commit()
    for student in ("reference", "untouched", "half", "wrong_0"):
        room.do("generate_feedback", NAME, student)
    return room


def test_reference_scores_20_of_20(graded_room):
    with graded_room.gradebook() as gradebook:
        submission = gradebook.find_submission(NAME, "reference")
        assert (submission.score, submission.max_score) == (20, 20)
        assert not submission.needs_manual_grade


def test_autograding_again_keeps_the_manual_grade(graded_room):
    graded_room.do("autograde", NAME, "reference")
    assert graded_room.score(NAME, "reference") == 20


def feedback(room, student):
    page = (room.root / "grading" / "feedback" / student / NAME / "exercises.html").read_text(encoding="utf-8")
    body = page[page.index("<body") :]
    return html.unescape(re.sub(r"<[^>]+>", "", body))


def test_feedback_holds_scores_comment_and_messages(graded_room):
    assert "(Score: 20.0 / 20.0)" in feedback(graded_room, "reference")
    assert COMMENT in feedback(graded_room, "reference")
    assert "No response." in feedback(graded_room, "untouched")
    assert "not written yet" in feedback(graded_room, "untouched")
    said = feedback(graded_room, "wrong_0")
    cells = graded_room.autograded(NAME, "wrong_0")
    messages = [o.evalue for c in cells.values() for o in c.get("outputs", []) if o.output_type == "error"]
    assert messages
    for message in messages:
        assert message.splitlines()[0] in said


@pytest.mark.parametrize("student", ["untouched", "half", "wrong_0"])
def test_feedback_shows_no_hidden_test(graded_room, student):
    said = feedback(graded_room, student)
    assert "# (hidden tests)" in said
    assert "HIDDEN TESTS" not in said
    own = "\n".join(cell.source for cell in graded_room.submissions[student].cells)
    secrets = [secret for secret in leaks.secrets(REAL.source, NAME) if not leaks.leaks(own, [secret])]
    assert secrets
    assert leaks.leaks(said, secrets) == []


def test_grades_as_csv(graded_room):
    path = graded_room.root / "grading" / "grades.csv"
    plugin = CsvExportPlugin()
    plugin.to = str(path)
    with graded_room.gradebook() as gradebook:
        plugin.export(gradebook)
    with path.open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(graded_room.submissions)
    for student, row in rows.items():
        assert row["assignment"] == NAME
        assert float(row["max_score"]) == 20
        assert float(row["score"]) == graded_room.score(NAME, student)
    assert float(rows["reference"]["score"]) == float(rows["colab"]["score"]) == 20
    assert float(rows["untouched"]["score"]) == 0
