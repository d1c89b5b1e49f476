"""The book's sources and its Sphinx extensions; what a browser must judge is in tests/browser."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
TOC = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
ROAD = yaml.safe_load((BOOK / "road.yml").read_text(encoding="utf-8"))


def extension(name: str):
    """A module of book/_ext, which Jupyter Book imports by its own path."""
    spec = importlib.util.spec_from_file_location(name, BOOK / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def files_below(entry) -> list[str]:
    found = [entry["file"]] if "file" in entry else []
    if "glob" in entry:
        found += sorted(str(path.relative_to(ROOT).with_suffix("")) for path in ROOT.glob(f"{entry['glob']}.md"))
    for key in ("parts", "chapters", "sections"):
        for child in entry.get(key, []):
            found += files_below(child)
    return found


def markdown(name: str) -> str:
    return (BOOK / f"{name}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def built() -> Path:
    """The rendered book: BOOK_HTML, or what `make book` left."""
    html = Path(os.environ.get("BOOK_HTML", ROOT / "_build" / "html"))
    if not (html / "book" / "intro.html").is_file():
        pytest.skip("no rendered book: run make book")
    return html


# --- table of contents and road ------------------------------------------------------------------------------------


def test_every_page_of_the_toc_exists_once():
    pages = [TOC["root"], *files_below(TOC)]
    assert [page for page in pages if not any((ROOT / f"{page}{end}").is_file() for end in (".md", ".ipynb"))] == []
    assert max(Counter(pages).values()) == 1


def test_every_lesson_is_in_the_toc_with_its_exercises_below():
    lessons = [
        chapter for part in TOC["parts"] for chapter in part["chapters"] if chapter["file"].startswith("chapters/")
    ]
    assert {lesson["file"] for lesson in lessons} == {
        f"chapters/{path.stem}" for path in (ROOT / "chapters").glob("*.ipynb")
    }
    for lesson in lessons:
        name = Path(lesson["file"]).name
        assert [section["file"] for section in lesson["sections"]] == [f"assignments/{name}/exercises"]
        assert [section["title"] for section in lesson["sections"]] == ["Exercises"]


def test_titles_of_the_sidebar_are_those_of_the_road():
    short = {f"chapters/{c['id']}": c["title"] for part in ROAD["parts"] for c in part["chapters"]}
    lessons = [c for part in TOC["parts"] for c in part["chapters"] if c["file"].startswith("chapters/")]
    assert {c["file"]: c["title"] for c in lessons} == {c["file"]: short[c["file"]] for c in lessons}


def test_pages_stand_in_the_order_in_which_they_are_read():
    """First the chapters, counted on from part to part; the instructors' pages last."""
    parts = [(part, [Path(chapter["file"]).parts[0] for chapter in part["chapters"]]) for part in TOC["parts"]]
    chapters = [part for part, folders in parts if folders[0] == "chapters"]
    assert TOC["parts"][: len(chapters)] == chapters
    assert all(part["numbered"] == 2 for part in chapters)  # chapters and sections, not what is below
    assert CONFIG["html"]["use_multitoc_numbering"] is True
    assert files_below(TOC["parts"][-1])[0] == "book/guides/instructor"


def test_next_from_the_intro_is_chapter_1(built):
    html = (built / "book" / "intro.html").read_text(encoding="utf-8")
    assert re.search(r'class="right-next"\s+href="\.\./chapters/01_tokenizer\.html"', html)


def test_every_guide_is_in_the_toc():
    assert {f"book/{path.relative_to(BOOK).with_suffix('')}" for path in BOOK.rglob("*.md")} == {
        page for page in [TOC["root"], *files_below(TOC)] if page.startswith("book/")
    }


def test_road_and_toc_agree_on_parts_and_order():
    """The toc holds the written chapters of the road, part by part and in the road's order."""
    planned = {
        f"{'I' * n}. {part['title']}": [c["id"] for c in part["chapters"]] for n, part in enumerate(ROAD["parts"], 1)
    }
    for part in TOC["parts"]:
        written = [Path(c["file"]).name for c in part["chapters"] if c["file"].startswith("chapters/")]
        assert not written or part["caption"] in planned
        assert written == [name for name in planned.get(part["caption"], []) if name in written]


def test_road_numbers_its_chapters_as_their_names_do():
    names = [chapter["id"] for part in ROAD["parts"] for chapter in part["chapters"]]
    assert [int(name[:2]) for name in names] == list(range(1, 21))


