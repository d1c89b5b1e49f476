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


HINTS = """\
<details><summary>Hint 1: a question</summary>

How often does each number count?

</details>
<details><summary>Hint 2: a step</summary>

Begin with nothing.

</details>"""


def notebook(*cells: NotebookNode) -> NotebookNode:
    return new_notebook(cells=list(cells), metadata=deepcopy(METADATA))


def sample_set() -> NotebookNode:
    """Two exercises in code (8 and 8 points) and one in words (4 points)."""
    return notebook(
        prose("# Numbers: exercises"),
        code("import sys", tags=["setup"]),
        code("import math\n\nfrom gptutils.notebook import check"),
        prose("## Exercise 1: double (8 points, 2 minutes)"),
        prose(HINTS),
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
        prose(HINTS),
        answer("ex2_total", TOTAL),
        test(
            "ex2_total_visible_1",
            'assert total([1, 2]) == 3, "the total of 1 and 2 is 3"',
            4,
        ),
        test(
            "ex2_total_hidden_1",
            hidden(
                'assert total([]) == 0, "the total of no numbers is 0"\n'
                'assert total([5]) == 5, "the total of one number is that number"'
            ),
            4,
        ),
        prose("## Exercise 3: why? (4 points, 5 minutes)"),
        manual("ex3_why", "Why is doubling the same as adding?\n\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION", 4),
    )


BANK = {
    "ex1_double": '''\
"""Answers to ex1_double."""

# %% correct times: multiplication
def double(x):
    return 2 * x


# %% correct warns: adds, and writes a warning to stderr
import warnings

def double(x):
    warnings.warn("hm")
    return x + x

# %% wrong unchanged from times: returns the number itself
#-     return 2 * x
#+     return x

# %% wrong squares from times: squares instead of doubling
#-     return 2 * x
#+     return x * x

# %% wrong prints from reference: prints instead of returning
#-     return result_of_doubling
#+     print(result_of_doubling)
''',
    "ex2_total": '''\
"""Answers to ex2_total."""

# %% wrong first: starts with the first number, so that none is an error
def total(numbers):
    result = numbers[0]
    for n in numbers[1:]:
        result += n
    return result


# %% wrong forgets from reference: forgets the running total
#-         running += value_to_add
#+         running = value_to_add

# %% wrong length from sum: counts instead of adding
#-     return sum(numbers)
#+     return len(numbers)


# %% correct sum: the built-in function
def total(numbers):
    return sum(numbers)


# %% correct fsum: math.fsum
def total(numbers):
    return math.fsum(numbers)
''',
}


def write_bank(folder) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for exercise, text in BANK.items():
        (folder / f"{exercise}.py").write_text(text)
