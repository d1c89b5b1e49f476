"""The answer bank: the tests of every set reject wrong answers, accept right ones, and the page in the book says so."""

import re

import pytest

import sample_set as s
from grading import course, kill_matrix, leaks
from grading.proof import prove
from grading.sets import BankError, ExerciseSet
from grading.source_rules import grade_id

# -- The course's own sets ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proofs():
    return {name: prove(ExerciseSet(name)) for name in course.set_names()}


@pytest.mark.parametrize("name", course.set_names())
def test_the_tests_can_be_trusted(proofs, name):
    assert proofs[name].problems() == []
    assert proofs[name].reference.score + proofs[name].set.manual_points == 20


def test_the_page_is_up_to_date(proofs):
    written = kill_matrix.PAGE.read_text(encoding="utf-8") if kill_matrix.PAGE.exists() else ""
    assert written == kill_matrix.page(list(proofs.values())), "run: make kill-matrix"


def test_the_page_shows_no_solution(proofs):
    page = kill_matrix.page(list(proofs.values()))
    for proof in proofs.values():
        looked_for = leaks.secrets(proof.set.source, proof.set.name, proof.set.bank, leaks.ANY_LINE)
        assert leaks.leaks(page, looked_for) == []


# -- The machinery, on the sample set -----------------------------------------------------------------------------------


def sample(tmp_path, change=lambda notebook: None, **files):
    """The sample set with a changed source and more or other files in its bank (None removes one)."""
    source = s.sample_set()
    change(source)
    bank = tmp_path / "bank"
    s.write_bank(bank)
    for name, text in files.items():
        path = bank / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
    return ExerciseSet("01_sample", source, bank)


def problems(*arguments, **files):
    return "\n".join(prove(sample(*arguments, **files), timeout=10).problems())


def rewrite(name, old, new):
    def change(notebook):
        cell = next(c for c in notebook.cells if grade_id(c) == name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def test_nothing_to_report(tmp_path):
    assert problems(tmp_path) == ""


def test_a_wrong_answer_that_no_test_catches(tmp_path):
    text = "# wrong: bytes are not doubled\ndef double(x):\n    return x if isinstance(x, bytes) else 2 * x\n"
    said = problems(tmp_path, ex1_double__wrong_bytes=text)
    assert said == ("01_sample: ex1_double/wrong_bytes (bytes are not doubled) keeps all points: no test catches it")


def test_a_correct_answer_that_is_rejected(tmp_path):
    text = "# correct: floats\ndef double(x):\n    return 2.0 * x\n"
    said = problems(tmp_path, ex1_double__correct_floats=text)
    assert "ex1_double/correct_floats (floats) is correct but loses points in ex1_double_hidden_2" in said


def test_a_mistake_that_costs_points_elsewhere(tmp_path):
    text = "# wrong: hides sum\ntotal_of = None\ndel check\ndef double(x):\n    return 0\n"
    change = rewrite(
        "ex2_total_hidden_1", "assert total([]) == 0", "check.equal('none', total([]), 0)\nassert total([]) == 0"
    )
    assert "wrong_hides (hides sum) also loses points in ex2_total_hidden_1" in problems(
        tmp_path, change, ex1_double__wrong_hides=text
    )


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


BAD_BANKS = {
    "too few wrong": ({"ex1_double__wrong_prints": None}, "2 wrong answers, at least 3 needed"),
    "too few correct": ({"ex2_total__correct_sum": None}, "1 correct answers, at least 2 needed"),
    "other exercise": ({"ex9_none__wrong_a": "# wrong: a\n"}, "ex9_none belongs to no exercise"),
    "bank for a manual question": ({"ex3_why__wrong_a": "# wrong: a\n"}, "ex3_why belongs to no exercise"),
    "bad name": ({"ex1_double__mistake": "# wrong: a\n"}, "the name must be"),
    "no description": (
        {"ex1_double__wrong_a": "def double(x): pass\n"},
        "the first line must be '# wrong: <in words>'",
    ),
    "other kind": ({"ex1_double__wrong_a": "# correct: a\n"}, "the first line must be '# wrong"),
    "does not parse": ({"ex1_double__wrong_a": "# wrong: a\ndef double(x\n"}, "Jupyter would not run it"),
    "told twice": ({"ex1_double__wrong_a": "# wrong: squares instead of doubling\n"}, "the same description"),
}


@pytest.mark.parametrize("case", BAD_BANKS)
def test_bad_banks(tmp_path, case):
    files, says = BAD_BANKS[case]
    with pytest.raises(BankError, match=re.escape(says)):
        _ = sample(tmp_path, **files).bank


def test_an_answer_for_an_unknown_exercise():
    with pytest.raises(BankError, match="has no exercise ex7_none"):
        ExerciseSet("01_sample", s.sample_set()).graded({"ex7_none": ""})


def test_page_of_the_sample(tmp_path):
    proof = prove(sample(tmp_path), timeout=10)
    page = kill_matrix.page([proof])
    assert "| [01_sample](#kill-matrix-01-sample) | 5 | 6 | 6 | 4 | 1 | 4 | 4 |" in page
    assert "**Of 6 wrong answers the tests reject 6; the student hears of 4 of them" in page
    assert "| squares instead of doubling | · | ● | ● | 5 |" in page
    assert "| counts instead of adding | ● | · | 4 |" in page
    assert page.index("returns the number itself") < page.index("squares instead of doubling")
    assert "**Accepted with full points:** multiplication; adds, and writes a warning to stderr." in page
    assert "V1: `double(2): expected 4, got 2. This looks like a known mistake: x was returned unchanged.`" in page
    assert "nothing: only hidden tests reject it" in page
    assert "A person grades this answer: 4 points." in page
    assert page == kill_matrix.page([proof])


def test_messages_on_the_page():
    assert kill_matrix.code("got <object at 0x7f0012ab>,\n  2.0000000004 `x`") == "`` got <object at 0x...>, 2 `x` ``"
    assert len(kill_matrix.code("x" * 1000)) < 260
