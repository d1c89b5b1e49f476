"""Downloads that continue where they were cut off, and that only ever leave a file with the right content."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from filelock import FileLock

from gptutils.files import atomic_write_text
from gptutils.notebook.progress import progress_bar

TIMEOUT = 30.0
"""Seconds without any answer or data after which a connection counts as cut off."""

PAUSE = 1.0
"""Seconds before the second try of a download; doubled before each further one."""

VERIFIED = ".verified.json"
"""In a folder of `download_folder`: what its files were when they were last checked."""

_CHUNK = 1 << 18


class DownloadError(OSError):
    """A file could not be downloaded; the message names the address and says what to do.

    Parameters
    ----------
    message : what happened.
    temporary : whether the same call may well succeed in a moment (attribute of the same name).
    """

    def __init__(self, message: str, temporary: bool = False):
        super().__init__(message)
        self.temporary = temporary


class FolderError(DownloadError):
    """The folder cannot take the file: it is full, or nothing may be written in it."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of `download_folder`: its name, and what is known of its content.

    Parameters
    ----------
    name : below the address, and in the folder.
    size : bytes, or ``None`` if not known.
    sha256 : SHA-256 of the content, or ``None`` if not known.
    """

    name: str
    size: int | None = None
    sha256: str | None = None


def cache_folder() -> Path:
    """The folder for downloaded files; it need not exist yet.

    The environment variable ``GPTUTILS_CACHE`` names it; otherwise it is ``gptutils`` in the user's cache folder:
    ``$XDG_CACHE_HOME``, or ``~/.cache`` where that is not set.

    Examples
    --------
    >>> os.environ["GPTUTILS_CACHE"] = "/data/course"
    >>> str(cache_folder())
    '/data/course'
    >>> del os.environ["GPTUTILS_CACHE"]
    """
    if folder := os.environ.get("GPTUTILS_CACHE"):
        return Path(folder).expanduser()
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG specification has relative paths ignored.
    return (xdg if xdg.is_absolute() else Path.home() / ".cache") / "gptutils"


def download_file(
    url: str, path: str | os.PathLike[str], size: int | None, sha256: str | None, progress: bool = True
) -> Path:
    """Download a file of known content; return at once if it is there already.

    Data is written to ``<path>.part``, checked, and then renamed to ``path``: a file at ``path`` is always whole. After
    a cut the ``.part`` file stays, and the next call asks the server for the rest only (HTTP ``Range``, RFC 9110
    section 14). Processes that want the same file take turns, by a lock on the empty file ``.<name>.lock`` beside it:
    the first one downloads, the others wait and find the file.

    Parameters
    ----------
    url : address, http or https.
    path : where the file goes; folders are made as needed.
    size : bytes in the file; reading stops at the first byte more. ``None`` if not known: then the size that the
        server announces counts.
    sha256 : SHA-256 of the content, 64 hexadecimal digits. ``None`` if not known: then the size alone is checked.
    progress : whether a person may see a progress bar (see `progress_bar`).

    Returns
    -------
    ``path``.

    Raises
    ------
    ValueError, TypeError : arguments that cannot be right; nothing was written.
    DownloadError : an ``OSError``. No connection, an error from the server, a cut connection or a full disk (what came
        so far is kept for the next call); too many bytes or the wrong content (nothing is kept); a folder in which
        nothing may be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "greeting.txt"
    >>> _ = path.write_bytes(b"hello")
    >>> sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    >>> download_file("https://example.org/greeting.txt", path, 5, sha256) == path  # it is there: no connection is made
    True
    """
    path = Path(path)
    _check_arguments(url, path, size, sha256)
    sha256 = sha256.lower() if sha256 else None
    if _has_content(path, size, sha256):
        return path
    with _lock(path):
        if _has_content(path, size, sha256):  # another process was faster
            return path
        part = path.with_name(f"{path.name}.part")
        _fetch(url, part, size, path.name, progress)
        if sha256 is not None and (actual := _sha256(part)) != sha256:
            part.unlink()
            raise DownloadError(
                f"{url} does not have the expected content: its SHA-256 is {actual}, expected {sha256}. The data was "
                "removed. Try again; if it happens again, the file on the server has changed"
            )
        os.replace(part, path)
    return path


def download_folder(
    files: Iterable[RemoteFile],
    folder: str | os.PathLike[str],
    addresses: Sequence[str],
    *,
    tries: int = 4,
    progress: bool = True,
) -> Path:
    """Download files into a folder, each by `download_file`; return at once if they are all there.

    A cut connection or an error that passes is tried again. When an address does not help, the next one goes on where
    the last one stopped. A file is checked once: afterwards its size and its time of change tell whether it is still
    the same.

    Parameters
    ----------
    files : names, and what is known of their contents.
    folder : where they go; made as needed.
    addresses : ``<address>/<name>`` is a file; the first address that has the right content counts.
    tries : how often an address is asked for a file, at least once. `PAUSE` says how long it is left alone in between.
    progress : whether a person may see a progress bar for each file, with its speed.

    Returns
    -------
    ``folder``.

    Raises
    ------
    ValueError, TypeError : as in `download_file`; no address; ``tries`` below 1.
    DownloadError : a file is at none of the addresses; the message says what each of them answered. Other files, and
        the part of this one that has come, stay for the next call.
    """
    folder = Path(folder)
    if not addresses or tries < 1:
        raise ValueError(f"addresses are {addresses!r} and tries {tries}: expected at least one address and one try")
    record = _read_record(folder)
    for file in files:
        path = folder / file.name
        if record.get(file.name) == (state := _state_of(path, file)) and state is not None:
            continue
        _from_first(addresses, path, file, tries, progress)
        record[file.name] = _state_of(path, file)
        with suppress(OSError):  # where nothing may be written, a file is checked again the next time
            atomic_write_text(folder / VERIFIED, json.dumps(record, indent=1))
    return folder


def _read_record(folder: Path) -> dict[str, list]:
    try:
        record = json.loads((folder / VERIFIED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _state_of(path: Path, file: RemoteFile) -> list | None:
    """What a checked file looks like from outside, and what was known when it was checked."""
    if not path.is_file():
        return None
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, file.size, file.sha256]


def _from_first(addresses: Sequence[str], path: Path, file: RemoteFile, tries: int, progress: bool) -> None:
    """Download ``file`` from the first address that has it."""
    failures = []
    for address in addresses:
        url = f"{address.rstrip('/')}/{file.name}"
        for attempt in range(tries):
            if attempt:
                time.sleep(PAUSE * 2 ** (attempt - 1))
            try:
                download_file(url, path, file.size, file.sha256, progress)
                return
            except FolderError:  # another address would not help
                raise
            except DownloadError as error:
                failure = error
            if not failure.temporary:
                break
        failures.append(failure)
    if len(failures) == 1:
        raise failures[0]
    told = "".join(f"\n- {failure}" for failure in failures)
    raise DownloadError(f"{file.name} could not be downloaded from any of {len(failures)} addresses:{told}")


def _lock(path: Path) -> FileLock:
    """The lock on a file to come, in a folder that exists then and may be written in."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f".{path.name}.lock")
        lock.touch()
    except OSError as error:
        raise FolderError(f"{path} cannot be written ({error.strerror}): choose another folder") from error
    return FileLock(lock)


