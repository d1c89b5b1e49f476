"""pyproject.toml, requirements.txt and environment.yml tell the same story, and setting up fails clearly."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINES = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
LOCK = [Requirement(line) for line in LINES]
GROUPS = PROJECT["dependency-groups"]
ASKED = [
    Requirement(line)
    for line in [*PROJECT["project"]["dependencies"], *(line for group in GROUPS.values() for line in group)]
]


def test_the_lock_pins_everything_exactly():
    for requirement in LOCK:
        assert [s.operator for s in requirement.specifier] == ["=="], requirement
        assert not requirement.url, requirement


def test_the_lock_satisfies_pyproject():
    for asked in ASKED:
        pins = [r for r in LOCK if canonicalize_name(r.name) == canonicalize_name(asked.name)]
        assert pins, f"{asked.name} is not in requirements.txt; run: make lock"
        for pin in pins:
            assert asked.specifier.contains(next(iter(pin.specifier)).version), f"{pin} does not satisfy {asked}"


@pytest.mark.parametrize("platform", ["linux", "darwin"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_one_pin_a_package_on_every_supported_machine(platform, python):
    environment = default_environment() | {
        "sys_platform": platform,
        "platform_system": {"linux": "Linux", "darwin": "Darwin"}[platform],
        "python_version": python,
        "python_full_version": f"{python}.7",
    }
    chosen = [canonicalize_name(r.name) for r in LOCK if r.marker is None or r.marker.evaluate(environment)]
    assert len(chosen) == len(set(chosen))
    assert ("tensorflow-cpu" in chosen) == (platform == "linux")
    assert ("tensorflow" in chosen) == (platform == "darwin")
    for asked in ASKED:
        if asked.marker is None or asked.marker.evaluate(environment):
            assert canonicalize_name(asked.name) in chosen


def test_the_lock_leaves_cuda_to_torch():
    assert not [r.name for r in LOCK if r.name.startswith(("nvidia-", "triton", "cuda-"))]


def test_conda_uses_the_same_lock():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (python,) = [d for d in dependencies if isinstance(d, str) and d.startswith("python")]
    (pip,) = [d["pip"] for d in dependencies if isinstance(d, dict)]
    assert pip == ["-r requirements.txt", "-e ."]
    supported = [
        version
        for version in ("3.10", "3.11", "3.12", "3.13", "3.14")
        if Requirement(python).specifier.contains(version)
    ]
    assert supported == ["3.11", "3.12", "3.13"]
    assert PROJECT["project"]["requires-python"] == ">=3.11"


def test_the_package_asks_for_lower_bounds_only():
    """Colab's torch and numpy must stay as they are."""
    for line in PROJECT["project"]["dependencies"]:
        assert [s.operator for s in Requirement(line).specifier] == [">="], line


# ---------------------------------------------------------------------------------------------- tools/setup.sh


@pytest.fixture
def checkout(tmp_path):
    for name in ("Makefile", "requirements.txt", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    return tmp_path


def set_up(checkout: Path, *arguments: str, path: Path | str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["/bin/sh", "tools/setup.sh", *arguments],
        cwd=checkout,
        env={"PATH": str(path), "HOME": str(checkout), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def bin_without_python(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bin")
    for name in ("sh", "dirname", "printf", "tail", "head", "grep", "rm", "touch", "cat", "mkdir"):
        (folder / name).symlink_to(shutil.which(name))
    return folder


def one_clear_line(result: subprocess.CompletedProcess) -> str:
    assert result.returncode != 0
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("setup: ")
    return lines[0]


def test_no_python(checkout, bin_without_python):
    line = one_clear_line(set_up(checkout, path=bin_without_python))
    assert "no Python 3.11, 3.12 or 3.13 was found" in line
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("version", ["3.9.1", "3.14.0"])
def test_unsupported_python(version, checkout, bin_without_python):
    fake = bin_without_python / "python3"
    fake.write_text(f'#!/bin/sh\ncase "$*" in --version) echo Python {version};; *version_info*) exit 1;; esac\n')
    fake.chmod(0o755)
    assert f"Python {version}" in one_clear_line(set_up(checkout, path=bin_without_python))
    assert f"Python {version}" in one_clear_line(set_up(checkout, "python3", path=bin_without_python))
    assert "was not found" in one_clear_line(set_up(checkout, "/no/such/python", path=bin_without_python))


def test_no_network(checkout):
    """A package index that nobody answers: one line, and the next try starts over by itself."""
    result = set_up(
        checkout,
        path=os.environ["PATH"],
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_CONFIG_FILE=os.devnull,
        PIP_DEFAULT_TIMEOUT="1",
        PIP_NO_CACHE_DIR="1",
    )
    assert "connect to the internet" in one_clear_line(result)
    assert not (checkout / ".venv" / "ready").exists()


def test_help_explains_every_target():
    text = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.M)[1].split())
    documented = set(re.findall(r"^([a-z-]+):.*## ", text, re.M))
    assert phony == documented
    printed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(re.search(rf"^  {target} ", printed, re.M) for target in documented)
