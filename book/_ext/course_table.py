"""The course in figures: the table of the chapters, the hours, and the state of the last full run.

Nothing here is written twice. The title and the result of a chapter come from road.yml, what it needs and how long it
reads from the lesson's paragraph **What you need.**, points and minutes of the exercises from the table that opens the
set, run times from status.json (``make status``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

ROAD_FILE, STATUS_FILE = "book/road.yml", "book/status.json"
HOURS = {"an hour and a half": 90, "an hour and a quarter": 75, "two hours": 120, "an hour": 60}


@dataclass(frozen=True)
class Chapter:
    """One row of the table; ``seconds`` is None where the lesson has not been measured."""

    number: int
    name: str
    title: str
    makes: str
    needs: str
    reading: int
    seconds: float | None
    points: int
    exercising: int

    @property
    def lesson(self) -> str:
        return f"chapters/{self.name}"

    @property
    def exercises(self) -> str:
        return f"assignments/{self.name}/exercises"


def prose(path: Path) -> list[str]:
    """The Markdown cells of a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


def needs_and_minutes(lesson: Path) -> tuple[str, int]:
    """What a lesson needs, the first sentence of it, and the minutes of reading that it states."""
    paragraphs = [p for cell in prose(lesson) for p in cell.split("\n\n")]
    asked = [" ".join(p.split()) for p in paragraphs if p.startswith(("**What you need.**", "**Time.**"))]
    text = " ".join(asked).removeprefix("**What you need.** ")
    stated = re.search(r"(\d+) minutes", text)
    minutes = int(stated[1]) if stated else next((n for words, n in HOURS.items() if words in text.lower()), None)
    if not asked or minutes is None:
        raise ValueError(f"{lesson}: no paragraph '**What you need.** ... Reading takes about 80 minutes.'")
    return re.match(r".*?[.](?= [A-Z*]|$)", text)[0], minutes


def points_and_minutes(exercises: Path) -> tuple[int, int]:
    """The sums of the columns "points" and "minutes" in the table at the head of a set."""
    rows = [
        line.strip().strip("|").split("|") for line in prose(exercises)[0].splitlines() if line.lstrip().startswith("|")
    ]
    rows = [[cell.strip() for cell in row] for row in rows]
    if not rows or not {"points", "minutes"} <= set(rows[0]):
        raise ValueError(f"{exercises}: its first cell has no table with the columns 'points' and 'minutes'")
    points, minutes = (sum(int(row[rows[0].index(column)]) for row in rows[2:]) for column in ("points", "minutes"))
    return points, minutes


def load_status(root: Path) -> dict:
    return json.loads((root / STATUS_FILE).read_text(encoding="utf-8"))


def chapters(root: Path) -> tuple[list[Chapter], int]:
    """The written chapters in their order, and how many the course will have."""
    road = yaml.safe_load((root / ROAD_FILE).read_text(encoding="utf-8"))
    planned = [chapter for part in road["parts"] for chapter in part["chapters"]]
    seconds = load_status(root)["seconds"]
    found = []
    for number, chapter in enumerate(planned, start=1):
        name = chapter["id"]
        lesson = root / "chapters" / f"{name}.ipynb"
        if lesson.is_file():
            needs, reading = needs_and_minutes(lesson)
            points, exercising = points_and_minutes(root / "assignments" / name / "exercises.ipynb")
            run = seconds.get(f"chapters/{name}.ipynb")
            found.append(
                Chapter(number, name, chapter["title"], chapter["makes"], needs, reading, run, points, exercising)
            )
    return found, len(planned)


# --- as HTML -------------------------------------------------------------------------------------------------------


def hours(minutes: int) -> str:
    """3 h, 2½ h: to the half hour."""
    halves = max(1, round(minutes / 30))
    return f"{halves // 2 or ''}{'½' if halves % 2 else ''} h"


