"""The students' edition: everything they need, nothing that they must not see."""

import re
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest
import yaml

import checkout
import sample_set as s
import student_edition
from grading import course, release
from grading.course import ROOT

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def track(folder):
    git(folder, "init", "-q")
    git(folder, "add", "--all")


@pytest.fixture
def root(tmp_path):
    """A small course."""
    root = tmp_path / "course"
    files = {
        "README.md": "# Course\n\nInstructors write `### BEGIN SOLUTION` around a solution.\n\n| a | b |\n"
        "| `solutions/` | x |\n| `book/` | y |\n| grade | [how](grading/README.md) |\n",
        "CONTRIBUTING.md": "for engineers\n",
        "Makefile": ".PHONY: book assignments kill-matrix clean\nbook: ## render\n\tbuild it\n\n"
        "assignments: ready ## instructors: make them\n\tmake them\n\n"
        "kill-matrix: ready ## instructors: run the bank\n\trun it\n\ttwice\n\nclean: ## remove\n\trm it\n",
        "gptutils/tokenizer.py": "def total(numbers):\n    return sum(numbers)\n",
        "nbgrader_config.py": "from grading import x\n",
        "book/_toc.yml": "root: book/intro\nchapters:\n  - file: book/teach\n"
        "  - file: book/guides/kill_matrix\n    sections:\n"
        "      - glob: book/guides/kill_matrix/*\n  - file: book/last\n",
        "book/teach.md": "Read [the kill matrix](guides/kill_matrix.md), "
        "[a set](guides/kill_matrix/01_sample.md), [more](last.md).\n",
        "book/guides/kill_matrix.md": "for instructors\n",
        "book/guides/kill_matrix/01_sample.md": "for instructors\n",
        "grading/README.md": "for instructors\n",
        "tests/grading/test_x.py": "pass\n",
        "tests/test_y.py": "pass\n",
        "tools/run.sh": "#!/bin/sh\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "tools/run.sh").chmod(0o755)
    (root / "solutions/01_sample").mkdir(parents=True)
    nbformat.write(s.sample_set(), course.source_path("01_sample", root))
    s.write_bank(root / "grading/bank/01_sample")
    release.write(release.generate_all(root), root)
    track(root)
    return root


def make(root, capsys):
    code = student_edition.main(["--root", str(root), "--to", str(root / "_build/student-edition")])
    return code, *capsys.readouterr()


def test_what_is_in_it(root, capsys):
    (root / "private_grades.csv").write_text("not tracked")
    code, said, _ = make(root, capsys)
    assert code == 0
    assert said.startswith("8 files in ")
    edition = root / "_build/student-edition"
    found = sorted(path.relative_to(edition).as_posix() for path in edition.rglob("*") if path.is_file())
    assert found == [
        "Makefile",
        "README.md",
        "assignments/01_sample/exercises.ipynb",
        "book/_toc.yml",
        "book/teach.md",
        "gptutils/tokenizer.py",
        "tests/test_y.py",
        "tools/run.sh",
    ]
    makefile = ".PHONY: book clean\nbook: ## render\n\tbuild it\n\nclean: ## remove\n\trm it\n"
    assert (edition / "Makefile").read_text() == makefile
    assert (edition / "README.md").read_text().endswith("\n\n| a | b |\n| `book/` | y |\n")
    toc = "root: book/intro\nchapters:\n  - file: book/teach\n  - file: book/last\n"
    assert (edition / "book/_toc.yml").read_text() == toc
    assert (edition / "book/teach.md").read_text() == "Read the kill matrix, a set, [more](last.md).\n"
    assert (edition / "tools/run.sh").stat().st_mode & 0o111
    with zipfile.ZipFile(f"{edition}.zip") as packed:
        assert sorted(packed.namelist()) == [f"build-a-gpt/{name}" for name in found]


def test_same_zip_every_time_and_nothing_left_of_the_old_one(root, capsys):
    make(root, capsys)
    first = (root / "_build/student-edition.zip").read_bytes()
    (root / "_build/student-edition/old.txt").write_text("old")
    make(root, capsys)
    assert (root / "_build/student-edition.zip").read_bytes() == first
    assert not (root / "_build/student-edition/old.txt").exists()
    assert sorted(path.name for path in (root / "_build").iterdir()) == ["student-edition", "student-edition.zip"]


LEAKS = {
    "a solution in Python": ("gptutils/extra.py", "def f():\n    running = 0\n    for value_to_add in numbers:\n"
                             "        running += value_to_add\n    return running\n", "cell ex2_total: solution"),
    "a hidden test in prose": ("book.md", "The tests:\n\n    for x in (-1, 0.5):\n"
                               '        check.equal(f"double({x})", double(x), 2 * x)\n', "ex1_double_hidden_1"),
    "an answer of the bank": ("notes.txt", s.BANK["ex2_total"], "answer bank: ex2_total/wrong_first"),
}  # fmt: skip


@pytest.mark.parametrize("case", LEAKS)
def test_a_leak_is_named_and_nothing_is_written(root, capsys, case):
    name, text, where = LEAKS[case]
    make(root, capsys)
    before = (root / "_build/student-edition.zip").read_bytes()
    (root / name).write_text(text)
    git(root, "add", name)
    code, _, said = make(root, capsys)
    assert code == 1
    assert said.startswith(f"{name} holds what stands in solutions/01_sample")
    assert where in said
    assert (root / "_build/student-edition.zip").read_bytes() == before
    assert not (root / "_build/student-edition" / name).exists()


def test_a_source_among_the_lessons(root, capsys):
    nbformat.write(s.sample_set(), root / "lesson.ipynb")
    git(root, "add", "lesson.ipynb")
    code, _, said = make(root, capsys)
    assert code == 1
    assert "lesson.ipynb holds the marker 'BEGIN SOLUTION'" in said


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "[the kill matrix](book/guides/kill_matrix.md)\n"),
        ("book/page.html", '<a href="guides/kill_matrix/01_sample.html">'),
        ("book/other.yml", "  - file: book/guides/kill_matrix/01_sample\n"),
    ],
)
def test_a_link_to_the_kill_matrix(root, capsys, name, text):
    (root / name).write_text(text)
    git(root, "add", name)
    assert make(root, capsys)[::2] == (1, f"{name} links to the kill matrix, which students do not get\n")


