"""The fast runner: scores as nbgrader would, whatever an answer does."""

import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade, is_grade

import sample_set as s
from grading.runner import Job, Run, Runner
from grading.sets import ExerciseSet

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sample():
    return ExerciseSet("01_sample", s.sample_set())


@pytest.fixture(scope="module")
def runner():
    with Runner(timeout=2, preload=["numpy", "gptutils.notebook.check"]) as runner:
        yield runner


def one(runner, sample, source, exercise="ex1_double"):
    return runner.run([sample.graded({exercise: source})])[0]


def scores(run):
    return {name: cell.score for name, cell in run.cells.items()}


FULL = {
    "ex1_double_visible_1": 3,
    "ex1_double_hidden_1": 3,
    "ex1_double_hidden_2": 2,
    "ex2_total_visible_1": 4,
    "ex2_total_hidden_1": 4,
    "ex3_why": None,
}
NOTHING_IN_1 = FULL | {name: 0 for name in FULL if name.startswith("ex1")}


def test_reference_and_release(runner, sample):
    reference, release = runner.run([sample.graded(), sample.graded(base="release")])
    assert scores(reference) == FULL
    assert reference.score == 16
    assert set(scores(release).values()) == {0}


STUCK = "while True:\n    try:\n        while True:\n            x = 1\n    except:\n        x = 0"
ANSWERS = {
    "half right": (
        "def double(x):\n    return 2 * abs(x)",
        FULL | {"ex1_double_hidden_1": 0, "ex1_double_hidden_2": 0},
    ),
    "stderr is no error": ("import sys\ndef double(x):\n    print(1, file=sys.stderr)\n    return 2 * x", FULL),
    "displays": ("from IPython.display import display\ndef double(x):\n    display(x)\n    return 2 * x", FULL),
    "cell fails": ("1 / 0", NOTHING_IN_1),
    "does not parse": ("def double(x)\n    return", NOTHING_IN_1),
    "exits": ("raise SystemExit", NOTHING_IN_1),
    "reads input": ("def double(x):\n    return input()", NOTHING_IN_1),
    "magic": ("%timeit -n1 -r1 1\ndef double(x):\n    return 2 * x", FULL),
    "ends the process": ("import os\ndef double(x):\n    os._exit(0)", NOTHING_IN_1),
    "ends the process at once": ("import os\nos._exit(3)", NOTHING_IN_1),
    "leaves a process behind": (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], close_fds=False)\n"
        "def double(x):\n    return 2 * x",
        FULL,
    ),
    "endless loop": ("while True:\n    x = 1", NOTHING_IN_1),
    "endless loop that swallows the interrupt": (STUCK, NOTHING_IN_1),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_answers_of_every_kind(runner, sample, case):
    source, expected = ANSWERS[case]
    assert scores(one(runner, sample, source)) == expected


def test_messages(runner, sample):
    def message(source, cell):
        return one(runner, sample, source).cells[cell].message

    assert message("def double(x):\n    return x", "ex1_double_visible_1").endswith(
        "known mistake: x was returned unchanged."
    )
    loop = "def double(x):\n    while x == 'ab':\n        pass"
    assert message(loop, "ex1_double_hidden_2") == "stopped after 2 s"
    assert "exit status 7" in message("import os\ndef double(x):\n    os._exit(7)", "ex1_double_hidden_2")


def test_answers_know_nothing_of_each_other(runner, sample):
    first = (
        "import builtins, numpy, gptutils.notebook.check\n"
        "builtins.left_over = numpy.left_over = gptutils.notebook.check.left_over = 1"
    )
    second = """
import builtins, numpy, gptutils.notebook.check, os
def double(x):
    assert not any(hasattr(m, "left_over") for m in (builtins, numpy, gptutils.notebook.check)), "left over"
    assert os.listdir() == [], "files"
    return 2 * x"""
    write = "open('here.txt', 'w').write('x')"
    for _ in range(2 * runner.processes):
        runs = runner.run([sample.graded({"ex1_double": text}) for text in (first, write, second)])
        assert scores(runs[2]) == FULL