def simple(text: str) -> str:
    """Code and links of a sentence as HTML, links as their words alone."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def sentence(written: list[Chapter], planned: int) -> str:
    reading, exercising = (sum(getattr(c, what) for c in written) for what in ("reading", "exercising"))
    return (
        f"{len(written)} of {planned} chapters are written. They take about {hours(reading)} of reading and "
        f"{hours(exercising)} of exercises."
    )


COLUMNS = ("Chapter", "Result", "You need", "Reading", "Run, 2 cores", "Exercises", "Notebooks")


def table(written: list[Chapter], planned: int, uri_of, colab: str | None) -> str:
    """The table of the chapters; ``uri_of(page)`` is the address of a page or file, ``colab`` that on Colab."""
    rows = []
    for c in written:
        links = []
        for page, what in [(c.lesson, "lesson"), (c.exercises, "exercises")]:
            source = f"{page}.ipynb"
            of = f'<span class="visually-hidden"> of chapter {c.number}</span>'
            here = [f'<a href="{uri_of("_sources/" + source)}" download>{what}{of}</a>']
            if colab:
                here.append(f'<a href="{colab}/{source}">Colab<span class="visually-hidden">: {what}{of}</span></a>')
            links.append(" · ".join(here))
        cells = [
            f'<a href="{uri_of(c.lesson + ".html")}">{c.number}. {escape(c.title)}</a>',
            simple(c.makes),
            simple(c.needs),
            f"{c.reading} min",
            "–" if c.seconds is None else f"{c.seconds:.0f} s",
            f'<a href="{uri_of(c.exercises + ".html")}">{c.points} points'
            '<span class="visually-hidden"> in the exercises of '
            f"chapter {c.number}</span></a>, {hours(c.exercising)}",
            "<br>".join(links),
        ]
        body = "".join(
            f'<td role="cell" data-label="{label}">{cell}</td>'
            for label, cell in zip(COLUMNS[1:], cells[1:], strict=True)
        )
        rows.append(f'<tr role="row"><th role="rowheader" scope="row">{cells[0]}</th>{body}</tr>')
    head = "".join(f'<th role="columnheader" scope="col">{label}</th>' for label in COLUMNS)
    return (
        '<table class="course-table" role="table"><caption class="visually-hidden">The chapters</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table>'
    )


def status_table(status: dict) -> str:
    if not status["date"]:
        return "<p>No run of all notebooks has been recorded yet.</p>"
    versions = "".join(f"<dt>{escape(name)}</dt><dd>{escape(v)}</dd>" for name, v in status["versions"].items())
    rows = "".join(
        f"<tr><td><code>{escape(path)}</code></td><td>{seconds:.1f}</td></tr>"
        for path, seconds in sorted(status["seconds"].items())
    )
    return (
        f'<dl class="course-versions"><dt>Date</dt><dd>{escape(status["date"])}</dd>'
        f"<dt>Machine</dt><dd>{escape(status['machine'])}</dd>{versions}</dl>"
        '<table class="table course-status"><thead><tr><th scope="col">Notebook</th>'
        '<th scope="col">Seconds</th></tr></thead>'
        f"<tbody>{rows}<tr><td>together</td><td>{sum(status['seconds'].values()):.1f}</td></tr></tbody></table>"
    )


# --- Sphinx --------------------------------------------------------------------------------------------------------


class CourseNode(nodes.General, nodes.Element):
    """Stands for a table or sentence until the page is written and the addresses of the others are known."""


class CourseDirective(SphinxDirective):
    def run(self):
        root = Path(self.env.srcdir)
        for file in [ROAD_FILE, STATUS_FILE]:
            self.env.note_dependency(str(root / file))
        for pattern in ("chapters/*.ipynb", "assignments/*/exercises.ipynb"):
            for notebook in root.glob(pattern):
                self.env.note_dependency(str(notebook))
        return [CourseNode("", kind=self.name)]


def visit(translator, node):
    builder = translator.builder
    root, here = Path(builder.srcdir), builder.get_target_uri(builder.current_docname)
    if node["kind"] == "status":
        html = status_table(load_status(root))
    elif node["kind"] == "hours":
        html = f"<p>{sentence(*chapters(root))}</p>"
    else:
        depth = here.count("/")
        html = table(*chapters(root), lambda file: "../" * depth + file, colab_of(builder.config.html_theme_options))
    translator.body.append(html)
    raise nodes.SkipNode


def colab_of(options: dict) -> str | None:
    """The repository's address on Colab; None where no launch buttons are shown."""
    colab = options.get("launch_buttons", {}).get("colab_url")
    slug = options.get("repository_url", "").removeprefix("https://github.com/")
    return f"{colab}/github/{slug}/blob/{options['repository_branch']}" if colab else None


def skip(translator, node):
    raise nodes.SkipNode


def setup(app):
    app.add_node(CourseNode, html=(visit, None), latex=(skip, None), text=(skip, None))
    for name in ("chapters", "hours", "status"):
        app.add_directive(name, CourseDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
