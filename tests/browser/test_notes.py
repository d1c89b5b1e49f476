"""The notes at links to terms and papers: mouse, keyboard and touch, on the bibliography's and the glossary's
neighbours."""

from __future__ import annotations

import pytest

GLOSSARY = "book/glossary.html"
TERM = "a.has-note[href='#term-code-point']"  # UTF-8 is explained by it


@pytest.fixture
def note(page, book_url):
    page.goto(f"{book_url}{GLOSSARY}")
    link = page.locator(TERM).first
    link.scroll_into_view_if_needed()
    return page.locator("#course-note")


def test_note_shows_under_the_mouse_and_can_be_reached(page, note):
    link = page.locator(TERM).first
    assert note.is_hidden()
    link.hover()
    note.wait_for(state="visible")
    assert "The number that Unicode gives to a character" in note.inner_text()
    assert note.locator("[lang=zh-Hans]").first.inner_text() == "码点"
    assert link.get_attribute("aria-describedby") == "course-note"
    note.hover()  # the mouse may move onto it, to read or to mark words
    page.wait_for_timeout(400)
    assert note.is_visible()
    page.mouse.move(5, 5)
    note.wait_for(state="hidden")


def test_note_shows_at_focus_and_escape_closes_it(page, note):
    page.locator(TERM).first.focus()
    assert note.is_visible()
    page.keyboard.press("Escape")
    assert note.is_hidden()
    page.locator(TERM).first.evaluate("link => link.blur()")
    page.locator(TERM).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#term-code-point")


def test_note_of_a_paper(page, book_url, note):
    link = page.locator("a.has-note[href*='gage1994']").first
    link.focus()
    assert "Philip Gage" in note.inner_text()
    assert "1994" in note.inner_text()


def test_first_tap_shows_the_note_and_the_second_follows(guarded_context, book_url):
    context = guarded_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{book_url}{GLOSSARY}")
    link = page.locator(TERM).first
    link.tap()
    note = page.locator("#course-note")
    assert note.is_visible()
    assert "#" not in page.url
    box = note.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    link.tap()
    page.wait_for_url("**#term-code-point")
    page.locator(".bd-article h1").tap()
    assert note.is_hidden()
    assert context.guard.errors == []
    context.close()
