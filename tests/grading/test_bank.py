"""The answer bank and the proofs made from it, on the sample set: every problem is found, and the pages tell it all."""

import re

import nbformat
import pytest

import sample_set as s
from grading import course, kill_matrix, remembered
from grading.proof import companies, prove
from grading.sets import BankError, ExerciseSet
from grading.source_rules import grade_id

pytestmark = pytest.mark.slow


def sample(tmp_path, change=lambda notebook: None, **more):
    """The sample set with a changed source and more answers in its bank, or (a pair) one text in place of another."""
    source = s.sample_set()
    change(source)
    bank = tmp_path / "bank"
    s.write_bank(bank)
    for exercise, text in more.items():
        path = bank / f"{exercise}.py"
        old = path.read_text() if path.exists() else ""
        if isinstance(text, tuple):
            assert old.count(text[0]) == 1
            path.write_text(old.replace(*text))
        else:
            path.write_text(old + text)
    return ExerciseSet("01_sample", source, bank)


def problems(*arguments, **more):
    return "\n".join(prove(sample(*arguments, **more), timeout=10).problems())


def rewrite(name, old, new):
    def change(notebook):
        cell = next(c for c in notebook.cells if grade_id(c) == name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def test_nothing_to_report(tmp_path):
    assert problems(tmp_path) == ""


@pytest.mark.parametrize("name", course.set_names())
def test_every_answer_keeps_company_once_and_wrong_ones_leave_exercises_to_the_reference(name):
    exercises = ExerciseSet(name)
    groups = companies(exercises)
    assert sorted(id(answer) for group in groups for answer in group) == sorted(map(id, exercises.bank))
    assert len(groups) < len(exercises.bank) / 2
    numbers = {exercise.grade_id: i for i, exercise in enumerate(exercises.exercises)}
    for group in groups:
        own = [numbers[answer.exercise] for answer in group]
        assert len({answer.kind for answer in group}) == 1
        assert len(set(own)) == len(own)
        if group[0].kind == "wrong":
            assert {*range(min(own), min(own) + 3)} - {*own}


def test_a_wrong_answer_that_no_test_catches(tmp_path):
    text = """
# %% wrong bytes from times: bytes are not doubled
#-     return 2 * x
#+     return x if isinstance(x, bytes) else 2 * x
"""
    said = problems(tmp_path, ex1_double=text)
    assert said == "01_sample: ex1_double/wrong_bytes (bytes are not doubled) keeps all points: no test catches it"


def test_a_correct_answer_that_is_rejected(tmp_path):
    said = problems(tmp_path, ex1_double="# %% correct floats: floats\ndef double(x):\n    return 2.0 * x\n")
    assert "ex1_double/correct_floats (floats) is correct but loses points in ex1_double_hidden_2" in said


def test_a_mistake_that_costs_points_elsewhere(tmp_path):
    text = "# %% wrong hides: hides sum\ntotal_of = None\ndel check\ndef double(x):\n    return 0\n"
    change = rewrite(
        "ex2_total_hidden_1", "assert total([]) == 0", "check.equal('none', total([]), 0)\nassert total([]) == 0"
    )
    said = problems(tmp_path, change, ex1_double=text)
    assert "wrong_hides (hides sum) also loses points in ex2_total_hidden_1" in said


def test_a_reference_that_fails(tmp_path):
    said = problems(tmp_path, rewrite("ex2_total", "running = 0", "running = 1"))
    assert "the reference gets 0 of 4 in ex2_total_visible_1: the total of 1 and 2 is 3" in said
    assert "the reference gets 12 of 20" in said


def test_a_release_that_scores(tmp_path):
    said = problems(tmp_path, rewrite("ex1_double_hidden_2", 'assert double("ab") == "abab"', "assert True"))
    assert "the untouched release gets 2.0 of 2 in ex1_double_hidden_2" in said


@pytest.mark.parametrize(
    ("cell", "old", "new", "part"),
    [
        ("ex1_double_hidden_1", "(-1, 0.5)", "()", "hidden part of ex1_double_hidden_1"),
        ("ex2_total_visible_1", "assert total([1", "if False: assert total([1", "visible part of ex2_total_visible_1"),
    ],
)
def test_a_test_that_runs_no_assertion(tmp_path, cell, old, new, part):
    assert f"the reference runs no assertion of the {part}" in problems(tmp_path, rewrite(cell, old, new))


def test_a_visible_test_that_needs_something_hidden(tmp_path):
    def change(notebook):
        rewrite("ex1_double_hidden_2", "assert double", "expected = 3\nassert double")(notebook)
        rewrite("ex2_total_visible_1", "== 3", "== expected")(notebook)

    said = problems(tmp_path, change)
    assert "the reference: ex2_total_visible_1 gives 0 without nbgrader and 4 with it: name 'expected' is not" in said


TIMES = "#-     return 2 * x\n"
WHOLE = "def double(x):\n    return 0\n"
BAD_BANKS = {
    "too few wrong": (
        {"ex1_double": (s.BANK["ex1_double"][s.BANK["ex1_double"].index("# %% wrong squares") :], "")},
        "1 wrong",
    ),
    "too few correct": ({"ex2_total": ("correct fsum", "wrong fsum")}, "1 correct answers, at least 2 needed"),
    "other exercise": ({"ex9_none": f"# %% wrong a: a\n{WHOLE}"}, "ex9_none belongs to no exercise"),
    "bank for a manual question": ({"ex3_why": f"# %% wrong a: a\n{WHOLE}"}, "ex3_why belongs to no exercise"),
    "bad head": ({"ex1_double": f"# %% mistake a: a\n{WHOLE}"}, "a cell begins with '# %% correct NAME"),
    "no description": ({"ex1_double": f"# %% wrong a\n{WHOLE}"}, "a cell begins with"),
    "does not parse": ({"ex1_double": "# %% wrong a: a\ndef double(x\n"}, "Jupyter would not run it"),
    "told twice": ({"ex1_double": f"# %% wrong a: squares instead of doubling\n{WHOLE}"}, "the same description"),
    "named twice": ({"ex1_double": f"# %% wrong squares: a\n{WHOLE}"}, "there are two wrong answers squares"),
    "edit of a right one": ({"ex1_double": f"# %% correct a from times: a\n{TIMES}"}, "a right answer stands whole"),
    "unknown base": ({"ex1_double": f"# %% wrong a from none: a\n{TIMES}"}, "there is no right answer none to edit"),
    "wrong base": ({"ex1_double": f"# %% wrong a from squares: a\n{TIMES}"}, "there is no right answer squares"),
    "no edit": ({"ex1_double": "# %% wrong a from times: a\n\n"}, "nothing is edited"),
    "old text missing": (
        {"ex1_double": "# %% wrong a from times: a\n#-     return 3 * x\n"},
        "0 places with 'return 3 * x'",
    ),
    "old text twice": (
        {"ex1_double": "# %% correct b: b\ndef double(x):\n    x = x\n    x = x\n    return 2 * x\n"
         "# %% wrong a from b: a\n#-     x = x\n"},
        "2 places with 'x = x'",
    ),
    "same text": ({"ex1_double": f"# %% wrong a from times: a\n{TIMES}{TIMES.replace('-', '+')}"}, "changes nothing"),
    "no sign": ({"ex1_double": f"# %% wrong a from times: a\n{TIMES}    return 3\n"}, "is no line of an edit"),
    "new before old": ({"ex1_double": "# %% wrong a from times: a\n#+     return 3\n"}, "is no line of an edit"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_BANKS)
def test_bad_banks(tmp_path, case):
    more, says = BAD_BANKS[case]
    with pytest.raises(BankError, match=re.escape(says)):
        _ = sample(tmp_path, **more).bank


def test_edits(tmp_path):
    exercises = sample(
        tmp_path,
        ex2_total="""
# %% wrong two_edits from reference: two edits
#-     running = 0
#+     running = 1
#+     numbers = list(numbers)

#-         running += value_to_add
#+         pass
""",
    )
    (two,) = (answer for answer in exercises.bank if answer.name == "wrong_two_edits")
    assert two.source == (
        'def total(numbers):\n    """The sum of the numbers; 0 for none."""\n    running = 1\n'
        "    numbers = list(numbers)\n"
        "    for value_to_add in numbers:\n        pass\n    return running\n"
    )


def test_an_answer_for_an_unknown_exercise():
    with pytest.raises(BankError, match="has no exercise ex7_none"):
        ExerciseSet("01_sample", s.sample_set()).graded({"ex7_none": ""})


def test_pages_of_the_sample(tmp_path):
    proof = prove(sample(tmp_path), timeout=10)
    page = kill_matrix.set_page(proof)
    assert page.startswith("# Kill matrix: Numbers: exercises\n")
    assert "\n| 5 | 6 | 6 | 4 | 1 | 4 | 4 |\n" in page
    assert "| squares instead of doubling | · | ● | ● | 5 |" in page
    assert "| counts instead of adding | ● | ● | 8 |" in page
    assert page.index("returns the number itself") < page.index("squares instead of doubling")
    assert "**Accepted with full points:** multiplication; adds, and writes a warning to stderr." in page
    assert "V1: `double(2): expected 4, got 2. This looks like a known mistake: x was returned unchanged.`" in page
    assert "nothing: only hidden tests reject it" in page
    assert "A person grades this answer: 4 points." in page
    assert page == kill_matrix.set_page(proof)
    overview = kill_matrix.overview({"01_sample": page, "02_other": "| 3 | 10 | 9 | 8 | 7 | 2 | 1 |\n"})
    assert "| [01_sample](kill_matrix/01_sample.md) | 5 | 6 | 6 | 4 | 1 | 4 | 4 |" in overview
    assert "| all | 8 | 16 | 15 | 12 | 8 | 6 | 5 |" in overview
    assert "**Of 16 wrong answers the tests reject 15; the student hears of 12 of them" in overview


def test_messages_on_the_page():
    assert kill_matrix.code("got <object at 0x7f0012ab>,\n  2.0000000004 `x`") == "`` got <object at 0x...>, 2 `x` ``"
    assert len(kill_matrix.code("x" * 1000)) < 260


# -- Proofs that are remembered, and the command -----------------------------------------------------------------------


@pytest.fixture
def root(tmp_path):
    """A course with two sets of the same content."""
    for name in ("01_sample", "02_sample"):
        course.source_path(name, tmp_path).parent.mkdir(parents=True)
        nbformat.write(s.sample_set(), course.source_path(name, tmp_path))
        s.write_bank(tmp_path / "grading" / "bank" / name)
    for name in (
        "gptutils/check.py",
        "gptutils/data/words.txt",
        "grading/proof.py",
        "nbgrader_config.py",
        "tests/test_x.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    (tmp_path / "requirements.txt").write_text("torch==2.13.0")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "matters"),
    [
        ("solutions/01_sample/exercises.ipynb", True),
        ("grading/bank/01_sample/ex1_double.py", True),
        ("grading/bank/01_sample/ex9_new.py", True),
        ("gptutils/check.py", True),
        ("gptutils/data/words.txt", True),
        ("gptutils/new.py", True),
        ("grading/proof.py", True),
        ("nbgrader_config.py", True),
        ("requirements.txt", True),
        ("solutions/02_sample/exercises.ipynb", False),
        ("grading/bank/02_sample/ex1_double.py", False),
        ("gptutils/__pycache__/check.pyc", False),
        ("tests/test_x.py", False),
    ],
)
def test_what_a_proof_depends_on(root, changed, matters):
    before = remembered.fingerprint("01_sample", root)
    path = root / changed
    old = path.read_bytes() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_bytes((old or b"") + b"\n")
    assert (remembered.fingerprint("01_sample", root) != before) is matters
    path.unlink() if old is None else path.write_bytes(old)
    assert remembered.fingerprint("01_sample", root) == before


def test_a_proof_is_remembered_until_something_changes(root, monkeypatch):
    made = []
    monkeypatch.setattr(
        remembered, "prove", lambda exercises, **how: made.append(exercises.name) or prove(exercises, **how)
    )
    first = remembered.proofs(["01_sample", "02_sample"], root)
    again = remembered.proofs(["01_sample", "02_sample"], root)
    assert sorted(made) == ["01_sample", "02_sample"]
    for old, new in zip(first, again, strict=True):
        assert [(run.cells, run.asserted) for run in old.runs] == [(run.cells, run.asserted) for run in new.runs]
        assert kill_matrix.set_page(old) == kill_matrix.set_page(new)
        assert kill_matrix.show(old) == kill_matrix.show(new)
    bank = root / "grading" / "bank" / "02_sample" / "ex1_double.py"
    bank.write_text(bank.read_text() + "\n# %% wrong none: nothing\ndef double(x):\n    pass\n")
    assert len(remembered.proof("02_sample", root).verdicts) == len(first[1].verdicts) + 1
    remembered.proof("01_sample", root)
    assert sorted(made) == ["01_sample", "02_sample", "02_sample"]


def test_a_proof_with_problems_is_made_again(root):
    bank = root / "grading" / "bank" / "01_sample" / "ex1_double.py"
    bank.write_text(bank.read_text() + "\n# %% wrong right: right\ndef double(x):\n    return x + x\n")
    assert "no test catches it" in remembered.proof("01_sample", root).problems()[0]
    assert not (root / "_build").exists()


def test_the_command(root, capsys):
    def run(*arguments):
        return kill_matrix.main([*arguments, "--root", str(root)]), *capsys.readouterr()

    pages = root / "book" / "guides" / "kill_matrix"
    pages.mkdir(parents=True)
    (pages / "00_gone.md").write_text("a set that is no more")
    code, _, said = run("--check", "01_sample")
    assert (code, said.count("is stale; run: make kill-matrix")) == (1, 3)
    code, said, _ = run()
    assert (code, said.count("is written"), said.count("is removed")) == (0, 3, 1)
    assert sorted(path.name for path in pages.iterdir()) == ["01_sample.md", "02_sample.md"]
    assert run("--check") == (0, "", "")
    assert run() == (0, "", "")
    code, said, _ = run("--show", "02_sample")
    assert code == 0
    assert "  ● ex1_double_visible_1 (0 of 3) double(2): expected 4, got 2." in said
    assert run("03_none")[2] == "there is no set 03_none; the sets are 01_sample, 02_sample\n"
