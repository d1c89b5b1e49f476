"""Every rule refuses the source that breaks it, and names the cell."""

import doctest
import importlib

import pytest

import sample_set as s
from gptutils.notebook import check
from grading import source_rules
from grading.source_rules import hidden_lines, problems, visible_part


def cell(notebook, grade_id):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def position(notebook, grade_id):
    return notebook.cells.index(cell(notebook, grade_id))


def edited(change):
    notebook = s.sample_set()
    change(notebook)
    return problems(notebook, "solutions/01_sample/exercises.ipynb")


def replace(grade_id, old, new):
    def change(notebook):
        target = cell(notebook, grade_id)
        assert old in target.source
        target.source = target.source.replace(old, new)

    return change


def hint(old, new):
    def change(notebook):
        above = notebook.cells[position(notebook, "ex1_double") - 1]
        assert old in above.source
        above.source = above.source.replace(old, new)

    return change


def metadata(cell_id, **values):
    return lambda notebook: cell(notebook, cell_id).metadata.nbgrader.update(values)


def source(grade_id, text):
    return lambda notebook: cell(notebook, grade_id).update(source=text)


def insert(index, new):
    return lambda notebook: notebook.cells.insert(index, new)


def drop(grade_id):
    return lambda notebook: notebook.cells.pop(position(notebook, grade_id))


def test_the_sample_keeps_all_rules():
    assert problems(s.sample_set(), "x") == []


