"""Submissions that nbgrader by itself would grade wrongly, or not at all."""

import pytest
from nbgrader.preprocessors import Execute, OverwriteCells

import sample_set as s
from classroom import Classroom, add_source, answered, copied, make_course, without
from grading.source_rules import grade_id, is_solution

pytestmark = pytest.mark.slow

STUCK = "while True:\n    try:\n        while True:\n            x = 1\n    except:\n        x = 0"
STDERR = "import sys\ndef double(x):\n    print(1, file=sys.stderr)\n    return 2 * x"


@pytest.fixture(scope="module")
def rough_room(tmp_path_factory):
    """The sample set, and submissions that end the kernel, never end, or lack cells."""
    root = tmp_path_factory.mktemp("rough")
    make_course(root)
    source = s.sample_set()
    add_source(root, "sample", source)
    room = Classroom(root, timeout=3)
    room.do("generate_assignment", "sample")
    solutions = {grade_id(c): c.source for c in source.cells if is_solution(c)}
    full = answered(room.handed_out("sample"), solutions)
    ex1 = ("ex1_double", "ex1_double_visible_1", "ex1_double_hidden_1", "ex1_double_hidden_2")
    submissions = {
        "kernel_dies": answered(full, {"ex1_double": "import os\ndef double(x):\n    os._exit(1)"}),
        "endless": answered(full, {"ex1_double": "while True:\n    pass"}),
        "stuck": answered(full, {"ex1_double": STUCK}),
        "deleted_answer": without(full, "ex1_double"),
        "deleted_exercise": without(full, *ex1, "ex3_why"),
        "deleted_everything": s.notebook(s.code("x = 1")),
        "answer_elsewhere": without(full, "ex1_double", "ex1_double_visible_1"),
        "pasted_answer": copied(full, "ex1_double", "def double(x):\n    return 7"),
        "pasted_test": copied(full, "ex1_double_hidden_1"),
        "writes_to_stderr": answered(full, {"ex1_double": STDERR}),
    }
    submissions["answer_elsewhere"].cells.insert(4, s.code("def double(x):\n    return 2 * x"))
    room.logs = {}
    for student, notebook in submissions.items():
        room.submit(student, "sample", notebook)
        room.logs[student] = room.do("autograde", "sample", student)
    return room


LOSES_EXERCISE_1 = {f"ex1_double_{name}": 0 for name in ("visible_1", "hidden_1", "hidden_2")}
REST = {"ex2_total_visible_1": 4, "ex2_total_hidden_1": 4, "ex3_why": None}
ALL = {"ex1_double_visible_1": 3, "ex1_double_hidden_1": 3, "ex1_double_hidden_2": 2, **REST}
EXPECTED = {
    "kernel_dies": LOSES_EXERCISE_1 | REST,
    "endless": LOSES_EXERCISE_1 | REST,
    "stuck": LOSES_EXERCISE_1 | REST,
    "deleted_answer": LOSES_EXERCISE_1 | REST,
    "deleted_exercise": LOSES_EXERCISE_1 | REST | {"ex3_why": 0},
    "deleted_everything": dict.fromkeys(ALL, 0),
    "answer_elsewhere": ALL,
    "pasted_answer": ALL,
    "pasted_test": ALL,
    "writes_to_stderr": ALL,
}


@pytest.mark.parametrize("student", EXPECTED)
def test_rough_submissions_lose_what_they_should(rough_room, student):
    assert rough_room.scores("sample", student) == EXPECTED[student]


def test_rough_submissions_say_what_happened(rough_room):
    def error(student, name):
        return [o for o in rough_room.autograded("sample", student)[name].outputs if o.output_type == "error"][-1]

    assert "ended the Python process" in error("kernel_dies", "ex1_double_visible_1").evalue
    assert error("endless", "ex1_double").ename == "CellTimeoutError"
    assert error("stuck", "ex1_double").ename == "CellTimeoutError"
    assert "ex1_double_visible_1" in rough_room.logs["kernel_dies"]
    assert "ex1_double was missing" in rough_room.logs["deleted_answer"]
    assert "has changed" not in rough_room.logs["writes_to_stderr"]


def test_without_the_courses_steps_nbgrader_would_lose_them(rough_room):
    """The traps are real: nbgrader's own steps fail on a deleted exercise and on a dead kernel."""
    config = rough_room.api.config
    for student, steps, own in (
        ("deleted_exercise", "sanitize_preprocessors", OverwriteCells),
        ("kernel_dies", "autograde_preprocessors", Execute),
    ):
        plain = Classroom(rough_room.root, timeout=3)
        names = [own if issubclass(step, own) else step for step in config.Autograde[steps]]
        plain.api.config.Autograde[steps] = names
        assert not plain.api.autograde("sample", student)["success"]


def test_a_file_that_is_no_notebook_is_named_and_counts_nothing(rough_room):
    path = rough_room.root / "grading" / "submitted" / "no_notebook" / "sample" / "exercises.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("<html>")
    result = rough_room.api.autograde("sample", "no_notebook")
    assert not result["success"]
    assert "There was an error processing assignment 'sample' for student 'no_notebook'" in result["log"]
    assert rough_room.score("sample", "no_notebook") == 0
