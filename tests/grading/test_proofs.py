"""The course's own sets: their tests reject wrong answers, accept right ones, and the pages in the book say so."""

import os

import pytest

from grading import course, kill_matrix, leaks, remembered

pytestmark = pytest.mark.slow

PROCESSES = max(1, (os.cpu_count() or 1) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


@pytest.fixture(scope="module", params=course.set_names())
def proof(request):
    """A set's proof. Test processes side by side each take other sets (tests/conftest.py)."""
    return remembered.proof(request.param, processes=PROCESSES)


def test_the_tests_can_be_trusted(proof):
    assert proof.problems() == []
    assert proof.reference.score + proof.set.manual_points == 20


def test_the_page_is_up_to_date(proof):
    written = kill_matrix.read(kill_matrix.set_path(proof.set.name))
    assert written == kill_matrix.set_page(proof), "run: make kill-matrix"


def test_the_page_shows_no_solution(proof):
    page = kill_matrix.set_page(proof)
    assert leaks.leaks(page, leaks.secrets(proof.set.source, proof.set.name, proof.set.bank, leaks.ANY_LINE)) == []


def test_the_overview_is_up_to_date():
    pages = {name: kill_matrix.read(kill_matrix.set_path(name)) for name in course.set_names()}
    assert kill_matrix.stale({kill_matrix.OVERVIEW: kill_matrix.overview(pages)}) == [], "run: make kill-matrix"
