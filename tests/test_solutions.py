"""Reference solutions as pages: answers and visible tests, never a hidden one, and only when they are asked for."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
import yaml

import notebooks
import solutions

SOURCES = sorted((notebooks.ROOT / "solutions").glob("*/exercises.ipynb"))
pytestmark = pytest.mark.skipif(not SOURCES, reason="the students' edition has no solutions")


def hidden_lines(source) -> set[str]:
    """The lines of the hidden tests that stand nowhere else in the set."""
    text = "\n".join(cell.source for cell in source.cells)
    hidden = "\n".join(re.findall(r"### BEGIN HIDDEN TESTS(.*?)### END HIDDEN TESTS", text, flags=re.DOTALL))
    rest = re.sub(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", "", text, flags=re.DOTALL).splitlines()
    return {line for line in hidden.splitlines() if len(line.strip()) > 20} - set(rest)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.name)
def test_page_has_the_answers_and_no_hidden_test(path: Path):
    source = notebooks.read(path)
    page = solutions.with_answers(source)
    text = "\n".join(cell.source for cell in page.cells)
    assert text.startswith("# Solutions")
    assert "### BEGIN" not in text
    assert "### END" not in text
    assert "HIDDEN TESTS" not in text
    assert "NotImplementedError" not in re.sub(r"`[^`]*`", "", text)
    assert len(hidden_lines(source)) > 20
    assert hidden_lines(source) & set(text.splitlines()) == set()
    answers = re.findall(
        r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", "\n".join(c.source for c in source.cells), re.DOTALL
    )
    assert len(answers) >= 5
    assert all(answer.rstrip() in text for answer in answers)
    assert [cell for cell in page.cells if "nbgrader" in cell.metadata] == []


def test_they_are_published_and_taken_back(tmp_path):
    path = tmp_path / "solutions" / "01_a" / "exercises.ipynb"
    path.parent.mkdir(parents=True)
    cells = [
        nbformat.v4.new_markdown_cell("# Exercises: a"),
        nbformat.v4.new_code_cell("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    toc = {"parts": [{"chapters": [{"file": "chapters/01_a", "sections": [{"file": "assignments/01_a/exercises"}]}]}]}
    (tmp_path / "book").mkdir()
    (tmp_path / "book/_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    made = yaml.safe_load(solutions.publish(tmp_path).read_text(encoding="utf-8"))
    listed = [section["file"] for section in made["parts"][0]["chapters"][0]["sections"]]
    assert listed == ["assignments/01_a/exercises", "book/solutions/01_a"]
    assert notebooks.read(tmp_path / "book/solutions/01_a.ipynb").cells[1].source == "x = 1"
    solutions.remove(tmp_path)
    assert not (tmp_path / "book/solutions").exists()
