"""The directive ``{road}``: the picture of the whole course, drawn from ``book/road.yml``.

A chapter is a link when its lesson is in the book's table of contents, and is marked as coming otherwise.
Two drawings are made, a winding road for wide columns and an upright one for telephones; the style sheet shows one of
them.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

ROAD_FILE = "book/road.yml"


@dataclass(frozen=True)
class Stop:
    """One place on the road: a chapter, or a landmark (``number`` is None) such as the raw text it starts from."""

    part: int
    title: str
    makes: str = ""
    number: int | None = None
    docname: str | None = None
    href: str | None = None

    @property
    def state(self) -> str:
        if self.number is None:
            return "landmark"
        return "written" if self.href else "coming"


def load_road(path: Path) -> dict:
    """The chapters file as a dict; ValueError when a part or chapter lacks a key."""
    road = yaml.safe_load(path.read_text(encoding="utf-8"))
    for part in road["parts"]:
        chapters = [(chapter, ("id", "title", "makes")) for chapter in part.get("chapters", [])]
        for holder, keys in [(part, ("title", "chapters")), *chapters]:
            missing = [key for key in keys if key not in holder]
            if missing:
                raise ValueError(f"{path}: {holder} lacks {', '.join(missing)}")
    return road


def stops_of(road: dict, href_of) -> list[Stop]:
    """All places on the road in order; ``href_of(docname)`` is the address of a written lesson, else None."""
    stops = [Stop(part=1, title=road["start"])]
    number = 0
    for part_number, part in enumerate(road["parts"], start=1):
        for chapter in part["chapters"]:
            number += 1
            docname = f"chapters/{chapter['id']}"
            stops.append(Stop(part_number, chapter["title"], chapter["makes"], number, docname, href_of(docname)))
        if "ends_at" in part:
            stops.append(Stop(part_number, part["ends_at"]))
    return stops


# --- drawing -------------------------------------------------------------------------------------------------------

WIDE_COLUMNS, WIDE_STEP, WIDE_LEFT, WIDE_TOP, WIDE_ROW = 5, 138, 104, 72, 164
WIDE_WIDTH = 2 * WIDE_LEFT + (WIDE_COLUMNS - 1) * WIDE_STEP
NARROW_WIDTH, NARROW_TOP, NARROW_STEP = 340, 78, 62


def text(x: float, y: float, content: str, css: str, anchor: str = "middle") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{css}" text-anchor="{anchor}">{escape(content)}</text>'


def lines_of_text(x, y, content, css, width, leading, anchor="middle"):
    """The content wrapped to ``width`` characters, as text elements, and the y below the last one."""
    drawn = []
    for line in textwrap.wrap(content, width):
        drawn.append(text(x, y, line, css, anchor))
        y += leading
    return drawn, y


def landmark(x: float, y: float, kind: str) -> str:
    """A sheet of text, a flag, or a speech bubble, drawn around (x, y)."""
    shapes = {
        "sheet": '<path d="M-17-23H9l10 10V23H-17Z" class="shape"/><path d="M9-23v10h10" class="line"/>'
        '<path d="M-10-6H5M-10 1H12M-10 8H8M-10 15H11" class="line"/>',
        "flag": '<path d="M-10 24V-22" class="line"/><path d="M-10-22H20L13-12L20-2H-10Z" class="shape solid"/>',
        "bubble": '<path d="M-28-24'
        'H28a8 8 0 0 1 8 8V8a8 8 0 0 1-8 8H-4L-16 27V16H-28a8 8 0 0 1-8-8V-16a8 8 0 0 1 8-8Z" '
        'class="shape solid"/>'
        '<circle cx="-15" cy="-4" r="4" class="dot"/><circle cy="-4" r="4" class="dot"/>'
        '<circle cx="15" cy="-4" r="4" class="dot"/>',
    }
    return f'<g transform="translate({x:g} {y:g})" class="landmark-shape" aria-hidden="true">{shapes[kind]}</g>'


def kind_of_landmark(index: int, count: int) -> str:
    return "sheet" if index == 0 else "bubble" if index == count - 1 else "flag"


def marker(stop: Stop, x: float, y: float, labels: list[str]) -> str:
    """A milestone with its labels; a link when the chapter is written."""
    milestone = (
        f'<circle cx="{x:g}" cy="{y:g}" r="18" class="milestone"/>'
        f'<text x="{x:g}" y="{y + 5:g}" class="number" text-anchor="middle">{stop.number}</text>'
    )
    body = milestone + "".join(labels)
    if stop.href:
        body = f'<a href="{escape(stop.href)}">{body}</a>'
    return f'<g class="stop {stop.state} part-{stop.part}">{body}</g>'


def stretch(path: str, stop: Stop) -> str:
    """The piece of road that leads to a stop: paved, with a line along its middle, when its chapter is written."""
    paved = "paved" if stop.state == "written" else "unpaved"
    return f'<path d="{path}" class="stretch {paved} part-{stop.part}"/><path d="{path}" class="centre"/>'


def draw_wide(stops: list[Stop], parts: list[str]) -> tuple[str, float]:
    """The winding road: rows of stops, read left to right and right to left in turns."""
    rows: list[list[Stop]] = [[]]
    for stop in stops:  # a part starts a row of its own, so that its name can stand above it
        new_part = bool(rows[-1]) and stop.part != rows[-1][-1].part
        if new_part or len(rows[-1]) == WIDE_COLUMNS:
            rows.append([])
        rows[-1].append(stop)
    roadway, signs, previous, seen_parts = [], [], None, set()
    for row_number, row in enumerate(rows):
        y = WIDE_TOP + row_number * WIDE_ROW
        rightwards = row_number % 2 == 0
        for slot, stop in enumerate(row):
            column = slot if rightwards else WIDE_COLUMNS - 1 - slot
            if len(row) == 1:
                column = WIDE_COLUMNS // 2
            x = WIDE_LEFT + column * WIDE_STEP
            if previous:
                px, py = previous
                if py == y:
                    path = f"M{px:g} {py:g}H{x:g}"
                else:  # a hairpin on the side where the last row ended
                    side = 1 if px > WIDE_WIDTH / 2 else -1
                    edge, r = (WIDE_WIDTH - 18 if side > 0 else 18), 40
                    sweep = 1 if side > 0 else 0
                    path = (
                        f"M{px:g} {py:g}H{edge - side * r:g}a{r} {r} 0 0 {sweep} {side * r} {r}"
                        f"V{y - r:g}a{r} {r} 0 0 {sweep} {-side * r} {r}H{x:g}"
                    )
                roadway.append(stretch(path, stop))
            previous = (x, y)
            if stop.part not in seen_parts:
                seen_parts.add(stop.part)
                px, anchor = (WIDE_LEFT - 62, "start") if rightwards else (WIDE_WIDTH - WIDE_LEFT + 62, "end")
                signs.append(text(px, y - 42, parts[stop.part - 1], f"part-name part-{stop.part}", anchor))
            if stop.number is None:
                kind = kind_of_landmark(stops.index(stop), len(stops))
                if len(row) == 1:  # the end of the road has room for a larger sign
                    label = [text(x + 52, y + 5, stop.title, "landmark-name end", "start")]
                else:
                    label, _ = lines_of_text(x, y + 44, stop.title, "landmark-name", 16, 18)
                signs.append(f'<g class="stop landmark part-{stop.part}">{landmark(x, y, kind)}{"".join(label)}</g>')
                continue
            labels, below = lines_of_text(x, y + 40, stop.title, "name", 14, 17)
            more, below = lines_of_text(x, below, stop.makes, "makes", 18, 15)
            labels += more
            if stop.state == "coming":
                labels.append(text(x, below + 1, "coming", "coming-word"))
            signs.append(marker(stop, x, y, labels))
    height = WIDE_TOP + (len(rows) - 1) * WIDE_ROW + (40 if len(rows[-1]) == 1 else 100)
    return "".join(roadway) + "".join(signs), height


def draw_narrow(stops: list[Stop], parts: list[str]) -> tuple[str, float]:
    """The upright road: one stop below the other, the road swaying on the left."""
    roadway, signs, previous, seen_parts, y = [], [], None, set(), NARROW_TOP
    for index, stop in enumerate(stops):
        x = 44 + 13 * math.sin(index * math.pi / 2)
        if stop.part not in seen_parts:
            seen_parts.add(stop.part)
            y += 44 if previous else 0
            name, _, title = parts[stop.part - 1].partition(". ")
            signs.append(text(92, y - 58, name, f"part-number part-{stop.part}", "start"))
            signs.append(text(92, y - 37, title, f"part-name part-{stop.part}", "start"))
        if previous:
            px, py = previous
            middle = (py + y) / 2
            roadway.append(stretch(f"M{px:g} {py:g}C{px:g} {middle:g} {x:g} {middle:g} {x:g} {y:g}", stop))
        previous = (x, y)
        if stop.number is None:
            kind = kind_of_landmark(index, len(stops))
            name = text(92, y + 5, stop.title, "landmark-name", "start")
            signs.append(f'<g class="stop landmark part-{stop.part}">{landmark(x, y, kind)}{name}</g>')
        else:
            labels = [text(92, y - 3, stop.title, "name", "start"), text(92, y + 15, stop.makes, "makes", "start")]
            if stop.state == "coming":
                labels.append(text(NARROW_WIDTH - 6, y - 3, "coming", "coming-word", "end"))
            signs.append(marker(stop, x, y, labels))
        y += NARROW_STEP
    return "".join(roadway) + "".join(signs), y - NARROW_STEP + 44


def draw_road(road: dict, href_of) -> str:
    """The figure's HTML: both drawings and the legend."""
    stops = stops_of(road, href_of)
    parts = [f"Part {'I' * number}. {part['title']}" for number, part in enumerate(road["parts"], start=1)]
    chapters = [stop for stop in stops if stop.number]
    written = sum(stop.state == "written" for stop in chapters)
    description = (
        f"A road of {len(chapters)} chapters in {len(parts)} parts leads from {stops[0].title} to {stops[-1].title}. "
        f"{written} of them {'is' if written == 1 else 'are'} written and linked; the others are marked as coming."
    )
    drawings = []
    for shape, (drawing, height), width in [
        ("wide", draw_wide(stops, parts), WIDE_WIDTH),
        ("narrow", draw_narrow(stops, parts), NARROW_WIDTH),
    ]:
        drawings.append(
            f'<svg class="road-{shape}" viewBox="0 0 {width} {height:g}" role="group" '
            f'aria-labelledby="road-{shape}-title" aria-describedby="road-{shape}-desc">'
            f'<title id="road-{shape}-title">The road of the course</title>'
            f'<desc id="road-{shape}-desc">{escape(description)}</desc>{drawing}</svg>'
        )
    legend = (
        '<figcaption><span class="key written"></span> ready to read'
        '<span class="key coming"></span> coming</figcaption>'
    )
    return f'<figure class="road">{"".join(drawings)}{legend}</figure>'


# --- Sphinx --------------------------------------------------------------------------------------------------------


class RoadNode(nodes.General, nodes.Element):
    """Stands for the picture until the page is written and the addresses of the lessons are known."""


class Road(SphinxDirective):
    def run(self):
        self.env.note_dependency(str(Path(self.env.srcdir) / ROAD_FILE))
        self.env.note_dependency(str(self.config.external_toc_path))
        return [RoadNode()]


def visit_road(translator, node):
    builder = translator.builder
    here = builder.current_docname

    def href_of(docname):
        return builder.get_relative_uri(here, docname) if docname in builder.env.found_docs else None

    translator.body.append(draw_road(load_road(Path(builder.srcdir) / ROAD_FILE), href_of))
    raise nodes.SkipNode


def skip(translator, node):
    raise nodes.SkipNode


def setup(app):
    app.add_node(RoadNode, html=(visit_road, None), latex=(skip, None), text=(skip, None))
    app.add_directive("road", Road)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
