"""A terminal for programs under test."""

import os
import struct
import subprocess

import pytest


def run_in_terminal(*command):
    """What a program writes to its error stream when that is a terminal, and what to its output (a pipe)."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))  # 24 lines of 100 characters
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    written = b""
    while True:
        try:
            data = os.read(ours, 4096)
        except OSError:  # Linux's end of a terminal
            break
        if not data:
            break
        written += data
    os.close(ours)
    stdout, _ = process.communicate()
    assert process.returncode == 0, written.decode()
    return written.decode(), stdout.decode()
