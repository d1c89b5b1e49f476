"""The reader's own progress: ticked, shown, kept, saved to a file and loaded from it."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.base import AXE_SCRIPT

INTRO, LESSON, EXERCISES = "book/intro.html", "chapters/02_batches.html", "assignments/02_batches/exercises.html"
NAMES = ["assignments/02_batches/exercises", "chapters/02_batches"]


def tick(page, url, name):
    page.goto(url + name)
    page.locator(".progress-page input").check()


def kept(page) -> dict:
    return json.loads(page.evaluate("localStorage.getItem('build-a-gpt-progress')"))


def ticked_links(page) -> list[str]:
    return page.evaluate(
        """() => [...document.querySelectorAll('.bd-sidebar-primary nav a:has(.progress-mark)')].map(link =>
            link.getAttribute('href'))"""
    )


def test_a_tick_shows_in_the_sidebar_and_on_the_road(page, book_url):
    tick(page, book_url, LESSON)
    assert ticked_links(page) == ["#"]  # at once, on the page itself
    assert page.locator(".bd-sidebar-primary nav a:has(.progress-mark)").inner_text().endswith("(done)")
    page.goto(book_url + INTRO)
    assert ticked_links(page) == [f"../{LESSON}"]
    for width, shape in [(1280, "road-wide"), (360, "road-narrow")]:
        page.set_viewport_size({"width": width, "height": 900})
        links = page.locator(f".{shape} a")
        assert [link.locator(".tick").count() for link in links.all()][:4] == [0, 1, 0, 0]
        assert links.nth(1).get_attribute("aria-label").endswith("(done)")
        assert links.nth(0).get_attribute("aria-label") is None
    assert page.locator(".progress-count").inner_text().startswith("1 of ")


def test_ticks_stay_and_can_be_taken_back(page, book_url):
    tick(page, book_url, LESSON)
    tick(page, book_url, EXERCISES)
    assert kept(page) == {"format": "build-a-gpt-progress", "version": 1, "done": NAMES}
    page.goto(book_url + LESSON)
    box = page.locator(".progress-page input")
    assert box.is_checked()
    box.focus()
    page.keyboard.press("Space")
    assert not box.is_checked()
    assert kept(page)["done"] == NAMES[:1]
    page.reload()
    assert not box.is_checked()
    assert ticked_links(page) == [f"../{EXERCISES}"]


def test_only_lessons_and_exercises_can_be_ticked(page, book_url):
    for name in (INTRO, "book/glossary.html"):
        page.goto(book_url + name)
        assert page.locator(".progress-page").count() == 0


def test_a_file_carries_the_ticks_to_another_browser(page, guarded_context, book_url, tmp_path):
    tick(page, book_url, LESSON)
    tick(page, book_url, EXERCISES)
    page.goto(book_url + INTRO)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file").click()
    assert download.value.suggested_filename == "build-a-gpt-progress.json"
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    assert json.loads(file.read_text(encoding="utf-8")) == kept(page)

    context = guarded_context()
    other = context.new_page()
    tick(other, book_url, "chapters/01_tokenizer.html")
    other.goto(book_url + INTRO)
    with other.expect_file_chooser() as chooser:
        other.get_by_role("button", name="Load from a file").click()
    chooser.value.set_files(file)
    other.get_by_text("Loaded: 2 new ticks.").wait_for()
    assert kept(other)["done"] == sorted([*NAMES, "chapters/01_tokenizer"])  # what was there stays
    assert len(ticked_links(other)) == 3
    assert (context.guard.left, context.guard.errors) == ([], [])
    context.close()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no JSON",
        "[]",
        "null",
        '{"done": ["chapters/01_tokenizer"]}',
        '{"format": "build-a-gpt-progress", "version": 1, "done": [3]}',
    ],
)
def test_another_file_is_refused_and_changes_nothing(page, book_url, tmp_path, content):
    tick(page, book_url, LESSON)
    page.goto(book_url + INTRO)
    (tmp_path / "other.json").write_text(content, encoding="utf-8")
    page.locator(".progress-panel input[type=file]").set_input_files(tmp_path / "other.json")
    page.get_by_text("other.json holds no progress of this book").wait_for()
    assert kept(page)["done"] == NAMES[1:]


@pytest.mark.parametrize("content", ["", "no JSON", '{"done": 3}'])
def test_a_damaged_memory_is_an_empty_one(page, book_url, content):
    page.goto(book_url + INTRO)
    page.evaluate("content => localStorage.setItem('build-a-gpt-progress', content)", content)
    page.reload()
    assert ticked_links(page) == []
    tick(page, book_url, LESSON)
    assert kept(page)["done"] == NAMES[1:]


def test_another_tab_follows_and_all_ticks_can_be_removed(page, book_url):
    page.goto(book_url + INTRO)
    other = page.context.new_page()
    tick(other, book_url, LESSON)
    page.locator(".road-wide .tick").wait_for()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Remove all ticks").click()
    assert kept(page)["done"] == NAMES[1:]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove all ticks").click()
    assert kept(page)["done"] == []
    assert ticked_links(page) == []
    assert page.locator(".road .tick").count() == 0


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_no_fault_in_ticks(page, book_url, mode):
    page.emulate_media(color_scheme=mode)
    tick(page, book_url, LESSON)
    for name in (LESSON, INTRO):
        page.goto(book_url + name)
        page.evaluate(AXE_SCRIPT)
        selectors = ".bd-sidebar-primary, .road, .progress-page, .progress-panel"
        found = page.evaluate(
            """async selectors => (await axe.run(
                { include: selectors.split(', ').filter(s => document.querySelector(s)) },
                { preload: false })).violations.map(fault => [fault.id, fault.nodes[0].html.slice(0, 200)])""",
            selectors,
        )
        assert found == []
