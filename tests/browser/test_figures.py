"""Pictures of lessons: enlarged by a finger, a mouse or the keyboard."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT

LESSON = "chapters/02_batches.html"


@pytest.fixture
def telephone(guarded_context, book_url):
    context = guarded_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{book_url}{LESSON}")
    yield page
    assert context.guard.errors == []
    context.close()


def width_of(locator) -> float:
    return locator.bounding_box()["width"]


def test_a_tap_enlarges_a_picture(telephone):
    picture = telephone.locator(".picture > :first-child").first
    before = width_of(picture)
    assert before < 360
    height = telephone.evaluate("document.documentElement.scrollHeight")
    picture.tap()
    enlarged = telephone.locator("dialog[open] .picture-stage > *")
    assert width_of(enlarged) > 1.9 * before
    assert enlarged.get_attribute("aria-label") or enlarged.get_attribute("alt")
    assert telephone.evaluate("document.documentElement.scrollHeight") == height  # the page behind does not jump
    larger, smaller = telephone.get_by_label("Larger"), telephone.get_by_label("Smaller")
    now = width_of(enlarged)
    larger.tap()
    assert width_of(enlarged) > 1.3 * now
    smaller.tap()
    assert width_of(enlarged) == pytest.approx(now, abs=1)
    telephone.get_by_label("Close").tap()
    assert telephone.locator("dialog[open]").count() == 0
    assert width_of(telephone.locator(".picture > :first-child").first) == pytest.approx(before, abs=1)


def test_the_whole_enlarged_picture_can_be_reached(telephone):
    telephone.locator(".picture > :first-child").first.tap()
    stage = telephone.locator(".picture-stage")
    width, seen = stage.evaluate("stage => [stage.scrollWidth, stage.clientWidth]")
    assert width > seen
    left = stage.evaluate("stage => { stage.scrollLeft = 1e6; return stage.scrollLeft; }")
    picture = telephone.locator(".picture-stage > *").bounding_box()
    assert left + seen == pytest.approx(width, abs=1)
    assert picture["x"] + picture["width"] <= 361


def test_the_keyboard_opens_moves_and_closes(page, book_url):
    page.set_viewport_size({"width": 700, "height": 500})
    page.goto(f"{book_url}{LESSON}")
    button = page.locator(".picture-enlarge").nth(1)
    button.focus()
    assert float(button.evaluate("button => getComputedStyle(button).opacity")) == 1
    page.keyboard.press("Enter")
    stage = page.locator("dialog[open] .picture-stage")
    assert stage.evaluate("stage => stage === document.activeElement")
    for _ in range(8):  # the focus stays within the window
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert button.evaluate("button => button === document.activeElement")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_enlarged_picture_has_no_fault(page, book_url, mode):
    page.emulate_media(color_scheme=mode)
    page.goto(f"{book_url}{LESSON}")
    page.locator(".picture-enlarge").first.focus()
    page.keyboard.press("Enter")
    page.evaluate(AXE_SCRIPT)
    faults = page.evaluate(
        "async () => (await axe.run('dialog', { preload: false })).violations.map(fault => fault.id)"
    )
    assert faults == []


def test_a_figure_wears_the_colours_of_the_page(page, book_url):
    """The ground of each figure is the page's own, in both modes."""
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode)
        page.goto(f"{book_url}{LESSON}")
        grounds = page.evaluate(
            """() => [...document.querySelectorAll('svg.figure')].map(svg =>
                getComputedStyle(svg.querySelector('path')).fill)"""
        )
        paper = page.evaluate(
            """() => { const box = document.createElement('i'); box.style.color = 'var(--course-paper)';
                document.body.append(box); return getComputedStyle(box).color; }"""
        )
        assert set(grounds) <= {paper}


@pytest.mark.parametrize(("name", "drawn"), [("book/intro.html", ".road"), (LESSON, ".cell_output .map")])
def test_road_and_map_fit_a_telephone(page, book_url, name, drawn):
    """360 px: one drawing is seen, no word of it is cut or too small to read, and nothing scrolls sideways."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{book_url}{name}")
    if page.locator(drawn).count() == 0:
        pytest.skip(f"{name} shows no map")
    seen = page.evaluate(
        """drawn => [...document.querySelectorAll(`${drawn} svg`)].filter(svg => svg.checkVisibility()).map(svg => {
            const { left, right } = svg.getBoundingClientRect();
            const words = [...svg.querySelectorAll('text')].map(text =>
                [text.textContent, text.getBoundingClientRect()]);
            return { cut: words.filter(([, box]) => box.left < left - 1 || box.right > right + 1).map(([word]) => word),
                small: words.filter(([, box]) => box.height < 11).map(([word]) => word), count: words.length,
                scrolls: svg.parentElement.scrollWidth > svg.parentElement.clientWidth };
        })""",
        drawn,
    )
    assert len(seen) == 1
    assert seen[0].pop("count") > 15
    assert seen[0] == {"cut": [], "small": [], "scrolls": False}
