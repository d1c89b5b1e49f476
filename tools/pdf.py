"""The whole book as one PDF, _build/build-a-gpt.pdf: python tools/pdf.py   (`make pdf` renders the book before)

The articles of all pages, in the order of the table of contents, become one long page, which Chromium prints: so links
between chapters lead to pages of the PDF, and all headings become its bookmarks. The kill matrices of the sets stay in
the book: hundreds of pages of tables and messages that nobody reads on paper.
"""

from __future__ import annotations

import os
import posixpath
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag

import browser
from checkout import ROOT

BOOK = ROOT / "_build" / "html"
PDF = ROOT / "_build" / "build-a-gpt.pdf"
FIRST = "book/intro.html"
LEFT_OUT = "book/guides/kill_matrix/"

STYLE = """
.pdf-title { break-after: page; padding-top: 30mm; }
.pdf-title img { width: 40mm; }
.pdf-title p { font: 700 40pt/1.2 var(--course-serif); margin: 12mm 0 4mm; }
.pdf-contents { break-after: page; }
.pdf-contents ul { list-style: none; padding-left: 0; margin: 0 0 4mm; }
.pdf-contents ul ul { padding-left: 6mm; margin: 0; }
.pdf-contents a { text-decoration: none; }
.bd-article h1.pdf-part { break-before: page; break-after: page; padding-top: 90mm; text-align: center; }
.pdf-page { break-before: page; }
.pdf-part + .pdf-page { break-before: auto; }
.bd-article h2.pdf-chapter { font-size: 24pt; margin: 0 0 6mm; padding: 0; border: 0; }
.bd-article h3.pdf-section {
  font-size: 15pt; margin-top: 9mm; border-top: 1px solid var(--course-rule); padding-top: 2mm;
}
.bd-article h4 { font-size: 12.5pt; }
.bd-article h5, .bd-article h6 { font-size: 11pt; }
"""
LICENCE = "Text: CC BY 4.0. Code: MIT."
FOOTER = """
<div style="width:100%;font:8pt sans-serif;color:#525c64;padding:0 15mm;display:flex;justify-content:space-between">
<span>{title}</span><span>{licence}</span><span class="pageNumber"></span></div>
"""

# Formulas are set, frames and images are there.
READY = """() => [...document.querySelectorAll('.math')].every(math => math.querySelector('mjx-container'))
    && [...document.querySelectorAll('iframe')].every(frame => frame.contentDocument?.readyState === 'complete')
    && [...document.images].every(image => image.complete)"""


@dataclass
class Page:
    """A page of the book: its address inside the book, how deep it stands in the sidebar, the part it begins or
    None."""

    address: str
    depth: int
    part: str | None = None


def pages_of(intro: BeautifulSoup) -> list[Page]:
    """All pages in the order of the sidebar, which is that of the table of contents."""
    pages, part = [Page(FIRST, 0)], None
    for node in intro.select_one("nav.bd-links").select("p.caption, li > a[href]"):
        if node.name == "p":
            part = node.get_text(strip=True)
            continue
        address = posixpath.normpath(posixpath.join(posixpath.dirname(FIRST), node["href"].split("#")[0] or FIRST))
        if node["href"].startswith(("#", "http")) or address in [page.address for page in pages]:
            continue
        if address.startswith(LEFT_OUT):
            continue
        pages.append(Page(address, len(node.find_parents("ul")) - 1, part))
        part = None
    return pages


def slug(address: str) -> str:
    return re.sub(r"\W+", "-", address.removesuffix(".html"))


def soup_of(book: Path, address: str) -> BeautifulSoup:
    return BeautifulSoup((book / address).read_text(encoding="utf-8"), "html.parser")


def article_of(page: Page, book: Path, known: set[str]) -> Tag:
    """The article of a page as a part of the long one: ids, links and addresses still lead where they led."""
    soup = soup_of(book, page.address)
    article, here = soup.select_one("article.bd-article"), slug(page.address)
    for node in article.find_all(True):
        for name in ("id", "for", "aria-labelledby", "aria-describedby"):
            if node.get(name):
                node[name] = " ".join(f"{here}--{one}" for one in str(node[name]).split())
        for name, value in list(node.attrs.items()):
            if isinstance(value, str) and "url(#" in value:
                node[name] = value.replace("url(#", f"url(#{here}--")
        if node.name == "style" and node.string:
            node.string = node.string.replace("url(#", f"url(#{here}--")
        for name in ("src", "href"):
            if node.get(name):
                node[name] = moved(node[name], page.address, known)
        if node.name == "details":
            node["open"] = ""
        node.attrs.pop("loading", None)
    for link in article.select("a[href*='.html']"):  # to a page that is not in the PDF
        if not re.match(r"[a-z]+:|//", link["href"]):
            link.unwrap()
    for node in article.select(".headerlink, .hero-buttons, script, .copybtn"):
        node.decompose()
    for heading in article.select("h1, h2, h3, h4, h5"):  # below the title of the part
        level = int(heading.name[1])
        heading.name = f"h{level + 1}"
        heading["class"] = [*heading.get("class", []), *{1: ["pdf-chapter"], 2: ["pdf-section"]}.get(level, [])]
    article.name, article["id"] = "section", here
    article["class"] = ["pdf-page"]
    return article


