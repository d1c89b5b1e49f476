"""Downloads from a real server on this machine that cuts, stalls, ignores, adds and changes."""

import builtins
import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gptutils.texts import downloads
from gptutils.texts.corpora import CORPORA, download
from gptutils.texts.downloads import (
    DownloadError,
    FolderError,
    RemoteFile,
    cache_folder,
    download_file,
    download_folder,
)
from tests.file_server import ENDLESS, FileServer
from tests.terminal import run_in_terminal

TEXT = b"It was a dark and stormy night; the rain fell in torrents."
LARGE = bytes(range(256)) * 4_000  # a megabyte: many reads, and more than the buffers of a socket


@pytest.fixture
def file_server(monkeypatch):
    """Starts servers, each for one content, and stops them all afterwards."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    servers = []

    def start(content):
        servers.append(FileServer(content))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "text.txt"


def fetch(server, path, **changes):
    return download_file(
        **{"url": server.url, "path": path, "size": len(server.content), "sha256": server.sha256} | changes
    )


def part_of(path):
    return path.with_name(path.name + ".part")


def visible_files(path):
    return sorted(file.name for file in path.parent.iterdir() if not file.name.startswith("."))


# Whole downloads


@pytest.mark.parametrize("content", [TEXT, LARGE, b"x"], ids=["small", "large", "one byte"])
@pytest.mark.parametrize("known_size", [True, False])
def test_a_file_arrives_whole(file_server, path, content, known_size):
    server = file_server(content)
    assert fetch(server, path, size=len(content) if known_size else None) == path
    assert path.read_bytes() == content
    assert visible_files(path) == ["text.txt"]
    assert server.ranges == [None]
    assert server.agents == ["gptutils"]


@pytest.mark.parametrize("style", [{"announce": False}, {"chunked": True}])
@pytest.mark.parametrize("known_size", [True, False])
def test_the_server_need_not_announce_the_size(file_server, path, style, known_size):
    server = file_server(LARGE)
    vars(server).update(style)
    fetch(server, path, size=len(LARGE) if known_size else None)
    assert path.read_bytes() == LARGE


def test_a_path_may_be_a_string_and_digits_may_be_large(file_server, path):
    server = file_server(TEXT)
    assert fetch(server, str(path), sha256=server.sha256.upper()) == path
    assert path.read_bytes() == TEXT


def test_a_file_that_is_there_needs_no_server(file_server, path):
    server = file_server(TEXT)
    fetch(server, path)
    before = path.stat().st_mtime_ns
    server.stop()
    assert fetch(server, path) == path
    assert path.stat().st_mtime_ns == before


def test_a_file_that_is_there_is_only_read(file_server, path):
    server = file_server(TEXT)
    path.parent.mkdir()
    path.write_bytes(TEXT)
    fetch(server, path)
    assert list(path.parent.iterdir()) == [path]  # not even a lock, so that it may lie where nobody may write


@pytest.mark.parametrize(
    "damage", [TEXT[:-1], TEXT[:-1] + b"!", TEXT + b"!", b""], ids=["short", "changed", "long", "empty"]
)
@pytest.mark.parametrize("known_size", [True, False])
def test_a_damaged_file_is_downloaded_again(file_server, path, damage, known_size):
    server = file_server(TEXT)
    path.parent.mkdir()
    path.write_bytes(damage)
    fetch(server, path, size=len(TEXT) if known_size else None)
    assert path.read_bytes() == TEXT
    assert visible_files(path) == ["text.txt"]


def test_a_damaged_file_stays_until_the_new_one_is_complete(file_server, path):
    server = file_server(TEXT)
    server.cut_after = 10
    path.parent.mkdir()
    path.write_bytes(b"old")
    with pytest.raises(DownloadError, match="cut off"):
        fetch(server, path)
    assert path.read_bytes() == b"old"
    assert part_of(path).read_bytes() == TEXT[:10]


# Cut connections


def test_a_cut_says_how_to_go_on(file_server, path):
    server = file_server(LARGE)
    server.cut_after = 5_000
    with pytest.raises(DownloadError) as caught:
        fetch(server, path)
    message = str(caught.value)
    assert isinstance(caught.value, OSError)
    assert server.url in message
    assert "cut off after 5,000 of 1,024,000 bytes" in message
    assert "Call again to continue" in message
    assert str(part_of(path)) in message
    assert visible_files(path) == ["text.txt.part"]


def test_whatever_byte_a_cut_comes_at_the_rest_is_fetched_and_nothing_twice(file_server, tmp_path):
    server = file_server(TEXT)
    for cut in range(len(TEXT)):
        path = tmp_path / f"{cut}.txt"
        server.ranges.clear()
        server.sent = 0
        server.cut_after = [cut]
        with pytest.raises(DownloadError, match=rf"cut off after {cut} of {len(TEXT)} bytes"):
            fetch(server, path)
        assert not path.exists()
        assert part_of(path).read_bytes() == TEXT[:cut]
        fetch(server, path)
        assert path.read_bytes() == TEXT
        assert not part_of(path).exists()
        assert server.ranges == [None, f"bytes={cut}-" if cut else None]
        assert server.sent == len(TEXT)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=st.lists(st.integers(0, 400_000), max_size=4),
    size_is_known=st.booleans(),
    style=st.fixed_dictionaries(
        {name: st.booleans() for name in ("reset", "ignore_range", "wrong_range", "chunked", "announce")}
    ),
)
def test_any_number_of_cuts_of_any_kind_ends_in_the_same_bytes(
    file_server, tmp_path_factory, cuts, size_is_known, style
):
    if not (size_is_known or style["announce"] or style["chunked"]):
        size_is_known = True  # nobody could tell a cut from the end
    server = file_server(LARGE)
    vars(server).update(style)
    server.cut_after = list(cuts)
    path = tmp_path_factory.mktemp("cuts") / "text.txt"
    size = len(LARGE) if size_is_known else None
    for _ in range(len(cuts) + 1):  # a call that asks twice uses up two cuts
        if path.exists():
            break
        try:
            fetch(server, path, size=size)
        except DownloadError:
            assert not path.exists()
            assert not part_of(path).exists() or LARGE.startswith(part_of(path).read_bytes())
    assert path.read_bytes() == LARGE
    assert visible_files(path) == ["text.txt"]
    assert server.cut_after == []
    server.stop()


def test_a_server_that_ignores_ranges_sends_everything_again(file_server, path):
    server = file_server(LARGE)
    server.cut_after = [300_000]
    with pytest.raises(DownloadError):
        fetch(server, path)
    server.ignore_range = True
    fetch(server, path)
    assert path.read_bytes() == LARGE
    assert server.ranges[1] is not None
    assert server.sent == 300_000 + len(LARGE)


def test_a_wrong_range_is_not_appended(file_server, path):
    server = file_server(LARGE)
    server.cut_after = [300_000]
    with pytest.raises(DownloadError):
        fetch(server, path)
    server.wrong_range = True
    fetch(server, path)
    assert path.read_bytes() == LARGE
    assert server.ranges == [None, "bytes=300000-", None]


@pytest.mark.parametrize("known_size", [True, False])
@pytest.mark.parametrize("extra", [0, 1, 1_000])
def test_a_part_that_is_complete_or_too_long(file_server, path, known_size, extra):
    server = file_server(TEXT)
    path.parent.mkdir()
    part_of(path).write_bytes(TEXT + b"!" * extra)
    fetch(server, path, size=len(TEXT) if known_size else None)
    assert path.read_bytes() == TEXT
    if known_size and not extra:
        assert server.ranges == []  # it was only to be checked and renamed


def test_a_silent_connection_counts_as_cut(file_server, path, monkeypatch):
    monkeypatch.setattr(downloads, "TIMEOUT", 0.3)
    server = file_server(LARGE)
    server.cut_after = [70_000]
    server.stall = True
    with pytest.raises(DownloadError, match=r"cut off after 70,000 of"):
        fetch(server, path)
    assert not server.gave_up.is_set()
    fetch(server, path)
    assert path.read_bytes() == LARGE
    assert server.ranges == [None, "bytes=70000-"]


@pytest.mark.parametrize("style", [{}, {"chunked": True}])
def test_a_cut_shows_even_where_the_size_is_not_known(file_server, path, style):
    server = file_server(LARGE)
    server.cut_after = [70_000]
    vars(server).update(style)
    with pytest.raises(DownloadError, match=r"cut off after 70,000( of 1,024,000)? bytes"):
        fetch(server, path, size=None)
    assert part_of(path).read_bytes() == LARGE[:70_000]
    fetch(server, path, size=None)
    assert path.read_bytes() == LARGE
    assert server.ranges == [None, "bytes=70000-"]


def test_a_killed_process_leaves_a_part_and_no_lock(file_server, path):
    server = file_server(LARGE)
    server.cut_after = [500_000]
    server.stall = True
    with start_process(server, path) as process:
        wait_until(lambda: part_of(path).exists() and part_of(path).stat().st_size == 500_000)
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        process.wait()
    assert visible_files(path) == ["text.txt.part"]
    fetch(server, path)
    assert path.read_bytes() == LARGE
    assert server.ranges == [None, "bytes=500000-"]


# Wrong content


@pytest.mark.parametrize("resumed", [False, True])
def test_wrong_bytes_leave_nothing(file_server, path, resumed):
    server = file_server(TEXT)
    expected = "0" * 64
    if resumed:
        path.parent.mkdir()
        part_of(path).write_bytes(b"another beginning")
        expected = server.sha256
    with pytest.raises(DownloadError, match=rf"{re.escape(server.url)} does not have.* expected {expected}.*Try again"):
        fetch(server, path, sha256=expected)
    assert visible_files(path) == []
    fetch(server, path)  # a beginning of other bytes costs one call only
    assert path.read_bytes() == TEXT


@pytest.mark.parametrize("announce", [len(TEXT) + 1, len(TEXT) - 1, 10**12])
def test_an_announced_size_that_is_wrong_is_refused_before_reading(file_server, path, announce):
    server = file_server(TEXT)
    server.announce = announce
    path.parent.mkdir()
    part_of(path).write_bytes(TEXT[:7])
    server.ignore_range = True
    with pytest.raises(DownloadError, match=rf"has {announce:,} bytes, expected {len(TEXT)}"):
        fetch(server, path)
    assert part_of(path).read_bytes() == TEXT[:7]  # a login page must not cost what was downloaded before
    assert visible_files(path) == ["text.txt.part"]


@pytest.mark.parametrize("style", [{"announce": False}, {"chunked": True}])
@pytest.mark.parametrize("resumed", [False, True])
def test_reading_stops_when_too_much_comes(file_server, path, style, resumed):
    server = file_server(TEXT)
    vars(server).update(style, endless=True)
    if resumed:
        path.parent.mkdir()
        part_of(path).write_bytes(TEXT[:20])
    with pytest.raises(DownloadError, match=rf"{re.escape(server.url)} sends more than the expected {len(TEXT)} bytes"):
        fetch(server, path)
    assert visible_files(path) == []
    wait_until(lambda: server.broken_pipes == 1)
    assert server.sent < ENDLESS


@pytest.mark.parametrize("extra", [1, 100_000])
def test_even_one_byte_too_many_is_refused(file_server, path, extra):
    server = file_server(LARGE + b"x" * extra)
    server.announce = False
    with pytest.raises(DownloadError, match=r"sends more than the expected 1,024,000 bytes"):
        fetch(server, path, size=len(LARGE))
    assert visible_files(path) == []


# No answer


def test_a_closed_port_is_a_clear_error(path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/text.txt"
    with pytest.raises(
        DownloadError, match=rf"{url} cannot be reached \(.*refused.*\)\. Connect to the internet"
    ) as caught:
        download_file(url, path, 5, "0" * 64)
    assert isinstance(caught.value, OSError)
    assert visible_files(path) == []


def test_an_unknown_host_is_a_clear_error(path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    url = "https://there-is-no-such-host.invalid/text.txt"
    with pytest.raises(DownloadError, match=rf"{url} cannot be reached .* Connect to the internet and try again"):
        download_file(url, path, 5, "0" * 64)


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_an_error_from_the_server_is_a_clear_error(file_server, path, status):
    server = file_server(TEXT)
    server.status = status
    path.parent.mkdir()
    part_of(path).write_bytes(TEXT[:7])
    with pytest.raises(DownloadError, match=rf"{re.escape(server.url)}: the server answered {status} \w+"):
        fetch(server, path)
    assert part_of(path).read_bytes() == TEXT[:7]


# Several processes


PROGRAM = """
import sys
from gptutils.texts.downloads import download_file
url, path, size, sha256 = sys.argv[1:]
print("ready", flush=True)
download_file(url, path, int(size), sha256)
"""


def start_process(server, path):
    arguments = [server.url, str(path), str(len(server.content)), server.sha256]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_until(condition, rounds=6_000):
    for _ in range(rounds):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("this did not happen in a minute")


def test_processes_that_want_the_same_file_take_turns(file_server, path):
    server = file_server(LARGE)
    server.wait = threading.Event()
    processes = [start_process(server, path)]
    assert server.first_half_sent.wait(60)
    processes += [start_process(server, path) for _ in range(3)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    server.wait.set()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert path.read_bytes() == LARGE
    assert visible_files(path) == ["text.txt"]
    assert server.ranges == [None]  # one download served them all


# The progress bar


def test_the_bar_counts_from_what_was_there(file_server, path):
    server = file_server(LARGE)
    arguments = [server.url, str(path), str(len(LARGE)), server.sha256]
    path.parent.mkdir()
    part_of(path).write_bytes(LARGE[:512_000])
    written, _ = run_in_terminal(sys.executable, "-c", PROGRAM, *arguments)
    assert re.search(r"text\.txt: +50%\|.*500k/0\.98M", written), written
    assert re.search(r"[\d?]k?M?B/s", written), written  # and the speed
    assert path.read_bytes() == LARGE


def test_no_bar_where_it_is_not_wanted(file_server, path):
    server = file_server(LARGE)
    arguments = [server.url, str(path), str(len(LARGE)), server.sha256]
    written, _ = run_in_terminal(
        sys.executable, "-c", PROGRAM.replace("sha256)", "sha256, progress=False)"), *arguments
    )
    assert written == ""
    assert path.read_bytes() == LARGE


# Bad arguments


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        (
            {"url": "file:///etc/passwd"},
            ValueError,
            "url is 'file:///etc/passwd', expected an address that begins with https://",
        ),
        ({"url": "text.txt"}, ValueError, "url is 'text.txt'"),
        ({"size": 0}, ValueError, "size is 0, expected at least 1 byte"),
        ({"size": -1}, ValueError, "size is -1"),
        ({"size": "58"}, TypeError, "size is '58', expected a whole number of bytes"),
        ({"size": True}, TypeError, "size is True"),
        ({"sha256": "abc"}, ValueError, "sha256 is 'abc', expected 64 hexadecimal digits"),
        ({"sha256": "g" * 64}, ValueError, "expected 64 hexadecimal digits"),
    ],
)
def test_bad_arguments_are_refused_before_any_work(file_server, path, changes, error, says):
    server = file_server(TEXT)
    with pytest.raises(error, match=says):
        fetch(server, path, **changes)
    assert not path.parent.exists()
    assert server.ranges == []


def test_a_folder_is_no_file(file_server, tmp_path):
    with pytest.raises(ValueError, match=r"is a folder, expected the path of the file"):
        fetch(file_server(TEXT), tmp_path)


# Folders of files

FILES = {"large.bin": LARGE, "text.txt": TEXT, "one.txt": b"1"}
KNOWN = [RemoteFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in FILES.items()]


@pytest.fixture
def folder_server(file_server, monkeypatch):
    monkeypatch.setattr(downloads, "PAUSE", 0.0)
    return file_server(dict(FILES))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new" / "folder"


def whole_files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


@pytest.mark.parametrize("known", [KNOWN, [RemoteFile(name) for name in FILES]], ids=["known", "unknown"])
def test_all_files_of_a_folder_arrive(folder_server, folder, known):
    assert download_folder(known, folder, [folder_server.address + "/"]) == folder
    assert whole_files(folder) == FILES
    assert folder_server.paths == list(FILES)


def test_a_file_is_verified_once(folder_server, folder, monkeypatch):
    download_folder(KNOWN, folder, [folder_server.address])
    hashed = []
    monkeypatch.setattr(downloads, "_sha256", lambda path: hashed.append(path.name))
    download_folder(KNOWN, folder, [folder_server.address])
    assert hashed == []
    assert len(folder_server.paths) == len(FILES)
    monkeypatch.undo()

    damaged = folder / "text.txt"  # another content, even of the same size, is noticed by its time of change
    damaged.write_bytes(TEXT[::-1])
    os.utime(damaged, ns=(1, 1))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    download_folder(KNOWN, folder, [folder_server.address])
    assert whole_files(folder) == FILES
    assert folder_server.paths[len(FILES) :] == ["text.txt"]

    (folder / downloads.VERIFIED).write_text("[")  # a record that cannot be read is none
    download_folder(KNOWN, folder, [folder_server.address])
    assert json.loads((folder / downloads.VERIFIED).read_text()).keys() == FILES.keys()
    assert len(folder_server.paths) == len(FILES) + 1


def test_what_becomes_known_of_a_file_later_is_checked_then(folder_server, folder):
    folder_server.content["text.txt"] = TEXT[::-1]
    download_folder([RemoteFile("text.txt")], folder, [folder_server.address])
    folder_server.content["text.txt"] = TEXT
    download_folder(KNOWN, folder, [folder_server.address])
    assert whole_files(folder) == FILES


@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_that_is_cut_at_half_goes_on_there(folder_server, folder, reset):
    folder_server.cut_after = [len(LARGE) // 2]
    folder_server.reset = reset
    download_folder(KNOWN, folder, [folder_server.address])
    assert whole_files(folder) == FILES
    assert folder_server.paths == ["large.bin", *FILES]
    assert re.fullmatch(r"bytes=\d+-", folder_server.ranges[1])


def test_a_server_that_recovers_is_asked_again(folder_server, folder, monkeypatch):
    slept = []
    monkeypatch.setattr(downloads, "PAUSE", 1.0)
    monkeypatch.setattr(downloads.time, "sleep", slept.append)
    folder_server.status = [503, 429, None]
    download_folder(KNOWN, folder, [folder_server.address])
    assert whole_files(folder) == FILES
    assert folder_server.paths == ["large.bin", "large.bin", *FILES]
    assert slept == [1.0, 2.0]


@pytest.mark.parametrize(("status", "asked"), [(503, 3), (404, 1), (403, 1)])
def test_a_server_that_does_not_recover_is_a_clear_error(folder_server, folder, status, asked):
    folder_server.status = status
    with pytest.raises(DownloadError, match=rf"/large\.bin: the server answered {status} "):
        download_folder(KNOWN, folder, [folder_server.address], tries=3)
    assert folder_server.paths == ["large.bin"] * asked
    assert whole_files(folder) == {}


def test_a_redirect_is_followed_also_in_the_middle_of_a_file(folder_server, file_server, folder):
    elsewhere = file_server(LARGE)
    elsewhere.cut_after = [400_000]
    folder_server.redirect = elsewhere.url
    download_folder(KNOWN[:1], folder, [folder_server.address])
    assert whole_files(folder) == {"large.bin": LARGE}
    assert elsewhere.ranges == [None, "bytes=400000-"]


@pytest.mark.parametrize(
    ("served", "says"),
    [
        (LARGE[:-1], r"has 1,023,999 bytes, expected 1,024,000"),
        (LARGE + b"!", r"has 1,024,001 bytes, expected 1,024,000"),
        (LARGE[:-1] + b"!", r"does not have the expected content: its SHA-256 is"),
    ],
    ids=["too short", "too long", "wrong hash"],
)
def test_wrong_content_is_refused_and_the_next_address_asked(folder_server, file_server, folder, served, says):
    wrong = file_server(FILES | {"large.bin": served})
    with pytest.raises(DownloadError, match=says):
        download_folder(KNOWN, folder, [wrong.address])
    assert whole_files(folder) == {}
    download_folder(KNOWN, folder, [wrong.address, folder_server.address])
    assert whole_files(folder) == FILES
    assert folder_server.paths == ["large.bin"]


def test_the_next_address_goes_on_where_the_last_one_stopped(folder_server, file_server, folder):
    broken = file_server(dict(FILES))
    broken.cut_after, broken.status = [300_000], [None, 404]
    download_folder(KNOWN[:1], folder, [broken.address, folder_server.address])
    assert whole_files(folder) == {"large.bin": LARGE}
    assert folder_server.ranges == ["bytes=300000-"]


def test_when_no_address_helps_the_error_says_what_each_answered(folder_server, file_server, folder):
    folder_server.status = 404
    other = file_server({"large.bin": LARGE[::-1]})
    with pytest.raises(DownloadError) as caught:
        download_folder(KNOWN, folder, [folder_server.address, other.address])
    message = str(caught.value)
    assert message.startswith("large.bin could not be downloaded from any of 2 addresses:\n- ")
    assert f"- {folder_server.address}/large.bin: the server answered 404" in message
    assert f"- {other.address}/large.bin does not have the expected content" in message


@pytest.mark.parametrize(("addresses", "tries"), [([], 1), (["http://127.0.0.1"], 0)])
def test_no_address_or_no_try_is_refused(folder, addresses, tries):
    with pytest.raises(ValueError, match="expected at least one address and one try"):
        download_folder(KNOWN, folder, addresses, tries=tries)


# The disk


def test_too_little_room_is_noticed_before_the_first_byte(folder_server, folder, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda path: usage(10**9, 10**9, 1_023_999))
    with pytest.raises(FolderError, match=r"needs 1,024,000 bytes more, but the disk of .* has 1,023,999 left: make"):
        download_folder(KNOWN, folder, [folder_server.address, "http://127.0.0.1:9"])
    assert whole_files(folder) == {}


def test_a_disk_that_fills_up_keeps_what_has_come(folder_server, folder, monkeypatch):
    class Full:
        """A file on a disk with room for 500,000 bytes."""

        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, data):
            if self.file.tell() + len(data) > 500_000:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return self.file.write(data)

    def on_a_small_disk(path, mode="r", *rest, **options):
        file = builtins.open(path, mode, *rest, **options)  # noqa: SIM115
        return Full(file) if str(path).endswith(".part") and "r" not in mode else file

    monkeypatch.setattr(downloads, "open", on_a_small_disk, raising=False)
    with pytest.raises(FolderError, match=r"large\.bin\.part cannot be written \(No space left on device\): make room"):
        download_folder(KNOWN, folder, [folder_server.address, "http://127.0.0.1:9"])
    kept = (folder / "large.bin.part").read_bytes()
    assert LARGE.startswith(kept)
    monkeypatch.delattr(downloads, "open")
    download_folder(KNOWN, folder, [folder_server.address])
    assert whole_files(folder) == FILES


@contextlib.contextmanager
def nobody():
    """The rights of somebody who owns nothing; root's would let everything be written."""
    if not hasattr(os, "geteuid"):
        pytest.skip("rights are another thing here")
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if before == 0:
            os.seteuid(before)


