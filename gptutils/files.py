"""Writing files and folders so that nothing is ever half there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: str | os.PathLike, *, durable: bool = False) -> Iterator[Path]:
    """A temporary path beside ``path``, moved onto it when the block ends well, and removed when it does not.

    With ``durable``, the file is on the disk before it gets its name: not even a power cut leaves half of it there.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "note.txt"
    >>> with replacing(target) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> target.read_text()
    'whole'
    """
    path = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp's files are private
        if durable:
            _to_disk(temporary)
        os.replace(temporary, path)
        if durable and os.name == "posix":
            _to_disk(path.parent)  # the name, too
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def new_folder(path: str | os.PathLike) -> Iterator[Path]:
    """A temporary folder that gets the name ``path`` when the block ends well, and is removed when it does not.

    ``path`` may be an empty folder already; folders above it are made when they are missing.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "runs" / "first"
    >>> with new_folder(target) as temporary:
    ...     _ = (temporary / "note.txt").write_text("whole")
    >>> [path.name for path in target.iterdir()]
    ['note.txt']
    """
    path = Path(path).absolute()
    existing = next(parent for parent in path.parents if parent.exists())
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=existing))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())  # mkdtemp's folders are private
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def atomic_write_text(path: str | os.PathLike, text: str) -> None:
    """Write UTF-8 text to ``path``; an older file stays whole until the new one is complete."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