V1, H1, H2 = "ex1_double_visible_1", "ex1_double_hidden_1", "ex1_double_hidden_2"
BROKEN = {
    "duplicate grade_id": (metadata(H2, grade_id=H1), H1, "stands on 2 cells"),
    "other kernel": (lambda n: n.metadata.kernelspec.update(name="ir"), "", "kernel must be python3"),
    "old metadata": (metadata(H1, schema_version=2), H1, "nbgrader refuses its metadata"),
    "answer without markers": (source("ex1_double", "def double(x): return 2 * x"), "ex1_double", "signature included"),
    "empty solution": (source("ex1_double", "### BEGIN SOLUTION\n### END SOLUTION"), "ex1_double", "is empty"),
    "no hints": (lambda n: n.cells.pop(position(n, "ex1_double") - 1), "ex1_double", "two folded hints"),
    "one hint": (hint("Hint 2", "Hint 1"), "ex1_double", "two folded hints"),
    "hint without blank line": (hint("question</summary>\n", "question</summary>"), "ex1_double", "two folded hints"),
    "never closed": (replace("ex1_double", "    ### END SOLUTION", ""), "ex1_double", "never closed"),
    "never opened": (replace("ex1_double", "    ### BEGIN SOLUTION\n", ""), "ex1_double", "without its other half"),
    "nested": (
        replace("ex1_double", "### BEGIN SOLUTION", "### BEGIN SOLUTION\n### BEGIN SOLUTION"),
        "ex1_double",
        "without its other half",
    ),
    "marker with words": (
        replace("ex1_double", "### BEGIN SOLUTION", "### BEGIN SOLUTION here"),
        "ex1_double",
        "and nothing else",
    ),
    "marker in prose": (insert(0, s.prose("Write between BEGIN SOLUTION and the end.")), "cell number 1", "prose"),
    "hidden marker in prose": (insert(0, s.prose("### END HIDDEN TESTS")), "cell number 1", "not even in prose"),
    "solution in a plain cell": (insert(2, s.code("### BEGIN SOLUTION\n### END SOLUTION")), "cell number 3", "may not"),
    "solution in a test": (source(V1, "### BEGIN SOLUTION\nassert 1, 'm'\n### END SOLUTION"), V1, "may not stand"),
    "hidden test in an answer": (
        replace("ex1_double", "    return result", "    ### BEGIN HIDDEN TESTS\n    return result"),
        "ex1_double",
        "may not stand",
    ),
    "mark scheme": (replace("ex3_why", "Because.", "### BEGIN MARK SCHEME"), "ex3_why", "may not stand"),
    "autotest": (source(V1, "### AUTOTEST double(2)\nassert double(2) == 4, 'm'"), V1, "AUTOTEST"),
    "too few points": (metadata(H1, points=2), "", "add up to 19, not 20"),
    "no points": (metadata(H1, points=0), H1, "needs points"),
    "bare expression": (source(V1, "assert double(2) == 4, 'm'\ndouble(2)"), V1, "ends in the expression 'double(2)'"),
    "expression in the hidden part": (
        source(H1, s.hidden("assert double(2) == 4, 'm'\nTrue")),
        H1,
        "ends in the expression 'True'",
    ),
    "expression left when the hidden part is gone": (
        source(V1, "assert double(2) == 4, 'm'\ndouble(2)\n" + s.hidden("assert double(3) == 6, 'm'")),
        V1,
        "ends in the expression 'double(2)'",
    ),
    "check.call as the last": (source(V1, "assert 1, 'm'\ncheck.call(double, 2)"), V1, "ends in the expression"),
    "check.unchanged without with": (
        source(V1, "check.unchanged('double', x=1)\nassert 1, 'm'"),
        V1,
        "line 1 compares nothing; write `with check.unchanged",
    ),
    "no assertion": (source(V1, "result = double(2)"), V1, "asserts nothing"),
    "only the hidden part asserts": (
        source(V1, "result = double(2)\n" + s.hidden("assert result == 4, 'm'")),
        V1,
        "visible part asserts nothing",
    ),
    "hidden part asserts nothing": (source(H1, s.hidden("double(2) == 4\nx = 1")), H1, "hidden tests assert nothing"),
    "assert without a message": (source(V1, "assert double(2) == 4"), V1, "line 1 asserts without a message"),
    "hidden test that is not hidden": (source(H1, "assert double(3) == 6, 'm'"), H1, "needs '### BEGIN HIDDEN TESTS'"),
    "hidden test with a visible part": (
        source(H1, "assert 1, 'm'\n" + s.hidden("assert double(3) == 6, 'm'")),
        H1,
        "may only be comments",
    ),
    "nothing to see": (
        source(H1, "### BEGIN HIDDEN TESTS\nassert double(3) == 6, 'm'\n### END HIDDEN TESTS"),
        H1,
        "empty cell",
    ),
    "syntax error": (source(V1, "assert double(2 == 4, 'm'"), V1, "not plain Python"),
    "syntax error once the hidden part is gone": (
        source(V1, "assert 1, 'm'\nif True:\n    ### BEGIN HIDDEN TESTS\n    assert 1, 'm'\n    ### END HIDDEN TESTS"),
        V1,
        "without its hidden tests",
    ),
    "imports nbgrader": (source(V1, "from nbgrader import utils\nassert double(2) == 4, 'm'"), V1, "imports nbgrader"),
    "no visible test": (drop(V1), "ex1_double", "must stand right below it"),
    "prose between answer and test": (insert(6, s.prose("Now the test:")), "ex1_double", "right below"),
    "test of another exercise": (
        metadata(H2, grade_id="ex2_total_hidden_2"),
        "ex2_total_hidden_2",
        "must follow its own",
    ),
    "gap in the numbers": (metadata(H2, grade_id="ex1_double_hidden_3"), "ex1_double_hidden_3", "numbered 1, 2, 3"),
    "exercise left out": (metadata("ex3_why", grade_id="ex4_why"), "", "must be numbered 1, 2, 3"),
    "bad answer id": (metadata("ex3_why", grade_id="why"), "cell why", "must look like ex2_count_pairs"),
    "bad test id": (metadata(H2, grade_id="ex1_double_tests"), "ex1_double_tests", "must look like"),
    "locked but not graded": (
        insert(2, s.graded(s.code("import os"), "setup", locked=True)),
        "cell setup",
        "lost for good",
    ),
    "graded answer cell": (metadata("ex1_double", grade=True, points=1), "ex1_double", "set grade to false"),
    "task": (
        insert(2, s.graded(s.prose("Do it."), "task", task=True, points=1, locked=True)),
        "cell task",
        "task cells are not used",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_refused(case):
    change, where, says = BROKEN[case]
    found = edited(change)
    fitting = [line for line in found if says in line and where in line]
    assert fitting, found
    assert all(line.startswith("solutions/01_sample/exercises.ipynb: ") for line in found)


def test_check_raises_with_every_problem():
    notebook = s.sample_set()
    metadata(H1, points=2)(notebook)
    source(V1, "x = 1")(notebook)
    with pytest.raises(source_rules.SourceError, match=r"(?s)asserts nothing.*add up to 19"):
        source_rules.check(notebook, "x")


@pytest.mark.parametrize(
    "name", [name for name in dir(check) if getattr(vars(check)[name], "__module__", "") == check.__name__]
)
def test_every_function_of_check_asserts_but_those_that_only_help(name):
    helps = name.startswith("_") or name in ("call", "Lookups", "NotAttempted")
    assert source_rules.assertion_lines(f"check.{name}(1, 2)") == ([] if helps else [1])


def test_visible_part():
    text = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc"
    assert visible_part(text) == "a\nc"
    assert hidden_lines(text) == {3}


@pytest.mark.parametrize("module", ["markers", "leaks", "limits"])
def test_examples_in_docstrings(module):
    result = doctest.testmod(importlib.import_module(f"grading.{module}"))
    assert result.attempted
    assert not result.failed
