"""What a page loads, gzipped as servers send it: pictures and frames that come only with scrolling included."""

from __future__ import annotations

import gzip

KB = 1000
WITHOUT_FORMULAS, LESSON = 400 * KB, 900 * KB


def test_pages_are_light(page, book_html, book_url):
    """No page without formulas above 400 KB, no lesson above 900 KB, and no file that a page does not use."""
    gzipped: dict[str, int] = {}
    too_heavy, faults = {}, []
    names = [path.relative_to(book_html).as_posix() for path in sorted(book_html.rglob("*.html"))]
    for name in names:
        if name.startswith("_static/") or name == "index.html":  # the first page's forwarding
            continue
        loaded = set()
        note = lambda response, loaded=loaded: loaded.add(response.url.split("?")[0])  # noqa: E731
        page.on("response", note)
        page.goto(book_url + name, wait_until="load")
        page.evaluate("() => document.querySelectorAll('[loading=lazy]').forEach(late => { late.loading = 'eager'; })")
        page.wait_for_load_state("networkidle")
        page.remove_listener("response", note)
        files = [url.removeprefix(book_url) for url in loaded if url.startswith(book_url)]
        for file in files:
            if file not in gzipped:
                gzipped[file] = len(gzip.compress((book_html / file).read_bytes(), compresslevel=6))
        weight = sum(gzipped[file] for file in files)
        formulas = page.locator(".bd-article .math").count() > 0
        print(f"{name}: {weight / KB:.0f} KB{' with formulas' if formulas else ''}")
        if weight > (LESSON if formulas or name.startswith("chapters/") else WITHOUT_FORMULAS):
            too_heavy[name] = sorted(((gzipped[file], file) for file in files), reverse=True)[:5]
        for file, used in [("tex-chtml", formulas), ("searchindex", name == "search.html"), ("fontawesome.js", False)]:
            if any(file in loads for loads in files) != used:
                faults.append(f"{name}: {file} is {'not ' if used else ''}loaded")
        if page.locator(".bd-article img:not([loading])").count():
            faults.append(f"{name}: a picture that is not lazy")
    assert too_heavy == {}
    assert faults == []


def test_icons_of_the_theme_are_drawn(page, book_url):
    page.goto(f"{book_url}chapters/01_tokenizer.html")
    icons = page.locator("svg.svg-inline--fa:visible")
    boxes = [icon.bounding_box() for icon in icons.all()]
    assert len(boxes) > 5
    assert all(8 <= box["width"] <= 40 and 8 <= box["height"] <= 40 for box in boxes)
    assert page.locator("[class*=fa-]:not(svg)").count() == 0


def test_no_source_maps_in_the_book(book_html):
    assert list(book_html.rglob("*.map")) == []