def _check_arguments(url: str, path: Path, size: int | None, sha256: str) -> None:
    if not re.match(r"https?://[^/]", url):
        raise ValueError(f"url is {url!r}, expected an address that begins with https:// or http://")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
        raise TypeError(f"size is {size!r}, expected a whole number of bytes, or None if it is not known")
    if size is not None and size < 1:
        raise ValueError(f"size is {size}, expected at least 1 byte, or None if it is not known")
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ValueError(f"sha256 is {sha256!r}, expected 64 hexadecimal digits, or None if it is not known")
    if path.is_dir():
        raise ValueError(f"path {path} is a folder, expected the path of the file; add a file name to it")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has_content(path: Path, size: int | None, sha256: str | None) -> bool:
    return path.is_file() and size in (None, path.stat().st_size) and sha256 in (None, _sha256(path))


def _fetch(url: str, part: Path, size: int | None, name: str, progress: bool) -> None:
    """Complete the file ``part``; it has the right size afterwards, but its content is not checked."""
    start = part.stat().st_size if part.exists() else 0
    if start == size:
        return
    response, start = _open(url, start)
    with response:
        announced = None if response.length is None else start + response.length
        if None not in (size, announced) and announced != size:
            raise DownloadError(
                f"{url} has {announced:,} bytes, expected {size:,}: the server sends another file. Try again later, or "
                "from another network if this one asks for a login"
            )
        expected = announced if size is None else size
        free = shutil.disk_usage(part.parent).free
        if expected is not None and expected - start > free:
            raise FolderError(
                f"{url} needs {expected - start:,} bytes more, but the disk of {part.parent} has {free:,} left: "
                "make room, or choose another folder"
            )
        try:
            received, reason = _receive(response, part, start, expected, name, progress)
        except OSError as error:  # of writing: what the connection raises is returned
            raise FolderError(
                f"{part} cannot be written ({error.strerror}): make room on the disk, or choose another folder. "
                "Call again to continue: the data so far is kept"
            ) from error
    if size is not None and received > size:
        part.unlink()
        raise DownloadError(
            f"{url} sends more than the expected {size:,} bytes: it is another file. The data was removed. Try again "
            "later, or from another network if this one asks for a login"
        )
    if reason is not None or (expected is not None and received < expected):
        of = "" if expected is None else f" of {expected:,}"
        raise DownloadError(
            f"{url} was cut off after {received:,}{of} bytes. Call again to continue there: "
            f"the data so far is kept in {part}",
            temporary=True,
        ) from reason


