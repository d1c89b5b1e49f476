"""Change the repository's address everywhere, or check that it is the same everywhere.

    python tools/address.py https://github.com/OWNER/NAME [--branch main]
    python tools/address.py --check

The one setting is `repository` in _config.yml. From there it stands in the setup cell of every notebook, in the launch
buttons (Jupyter Book reads _config.yml), in README.md, pyproject.toml and the guides.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import notebooks
from gptutils.files import atomic_write_text

ADDRESS = re.compile(r"https://github\.com/([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+?)(?:\.git)?/?")


def mentions(slug: str) -> list[Path]:
    """The tracked text files in which OWNER/NAME stands."""
    found = subprocess.run(
        ["git", "grep", "--files-with-matches", "-I", "--fixed-strings", "-e", slug],
        cwd=notebooks.ROOT,
        capture_output=True,
        text=True,
    )
    return [notebooks.ROOT / line for line in found.stdout.splitlines()]


def change(url: str, branch: str) -> list[Path]:
    """Write the new address wherever the old one stands; returns the files that changed."""
    match = ADDRESS.fullmatch(url)
    if not match:
        raise SystemExit(f"{url!r} is not of the form https://github.com/OWNER/NAME")
    old_url, old_branch = notebooks.repository()
    old_slug, new_slug = ADDRESS.fullmatch(old_url)[1], match[1]
    changed = []
    for path in mentions(old_slug):
        old = path.read_text(encoding="utf-8")
        new = old.replace(old_slug, new_slug)
        new = new.replace(f"{new_slug}@{old_branch}", f"{new_slug}@{branch}")
        new = new.replace(f"{new_slug}/blob/{old_branch}/", f"{new_slug}/blob/{branch}/")
        if path.name == "_config.yml":
            new = re.sub(r"(?m)^(  branch:\s*)\S+", rf"\g<1>{branch}", new)
        if new != old:
            atomic_write_text(path, new)
            changed.append(path)
    return changed


def problems() -> list[str]:
    """Notebooks whose setup cell is not the one that `_config.yml`'s address gives."""
    found = []
    for path in notebooks.sources():
        cells = [cell for cell in notebooks.read(path).cells if notebooks.SETUP_TAG in cell.metadata.get("tags", [])]
        if [cell.source for cell in cells] != [notebooks.setup_cell_source()]:
            found.append(f"{path.relative_to(notebooks.ROOT)}: its setup cell is missing or differs; run: make address")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?", help="the new address; without it, the setup cells are stamped again")
    parser.add_argument("--branch", help="the branch that Colab opens (default: as it is)")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where something differs")
    arguments = parser.parse_args()
    if arguments.check:
        print("\n".join(problems()), end="")
        return bool(problems())
    url, branch = notebooks.repository()
    for path in change(arguments.url or url, arguments.branch or branch):
        print(path.relative_to(notebooks.ROOT))
    for path in notebooks.sources():
        notebook = notebooks.read(path)
        if notebooks.stamp_setup_cell(notebook):
            notebooks.write(notebook, path)
            print(path.relative_to(notebooks.ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
