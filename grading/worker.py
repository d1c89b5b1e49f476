"""Runs notebook cells without a kernel: one warm process that forks a child for every notebook.

Not for people: `runner.py` starts it and talks to it in JSON lines over stdin and stdout.

A job: {"cells": [{"index", "source", "count"}], "timeout", "blocked", "lost", "cwd"}. Answers, one a line:
{"index", "outputs", "asserted"} for every cell, then {"end": "done"}, or {"end": "died" | "hung", "index", "reason"}.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import select
import signal
import sys

# This file is run as a script, in a process where notebooks must find nothing of grading/ to import.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from assertions import CountAssertions
from limits import GRACE, error_output, seconds_for

del sys.path[0], sys.modules["assertions"], sys.modules["limits"]


def make_shell():
    """An IPython shell that keeps no history and hands out what a kernel would send as messages."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    outputs: list[dict] = []

    class Hook(DisplayHook):
        def __call__(self, result=None):
            self.check_for_underscore()
            if result is not None and not self.quiet():
                data, metadata = self.shell.display_formatter.format(result)
                flush()
                outputs.append(
                    {
                        "output_type": "execute_result",
                        "execution_count": self.shell.execution_count,
                        "data": data,
                        "metadata": metadata,
                    }
                )
                self.update_user_ns(result)

    class Publisher(DisplayPublisher):
        def publish(self, data, metadata=None, *, transient=None, update=False, **_):
            flush()
            outputs.append({"output_type": "display_data", "data": data, "metadata": metadata or {}})

        def clear_output(self, wait=False):
            outputs.clear()

    class Shell(InteractiveShell):
        displayhook_class = Hook
        display_pub_class = Publisher

        def _showtraceback(self, etype, evalue, stb):
            flush()
            outputs.append(
                {"output_type": "error", "ename": etype.__name__, "evalue": str(evalue), "traceback": list(stb)}
            )

        def enable_gui(self, gui=None):
            pass

    streams = {"stdout": io.StringIO(), "stderr": io.StringIO()}

    def flush() -> None:
        for name, stream in streams.items():
            if text := stream.getvalue():
                outputs.append({"output_type": "stream", "name": name, "text": text})
                stream.seek(0)
                stream.truncate()

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Minimal"  # the error itself: drawing whole tracebacks takes longer than most tests
    shell = Shell.instance(config=config)

    def run(source: str) -> list[dict]:
        outputs.clear()
        with contextlib.redirect_stdout(streams["stdout"]), contextlib.redirect_stderr(streams["stderr"]):
            shell.run_cell(source, store_history=True)
        flush()
        return list(outputs)

    return shell, run


def block(names: list[str]) -> None:
    """Make these modules impossible to import, as where they are not installed."""

    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] in names:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    sys.meta_path.insert(0, Finder())
    for name in [name for name in sys.modules if name.split(".")[0] in names]:
        del sys.modules[name]


def run_job(job: dict, send) -> None:
    """Run the cells of one notebook in this process; a cell that takes too long is interrupted as in Jupyter."""
    block(job["blocked"])
    os.chdir(job["cwd"])
    sys.argv = ["notebook"]
    sys.stdin = io.StringIO()
    shell, run = make_shell()
    timed_out, timeout = False, job["timeout"]

    def interrupt(*_):
        nonlocal timed_out
        timed_out = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for cell in job["cells"]:
        if str(cell["index"]) in job["lost"]:
            outputs = [job["lost"][str(cell["index"])]]
            send({"index": cell["index"], "outputs": outputs, "asserted": []})
            continue
        counter = CountAssertions()
        if cell["count"]:
            shell.user_ns["__asserted__"] = counter.note
            shell.ast_transformers = [counter]
        else:
            shell.ast_transformers = []
        timed_out = False
        signal.setitimer(signal.ITIMER_REAL, timeout)
        try:
            outputs = run(cell["source"])
        except KeyboardInterrupt:  # the alarm rang between the cell's end and the next line
            outputs = []
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if timed_out:
            outputs.append(error_output("CellTimeoutError", f"stopped after {timeout:g} s"))
            timeout = seconds_for(job["timeout"], slow=True)
        send({"index": cell["index"], "outputs": outputs, "asserted": sorted(counter.lines)})
    send({"end": "done"})


def writer(handle: int):
    """A function that writes one JSON line to a file descriptor, whole."""

    def send(message: dict) -> None:
        data = (json.dumps(message, default=str) + "\n").encode()
        while data:
            data = data[os.write(handle, data) :]

    return send


def forked(job: dict, send) -> None:
    """Run the job in a forked child and pass its lines on; says how the child ended where it did not end well."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        code = 1
        try:
            os.setpgid(0, 0)
            run_job(job, writer(write))
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    waiting = [cell["index"] for cell in job["cells"]]
    buffer, ended, hung = b"", False, False
    while True:
        if not select.select([read], [], [], job["timeout"] + GRACE)[0]:
            hung = True
            break
        chunk = os.read(read, 1 << 16)
        if not chunk:
            break
        buffer += chunk
        *lines, buffer = buffer.split(b"\n")
        for line in lines:
            message = json.loads(line)
            ended = ended or "end" in message
            if "index" in message:
                waiting.remove(message["index"])
            send(message)
        if ended:  # not the pipe's end: something that the cells started may still hold it open
            break
    os.close(read)
    for kill in (os.killpg, os.kill):  # what the cells started dies with them
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if not ended:
        index = waiting[0] if waiting else None
        code = os.waitstatus_to_exitcode(status)
        reason = f"stopped after {job['timeout']:g} s, it could not be interrupted" if hung else f"exit status {code}"
        send({"end": "hung" if hung else "died", "index": index, "reason": reason})


def main() -> None:
    answers = os.dup(1)  # the cells' own prints must not reach the protocol
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    send = writer(answers)
    setting = json.loads(sys.stdin.readline())
    sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]
    for name in ("IPython.core.interactiveshell", *setting["preload"]):
        module, _, function = name.partition(":")
        with contextlib.suppress(ImportError):
            loaded = importlib.import_module(module)
            if function:
                getattr(loaded, function)()
    send({"end": "ready"})
    for line in sys.stdin:
        job = json.loads(line)
        if setting["fork"]:
            forked(job, send)
        else:
            run_job(job, send)
            return


if __name__ == "__main__":
    main()
