"""Makes the students' notebooks from the sources, with nbgrader itself, and sees that nothing secret is left."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution

from gptutils.files import replacing

from .course import ROOT, nbgrader_config, release_path, set_names, source_path
from .leaks import ANY_LINE, leaks, secrets
from .markers import MARKER
from .source_rules import SourceError, label, parse, problems

IGNORED = (".ipynb_checkpoints", ".DS_Store")


def generate(name: str, root: Path = ROOT) -> bytes:
    """The release of one set, byte for byte what `nbgrader generate_assignment` writes.

    Raises
    ------
    SourceError : the source breaks the rules, or nbgrader refuses it, or something secret is left in the release.
    """
    path = source_path(name, root)
    shown = path.relative_to(root)
    try:
        source = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat has many
        raise SourceError(f"{shown}: not a notebook: {type(error).__name__}: {str(error).splitlines()[0]}") from None
    if found := problems(source, str(shown)):
        raise SourceError("\n".join(found))
    with tempfile.TemporaryDirectory() as folder:
        copy = source_path(name, Path(folder))
        copy.parent.mkdir(parents=True)
        shutil.copyfile(path, copy)  # this file alone: nbgrader would hand out what lies beside it
        config = nbgrader_config(Path(folder))
        config.SaveCells.enabled = False
        config.GenerateAssignment.no_database = True
        course = CourseDirectory(config=config)
        course.assignment_id = name
        log = logging.getLogger("traitlets")
        level, log.level = log.level, logging.CRITICAL
        try:
            GenerateAssignment(coursedir=course, config=config).start()
        except NbGraderException as error:
            raise SourceError(f"{shown}: nbgrader refuses it: {error}") from error
        finally:
            log.level = level
        made = release_path(name, Path(folder))
        content = made.read_bytes()
    release = nbformat.reads(content.decode(), as_version=4)
    if found := list(release_problems(source, release)):
        raise SourceError("\n".join(f"{shown}, its release: {problem}" for problem in found))
    return content


def release_problems(source: NotebookNode, release: NotebookNode) -> list[str]:
    """What must not be in a release: markers, solutions, hidden tests, outputs; and what must be: valid stubs."""
    found = []
    looked_for = secrets(source, "source", strictness=ANY_LINE)
    for index, cell in enumerate(release.cells):
        where = label(cell, index)
        if match := MARKER.search(cell.source):
            found.append(f"{where}: the marker {match[0]!r} is left in it")
        found += [f"{where}: it shows {secret.where}" for secret in leaks(cell.source, looked_for)]
        if cell.cell_type != "code":
            continue
        if cell.execution_count is not None or (cell.outputs and (is_solution(cell) or is_grade(cell))):
            found.append(f"{where}: it has outputs or an execution count")
        text = "\n".join(str(output.get("text", output.get("data", ""))) for output in cell.outputs)
        found += [f"{where}: its output shows {secret.where}" for secret in leaks(text, looked_for)]
        if is_solution(cell):
            if not re.search(r"^\s*raise NotImplementedError\(\)$", cell.source, re.MULTILINE):
                found.append(f"{where}: nothing stands in the place of the solution")
            try:
                parse(cell.source)
            except SyntaxError as error:
                found.append(f"{where}: what the student starts from is not Python: {error.msg} (line {error.lineno})")
    return found


def generate_all(root: Path = ROOT) -> dict[str, bytes]:
    """Every set's release; raises a SourceError with the problems of all of them."""
    if not (root / "solutions").is_dir():
        raise SourceError("there is no folder solutions/: this is the students' edition, its assignments are complete")
    made, failed = {}, []
    for name in set_names(root):
        try:
            made[name] = generate(name, root)
        except SourceError as error:
            failed.append(str(error))
    if failed:
        raise SourceError("\n".join(failed))
    return made


def stale(made: dict[str, bytes], root: Path = ROOT) -> list[Path]:
    """The files below assignments/ that differ from what the sources give: changed, missing, or of no source."""
    wanted = {release_path(name, root): content for name, content in made.items()}
    found = [path for path, content in wanted.items() if not path.is_file() or path.read_bytes() != content]
    others = [
        path
        for path in (root / "assignments").rglob("*")
        if path.is_file() and path not in wanted and not any(part in IGNORED for part in path.parts)
    ]
    return sorted(found + others)


def write(made: dict[str, bytes], root: Path = ROOT) -> list[Path]:
    """Bring assignments/ up to date; returns the files that changed. Each is replaced whole or not at all."""
    changed = stale(made, root)
    for path in changed:
        name = path.parent.name
        if path == release_path(name, root) and name in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:
                temporary.write_bytes(made[name])
        else:
            path.unlink()
    folders = [path for path in (root / "assignments").glob("**/") if path != root / "assignments"]
    for folder in sorted(folders, reverse=True):
        if not any(path.name not in IGNORED for path in folder.iterdir()):
            shutil.rmtree(folder)
    return changed
