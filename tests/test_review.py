"""`make review`: notebooks as readable text, and what changed in it."""

import subprocess

import nbformat
import pytest
from markdown_it import MarkdownIt

import notebooks
import review


def sample() -> nbformat.NotebookNode:
    code = nbformat.v4.new_code_cell(
        "print(1 + 1)\nfigure", metadata={"tags": ["hide-cell"], "nbgrader": {"grade": True}}
    )
    picture = {"image/svg+xml": "<svg/>", "text/plain": "<Figure>"}
    code.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="2\n"),
        nbformat.v4.new_output("display_data", data=picture),
        nbformat.v4.new_output("execute_result", data={"text/plain": "array([1, 2])"}),
        nbformat.v4.new_output("error", ename="ValueError", evalue="too many", traceback=["secret"]),
    ]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title\n\nSome **prose**."), code])


def test_prose_code_and_what_it_prints():
    text = review.view(sample())
    assert text == (
        "# Title\n\nSome **prose**.\n\n"
        '```python tags=["hide-cell"]\nprint(1 + 1)\nfigure\n```\n\n'
        "````output\n2\n<image/svg+xml>\narray([1, 2])\nValueError: too many\n````\n"
    )


@pytest.mark.parametrize("path", notebooks.sources(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_all_code_of_a_notebook_stands_in_its_view(path):
    """A Markdown parser finds each code cell, and nothing else, as a block of Python."""
    notebook = notebooks.read(path)
    blocks = [token for token in MarkdownIt().parse(review.view(notebook)) if token.type == "fence"]
    found = [block.content.rstrip("\n") for block in blocks if block.info.split(" ")[0] == "python"]
    expected = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    in_prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown" and "```python" in cell.source]
    assert [source for source in found if source in expected] == expected
    assert all(any(source in prose for prose in in_prose) for source in found if source not in expected)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A checkout of one lesson, committed."""
    (tmp_path / "chapters").mkdir()
    path = tmp_path / "chapters" / "01_sample.ipynb"
    nbformat.write(sample(), path)
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        command = ["git", "-c", "user.name=course", "-c", "user.email=course@localhost", *arguments]
        subprocess.run(command, cwd=tmp_path, check=True)
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    return path


def test_only_what_changed_and_only_the_change(repository, tmp_path, capsys):
    to = ["--to", str(tmp_path / "out")]
    assert review.main(to) == 0
    assert "no notebook differs from HEAD" in capsys.readouterr().out
    changed = sample()
    changed.cells[0].source = "# Title\n\nOther prose."
    nbformat.write(changed, repository)
    nbformat.write(sample(), repository.with_name("02_new.ipynb"))
    assert review.main([*to, "--against", "main"]) == 0
    lines = (tmp_path / "out/chapters/01_sample.diff").read_text().splitlines()
    assert [line for line in lines[2:] if line[0] in "+-"] == ["-Some **prose**.", "+Other prose."]
    assert (tmp_path / "out/chapters/01_sample.md").read_text() == review.view(changed)
    assert "+# Title" in (tmp_path / "out/chapters/02_new.diff").read_text()


def test_what_it_cannot_do_is_said(repository, tmp_path, capsys):
    assert review.main(["--against", "no-such-branch"]) == 1
    assert "git knows no commit 'no-such-branch'" in capsys.readouterr().err
    assert review.main([str(tmp_path / "none.ipynb")]) == 1
    assert "is not a notebook of this checkout" in capsys.readouterr().err
