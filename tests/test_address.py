"""The repository's address: one setting, one command."""

import subprocess
import sys

import pytest

import checkout
import notebooks

pytestmark = pytest.mark.slow


def test_every_notebook_has_the_address_of_the_setting():
    result = subprocess.run(
        [sys.executable, "tools/address.py", "--check"], cwd=checkout.ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return checkout.copy_to(tmp_path_factory.mktemp("address"), as_repository_on="main")


def address(copy, *arguments):
    return subprocess.run([sys.executable, "tools/address.py", *arguments], cwd=copy, capture_output=True, text=True)


def test_one_command_changes_it_everywhere(copy):
    url, _ = notebooks.repository()
    old = url.removeprefix("https://github.com/")
    result = address(copy, "https://github.com/someone/my-course", "--branch", "autumn")
    assert result.returncode == 0, result.stderr
    left = subprocess.run(
        ["git", "grep", "-l", "-F", old, "--", ":!tests"], cwd=copy, capture_output=True, text=True
    ).stdout
    assert left == ""
    for path in [
        *copy.glob("chapters/*.ipynb"),
        *copy.glob("solutions/*/*.ipynb"),
        *copy.glob("assignments/*/*.ipynb"),
    ]:
        assert "git+https://github.com/someone/my-course@autumn" in path.read_text(encoding="utf-8"), path
    assert "https://github.com/someone/my-course" in (copy / "pyproject.toml").read_text()
    assert "branch: autumn" in (copy / "_config.yml").read_text()
    assert address(copy, "--check").returncode == 0


def test_a_setup_cell_of_another_address_is_found(copy):
    path = next(copy.glob("chapters/*.ipynb"))
    path.write_text(
        path.read_text(encoding="utf-8").replace("git+https://github.com/", "git+https://github.com/other-"),
        encoding="utf-8",
    )
    result = address(copy, "--check")
    assert result.returncode == 1
    assert path.name in result.stdout
    assert address(copy).returncode == 0
    assert address(copy, "--check").returncode == 0


@pytest.mark.parametrize(
    "url", ["http://github.com/a/b", "https://github.com/a", "https://example.org/a/b", "git@github.com:a/b"]
)
def test_what_is_no_address_is_refused(url, copy):
    before = (copy / "_config.yml").read_bytes()
    result = address(copy, url)
    assert result.returncode != 0
    assert "is not of the form" in result.stderr
    assert (copy / "_config.yml").read_bytes() == before
