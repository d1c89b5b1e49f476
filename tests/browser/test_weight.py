"""What a page loads, gzipped as servers send it: pictures and frames that come only with scrolling included."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from test_pages import toc_pages

KB = 1000
WITHOUT_FORMULAS, LESSON = 400 * KB, 900 * KB


@pytest.fixture(scope="module")
def gzipped(book_html):
    """The gzipped size of a file of the book; each is asked for once a page."""
    sizes: dict[Path, int] = {}

    def size(address: str) -> int:
        path = book_html / address
        if path not in sizes:
            sizes[path] = len(gzip.compress(path.read_bytes(), compresslevel=6))
        return sizes[path]

    return size


@pytest.mark.parametrize("name", [*toc_pages(), "search", "genindex"])
def test_page_is_light(page, book_url, gzipped, name):
    loaded = set()
    page.on("response", lambda response: loaded.add(response.url.split("?")[0]))
    page.goto(f"{book_url}{name}.html", wait_until="load")
    page.evaluate("() => document.querySelectorAll('[loading=lazy]').forEach(late => { late.loading = 'eager'; })")
    page.wait_for_load_state("networkidle")
    sizes = {url: gzipped(url.removeprefix(book_url)) for url in loaded if url.startswith(book_url)}
    formulas = page.locator(".bd-article .math").count()
    assert any("tex-chtml" in url for url in sizes) == bool(formulas)
    assert any("searchindex" in url for url in sizes) == (name == "search")
    assert not any("fontawesome" in url for url in sizes)
    assert all(image.get_attribute("loading") for image in page.locator(".bd-article img").all())
    is_lesson = name.startswith("chapters/")
    largest = sorted(((size, url) for url, size in sizes.items()), reverse=True)[:5]
    print(f"{name}: {sum(sizes.values()) / KB:.0f} KB{' with formulas' if formulas else ''}")
    assert sum(sizes.values()) < (LESSON if is_lesson or formulas else WITHOUT_FORMULAS), largest


def test_icons_of_the_theme_are_drawn(page, book_url):
    page.goto(f"{book_url}chapters/01_tokenizer.html")
    icons = page.locator("svg.svg-inline--fa:visible")
    boxes = [icon.bounding_box() for icon in icons.all()]
    assert len(boxes) > 5
    assert all(8 <= box["width"] <= 40 and 8 <= box["height"] <= 40 for box in boxes)
    assert page.locator("[class*=fa-]:not(svg)").count() == 0


def test_no_source_maps_in_the_book(book_html):
    assert list(book_html.rglob("*.map")) == []
