"""Make the students' notebooks in assignments/ from solutions/: python tools/assignments.py [--check]

All releases are made anew with nbgrader, each replaced whole, and those without a source removed. A source that breaks
a rule (grading/README.md) is named with its cell, and then nothing changes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from checkout import ROOT

sys.path.insert(0, str(ROOT))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; name what is stale and fail")
    parser.add_argument("--root", type=Path, default=ROOT, help="another folder with solutions/ and assignments/")
    arguments = parser.parse_args(argv)
    root = arguments.root.resolve()
    try:
        from grading import release
    except ModuleNotFoundError as error:
        if error.name != "grading":
            raise
        print(
            "there is no folder grading/: this is the students' edition, its assignments are complete", file=sys.stderr
        )
        return 1
    try:
        made = release.generate_all(root)
    except release.SourceError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.check:
        stale = release.stale(made, root)
        for path in stale:
            print(f"{path.relative_to(root)} is stale; run: make assignments", file=sys.stderr)
        return bool(stale)
    for path in release.write(made, root):
        print(f"{path.relative_to(root)}{'' if path.exists() else ' (removed)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
