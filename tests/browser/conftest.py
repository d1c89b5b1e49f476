"""A headless Chromium without a network, and the built book behind a local server."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

import browser

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def book_html() -> Path:
    """The folder of the rendered book: BOOK_HTML, or what `make book` renders now."""
    if os.environ.get("BOOK_HTML"):
        html = Path(os.environ["BOOK_HTML"])
        assert (html / "book" / "intro.html").is_file(), f"BOOK_HTML={html} holds no rendered book; run: make book"
        return html
    (ROOT / "_build").mkdir(exist_ok=True)
    with (ROOT / "_build" / ".lock").open("w") as lock:  # test processes side by side build it once
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = subprocess.run(["make", "book"], cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def book_url(book_html):
    """The address of the rendered book on a server of its own; ends in a slash."""
    with browser.served(book_html) as url:
        yield url


@pytest.fixture(scope="session")
def chromium():
    """One browser for the whole session; it can resolve no name but its own machine's."""
    program = browser.find_chromium()
    if program is None:
        pytest.skip("no Chromium found: install chromium, or set CHROMIUM to a browser's path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=browser.FLAGS)
        yield launched
        launched.close()


class Guard:
    """Watches a browser context: requests that would leave the machine are stopped and remembered, as are all
    errors."""

    def __init__(self, context):
        self.left: list[str] = []  # requests to other machines
        self.failed: list[str] = []  # requests that found nothing
        self.errors: list[str] = []  # errors of scripts, and what they wrote to the console as errors
        context.route("**/*", self.decide)
        context.on("requestfailed", lambda request: self.failed.append(f"{request.url}: {request.failure}"))
        context.on("response", self.see)
        context.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def decide(self, route):
        if route.request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            self.left.append(route.request.url)
            route.abort()

    def see(self, response):
        if response.status >= 400:
            self.failed.append(f"{response.url}: {response.status}")

    def clear(self):
        self.left, self.failed, self.errors = [], [], []


@pytest.fixture(scope="session")
def guarded_context(chromium):
    """Makes a fresh browser context with a `Guard`, which is its attribute ``guard``; takes Playwright's options."""

    def make(**options):
        context = chromium.new_context(**{"reduced_motion": "reduce", **options})
        context.set_default_timeout(120_000)  # ms; that a machine is busy is no fault of a page
        context.guard = Guard(context)
        return context

    return make


@pytest.fixture
def page(guarded_context):
    """A page in a fresh context; at the end nothing may have left the machine, and no script may have failed."""
    context = guarded_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    guard = context.guard
    context.close()
    assert guard.left == []
    assert guard.errors == []