def drawings(figure: str) -> dict[str, ElementTree.Element]:
    """The figure's drawings by name; parsing them shows that they are well-formed."""
    svgs = re.findall(r"<svg.*?</svg>", figure, flags=re.DOTALL)
    return {root.get("class"): root for root in map(ElementTree.fromstring, svgs)}


def test_road_links_the_written_chapters_and_marks_the_others():
    written = {page: f"../{page}.html" for page in files_below(TOC) if page.startswith("chapters/")}
    shapes = drawings(extension("course_road").draw_road(ROAD, written.get))
    assert set(shapes) == {"road-wide", "road-narrow"}
    for drawing in shapes.values():
        assert [link.get("href") for link in drawing.iter("a")] == list(written.values())
        states = Counter(
            group.get("class").split()[1] for group in drawing.iter("g") if group.get("class", "")[:4] == "stop"
        )
        assert states["written"] == len(written)
        assert states["coming"] == 20 - len(written)
        numbers = [text.text for text in drawing.iter("text") if text.get("class") == "number"]
        assert numbers == [str(number) for number in range(1, 21)]
        assert sum(text.text == "coming" for text in drawing.iter("text")) == states["coming"]
        assert drawing.find("title").text
        assert f"{len(written)} of them" in drawing.find("desc").text


def test_road_draws_no_label_outside_of_its_frame():
    """No milestone or label leaves the drawing, and no two milestones touch."""
    for drawing in drawings(extension("course_road").draw_road(ROAD, lambda docname: None)).values():
        width, height = (float(number) for number in drawing.get("viewBox").split()[2:])
        milestones = [
            (float(c.get("cx")), float(c.get("cy"))) for c in drawing.iter("circle") if c.get("class") == "milestone"
        ]
        assert len(milestones) == 20
        assert all(18 <= x <= width - 18 and 18 <= y <= height - 18 for x, y in milestones)
        gaps = [(a - c) ** 2 + (b - d) ** 2 for i, (a, b) in enumerate(milestones) for c, d in milestones[:i]]
        assert min(gaps) > 50**2
        assert all(0 < float(text.get("y")) < height for text in drawing.iter("text"))


def test_road_file_with_a_missing_key_is_refused(tmp_path):
    file = tmp_path / "road.yml"
    file.write_text("start: x\nparts:\n  - title: One\n    chapters:\n      - {id: 01_a, title: A}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks makes"):
        extension("course_road").load_road(file)


# --- texts ---------------------------------------------------------------------------------------------------------


def test_tokens_on_the_first_page_are_those_of_gpt2():
    from gptutils.tokenizer import gpt2_tokenizer

    shown = re.findall(r'<span class="token"><b>(.*?)</b><i>(\d+)</i></span>', markdown("intro"))
    pieces = [re.sub(r"<u>␣</u>", " ", piece) for piece, _ in shown]
    tokenizer = gpt2_tokenizer()
    assert "".join(pieces) == "Not all heroes wear capes."
    assert tokenizer.encode("".join(pieces)) == [int(number) for _, number in shown]
    assert [tokenizer.decode([int(number)]) for _, number in shown] == pieces


def test_every_module_of_the_package_has_a_page():
    """A module without one: copy a page of book/api and change the name in it; the list of modules finds it by
    itself."""
    sources = [path.relative_to(ROOT / "gptutils") for path in (ROOT / "gptutils").rglob("*.py")]
    modules = {path.with_suffix("").as_posix() for path in sources if not path.stem.startswith("_")}
    pages = (BOOK / "api").rglob("*.md")
    assert {path.relative_to(BOOK / "api").with_suffix("").as_posix() for path in pages} == modules
    for module in modules:
        page, name = markdown(f"api/{module}"), f"gptutils.{module.replace('/', '.')}"
        assert page.startswith(f"# `{name}`\n")
        assert f"automodule:: {name}\n   :members:" in page
        assert extension("course_api").summary(ROOT / "gptutils" / f"{module}.py"), f"{module} has no docstring"


def glossary_entries() -> dict[str, str]:
    blocks = re.findall(r"```\{glossary\}\n(.*?)```", markdown("glossary"), flags=re.DOTALL)
    entries = re.findall(r"^(\S.*)\n((?: {4}.*\n)+)", "\n".join(blocks), flags=re.MULTILINE)
    assert max(Counter(term for term, _ in entries).values()) == 1
    return dict(entries)


