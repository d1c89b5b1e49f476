"""What a stranger looks for first: licences, citation, changelog, workflows; lines that wrap at the declared width."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import checkout
import notebooks

ROOT = checkout.ROOT
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MIT = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
needs_workflows = pytest.mark.skipif(not WORKFLOWS, reason="the students' edition has no workflows")


def words(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8").split())


# ------------------------------------------------------------------------------------------- licences and citation


def test_the_licence_of_the_code_is_the_one_that_others_carry():
    """Word for word the MIT license of installed packages, so that GitHub and package indexes recognize it."""
    ours = words(ROOT / "LICENSE")
    assert ours.startswith("MIT License Copyright (c) 2026 ")
    body = ours[ours.index(MIT) :]
    (theirs,) = Path(pytest.__file__).parents[1].glob("pytest-*.dist-info/licenses/LICENSE")
    assert body in words(theirs)


def test_the_licence_of_the_text_is_whole():
    """Creative Commons' legal code, from its name to its last section and notice."""
    text = words(ROOT / "LICENSE-TEXT")
    assert text.startswith("Attribution 4.0 International ====")
    assert text.endswith("Creative Commons may be contacted at creativecommons.org.")
    sections = re.findall(r"Section (\d) -- ", text)
    assert sections == list("12345678")
    assert len(text.split()) == 2573


def test_the_licences_are_named_where_people_look():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("LICENSE", "LICENSE-TEXT", "CITATION.cff", "CHANGELOG.md"):
        assert f"]({name})" in readme
        assert (ROOT / name).is_file()
    assert PROJECT["project"]["license"] == "MIT AND CC-BY-4.0"
    assert PROJECT["project"]["license-files"] == ["LICENSE", "LICENSE-TEXT"]
    footer = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["html_theme_options"]
    assert footer["footer_content_items"] == ["extra-footer.html"]
    assert "MIT license" in footer["extra_footer"]
    assert "creativecommons.org/licenses/by/4.0/" in footer["extra_footer"]


def test_citation():
    """The keys that Citation File Format 1.2.0 requires, and what must agree with other files."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    assert cited["cff-version"] == "1.2.0"
    assert str(cited["version"]) == PROJECT["project"]["version"]
    book = cited["preferred-citation"]
    assert {"type", "title", "authors"} <= book.keys()
    assert (cited["license"], book["license"]) == ("MIT", "CC-BY-4.0")
    url, _ = notebooks.repository()
    assert cited["repository-code"] == book["repository-code"] == url
    assert cited["version"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_changelog_has_the_form_of_keep_a_changelog():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.startswith("# Changelog\n")
    assert re.findall(r"^## (.*)$", text, re.M)[0] == "[Unreleased]"
    kinds = {heading.split(":")[0] for heading in re.findall(r"^### (.*)$", text, re.M)}
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    for number in re.findall(r"^- \*\*(\d+), ", text, re.M):
        assert list((ROOT / "chapters").glob(f"{int(number):02}_*.ipynb")), number


# ------------------------------------------------------------------------------------------------------- workflows


def read(workflow: str) -> dict:
    return yaml.safe_load((ROOT / ".github" / "workflows" / workflow).read_text(encoding="utf-8"))["jobs"]


def commands(workflow: str) -> list[str]:
    """The targets of the Makefile that a workflow calls, in their order."""
    shell = "\n".join(step.get("run", "") for job in read(workflow).values() for step in job["steps"])
    return re.findall(r"\bmake (?:-C \S+ )?([a-z-]+)", shell)


@needs_workflows
def test_workflows_run_what_the_readme_says():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    two = re.findall(r"^make ([a-z-]+) ", readme.split("```sh")[1].split("```")[0], re.M)
    assert commands("test.yml") == two == ["book", "test"]
    matrix = read("test.yml")["test"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos"}
    assert matrix["python"] == ["3.11", "3.13"]
    assert commands("pages.yml") == ["student-edition", "book"]
    assert commands("colab.yml") == ["test-colab"]
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert {target for path in WORKFLOWS for target in commands(path.name)} <= set(targets)


@needs_workflows
@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not installed")
def test_actionlint_finds_nothing():
    result = subprocess.run(["actionlint", *WORKFLOWS], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


# ------------------------------------------------------------------------------------------------ width of the lines


def test_ruff_checks_the_declared_width():
    """Docstrings, comments and strings too, which the formatter does not wrap."""
    settings = PROJECT["tool"]["ruff"]
    assert settings["line-length"] == 120
    assert "E" in settings["lint"]["select"]
    assert "E501" not in settings["lint"]["ignore"]


PROSE = {path for folder in ("", "grading", "book", "book/guides") for path in (ROOT / folder).glob("*.md")}
PROSE -= {ROOT / "book" / "guides" / "kill_matrix.md"}  # written by a command


@pytest.mark.parametrize("path", sorted(PROSE), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_prose_wraps_at_the_declared_width(path):
    """Rows of tables and lines of HTML may be longer, and so may a line that a link alone makes long."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.lstrip().startswith(("|", "<")):
            without_links = re.sub(r"\]\([^)]*\)|https?://\S+", "", line)
            assert len(without_links) <= 120, f"line {number} has {len(line)} characters: {line}"


SHOWN = sorted([*(ROOT / "chapters").glob("*.ipynb"), *(ROOT / "assignments").glob("*/*.ipynb")])


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_shown_code_of_lessons_and_exercises_fits_the_page(path):
    """88 characters: so many fit a page of 1280 px."""
    folded = {"setup", "hide-input", "remove-input", "hide-cell", "remove-cell"}
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "code" and not folded & set(cell.metadata.get("tags", [])):
            for line in cell.source.splitlines():
                assert len(line) <= 88, f"{len(line)} characters: {line}"