def test_blocked_modules_cannot_be_imported(sample):
    source = "def double(x):\n    import nbgrader.utils\n    return 2 * x"
    notebook = sample.graded({"ex1_double": source})
    with Runner(timeout=10, preload=["nbgrader"], processes=1) as runner:
        free, blocked = runner.run([Job(notebook), Job(notebook, blocked=["nbgrader"])])
    assert scores(free) == FULL
    assert scores(blocked) == NOTHING_IN_1
    assert "No module named 'nbgrader'" in blocked.cells["ex1_double_hidden_1"].message


def test_a_new_process_for_each_where_forking_is_unsafe(sample):
    jobs = [
        sample.graded(),
        sample.graded({"ex1_double": "import os\nos._exit(3)"}),
        sample.graded({"ex1_double": STUCK}),
    ]
    with Runner(timeout=1, preload=(), fork=False) as runner:
        assert [scores(run) for run in runner.run(jobs)] == [FULL, NOTHING_IN_1, NOTHING_IN_1]


def test_which_assertions_ran(runner):
    source = s.sample_set()
    source.cells[6].source = (
        'for wrong in []:\n    assert False, "never"\nif False:\n    check.equal("a", 1, 2)\n'
        'check.equal("b", 1, 1)\nassert True, "always"\nresult = [check.equal("c", i, i) for i in range(2)]'
    )
    run = runner.run([Job(ExerciseSet("x", source).graded(), count=True)])[0]
    assert run.asserted["ex1_double_visible_1"] == [5, 6, 7]


def test_unchanged_asserts_and_costs_the_points(runner):
    source = s.sample_set()
    source.cells[6].source = "x = [1]\nwith check.unchanged('double', x=x):\n    double(x)"
    right, wrong = (
        runner.run([Job(ExerciseSet("x", source).graded(answers), count=True)])[0]
        for answers in ({}, {"ex1_double": "def double(x):\n    x.append(2)"})
    )
    assert right.asserted["ex1_double_visible_1"] == [2]
    assert scores(right)["ex1_double_visible_1"] > 0
    assert scores(wrong)["ex1_double_visible_1"] == 0
    assert "double changed x: it was [1], and is [1, 2]." in wrong.cells["ex1_double_visible_1"].message


def executed_by_jupyter(notebook):
    """The same notebook in a real kernel, as nbgrader executes it."""
    notebook = nbformat.from_dict(notebook)
    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    return Run.of(notebook)


def test_same_outputs_as_a_kernel(runner, sample):
    """What a cell prints, shows, raises and returns stands in the same outputs as a kernel's."""
    source = s.notebook(
        s.code("import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)"),
        s.code("x = 5\nx"),
        s.code("x;"),
        s.code("None"),
        s.code("from IPython.display import display, HTML\ndisplay(HTML('<b>')); print('after'); x"),
        s.code("print('before')\n1 / 0"),
        s.code("raise ValueError('a\\nb')"),
        s.code("raise KeyboardInterrupt"),
        s.code("raise SystemExit('bye')"),
        s.code("def f(:"),
        s.code("import inspect\ndef g():\n    return 1\nprint(inspect.getsource(g))"),
        s.code("await __import__('asyncio').sleep(0)"),
        s.code("print(__name__, _ , In[1][:6])"),
        s.code("import matplotlib.pyplot as plt\nfigure = plt.figure()\nplt.plot([1])\nplt.show()"),
        s.code("print(len(plt.get_fignums()))"),
    )

    def simple(notebook):
        found = []
        for cell in notebook.cells:
            for output in cell.outputs:
                kind = output.output_type
                if kind == "stream":
                    found.append((kind, output.name, output.text))
                elif kind == "error":
                    found.append((kind, output.ename, re.sub(r"\(\S+, line", "(line", output.evalue)))
                else:
                    found.append((kind, *sorted(output.data), output.data.get("text/plain")))
        return found

    with Runner(timeout=30, processes=1) as plain:
        plain._steps = []  # nbgrader's steps after the execution, which drop stderr
        ours = plain.run([source])[0].notebook
    assert simple(ours) == simple(executed_by_jupyter(source).notebook)


def test_scores_come_from_nbgrader(runner, sample):
    run = one(runner, sample, "def double(x):\n    return x * x")
    expected = {c.metadata.nbgrader.grade_id: determine_grade(c)[0] for c in run.notebook.cells if is_grade(c)}
    assert scores(run) == expected
    assert run.score == 11
