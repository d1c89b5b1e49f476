"""What leaves the printer, and the PDF of the whole book."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

import pdf

PRINTED = ["book/intro", "chapters/01_tokenizer", "chapters/03_numpy_gpt", "book/api/tokenizer", "book/glossary"]
A4 = 700  # px between the margins

# Each text with its colour and the ground below it, as contrast (WCAG 2).
CONTRASTS = """() => {
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = element => {
        for (; element; element = element.parentElement) {
            const colour = numbers(getComputedStyle(element).backgroundColor);
            if (colour[3] !== 0) return colour;
        }
        return [255, 255, 255];
    };
    const found = {};
    for (const element of document.querySelectorAll('.bd-article *')) {
        if (element.closest('svg, mjx-container') || !element.checkVisibility()) continue;
        if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
        const pair = [numbers(getComputedStyle(element).color), ground(element)];
        const [ink, paper] = pair.map(luminance);
        found[pair.join(' on ')] = ink < paper ? (paper + 0.05) / (ink + 0.05) : 0;
    }
    return found;
}"""

# What does not fit into its box, or reaches beyond the right edge.
CUT = """() => {
    const right = document.querySelector('.bd-article').getBoundingClientRect().right;
    return [...document.querySelectorAll('.bd-article *')].filter(element =>
        !element.closest('svg, pre span, span.math, mjx-container, .hidden, .visually-hidden')
        && element.checkVisibility()
        && (element.getBoundingClientRect().right > right + 2
            || element.clientWidth && element.scrollWidth > element.clientWidth + 2)
    ).map(element =>
        `${element.outerHTML.slice(0, 100)}: ${element.scrollWidth} of ${element.clientWidth}`).slice(0, 8);
}"""


def load_frames(page):
    """Frames are loaded when the reader comes near; before it prints, a browser loads them all by itself."""
    for frame in page.locator("iframe.playground").all():
        frame.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")


@pytest.fixture
def paper(page, book_url):
    """Opens a page in dark mode and prepares it for the printer, as the browser does."""

    def open_page(name):
        page.emulate_media(color_scheme="dark")
        page.goto(f"{book_url}{name}.html")
        load_frames(page)
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.set_viewport_size({"width": A4, "height": 1000})
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        return page

    return open_page


@pytest.mark.parametrize("name", PRINTED)
def test_a_dark_page_prints_dark_on_white(paper, name):
    page = paper(name)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 3
    assert {pair: round(contrast, 2) for pair, contrast in contrasts.items() if contrast < 4.5} == {}


@pytest.mark.parametrize("name", PRINTED)
def test_nothing_is_cut_at_the_right(paper, name):
    assert paper(name).evaluate(CUT) == []


@pytest.mark.parametrize("name", PRINTED)
def test_only_the_article_is_printed(paper, name):
    page = paper(name)
    seen = page.evaluate(
        """() => [...document.querySelectorAll('nav, header, footer, button, .bd-sidebar-primary, h1')]
            .filter(element => element.checkVisibility() && !element.closest('.bd-article svg'))
            .map(element => element.tagName)"""
    )
    assert seen == ["H1"]


def test_playgrounds_are_printed_whole(paper):
    """As tall as their content, light, and no taller than a page, because a frame cannot be parted."""
    page = paper("chapters/01_tokenizer")
    frames = page.evaluate(
        """() => [...document.querySelectorAll('iframe.playground')].map(frame => {
            const inside = frame.contentDocument.documentElement;
            return { need: inside.scrollHeight, wide: inside.scrollWidth, height: frame.clientHeight,
                width: frame.clientWidth, shown: frame.getBoundingClientRect().height, theme: inside.dataset.theme };
        })"""
    )
    assert frames
    for frame in frames:
        assert frame["theme"] == "light"
        assert frame["need"] <= frame["height"] + 1
        assert frame["wide"] <= frame["width"]
        assert frame["shown"] <= 962
    folded = page.evaluate("[...document.querySelectorAll('.bd-article details')].map(fold => fold.open)")
    assert all(folded)


def test_after_printing_the_page_is_as_it_was(page, book_url):
    page.emulate_media(color_scheme="dark")
    page.goto(f"{book_url}chapters/01_tokenizer.html")
    load_frames(page)
    state = """() => [document.documentElement.dataset.theme,
        ...[...document.querySelectorAll('.bd-article details')].map(fold => fold.open),
        ...[...document.querySelectorAll('iframe.playground')].map(frame =>
            [frame.style.width, frame.style.zoom, frame.contentDocument.documentElement.dataset.theme].join())]"""
    before = page.evaluate(state)
    page.evaluate("for (const name of ['beforeprint', 'afterprint']) window.dispatchEvent(new Event(name))")
    assert page.evaluate(state) == before


def test_the_browser_says_when_it_prints(page, book_url):
    """The tests above say it themselves."""
    page.emulate_media(color_scheme="dark")
    page.goto(f"{book_url}book/intro.html")
    page.evaluate(
        """() => { window.seen = []; for (const name of ['beforeprint', 'afterprint'])
            window.addEventListener(name, () => window.seen.push(document.documentElement.dataset.theme)); }"""
    )
    page.pdf()
    assert page.evaluate("window.seen") == ["light", "dark"]


# --- the PDF -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long_page(book_html):
    return BeautifulSoup(pdf.whole_book(book_html), "html.parser")


def test_the_pdf_holds_every_page_once(long_page, book_html):
    """In the order in which "Next" leads through the book; the kill matrices of the sets are left out."""
    names, page = [], "book/intro.html"
    while page:
        if not page.startswith(pdf.LEFT_OUT):
            names.append(pdf.slug(page))
        link = BeautifulSoup((book_html / page).read_text(encoding="utf-8"), "html.parser").select_one("a.right-next")
        page = (book_html / page).parent.joinpath(link["href"]).resolve().relative_to(book_html) if link else None
        page = page and page.as_posix()
    assert [section["id"] for section in long_page.select("section.pdf-page")] == names
    assert [link["href"] for link in long_page.select(".pdf-contents a")] == [f"#{name}" for name in names]


def test_links_of_the_pdf_lead_to_its_own_pages(long_page, book_html):
    ids = [node["id"] for node in long_page.find_all(id=True)]
    assert len(set(ids)) == len(ids)
    links = [node["href"] for node in long_page.select("article a[href]")]
    inside = [link for link in links if link.startswith("#")]
    assert len(inside) > 150
    assert {link for link in inside if link[1:] not in ids} == set()
    assert [link for link in links if ".html" in link and not re.match("[a-z]+:", link)] == []
    files = {node.get("src") or node.get("href") for node in long_page.select("[src], link[href]")}
    missing = [file for file in files if not re.match("data:", file) and not (book_html / file.split("?")[0]).is_file()]
    assert missing == []


def test_the_pdf_is_printed_with_bookmarks(book_html, chromium, tmp_path):
    """One short page instead of the whole book: the same way, in seconds."""
    file = tmp_path / "book.pdf"
    pdf.print_to(file, book_html, chromium, only=["book/guides/reading.html"])
    content = file.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", content)) >= 3
    assert b"/Outlines" in content
