"""Downloads that continue where they were cut off, and that only ever leave a file with the right content."""

from __future__ import annotations

import hashlib
import os
import re
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from filelock import FileLock

from gptutils.notebook.progress import progress_bar

TIMEOUT = 30.0
"""Seconds without any answer or data after which a connection counts as cut off."""

_CHUNK = 1 << 18


class DownloadError(OSError):
    """A file could not be downloaded; the message names the address and says what to do."""


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


def download_file(url: str, path: str | os.PathLike[str], size: int | None, sha256: str, progress: bool = True) -> Path:
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
    sha256 : SHA-256 of the content, 64 hexadecimal digits.
    progress : whether a person may see a progress bar (see `progress_bar`).

    Returns
    -------
    ``path``.

    Raises
    ------
    ValueError, TypeError : arguments that cannot be right; nothing was written.
    DownloadError : an ``OSError``. No connection, an error from the server, or a cut connection (what came so far is
        kept for the next call); too many bytes or the wrong content (nothing is kept).

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
    sha256 = sha256.lower()
    if _has_content(path, size, sha256):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock")):
        if _has_content(path, size, sha256):  # another process was faster
            return path
        part = path.with_name(f"{path.name}.part")
        _fetch(url, part, size, path.name, progress)
        if (actual := _sha256(part)) != sha256:
            part.unlink()
            raise DownloadError(
                f"{url} does not have the expected content: its SHA-256 is {actual}, expected {sha256}. The data was "
                "removed. Try again; if it happens again, the file on the server has changed"
            )
        os.replace(part, path)
    return path


def _check_arguments(url: str, path: Path, size: int | None, sha256: str) -> None:
    if not re.match(r"https?://[^/]", url):
        raise ValueError(f"url is {url!r}, expected an address that begins with https:// or http://")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
        raise TypeError(f"size is {size!r}, expected a whole number of bytes, or None if it is not known")
    if size is not None and size < 1:
        raise ValueError(f"size is {size}, expected at least 1 byte, or None if it is not known")
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ValueError(f"sha256 is {sha256!r}, expected 64 hexadecimal digits")
    if path.is_dir():
        raise ValueError(f"path {path} is a folder, expected the path of the file; add a file name to it")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has_content(path: Path, size: int | None, sha256: str) -> bool:
    return path.is_file() and size in (None, path.stat().st_size) and _sha256(path) == sha256


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
        received, reason = _receive(response, part, start, expected, name, progress)
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
            f"the data so far is kept in {part}"
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
            "longer at this address"
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