def _open(url: str, start: int) -> tuple[HTTPResponse, int]:
    """The server's answer, and the position in the file of its first byte: ``start`` if the server agrees, else 0."""
    headers = {"User-Agent": "gptutils", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        response = urlopen(Request(url, headers=headers), timeout=TIMEOUT)
    except HTTPError as error:
        error.close()
        if start and error.code == 416:  # range not satisfiable: the file is not as long as the part
            return _open(url, 0)
        raise DownloadError(
            f"{url}: the server answered {error.code} {error.reason}. Try again later; if it stays so, the file is no "
            "longer at this address",
            temporary=error.code in (429, 500, 502, 503, 504),
        ) from error
    except (OSError, HTTPException) as error:
        raise DownloadError(
            f"{url} cannot be reached ({getattr(error, 'reason', None) or error}). "
            "Connect to the internet and try again"
        ) from error
    if start and response.status == 206:
        if re.match(rf"bytes {start}-", response.headers.get("Content-Range", "")):
            return response, start
        response.close()  # another range than asked for
        return _open(url, 0)
    return response, 0


def _receive(
    response: HTTPResponse, part: Path, start: int, expected: int | None, name: str, progress: bool
) -> tuple[int, Exception | None]:
    """Append the answer to ``part``: bytes in it then (counting the first one too many), what cut the connection."""
    received = start
    bar = progress_bar(
        enabled=progress, total=expected, initial=start, desc=name, unit="B", unit_scale=True, unit_divisor=1024
    )
    with open(part, "ab" if start else "wb") as file, bar:
        while True:
            try:
                # read1 hands over what has arrived; read would wait for a whole chunk, and lose it in a cut
                chunk = response.read1(_CHUNK)
            except (OSError, HTTPException) as error:
                return received, error
            if not chunk:
                return received, None
            received += len(chunk)
            if expected is not None and received > expected:
                return received, None
            file.write(chunk)
            bar.update(len(chunk))
