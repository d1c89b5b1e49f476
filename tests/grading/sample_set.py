"""A small, complete exercise set for the tests of the grading machinery, and notebooks as students send them."""

from __future__ import annotations

from copy import deepcopy

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}


def prose(text: str) -> NotebookNode:
    return new_markdown_cell(text)


def code(text: str, **metadata) -> NotebookNode:
    return new_code_cell(text, metadata=metadata)


def graded(cell: NotebookNode, grade_id: str, **settings) -> NotebookNode:
    settings = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3} | settings
    cell.metadata.nbgrader = NotebookNode(grade_id=grade_id, **settings)
    return cell


def answer(grade_id: str, source: str) -> NotebookNode:
    return graded(new_code_cell(source), grade_id, solution=True)


def test(grade_id: str, source: str, points: float) -> NotebookNode:
    return graded(new_code_cell(source), grade_id, grade=True, locked=True, points=points)


test.__test__ = False  # pytest: this is not a test


def manual(grade_id: str, source: str, points: float) -> NotebookNode:
    return graded(new_markdown_cell(source), grade_id, grade=True, solution=True, points=points)


def hidden(source: str) -> str:
    return f"# More tests run when the set is graded.\n### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS"


DOUBLE = '''\
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    result_of_doubling = x + x
    return result_of_doubling
    ### END SOLUTION'''

TOTAL = '''\
def total(numbers):
    """The sum of the numbers; 0 for none."""
    ### BEGIN SOLUTION
    running = 0
    for value_to_add in numbers:
        running += value_to_add
    return running
    ### END SOLUTION'''


def notebook(*cells: NotebookNode) -> NotebookNode:
    return new_notebook(cells=list(cells), metadata=deepcopy(METADATA))


def sample_set() -> NotebookNode:
    """Two exercises in code (8 and 8 points) and one in words (4 points)."""
    return notebook(
        prose("# Numbers: exercises"),
        code("import sys", tags=["setup"]),
        code("import math\n\nfrom gptutils.notebook import check"),
        prose("## Exercise 1: double (8 points, 2 minutes)"),
        answer("ex1_double", DOUBLE),
        test(
            "ex1_double_visible_1",
            'check.equal("double(2)", check.call(double, 2), 4, mistakes={"x was returned unchanged": 2})',
            3,
        ),
        test(
            "ex1_double_hidden_1", hidden('for x in (-1, 0.5):\n    check.equal(f"double({x})", double(x), 2 * x)'), 3
        ),
        test("ex1_double_hidden_2", hidden('assert double("ab") == "abab", "double must work on text, too"'), 2),
        prose("## Exercise 2: total (8 points, 5 minutes)"),
        answer("ex2_total", TOTAL),
        test(
            "ex2_total_visible_1",
            'assert total([1, 2]) == 3, "the total of 1 and 2 is 3"\n'
            "### BEGIN HIDDEN TESTS\n"
            'assert total([5]) == 5, "the total of one number is that number"\n'
            "### END HIDDEN TESTS",
            4,
        ),
        test("ex2_total_hidden_1", hidden('assert total([]) == 0, "the total of no numbers is 0"'), 4),
        prose("## Exercise 3: why? (4 points, 5 minutes)"),
        manual("ex3_why", "Why is doubling the same as adding?\n\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION", 4),
    )


BANK = {
    "ex1_double": {
        "wrong_unchanged": "# wrong: returns the number itself\ndef double(x):\n    return x\n",
        "wrong_squares": "# wrong: squares instead of doubling\ndef double(x):\n    return x * x\n",
        "wrong_prints": "# wrong: prints instead of returning\ndef double(x):\n    print(2 * x)\n",
        "correct_times": "# correct: multiplication\ndef double(x):\n    return 2 * x\n",
        "correct_warns": "# correct: adds, and writes a warning to stderr\nimport warnings\n\n"
        "def double(x):\n    warnings.warn('hm')\n    return x + x\n",
    },
    "ex2_total": {
        "wrong_first": "# wrong: starts with the first number, so that none is an error\n"
        "def total(numbers):\n    result = numbers[0]\n    for n in numbers[1:]:\n        result += n\n    return result\n",
        "wrong_forgets": "# wrong: forgets the running total\ndef total(numbers):\n    for n in numbers:\n        result = n\n    return result\n",
        "wrong_length": "# wrong: counts instead of adding\ndef total(numbers):\n    return len(numbers)\n",
        "correct_sum": "# correct: the built-in function\ndef total(numbers):\n    return sum(numbers)\n",
        "correct_fsum": "# correct: math.fsum\ndef total(numbers):\n    return math.fsum(numbers)\n",
    },
}


def write_bank(folder) -> None:
    for exercise, answers in BANK.items():
        (folder / exercise).mkdir(parents=True)
        for name, text in answers.items():
            (folder / exercise / f"{name}.py").write_text(text)