def test_glossary_gives_every_term_its_chinese_one():
    entries = glossary_entries()
    assert len(entries) >= 60
    for term, definition in entries.items():
        name = re.match(r"\s+\{zh\}`([^`]+)`", definition)
        assert name, f"{term}: the definition should start with its Chinese term, {{zh}}`...`"
        assert re.search(r"[\u4e00-\u9fff]", name[1]) or name[1] == "logits", f"{term}: {name[1]} is not Chinese"


def bibliography() -> dict[str, dict]:
    from pybtex.database import parse_file

    entries = parse_file(str(BOOK / "references.bib")).entries
    return {key: {**entry.fields, "persons": entry.persons} for key, entry in entries.items()}


def test_every_reference_is_complete_and_listed_once():
    sections = re.findall(r':filter: keywords % "(\w+)"', markdown("bibliography"))
    assert len(set(sections)) == len(sections)
    for key, entry in bibliography().items():
        assert entry["persons"]["author"], key
        assert entry["title"], key
        last_name = re.sub(r"\{\\.(\w)\}", r"\1", entry["persons"]["author"][0].last_names[-1])  # H{\"a}gele: Hagele
        assert key.startswith(last_name.lower()), key
        assert re.search(r"\d{4}", key)[0] == entry["year"], key
        assert entry["keywords"] in sections, key
        assert re.fullmatch(r"(\d{4})\.\d{4,5}", entry.get("eprint", "1234.5678")), key


def test_commands_of_the_guides_exist():
    """Every `make` target that a page names is one of the Makefile's; the students' edition lacks the instructors'
    ones."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    instructors = set() if (ROOT / "solutions").is_dir() else {"instructor.md"}
    named = {
        (path.name, target)
        for path in BOOK.rglob("*.md")
        if path.name not in instructors
        for target in re.findall(
            r"(?:`|\$ |^|; |, )make ([a-z][a-z-]*)", path.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    }
    assert named
    assert {(page, target) for page, target in named if target not in targets} == set()


# --- extensions ----------------------------------------------------------------------------------------------------


def test_items_of_a_docstring_get_their_description_below_the_name():
    lines = """Perplexity exp(loss).

Parameters
----------
loss : mean loss in nats; any shape [...],
    wrapped here.
top : int
    As numpydoc itself has it.

Returns
-------
Same shape as ``loss``; 1.0 for
a certain model.

Raises
------
ValueError : when loss is negative.

Examples
--------
>>> {"a : b": 1}
""".splitlines()
    assert (
        extension("course_docstrings").reshape(lines)
        == """Perplexity exp(loss).

Parameters
----------
loss
    mean loss in nats; any shape [...],
    wrapped here.
top
    int
    As numpydoc itself has it.

Returns
-------
Same shape as ``loss``; 1.0 for a certain model.

Raises
------
ValueError
    when loss is negative.

