"""The search page: what comes first, and what is quoted."""

from __future__ import annotations

import pytest


def results(page, book_url, words: str) -> list[tuple[str, str]]:
    """Address and quotation of each result, once all of them have theirs."""
    page.goto(f"{book_url}search.html?q={words}")
    page.wait_for_function("() => document.querySelector('#search-results .search-summary').textContent")
    page.wait_for_load_state("networkidle")
    found = page.locator("#search-results li").all()
    return [(item.locator("a").first.get_attribute("href").split("?")[0], item.inner_text()) for item in found]


@pytest.mark.parametrize(
    ("words", "lesson"),
    [
        ("tokenizer", "chapters/01_tokenizer.html"),
        ("batches", "chapters/02_batches.html"),
        ("attention", "chapters/03_numpy_gpt.html"),
        ("pytorch", "chapters/04_torch_gpt.html"),
    ],
)
def test_lesson_comes_first_for_its_own_word(page, book_url, words, lesson):
    assert results(page, book_url, words)[0][0] == lesson


def test_glossary_comes_before_other_pages_for_a_term(page, book_url):
    assert results(page, book_url, "compression ratio")[0][0].startswith("book/glossary.html#term-compression-ratio")


def test_folded_code_is_not_found(page, book_url):
    """The tests of the exercises are folded; each defines a function of this name."""
    page.goto(f"{book_url}assignments/01_tokenizer/exercises.html")
    folded = page.evaluate("() => [...document.querySelectorAll('details.hide')].map(fold => fold.textContent).join()")
    assert "visible_test_1_of_ex1" in folded
    assert results(page, book_url, "visible_test_1_of_ex1") == []


def test_folded_code_and_navigation_are_not_quoted(page, book_url):
    found = results(page, book_url, "exercises")
    assert any(address.startswith("assignments/") for address, _ in found)
    for _, text in found:
        assert "check.equal" not in text
        assert "On this page" not in text
