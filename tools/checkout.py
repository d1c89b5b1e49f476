"""A copy of the checkout as git sees it: tracked and new files with their present content, ignored files left out."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def files() -> list[str]:
    """Paths, relative to the root, of the files that a commit of everything would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return sorted(path for path in set(listed) if path and (ROOT / path).is_file())


def copy_to(folder: Path, *, as_repository_on: str | None = None) -> Path:
    """Copy the checkout into ``folder``; with ``as_repository_on`` commit it there on a branch of that name."""
    for path in files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, folder / path)
    if as_repository_on:
        for arguments in (["init", "-q", "-b", as_repository_on], ["add", "-A"], ["commit", "-q", "-m", "snapshot"]):
            subprocess.run(
                ["git", "-c", "user.name=course", "-c", "user.email=course@localhost", *arguments],
                cwd=folder,
                check=True,
            )
    return folder