def test_refusals(root, tmp_path, capsys):
    course.release_path("01_sample", root).write_text("{}")
    assert make(root, capsys)[::2] == (1, "assignments/01_sample/exercises.ipynb: stale; run: make assignments\n")
    release.write(release.generate_all(root), root)
    shutil.rmtree(root / ".git")
    assert "is not a git checkout" in make(root, capsys)[2]
    git(root, "init", "-q")
    assert "commit first" in make(root, capsys)[2]
    shutil.rmtree(root / "solutions")
    assert "the students' edition already" in make(root, capsys)[2]
    assert not (root / "_build").exists() or not list((root / "_build").iterdir())


@pytest.mark.slow
def test_of_this_course(tmp_path):
    """No leak, every page of the book is there, and what is for instructors says so."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    copy = checkout.copy_to(tmp_path / "course", as_repository_on="main")
    edition = tmp_path / "edition"
    assert student_edition.build(edition, copy)
    assert not (edition / "solutions").exists()
    assert not (edition / "grading").exists()
    assert not (edition / ".github").exists()
    for name in ("LICENSE", "LICENSE-TEXT", "CITATION.cff"):
        assert (edition / name).read_bytes() == (ROOT / name).read_bytes()
    assert not list(edition.rglob("kill_matrix*"))

    def pages(entry):
        for value in entry.values() if isinstance(entry, dict) else entry:
            if isinstance(value, str):
                yield value
            elif isinstance(value, (dict, list)):
                yield from pages(value)

    toc = yaml.safe_load((edition / "book/_toc.yml").read_text())
    listed = [page for page in pages(toc) if "/" in page]
    assert len(listed) > 10
    for page in listed:
        assert list(edition.glob(f"{page}.*")), page
    for target in re.findall(r"\]\(([^):#]+)", (edition / "README.md").read_text()):
        assert (edition / target).exists(), target
    result = subprocess.run([sys.executable, "tools/assignments.py"], cwd=edition, capture_output=True, text=True)
    assert result.returncode == 1
    assert "students' edition" in result.stderr
    assert "Traceback" not in result.stderr
