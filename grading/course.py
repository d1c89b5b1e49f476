"""Where the sets are, and nbgrader's settings as its own commands read them."""

from __future__ import annotations

import os
from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "exercises.ipynb"


def set_names(root: Path = ROOT) -> list[str]:
    """The exercise sets: the folders of solutions/."""
    return sorted(path.parent.name for path in (root / "solutions").glob(f"*/{NOTEBOOK}"))


def source_path(name: str, root: Path = ROOT) -> Path:
    return root / "solutions" / name / NOTEBOOK


def release_path(name: str, root: Path = ROOT) -> Path:
    return root / "assignments" / name / NOTEBOOK


def nbgrader_config(root: Path | None = None) -> Config:
    """The settings of nbgrader_config.py; with ``root``, for a course in another folder with the same layout."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    if root is not None:
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{os.path.join(root, 'grading', 'gradebook.db')}"
    return config
