"""The extension that puts the SVG pictures of notebooks into the pages; what a browser must judge is in
tests/browser."""

import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

import notebooks
from gptutils.notebook import plots

SPEC = importlib.util.spec_from_file_location("course_figures", notebooks.ROOT / "book" / "_ext" / "course_figures.py")
course_figures = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(course_figures)


class Ids(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.ids, self.uses = [], set(re.findall(r'(?:url\(|href=")#([^)"]+)', html))
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.ids += [value for name, value in attributes if name == "id"]


def test_the_same_picture_can_stand_on_a_page_twice():
    svg = plots.drawing("block")._repr_svg_()
    page = Ids("".join(course_figures.inlined(svg, "", f"picture-{number}-") for number in (1, 2)))
    assert len(page.ids) == len(set(page.ids)) > 0
    assert page.uses == set(page.ids)


def test_a_picture_is_read_out_once():
    """By the alternative text of its cell, else by its own title and description; nothing pops up under the mouse."""
    svg = plots.drawing("block")._repr_svg_()
    root = ElementTree.fromstring(course_figures.inlined(svg, 'Said <here> & "there"', ""))
    assert root.get("aria-label") == 'Said <here> & "there"'
    assert root.find(".//{*}title") is None
    own = ElementTree.fromstring(course_figures.inlined(svg, "", "")).get("aria-label")
    assert own.startswith("A transformer block. The residual stream x runs straight down")
    assert "\n" not in own


def test_no_rule_of_a_drawing_reaches_another():
    """But for those that all share: they must be the same in each."""
    rules = []
    for number, name in enumerate(["block", "block"], 1):
        svg = course_figures.inlined(plots.drawing(name)._repr_svg_(), "", f"picture-{number}-")
        style = re.search(r"<style>(.*?)</style>", svg, flags=re.DOTALL)[1]
        rules.append({rule.strip() for rule in re.findall(r"[^}]+\}", style)})
        assert all(rule.startswith((".drawing ", f".picture-{number}-drawing-")) for rule in rules[-1] if rule)
        assert re.search(rf'class="drawing picture-{number}-drawing-{name}"', svg)
    own = [{rule for rule in found if "arrow{" in rule and "marker" in rule} for found in rules]
    assert own[0]
    assert own[0] != own[1]


def built() -> Path:
    return notebooks.ROOT / "_build" / "html"


@pytest.mark.skipif(not (built() / "book" / "intro.html").is_file(), reason="no rendered book: run make book")
def test_pages_hold_the_svg_pictures_of_their_notebooks():
    for path in sorted((notebooks.ROOT / "chapters").glob("*.ipynb")):
        outputs = [output for cell in notebooks.read(path).cells for output in cell.get("outputs", [])]
        pictures = [output for output in outputs if "image/svg+xml" in output.get("data", {})]
        html = (built() / "chapters" / f"{path.stem}.html").read_text(encoding="utf-8")
        assert len(re.findall(r'<svg aria-label="[^"]+" class="(?:figure|drawing)', html)) == len(pictures)
