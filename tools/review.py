"""A readable text view of notebooks for reviews: python tools/review.py [PATH ...] [--against main]

Writes to _build/review one Markdown file a notebook (prose, code with the cells' tags and captions, what the cells
print) and, beside it, what changed in that view since ``--against``. Default: the lessons and exercise sources that
differ from there.
"""

from __future__ import annotations

import argparse
import difflib
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

import notebooks

FOLDER = notebooks.ROOT / "_build" / "review"


def shown(output: NotebookNode) -> str:
    """What an output shows, as text; of pictures and pages only their kind."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    data = output.data
    kinds = [kind for kind in ("image/svg+xml", "image/png", "text/html") if kind in data]
    return f"<{kinds[0]}>" if kinds else data.get("text/plain", "")


def view(notebook: NotebookNode) -> str:
    """The notebook as Markdown, each output in a block of its own below its cell."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if printed := "\n".join(shown(output).rstrip("\n") for output in cell.get("outputs", [])):
            fence = "`" * 4
            cells.append(nbformat.v4.new_markdown_cell(f"{fence}output\n{printed}\n{fence}"))
    keep = {"cell_metadata_filter": "all,-nbgrader"}  # what nbgrader keeps of a cell is long, and made by tools
    plain = nbformat.v4.new_notebook(cells=cells, metadata={"jupytext": keep})
    return jupytext.writes(plain, fmt="md").partition("---\n\n")[2]  # without the header, the same in every notebook


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=notebooks.ROOT, capture_output=True, text=True, check=True).stdout


def committed(path: Path, base: str) -> str:
    """The view of the notebook at ``base``; empty where it was not there yet."""
    try:
        text = git("show", f"{base}:{path.relative_to(notebooks.ROOT).as_posix()}")
    except subprocess.CalledProcessError:
        return ""
    return view(nbformat.reads(text, as_version=4))


def changed(base: str) -> list[Path]:
    """The notebooks that people write whose files differ from ``base``."""
    names = {notebooks.ROOT / name for name in git("diff", "--name-only", "-z", base).split("\0")}
    names |= {notebooks.ROOT / name for name in git("ls-files", "-z", "--others", "--exclude-standard").split("\0")}
    return [path for path in notebooks.sources() if path in names]


def review(path: Path, base: str, folder: Path) -> tuple[Path, Path]:
    """Write the view of one notebook and what changed in it; returns both files."""
    new, old = view(notebooks.read(path)), committed(path, base)
    name = path.relative_to(notebooks.ROOT).with_suffix("")
    text, diff = folder / f"{name}.md", folder / f"{name}.diff"
    text.parent.mkdir(parents=True, exist_ok=True)
    text.write_text(new, encoding="utf-8")
    lines = difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"{name} at {base}", f"{name} now")
    diff.write_text("".join(lines), encoding="utf-8")
    return text, diff


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--against", default="HEAD", help="a branch or commit (default: HEAD, the last commit)")
    parser.add_argument("--to", type=Path, default=FOLDER, help="the folder to write")
    arguments = parser.parse_args(argv)
    base = arguments.against
    try:
        git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
    except (OSError, subprocess.CalledProcessError):
        print(f"review: git knows no commit {base!r} here; name one with AGAINST=...", file=sys.stderr)
        return 1
    for path in (path.resolve() for path in arguments.paths):
        if path.suffix != ".ipynb" or not path.is_file() or not path.is_relative_to(notebooks.ROOT):
            print(f"review: {path} is not a notebook of this checkout", file=sys.stderr)
            return 1
    paths = [path.resolve() for path in arguments.paths] or changed(base)
    if not paths:
        print(f"no notebook differs from {base}; name some: make review NOTEBOOKS=chapters/01_tokenizer.ipynb")
    for path in paths:
        text, diff = review(path, base, arguments.to.resolve())
        size = len(diff.read_text(encoding="utf-8").splitlines())
        print(f"{text}\n{diff}: {size} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
