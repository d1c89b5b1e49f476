"""Every page of the rendered book, in a browser without a network, in light and dark, on a desk and on a telephone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import TimeoutError

ROOT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
SEARCHED = ("byte-pair", "chapters/01_tokenizer.html")


def toc_pages() -> list[str]:
    """The names of all pages of the table of contents, in its order."""
    toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))

    def below(entry):
        found = [entry["file"]] if "file" in entry else []
        if "glob" in entry:
            found += sorted(str(path.relative_to(ROOT).with_suffix("")) for path in ROOT.glob(f"{entry['glob']}.md"))
        for key in ("parts", "chapters", "sections"):
            for child in entry.get(key, []):
                found += below(child)
        return found

    return [toc["root"], *below(toc)]


@dataclass
class Visit:
    """What was seen on one page."""

    name: str
    status: int = 0
    left: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    formulas: int = 0
    rendered: int = 0
    images: list = field(default_factory=list)
    launch: list = field(default_factory=list)
    faults: dict = field(default_factory=dict)  # width and colour mode -> what axe-core found
    code: dict = field(default_factory=dict)  # colours of code -> contrast
    overflow: dict = field(default_factory=dict)  # width of a telephone -> what sticks out
    squeezed: list = field(default_factory=list)  # images that lose their proportions there


RESIZED = 400  # ms; the theme waits 300 before it looks again at what scrolls
STILL = (
    "*, *::before, *::after "
    "{ transition: none !important; animation: none !important; caret-color: transparent !important }"
)

FACTS = """() => ({
    formulas: document.querySelectorAll('.bd-article .math').length,
    rendered: document.querySelectorAll('.bd-article .math mjx-container').length,
    images: [...document.querySelectorAll('img')].map(image => ({
        file: image.getAttribute('src').slice(0, 80), alt: image.getAttribute('alt'), drawn: image.naturalWidth > 0 })),
    launch: [...document.querySelectorAll('a[href*="colab.research.google.com"]')].map(link => link.href),
})"""

# Without preload: it copies style sheets into the page, where their relative addresses lead nowhere. Colours do not
# depend on the window's width, and nothing but colours on the mode: so the slow rules about colours are asked once a
# mode, the others once a width.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
AXE_RUNS = [  # width, mode, axe-core's options
    (1280, "light", {}),
    (1280, "dark", {"runOnly": {"type": "rule", "values": COLOUR_RULES}}),
    *((width, "light", {"rules": {rule: {"enabled": False} for rule in COLOUR_RULES}}) for width in (768, 390, 360)),
]
AXE = """async options => {
    const found = await axe.run(document, { resultTypes: ['violations'], preload: false, ...options });
    return found.violations.flatMap(fault =>
        fault.nodes.map(node => `${fault.id} (${fault.impact}): ${node.target.join(' ')}: ${node.failureSummary}`));
}"""

# Highlighted code is thousands of spans in a dozen colours: here each colour is judged once, and the code is then put
# back as plain text, or axe-core would judge every span of it by itself.
CODE_COLOURS = """() => {
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = element => {
        for (; element; element = element.parentElement) {
            const colour = getComputedStyle(element).backgroundColor;
            if (numbers(colour)[3] !== 0) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    const found = {};
    for (const span of document.querySelectorAll('.highlight pre span')) {
        if (!span.textContent.trim()) continue;
        const pair = [getComputedStyle(span).color, ground(span)];
        const [a, b] = pair.map(colour => luminance(numbers(colour)));
        found[pair.join(' on ')] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }
    return found;
}"""
PLAIN_CODE = "() => document.querySelectorAll('.highlight pre').forEach(pre => { pre.textContent = pre.textContent; })"
# A kill matrix has hundreds of rows and messages that are marked up alike: of each table and list three are judged.
FEW_ROWS = """() => document.querySelectorAll('.bd-article :is(tbody, ul)').forEach(
    rows => [...rows.children].slice(3).forEach(row => row.remove()))"""

SQUEEZED = """() => [...document.querySelectorAll('.bd-article img')].filter(image => {
    const box = image.getBoundingClientRect();
    return box.width && Math.abs(box.width / box.height / (image.naturalWidth / image.naturalHeight) - 1) > 0.02;
}).map(image => `${image.alt}: ${image.width} x ${image.height}`)"""

# What is wider than the window, and not inside a box that scrolls or clips by itself.
OVERFLOW = """() => {
    const root = document.documentElement;
    if (root.scrollWidth <= innerWidth) return [];
    const clipped = element => {
        for (let box = element.parentElement; box && box !== root; box = box.parentElement)
            if (getComputedStyle(box).overflowX !== 'visible'
                || getComputedStyle(box).position === 'fixed') return true;
        return false;
    };
    const wide = [...document.body.querySelectorAll('*')].filter(
        element => element.getBoundingClientRect().right > innerWidth + 1 && !clipped(element));
    return [`the page is ${root.scrollWidth} px wide in a window of ${innerWidth} px`,
        ...wide.slice(0, 5).map(element => element.outerHTML.slice(0, 120))];
}"""


@pytest.fixture(scope="module")
def tab(guarded_context):
    """One page for all visits; it follows the colour mode of the system, as a reader's does at first."""
    context = guarded_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    yield context.new_page()
    context.close()


def choose(tab, mode: str) -> None:
    """Switch the system's colour mode; the page follows."""
    tab.emulate_media(color_scheme=mode)
    tab.wait_for_function(f"() => document.documentElement.dataset.theme === '{mode}'")


@pytest.fixture(scope="module", params=[*toc_pages(), "index", "genindex", "py-modindex", "search"])
def visit(request, tab, book_url) -> Visit:
    """A page, opened once, and everything that the tests below ask about it."""
    guard = tab.context.guard
    guard.clear()
    seen = Visit(request.param)
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.emulate_media(color_scheme="light")
    seen.status = tab.goto(f"{book_url}{request.param}.html", wait_until="load").status
    if seen.name == "index":  # it leads on to the introduction by itself
        tab.wait_for_url("**/intro.html")
    tab.evaluate("() => document.querySelectorAll('img[loading=lazy]').forEach(image => { image.loading = 'eager'; })")
    tab.wait_for_load_state("networkidle")
    tab.add_style_tag(content=STILL)
    with suppress(TimeoutError):  # test_formulas_are_rendered counts what is there
        tab.wait_for_function(
            "() => [...document.querySelectorAll('.bd-article .math')]"
            ".every(math => math.querySelector('mjx-container'))",
            timeout=10_000,
        )
    for name, value in tab.evaluate(FACTS).items():
        setattr(seen, name, value)
    for mode in ("dark", "light"):
        choose(tab, mode)
        seen.code |= tab.evaluate(CODE_COLOURS)
    tab.evaluate(PLAIN_CODE)
    if "/kill_matrix/" in seen.name:
        tab.evaluate(FEW_ROWS)
    for place in tab.locator(".bd-article iframe").all():  # playgrounds are loaded when the reader comes near
        place.scroll_into_view_if_needed()
        place.element_handle().content_frame().wait_for_selector("main")
    for frame in tab.frames:
        frame.evaluate(AXE_SCRIPT)
    for width, mode, options in AXE_RUNS:
        if tab.viewport_size["width"] != width:
            tab.set_viewport_size({"width": width, "height": 844})
            tab.wait_for_timeout(RESIZED)
        choose(tab, mode)
        seen.faults[f"{width} {mode}"] = tab.evaluate(AXE, options)
        if width < 400:
            seen.overflow[width] = tab.evaluate(OVERFLOW)
            seen.squeezed += tab.evaluate(SQUEEZED)
    seen.left, seen.failed, seen.errors = guard.left, guard.failed, guard.errors
    return seen


def test_page_opens_without_an_error(visit):
    assert visit.status == 200
    assert visit.errors == []
    assert visit.failed == []


def test_no_request_leaves_the_page(visit):
    assert visit.left == []


def test_formulas_are_rendered(visit):
    assert visit.rendered == visit.formulas


def test_images_are_drawn_and_described(visit):
    assert [image["file"] for image in visit.images if not image["drawn"]] == []
    assert [image["file"] for image in visit.images if not (image["alt"] or "").strip()] == []


def test_axe_finds_no_fault(visit):
    """Of any impact: minor ones, too."""
    assert len(visit.faults) == len(AXE_RUNS)
    assert {where: faults for where, faults in visit.faults.items() if faults} == {}


def test_code_can_be_read_in_every_colour(visit):
    assert {pair: round(contrast, 2) for pair, contrast in visit.code.items() if contrast < 4.5} == {}


def test_nothing_sticks_out_on_a_telephone(visit):
    assert visit.overflow == {390: [], 360: []}


def test_images_keep_their_proportions_on_a_telephone(visit):
    assert visit.squeezed == []


def test_colab_opens_the_source_of_the_page(visit):
    source = ROOT / f"{visit.name}.ipynb"
    repository = CONFIG["repository"]
    slug = repository["url"].removeprefix("https://github.com/")
    target = f"https://colab.research.google.com/github/{slug}/blob/{repository['branch']}/{visit.name}.ipynb"
    # A page of text has nothing to run; a solution never is a page, so an exercise page can only open the release. And
    # while the repository has no address, no button may lead to it.
    has_address = "SET_OWNER" not in repository["url"]
    assert visit.launch == ([target] if source.exists() and has_address else [])
    assert not visit.name.startswith("solutions/")


def test_some_page_has_formulas(book_html):
    """Or the test of the formulas would hold of a book without any."""
    assert any('class="math' in page.read_text(encoding="utf-8") for page in book_html.glob("*/**/*.html"))


def test_search_finds_the_chapter(page, book_url):
    """As a reader searches: press the button, type, press Enter."""
    words, chapter = SEARCHED
    page.goto(f"{book_url}book/intro.html")
    page.locator(".search-button-field").first.click()
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    results = page.locator("#search-results li a")
    results.first.wait_for()
    page.wait_for_function("() => !document.querySelector('#search-progress')?.textContent.includes('...')")
    links = [link.get_attribute("href").split("?")[0].split("#")[0] for link in results.all()]
    assert chapter in links


def test_road_leads_to_the_written_chapters(page, book_url):
    """With the keyboard, in the drawing that the window's width shows."""
    for width, shape in [(1280, "road-wide"), (390, "road-narrow")]:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{book_url}book/intro.html")
        shown = page.locator(".road svg:visible")
        assert shown.count() == 1
        assert shown.get_attribute("class") == shape
        link = shown.locator("a").first
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/chapters/01_tokenizer.html")


def test_chosen_colours_stay(page, book_url):
    """The switch at the top goes through the modes, and the next page keeps the one that was chosen."""
    page.goto(f"{book_url}book/intro.html")
    switch = page.locator(".theme-switch-button").first
    seen = set()
    for _ in range(3):
        switch.click()
        seen.add(page.evaluate("document.documentElement.dataset.mode"))
    assert seen == {"light", "dark", "auto"}
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        switch.click()
    page.goto(f"{book_url}book/glossary.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
