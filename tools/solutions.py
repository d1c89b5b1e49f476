"""Pages with the reference solutions for the book, or none: python tools/solutions.py [--publish]

`make book SOLUTIONS=1` calls this with --publish: below each set of exercises the book then has a page with its
answers, without hidden tests. The notebooks and the table of contents that lists them are made in book/solutions/,
which is not a part of the repository; without the switch they are removed, and their rendered pages too.
"""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path

import yaml
from nbformat import NotebookNode

import notebooks

PAGES = "book/solutions"
MARKERS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)
HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[ \t]*\n?", re.MULTILINE | re.DOTALL)


def with_answers(source: NotebookNode) -> NotebookNode:
    """The source as a page to read: answers without their markers, no hidden tests, emptied cells left out."""
    page = source.copy()
    page.cells = []
    for cell in source.cells:
        text = MARKERS.sub("", HIDDEN.sub("", cell.source))
        only_comments = all(line.lstrip().startswith("#") or not line.strip() for line in text.splitlines())
        if text != cell.source and cell.cell_type == "code" and only_comments:
            continue
        page.cells.append(NotebookNode({**cell, "source": text.rstrip("\n")}))
        page.cells[-1].metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in ("tags", "mystnb")})
    heading = page.cells[0].source
    page.cells[0].source = re.sub(r"^# Exercises\b", "# Solutions", heading, count=1)
    return page


def toc_with(toc: dict, names: list[str]) -> dict:
    """The table of contents with a page of solutions below each set of exercises."""
    for part in toc["parts"]:
        for chapter in part["chapters"]:
            name = Path(chapter["file"]).name
            if chapter["file"].startswith("chapters/") and name in names:
                chapter["sections"].append({"file": f"{PAGES}/{name}", "title": "Solutions"})
    return toc


def publish(root: Path = notebooks.ROOT) -> Path:
    """Write the pages and their table of contents; returns the path of the latter."""
    remove(root)
    folder = root / PAGES
    folder.mkdir(parents=True)
    sources = sorted((root / "solutions").glob("*/exercises.ipynb"))
    if not sources:
        raise SystemExit(
            "there is no folder solutions/: this is the students' edition, which has no solutions to publish"
        )
    for path in sources:
        notebooks.write(with_answers(notebooks.read(path)), folder / f"{path.parent.name}.ipynb")
    toc = toc_with(
        yaml.safe_load((root / "book/_toc.yml").read_text(encoding="utf-8")), [p.parent.name for p in sources]
    )
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    return folder / "_toc.yml"


def remove(root: Path = notebooks.ROOT) -> None:
    for folder in (PAGES, f"_build/html/{PAGES}", f"_build/html/_sources/{PAGES}"):
        shutil.rmtree(root / folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--publish", action="store_true")
    publish() if parser.parse_args().publish else remove()


if __name__ == "__main__":
    main()
