"""What the book makes of the links in a lesson, tried on a book of five small pages."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
CONF = """
import sys
sys.path.insert(0, {extensions!r})
extensions = ["myst_nb", "sphinxcontrib.bibtex", "course_chinese", "course_links", "course_numbers"]
bibtex_bibfiles = ["book/references.bib"]
bibtex_cite_id = "cite-{{bibliography_count}}-{{key}}"
root_doc = "index"
numfig = True
myst_heading_anchors = 3
myst_enable_extensions = ["dollarmath"]
nb_execution_mode = "off"
"""
GLOSSARY = """# Glossary
```{glossary}
merge
    {zh}`合并`. One step of {term}`byte-pair encoding (BPE)`, and the rule that it *leaves* behind {cite}`gage1994`.

byte-pair encoding (BPE)
    {zh}`字节对编码`. Joins the most frequent pair.
```
"""
PAPER = "@misc{{{key}, author = {{{author}}}, title = {{{title}}}, year = {{{year}}}, keywords = {{text}}}}"
LESSON = """A [merge](../book/glossary.md#term-merge) is a step of
[BPE](../book/glossary.md#term-byte-pair-encoding-BPE), first used by [Gage](../book/bibliography.md#gage1994).

As chapter 2 says, and chapters 1, 2 and 9; `chapter 2` in code stays, and so does [chapter 2 of a book](https://example.org).
See [Figure](#fig-here) and the [figure](02_two.ipynb#fig-there). More in [its part](02_two.ipynb#what-goes-wrong).
"""


def notebook(*cells: dict) -> str:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "python"}}, "cells": cells}
    )


def prose(text: str) -> dict:
    return {"cell_type": "markdown", "id": f"m{abs(hash(text))}"[:12], "metadata": {}, "source": text}


def picture(name: str) -> dict:
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>picture</b>"}}
    metadata = {"mystnb": {"figure": {"caption": "What it shows", "name": name}}}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "source": "x",
        "execution_count": 1,
        "outputs": [output],
    }


def build(folder: Path, pages: dict[str, str]) -> str:
    """Build the pages; returns the warnings."""
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    warnings = StringIO()
    Sphinx(folder, folder, folder / "out", folder / "doctrees", "html", status=None, warning=warnings).build()
    return re.sub(r"\x1b\[[\d;]*m", "", warnings.getvalue())


def pages(lesson: str) -> dict[str, str]:
    return {
        "conf.py": CONF.format(extensions=str(ROOT / "book" / "_ext")),
        "index.md": "# Start\n```{toctree}\n:numbered: 2\nchapters/01_one\nchapters/02_two\n```\n"
        "```{toctree}\nbook/glossary\nbook/bibliography\n```\n",
        "book/glossary.md": GLOSSARY,
        "book/bibliography.md": '# Bibliography\n```{bibliography}\n:filter: keywords % "text"\n```\n'
        '```{bibliography}\n:filter: keywords % "data"\n```\n',
        "book/references.bib": PAPER.format(key="gage1994", author="Philip Gage", title="A New Algorithm", year=1994),
        "chapters/01_one.ipynb": notebook(prose("# One\n\n## First\n"), prose(lesson), picture("fig-here")),
        "chapters/02_two.ipynb": notebook(
            prose("# Two\n\n```{toctree}\n../assignments/02_two/exercises\n```\n\n## What goes wrong\n\nMore."),
            picture("fig-first"),
            picture("fig-there"),
        ),
        "assignments/02_two/exercises.md": "# Exercises: two\n\nAs in chapter 2.\n\n## 1. A sum\n\nText.\n",
    }


@pytest.fixture(scope="module")
def small_book(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    assert build(folder, pages(LESSON)) == ""
    return folder


def article(book: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((book / "out" / f"{page}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def lesson(small_book) -> BeautifulSoup:
    return article(small_book, "chapters/01_one")


def links(page: BeautifulSoup) -> dict[str, str]:
    return {link.get_text(): link["href"] for link in page.select("[role=main] a.reference")}


def test_links_of_a_lesson_lead_to_terms_papers_and_sections(small_book, lesson):
    found = links(lesson)
    assert found["merge"] == "../book/glossary.html#term-merge"
    assert found["BPE"] == "../book/glossary.html#term-byte-pair-encoding-BPE"
    assert found["its part"] == "02_two.html#what-goes-wrong"
    assert found["Gage"] == "../book/bibliography.html#cite-1-gage1994"
    assert article(small_book, "book/bibliography").find(id="cite-1-gage1994")


def test_mentions_of_chapters_become_links(lesson):
    found = [(a.get_text(), a["href"]) for a in lesson.select("a.chapter")]
    assert found == [("chapter 2", "02_two.html"), ("2", "02_two.html")]  # not this one, and not one that is to come
    assert "chapter 2" in [code.get_text() for code in lesson.select("code")]
    assert links(lesson)["chapter 2 of a book"] == "https://example.org"


def test_exercises_link_their_own_chapter(small_book):
    page = article(small_book, "assignments/02_two/exercises")
    assert [a["href"] for a in page.select("a.chapter")] == ["../../chapters/02_two.html"]


def test_figures_are_counted_and_links_to_them_say_the_number(small_book, lesson):
    assert links(lesson)["Figure 1.1"] == "#fig-here"
    assert links(lesson)["figure 2.2"] == "02_two.html#fig-there"
    assert "Fig. 1.1 What it shows" in " ".join(lesson.select_one("figcaption").get_text(" ").split())


def test_notes_say_what_stands_at_the_other_end(lesson):
    notes = json.loads(lesson.find(id="course-notes").string)
    assert set(notes) == {
        "../book/glossary.html#term-merge",
        "../book/glossary.html#term-byte-pair-encoding-BPE",
        "../book/bibliography.html#cite-1-gage1994",
    }
    term = BeautifulSoup(notes["../book/glossary.html#term-merge"], "html.parser")
    assert " ".join(term.get_text().split()).startswith("merge 合并 One step of byte-pair encoding (BPE), and the rule")
    assert term.select_one("[lang=zh-Hans]").get_text() == "合并"
    assert not term.select("a")  # nothing in a note leads elsewhere
    assert "Philip Gage. A new algorithm. 1994." in notes["../book/bibliography.html#cite-1-gage1994"]


def test_sections_have_numbers_and_exercises_none(small_book, lesson):
    assert [n.get_text() for n in lesson.select("[role=main] .section-number")] == ["1. ", "1.1. "]
    exercises = article(small_book, "assignments/02_two/exercises")
    assert exercises.select("[role=main] .section-number") == []
    assert exercises.h2.get_text().startswith("1. A sum")


def test_chapter_keeps_its_number_while_others_before_it_are_missing(tmp_path):
    """The number of its name, for the chapter, its sections, figures and what links to them; also when built again."""
    sources = pages("See [Figure](12_late.ipynb#fig-late) and [late](12_late.ipynb#its-part).")
    sources["index.md"] = sources["index.md"].replace("chapters/02_two", "chapters/02_two\nchapters/12_late")
    sources["chapters/12_late.ipynb"] = notebook(prose("# Late\n\n## Its part\n\nMore."), picture("fig-late"))
    for again in ({}, {"chapters/01_one.ipynb": notebook(prose("# One\n\nSee [Figure](12_late.ipynb#fig-late)."))}):
        warnings = build(tmp_path, {**sources, **again}).splitlines()
        if not again:  # later it also reads what the first run has written into the folder
            # Sphinx complains of its own nodes and roles when it runs twice in one process.
            assert [line for line in warnings if "while setting up extension" not in line] == []
        late, start = article(tmp_path, "chapters/12_late"), article(tmp_path, "index")
        assert [n.get_text() for n in late.select("[role=main] .section-number")] == ["12. ", "12.1. "]
        assert "Fig. 12.1 What it shows" in " ".join(late.select_one("figcaption").get_text(" ").split())
        assert "Figure 12.1" in links(article(tmp_path, "chapters/01_one"))
        assert "12. Late" in start.get_text()
        assert article(tmp_path, "chapters/02_two").select_one("h1 .section-number").get_text() == "2. "


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[x](../book/glossary.md#term-mergge)", "term-mergge"),
        ("[x](../book/bibliography.md#gage1995)", "gage1995"),
        ("[x](02_two.ipynb#fig-nowhere)", "fig-nowhere"),
        ("[Figure](#fig-nowhere)", "fig-nowhere"),
    ],
)
def test_link_that_leads_nowhere_is_a_warning(tmp_path, text, name):
    assert f"'{name}'" in build(tmp_path, pages(text))


def test_lesson_is_read_again_when_a_term_changes(tmp_path):
    build(tmp_path, pages(LESSON))
    build(tmp_path, {"book/glossary.md": GLOSSARY.replace("One step", "A single step")})
    assert (
        "A single step"
        in json.loads(article(tmp_path, "chapters/01_one").find(id="course-notes").string)[
            "../book/glossary.html#term-merge"
        ]
    )
