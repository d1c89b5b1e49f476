"""Run notebooks top to bottom and store their outputs: python tools/execute.py [PATH ...]   (default: all sources)

A notebook that raises, writes to stderr or shows a path of this machine is reported and left as it was. With --measure
the notebooks stay as they are, and book/status.json gets the seconds that each took on two cores; after a run of all of
them, also date, machine and versions. The book shows them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import notebooks
from gptutils.files import atomic_write_text

STATUS = notebooks.ROOT / "book" / "status.json"
CORES = 2  # those that the course promises to run on
SHOWN_PACKAGES = ("torch", "numpy", "tiktoken", "matplotlib", "jupyter-book", "nbgrader")


def execute(path: Path, timeout: int = 300, store: bool = True) -> float:
    """Run one notebook in its own folder and write it back (or not: ``store``); returns seconds."""
    notebook = notebooks.read(path)
    notebooks.stamp_setup_cell(notebook)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        coalesce_streams=True,
    )
    start = time.perf_counter()
    try:
        client.execute()
    except CellExecutionError as error:
        raise SystemExit(f"{path}: {error}") from None
    seconds = time.perf_counter() - start
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            where = f"{path}: the cell that begins {cell.source.splitlines()[0]!r}"
            if output.get("name") == "stderr":
                raise SystemExit(f"{where} writes to stderr:\n{output.text}")
            if str(notebooks.ROOT) in str(output):
                raise SystemExit(f"{where} shows a path of this machine")
    if store:
        notebooks.write(notebook, path)
    return seconds


def record(seconds: dict[str, float], whole: bool) -> None:
    """Write the seconds of these notebooks into the status file; of a whole run also when and with what it was."""
    status = json.loads(STATUS.read_text(encoding="utf-8")) if STATUS.is_file() else {"date": None, "seconds": {}}
    if whole:
        status = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{CORES} cores, {platform.machine()}, {platform.system()}",
            "versions": {"Python": platform.python_version()} | {name: version(name) for name in SHOWN_PACKAGES},
            "seconds": {},
        }
    known = {path.relative_to(notebooks.ROOT).as_posix() for path in notebooks.sources()}
    status["seconds"] = {path: status["seconds"].get(path) for path in known} | seconds
    status["seconds"] = {path: s for path, s in sorted(status["seconds"].items()) if s is not None and path in known}
    atomic_write_text(STATUS, json.dumps(status, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--measure", action="store_true", help="leave the notebooks; write book/status.json")
    arguments = parser.parse_args()
    os.environ.setdefault("GPTUTILS_DEVICE", "cpu")  # committed outputs are those of a CPU
    if arguments.measure:
        os.environ["OMP_NUM_THREADS"] = str(CORES)
    seconds = {}
    for path in arguments.paths or notebooks.sources():
        path = path.resolve()
        name = path.relative_to(notebooks.ROOT).as_posix()
        seconds[name] = round(execute(path, store=not arguments.measure), 1)
        print(f"{name}: {seconds[name]} s", flush=True)
    if arguments.measure:
        record(seconds, whole=not arguments.paths)


if __name__ == "__main__":
    sys.exit(main())