def moved(link: str, address: str, known: set[str]) -> str:
    """A link or address of a page, as seen from the long page at the book's root."""
    if re.match(r"[a-z]+:|//", link):
        return link
    target, _, anchor = link.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(address), target)) if target else address
    if target in known:
        return f"#{slug(target)}--{anchor}" if anchor else f"#{slug(target)}"
    return target + (f"#{anchor}" if anchor else "")


def whole_book(book: Path = BOOK, only: Sequence[str] = ()) -> str:
    """The long page; of the pages with the addresses ``only``, if there are any."""
    intro = soup_of(book, FIRST)
    pages = [page for page in pages_of(intro) if not only or page.address in only]
    known = {page.address for page in pages}
    body, contents = [], []
    for page in pages:
        article = article_of(page, book, known)
        if page.part:
            body.append(f'<h1 class="pdf-part">{escape(page.part)}</h1>')
            contents.append(f"<li><strong>{escape(page.part)}</strong></li>")
        title = article.select_one("h2").get_text(" ", strip=True)
        link = f'<a href="#{slug(page.address)}">{escape(title)}</a>'
        contents.append(f'<li style="padding-left:{6 * page.depth}mm">{link}</li>')
        body.append(str(article))
    title = (intro.select_one(".logo__title") or intro.title).get_text(strip=True)
    # Of the first page's scripts the ones that draw: MathJax and what prepares for the print.
    scripts = [s for s in intro.find_all("script") if re.search("[Mm]ath[Jj]ax|course-print", str(s))]
    if not any("mathjax" in str(script).lower() for script in scripts):
        scripts += mathjax_of(pages, book)
    sheets = intro.select('link[rel="stylesheet"]')
    for node in [*sheets, *scripts]:
        for name in ("src", "href"):
            if node.get(name):
                node[name] = moved(node[name], FIRST, known)
    author = intro.select_one('meta[name="author"]')
    return (
        '<!DOCTYPE html><html lang="en" data-theme="light" data-mode="light">'
        f'<head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"{author or ''}{''.join(map(str, sheets))}<style>{STYLE}</style></head>"
        '<body><main class="bd-article-container"><article class="bd-article">'
        f'<div class="pdf-title"><img src="_static/logo-light.svg" alt=""><p>{escape(title)}</p></div>'
        f'<nav class="pdf-contents"><h1>Contents</h1><ul>{"".join(contents)}</ul></nav>'
        f"{''.join(body)}</article></main>{''.join(map(str, scripts))}</body></html>"
    )


def mathjax_of(pages: list[Page], book: Path) -> list[Tag]:
    """The scripts of the first page that has formulas, as if they stood in the first page of the book."""
    for page in pages:
        scripts = [s for s in soup_of(book, page.address).find_all("script") if "mathjax" in str(s).lower()]
        for script in scripts:
            if script.get("src"):
                script["src"] = posixpath.relpath(moved(script["src"], page.address, set()), posixpath.dirname(FIRST))
        if scripts:
            return scripts
    return []


def print_to(pdf: Path, book: Path, chromium, only: Sequence[str] = ()) -> None:
    """Print the book, or some of its pages, with the browser ``chromium`` of Playwright."""
    long_page = book / f"whole-book-{os.getpid()}.html"
    long_page.write_text(whole_book(book, only), encoding="utf-8")
    try:
        with browser.served(book) as url:
            page = chromium.new_page(viewport={"width": 700, "height": 1000}, color_scheme="light")
            page.goto(f"{url}{long_page.name}", wait_until="load", timeout=120_000)
            page.wait_for_function(READY, timeout=300_000)
            page.pdf(
                path=pdf,
                prefer_css_page_size=True,
                print_background=True,
                outline=True,
                tagged=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=FOOTER.format(title=escape(page.title()), licence=LICENCE),
            )
            page.close()
    finally:
        long_page.unlink()


def main() -> None:
    from playwright.sync_api import sync_playwright

    if not (BOOK / FIRST).is_file():
        sys.exit("pdf: no rendered book in _build/html; run: make pdf")
    program = browser.find_chromium()
    if program is None:
        sys.exit("pdf: no Chromium found: install chromium, or set CHROMIUM to a browser's path")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=browser.FLAGS)
        print_to(PDF, BOOK, chromium)
        chromium.close()
    print(f"{PDF.relative_to(ROOT)}: {PDF.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