@pytest.fixture
def read_only():
    """A folder that everybody may read and nobody may write in (pytest's own are closed to others)."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_that_may_only_be_read_is_a_clear_error(folder_server, read_only):
    for folder in (read_only, read_only / "below"):
        with nobody(), pytest.raises(FolderError, match=r"large\.bin cannot be written \(Permission denied\): choose"):
            download_folder(KNOWN, folder, [folder_server.address, "http://127.0.0.1:9"])
    assert list(read_only.iterdir()) == []
    assert folder_server.paths == []


def test_files_in_a_folder_that_may_only_be_read_are_used(folder_server, read_only):
    read_only.chmod(0o755)
    for name, data in FILES.items():
        (read_only / name).write_bytes(data)
    read_only.chmod(0o555)
    with nobody():
        download_folder(KNOWN, read_only, [folder_server.address])
    assert whole_files(read_only) == FILES
    assert folder_server.paths == []


# Several processes, and one that is killed

FOLDER_PROGRAM = """
import sys
from gptutils.texts.downloads import RemoteFile, download_folder
address, folder, *names = sys.argv[1:]
print("ready", flush=True)
download_folder([RemoteFile(name) for name in names], folder, [address])
"""


def start_folder_process(server, folder):
    return subprocess.Popen(
        [sys.executable, "-c", FOLDER_PROGRAM, server.address, str(folder), *FILES],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_download_a_folder_once(folder_server, folder):
    folder_server.wait = threading.Event()
    processes = [start_folder_process(folder_server, folder)]
    assert folder_server.first_half_sent.wait(60)
    processes.append(start_folder_process(folder_server, folder))
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    folder_server.wait.set()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert whole_files(folder) == FILES
    assert folder_server.paths == list(FILES)


def test_a_process_that_is_killed_while_it_writes_leaves_what_the_next_needs(folder_server, folder):
    folder_server.cut_after = [700_000]
    folder_server.stall = True
    with start_folder_process(folder_server, folder) as process:
        part = folder / "large.bin.part"
        wait_until(lambda: part.exists() and part.stat().st_size == 700_000)
        process.kill()
        process.wait()
    assert whole_files(folder) == {"large.bin.part": LARGE[:700_000]}
    download_folder(KNOWN, folder, [folder_server.address])
    assert whole_files(folder) == FILES
    assert folder_server.ranges[:2] == [None, "bytes=700000-"]


# Corpora and their folder


def test_the_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.delenv("GPTUTILS_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "gptutils"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "gptutils"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/path")
    assert cache_folder() == tmp_path / "home" / ".cache" / "gptutils"
    monkeypatch.setenv("GPTUTILS_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    monkeypatch.setenv("GPTUTILS_CACHE", "~/mine")
    assert cache_folder() == tmp_path / "home" / "mine"
    assert not (tmp_path / "home").exists()  # asking makes no folder


def test_a_corpus_goes_into_the_cache_folder_or_another(monkeypatch, tmp_path, file_server):
    server = file_server(TEXT)
    corpus = replace(CORPORA["the-verdict"], url=server.url, size=len(TEXT), sha256=server.sha256)
    monkeypatch.setitem(CORPORA, "the-verdict", corpus)
    monkeypatch.setenv("GPTUTILS_CACHE", str(tmp_path / "cache"))
    path = download("the-verdict")
    assert path == tmp_path / "cache" / "the-verdict.txt"
    assert path.read_bytes() == TEXT
    assert download("the-verdict") == path
    assert server.ranges == [None]  # the second call found the file

    path = download("the-verdict", folder=str(tmp_path / "here"), progress=False)
    assert path == tmp_path / "here" / "the-verdict.txt"
    assert path.read_bytes() == TEXT


@pytest.mark.parametrize("name", CORPORA)
def test_another_text_at_the_address_of_a_corpus_is_refused(monkeypatch, tmp_path, file_server, name):
    server = file_server(b"x" * CORPORA[name].size)
    monkeypatch.setitem(CORPORA, name, replace(CORPORA[name], url=server.url))
    with pytest.raises(DownloadError, match=f"expected {CORPORA[name].sha256}"):
        download(name, tmp_path)
    assert [file for file in tmp_path.iterdir() if not file.name.startswith(".")] == []


@pytest.mark.skipif(
    not os.environ.get("GPTUTILS_TEST_NETWORK"), reason="needs the internet: set GPTUTILS_TEST_NETWORK=1"
)
@pytest.mark.parametrize("name", CORPORA)
def test_the_real_addresses_still_have_the_real_texts(tmp_path, name):
    assert Path(download(name, tmp_path)).stat().st_size == CORPORA[name].size