Examples
--------
>>> {"a : b": 1}
""".splitlines()
    )


def test_changed_style_sheet_is_noticed(tmp_path):
    """Sphinx by itself would leave the old one in the rendered book as long as no page changes."""
    source, out = tmp_path / "book" / "_static", tmp_path / "out" / "_static"
    source.mkdir(parents=True)
    out.mkdir(parents=True)
    app = SimpleNamespace(
        confdir=tmp_path,
        outdir=tmp_path / "out",
        config=SimpleNamespace(html_static_path=["book/_static"], root_doc="index"),
    )
    refresh = extension("course_assets").refresh_assets
    (source / "a.css").write_text("old", encoding="utf-8")
    assert refresh(app, None, set(), set(), set()) == ["index"]  # not built yet
    (out / "a.css").write_text("old", encoding="utf-8")
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "x.pyc").write_text("", encoding="utf-8")
    assert refresh(app, None, set(), set(), set()) == []
    (source / "a.css").write_text("new", encoding="utf-8")
    assert refresh(app, None, set(), set(), set()) == ["index"]


def test_icons_are_drawn_with_the_paths_of_the_theme():
    light = extension("course_light")
    page = '<head><script defer src="../_static/scripts/fontawesome.js?digest=1"></script></head>\n'
    page += '<i class="fas fa-rocket"></i>'
    html = light.lighten(f'{page}<span class="theme fa-solid fa-sun fa-lg" data-mode="light"></span>', "x")
    assert "fontawesome.js" not in html
    icons = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html)]
    assert [icon.get("class") for icon in icons] == ["svg-inline--fa fa-rocket", "svg-inline--fa theme fa-sun fa-lg"]
    assert icons[1].get("data-mode") == "light"
    assert all(len(icon.find("path").get("d")) > 100 for icon in icons)
    assert html.count("CC BY 4.0") == 1
    with pytest.raises(ValueError, match="fa-nothing"):
        light.lighten('<i class="fas fa-nothing"></i>', "x")


def test_page_keeps_mathjax_for_formulas_and_the_index_for_the_search():
    loads = "".join(f'<script src="_static/{name}"></script>' for name in ("mathjax/tex-chtml.js", "searchindex.js"))
    lighten = extension("course_light").lighten
    assert lighten(loads, "x") == ""
    assert "tex-chtml" in lighten(f'{loads}<span class="math notranslate">', "x")
    assert "searchindex" in lighten(loads, "search")


@pytest.mark.parametrize(("owner", "shown"), [("SET_OWNER", False), ("somebody", True)])
def test_buttons_are_left_out_while_the_address_is_the_placeholder(owner, shown):
    options = {
        "repository_url": f"https://github.com/{owner}/build-a-gpt",
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    }
    extension("course_address").leave_out(None, SimpleNamespace(html_theme_options=options))
    assert [options["use_repository_button"], options["use_issues_button"], bool(options["launch_buttons"])] == [
        shown
    ] * 3


# --- the course in figures -----------------------------------------------------------------------------------------


def test_table_has_every_lesson_with_the_points_of_its_tests():
    table = extension("course_table")
    written, planned = table.chapters(ROOT)
    assert [c.lesson for c in written] == [page for page in files_below(TOC) if page.startswith("chapters/")]
    assert planned == sum(len(part["chapters"]) for part in ROAD["parts"])
    for c in written:
        cells = json.loads((ROOT / f"{c.exercises}.ipynb").read_text(encoding="utf-8"))["cells"]
        graded = [cell["metadata"]["nbgrader"] for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade")]
        assert c.points == sum(cell["points"] for cell in graded)
        assert 30 <= c.reading <= 240
        assert 60 <= c.exercising <= 480
        assert 5 < len(c.needs) < 160


def lesson_that_says(folder: Path, text: str) -> Path:
    path = folder / "lesson.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": [text]}]}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "needs", "minutes"),
    [
        ("**What you need.** Chapter 1. No GPU. Reading takes about 80 minutes.", "Chapter 1.", 80),
        ("**What you need.** NumPy as far as `a.T`. Allow an hour and a quarter.", "NumPy as far as `a.T`.", 75),
        ("**What you need.** Chapter 1.\n\n**Time.** 45 minutes.", "Chapter 1.", 45),
    ],
)
def test_what_a_lesson_needs_and_how_long_it_reads(tmp_path, text, needs, minutes):
    assert extension("course_table").needs_and_minutes(lesson_that_says(tmp_path, text)) == (needs, minutes)


def test_lesson_without_its_time_and_set_without_its_table_are_refused(tmp_path):
    table = extension("course_table")
    with pytest.raises(ValueError, match="What you need"):
        table.needs_and_minutes(lesson_that_says(tmp_path, "**What you need.** Chapter 1."))
    with pytest.raises(ValueError, match="columns 'points' and 'minutes'"):
        table.points_and_minutes(lesson_that_says(tmp_path, "# Exercises\n\n| a | b |\n|---|---|\n| 1 | 2 |"))


def test_points_and_minutes_are_summed(tmp_path):
    text = "| | points | minutes |\n|---|---|---|\n| 1. A | 3 | 20 |\n| 2. B | 17 | 100 |\n\nAfter it."
    assert extension("course_table").points_and_minutes(lesson_that_says(tmp_path, text)) == (20, 120)
    assert [extension("course_table").hours(minutes) for minutes in (10, 30, 75, 80, 120)] == [
        "½ h",
        "½ h",
        "1 h",
        "1½ h",
        "2 h",
    ]


def test_table_links_lessons_downloads_and_colab():
    table = extension("course_table")
    chapter = table.Chapter(2, "02_x", "A <b>", "`y`", "Chapter [1](01.ipynb).", 60, 12.4, 20, 150)
    html = table.table([chapter], 3, lambda file: f"../{file}", "https://colab/o/r")
    found = BeautifulSoup(html, "html.parser")
    assert [a["href"] for a in found.find_all("a")] == [
        "../chapters/02_x.html",
        "../assignments/02_x/exercises.html",
        "../_sources/chapters/02_x.ipynb",
        "https://colab/o/r/chapters/02_x.ipynb",
        "../_sources/assignments/02_x/exercises.ipynb",
        "https://colab/o/r/assignments/02_x/exercises.ipynb",
    ]
    cells = [cell.get_text() for cell in found.find_all("td")]
    assert found.th.get_text() == "Chapter"
    assert cells[:4] == ["y", "Chapter 1.", "60 min", "12 s"]
    assert "colab" not in table.table([chapter], 3, str, None).lower()
    assert table.sentence([chapter], 3).startswith("1 of 3 chapters")


def test_intro_shows_the_table_and_downloads_exist(built):
    html = (built / "book" / "intro.html").read_text(encoding="utf-8")
    downloads = re.findall(r'href="\.\./(_sources/[^"]+)" download', html)
    assert len(downloads) == 2 * len(list((ROOT / "chapters").glob("*.ipynb")))
    assert [file for file in downloads if not (built / file).is_file()] == []


def test_status_names_notebooks_that_exist():
    status = json.loads((BOOK / "status.json").read_text(encoding="utf-8"))
    here = [path for path in status["seconds"] if (ROOT / path.split("/")[0]).is_dir()]  # students have no solutions/
    assert [path for path in here if not (ROOT / path).is_file()] == []
    if status["date"]:
        shown = extension("course_table").status_table(status)
        assert all(text in shown for text in [status["date"], *status["versions"], *status["seconds"]])


# --- settings and the rendered book --------------------------------------------------------------------------------


def test_launch_buttons_survive_the_theme_options():
    from jupyter_book.config import get_final_config

    settings, _ = get_final_config(
        user_yaml=ROOT / "_config.yml",
        cli_config={"latex_individualpages": False},
        sourcedir=ROOT,
        raise_on_invalid=True,
    )
    options = settings["html_theme_options"]
    assert options["launch_buttons"]["colab_url"] == "https://colab.research.google.com"
    assert options["repository_url"] == CONFIG["repository"]["url"]
    assert options["repository_branch"] == CONFIG["repository"]["branch"]
    assert settings["nb_execution_mode"] == "off"
    assert settings["external_toc_exclude_missing"] is True


class Loaded(HTMLParser):
    """Collects the addresses that a page loads by itself (not those that it merely links to)."""

    def __init__(self):
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "link" and attributes.get("rel") not in ("canonical", "next", "prev", "index", "search", "author"):
            self.addresses.append(attributes.get("href") or "")
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed", "object"):
            self.addresses += [attributes.get(name) or "" for name in ("src", "data", "srcset", "poster")]
            self.handle_srcdoc(attributes.get("srcdoc"))

    def handle_srcdoc(self, srcdoc):
        if srcdoc:  # a playground
            inner = Loaded()
            inner.feed(srcdoc)
            self.addresses += inner.addresses


def test_pages_load_nothing_from_elsewhere(built):
    """Read from the files, so that it also covers what a browser would load only later."""
    for page in built.rglob("*.html"):
        if "_static" in page.relative_to(built).parts:
            continue
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert [a for a in loaded.addresses if re.match(r"(https?:)?//", a)] == [], page
        assert any("course.css" in a for a in loaded.addresses) or page.name == "index.html", page
    for sheet in [*built.rglob("course*.css"), *built.rglob("theme.css"), *built.rglob("*sphinx-theme.css")]:
        assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//[^)\"']+", sheet.read_text(encoding="utf-8")) == []


def test_rendered_glossary_has_the_chinese_beside_the_term(built):
    html = (built / "book" / "glossary.html").read_text(encoding="utf-8")
    terms = re.findall(r"<dt id=\"term-.*?</dt>", html, flags=re.DOTALL)
    assert len(terms) == len(glossary_entries())
    assert [term for term in terms if 'lang="zh-Hans"' not in term] == []


def test_rendered_api_shows_the_package(built):
    """The pages hold the docstrings, with their shapes and examples, and not merely headings."""
    from gptutils import tokenizer

    html = (built / "book" / "api" / "tokenizer.html").read_text(encoding="utf-8")
    for name in ("BPETokenizer", "BPETokenizer.train", "BPETokenizer.encode", "gpt2_tokenizer", "text_to_token_ids"):
        assert f'id="gptutils.tokenizer.{name}"' in html
    first_line = tokenizer.gpt2_tokenizer.__doc__.splitlines()[0]
    text = re.sub(r"<[^>]+>", "", html).replace("’", "'").replace("&#39;", "'")
    assert re.sub(r"[`*]", "", first_line).replace("’", "'")[:40] in text
