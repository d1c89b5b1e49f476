"""Run notebooks top to bottom and store their outputs: python tools/execute.py [PATH ...]   (default: all sources)

A notebook that raises, writes to stderr or shows a path of this machine is reported and left as it was.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import notebooks


def execute(path: Path, timeout: int = 300) -> float:
    """Run one notebook in its own folder and write it back; returns seconds."""
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
    notebooks.write(notebook, path)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path)
    arguments = parser.parse_args()
    os.environ.setdefault("GPTUTILS_DEVICE", "cpu")  # committed outputs are those of a CPU
    for path in arguments.paths or notebooks.sources():
        print(f"{path}: {execute(path.resolve()):.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
