"""The repository as students get it, in _build/student-edition and as a zip beside it: python tools/student_edition.py

All files that git tracks, without the solutions, the hidden tests, the answer bank, the kill matrix and the tools of
the grading. Every file is searched for passages of solutions and hidden tests, and every page for links to what is left
out; if there is one, it is named and nothing is written.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from checkout import ROOT

sys.path.insert(0, str(ROOT))

INSTRUCTORS = (
    "solutions/",
    "grading/",
    "tests/grading/",
    "nbgrader_config.py",
    "CONTRIBUTING.md",
    ".github/",
    "book/guides/kill_matrix",  # tells what hidden tests reject
)
TARGET = re.compile(r"^([a-z-]+):[^\n]*## instructors:[^\n]*\n(?:\t[^\n]*\n)*\n?", re.MULTILINE)
# A link to a page of the kill matrix keeps its words; the table of contents loses the entry and what stands below it.
LINK = re.compile(r"\[([^\]\n]+)\]\((?:[^()\s]*/)?kill_matrix[^()\s]*\)")
LEFT_LINK = re.compile(r"(?:\]\(|file: |href=\")[^)\s\"]*kill_matrix")
ENTRY = re.compile(r"^( *)- file: book/guides/kill_matrix\n(?:\1 +[^\n]*\n)*", re.MULTILINE)
ROW = re.compile(r"^\| `(?:solutions|grading)/[^\n]*\n|^\|[^\n]*\]\((?:grading/|CONTRIBUTING)[^\n]*\n", re.MULTILINE)


class EditionError(Exception):
    """The edition cannot be made."""


def files(root: Path) -> list[str]:
    """The repository's files that students get; only what git tracks, so that nothing private slips in."""
    command = ["git", "ls-files", "-z"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise EditionError(f"{root} is not a git checkout; git says which files belong to the course") from None
    names = sorted(set(listed.split("\0")) - {""})
    return [name for name in names if not name.startswith(INSTRUCTORS) and (root / name).is_file()]


def problems(folder: Path, root: Path) -> list[str]:
    """Passages of solutions, hidden tests or the answer bank, and nbgrader's markers, in the files of the edition."""
    from grading import course, leaks, sets, source_rules

    looked_for = []
    for name in course.set_names(root):
        exercises = sets.ExerciseSet(name, root=root)
        looked_for += leaks.secrets(exercises.source, f"solutions/{name}", exercises.bank)
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        shown, text = path.relative_to(folder), leaks.readable(path)
        found += [
            f"{shown} holds what stands in {where}" for where in {s.where: 0 for s in leaks.leaks(text, looked_for)}
        ]
        if path.suffix == ".ipynb" and (match := source_rules.MARKER.search(text)):
            found.append(f"{shown} holds the marker {match[0]!r}")
        if path.suffix in (".md", ".ipynb", ".html", ".yml") and LEFT_LINK.search(text):
            found.append(f"{shown} links to the kill matrix, which students do not get")
    return found


def build(target: Path, root: Path = ROOT) -> list[str]:
    """Write the edition to the folder ``target`` and to ``target``.zip; returns the names of its files."""
    if not (root / "solutions").is_dir():
        raise EditionError("there is no folder solutions/: this is the students' edition already")
    from grading import release

    try:
        stale = release.stale(release.generate_all(root), root)
    except release.SourceError as error:
        raise EditionError(str(error)) from None
    if stale:
        raise EditionError(f"{', '.join(str(path.relative_to(root)) for path in stale)}: stale; run: make assignments")
    names = files(root)
    if not names:
        raise EditionError(f"git tracks no file in {root}; commit first")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".student-edition-") as scratch:
        folder, archive = Path(scratch) / "edition", Path(scratch) / "edition.zip"
        for name in names:
            copy = folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copy)
            copy.chmod(0o755 if os.access(root / name, os.X_OK) else 0o644)
        for name in names:
            change = change_for(name)
            if change is not None:
                text = (folder / name).read_text(encoding="utf-8")
                (folder / name).write_text(change(text), encoding="utf-8")
        if found := problems(folder, root):
            raise EditionError("\n".join(found))
        pack(folder, archive)
        if target.exists():
            shutil.rmtree(target)
        os.replace(folder, target)
        os.replace(archive, target.with_name(f"{target.name}.zip"))
    return names


def change_for(name: str) -> Callable[[str], str] | None:
    """What the text of a file loses on its way to the students."""
    if name == "book/_toc.yml":
        return lambda text: ENTRY.sub("", text)
    if name.startswith("book/") and name.endswith(".md"):
        return lambda text: LINK.sub(r"\1", text)
    return {"Makefile": without_targets, "README.md": without_rows}.get(name)


def without_targets(makefile: str) -> str:
    """The Makefile without the targets that are for instructors."""
    names = "|".join(TARGET.findall(makefile)) or "$^"
    phony = re.compile(rf" (?:{names})(?=\s)")
    lines = TARGET.sub("", makefile).splitlines(keepends=True)
    return "".join(phony.sub("", line) if line.startswith(".PHONY:") else line for line in lines)


def without_rows(readme: str) -> str:
    """The README without the rows of its tables about what students do not get."""
    return ROW.sub("", readme)


def pack(folder: Path, archive: Path) -> None:
    """A zip of the folder; the same bytes for the same files."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"build-a-gpt/{path.relative_to(folder).as_posix()}", (1980, 1, 1, 0, 0, 0))
            entry.external_attr = path.stat().st_mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, path.read_bytes())


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=ROOT / "_build" / "student-edition", help="the folder to write")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    try:
        names = build(arguments.to.resolve(), arguments.root.resolve())
    except EditionError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(names)} files in {arguments.to} and {arguments.to}.zip")
    return 0


if __name__ == "__main__":
    sys.exit(main())
