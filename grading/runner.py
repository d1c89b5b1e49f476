"""Runs many variants of a notebook quickly and gives each graded cell the score that nbgrader gives it.

`nbgrader autograde` starts a kernel for every submission. The answer bank has hundreds of them, so here a warm process
forks for each (`worker.py`); the score of a cell is nbgrader's own `determine_grade` on the outputs. That both agree
cell by cell is tested in tests/grading/test_runner.py.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import IgnorePattern, LimitOutput
from nbgrader.utils import determine_grade, is_grade, is_solution

from .course import nbgrader_config
from .limits import ENDED, GRACE, error_output, run_without_lost

WORKER = Path(__file__).with_name("worker.py")
# Forking after numpy's or torch's libraries are loaded is unsafe on macOS: there every notebook gets its own process.
CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
TIMEOUT = 40.0  # seconds for a cell: the slowest machine on which an honest answer must pass
# What takes long the first time, and the forked notebooks then have for nothing: cached functions, and modules that a
# library imports only when it is used (torch its compiler, 800 modules in two seconds, for the first optimizer,
# autograd.Function or TorchDispatchMode of a process).
WARM = {
    "gpt2_tokenizer": "gptutils.tokenizer:gpt2_tokenizer",
    "autograd.Function": "torch._dynamo",
    "torch.optim": "torch._dynamo",
    "TorchDispatchMode": "torch._dynamo",
}


@dataclass(frozen=True)
class CellScore:
    """What one graded cell gave: nbgrader's score, and the message of the error where there was one."""

    grade_id: str
    points: float
    score: float | None  # None: a person must grade it
    message: str = ""


@dataclass(frozen=True)
class Run:
    """What an executed notebook gave."""

    cells: dict[str, CellScore]  # of the graded cells, by grade_id
    asserted: dict[str, list[int]]  # grade_id -> lines whose assertion ran
    notebook: NotebookNode | None = None  # as executed; None where only the scores were kept

    @classmethod
    def of(cls, notebook: NotebookNode, asserted: dict[str, list[int]] | None = None) -> Run:
        scores = map(cell_score, filter(is_grade, notebook.cells))
        return cls({score.grade_id: score for score in scores}, asserted or {}, notebook)

    @property
    def score(self) -> float:
        """The points that nbgrader gives by itself."""
        return sum(cell.score or 0 for cell in self.cells.values())


def cell_score(cell: NotebookNode) -> CellScore:
    """nbgrader's verdict on an executed graded cell."""
    score, points = determine_grade(cell)
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    message = errors[-1].evalue or errors[-1].ename if errors else ""  # the last: a timeout comes after its interrupt
    return CellScore(cell.metadata.nbgrader.grade_id, points, score, message)


@dataclass
class Job:
    """A notebook to run.

    blocked : packages that cannot be imported, as where they are not installed.
    count : note which assertions run.
    """

    notebook: NotebookNode
    blocked: Sequence[str] = ()
    count: bool = False


class Runner:
    """Warm worker processes; use as a context manager.

    Parameters
    ----------
    processes : how many notebooks run at a time; the number of CPU cores without it.
    timeout : seconds that a cell may take; after one that took longer, the cells after it get a quarter of that.
    preload : modules that the workers import once, and cached functions ("module:function") that they call once.
    fork : False gives every notebook a new process (slow, safe everywhere).
    """

    def __init__(
        self,
        processes: int | None = None,
        timeout: float = TIMEOUT,
        preload: Sequence[str] = (),
        fork: bool = CAN_FORK,
    ) -> None:
        self.processes = processes or os.cpu_count() or 1
        self.timeout, self.preload, self.fork = timeout, preload, fork

    def __enter__(self) -> Runner:
        self._folder = tempfile.TemporaryDirectory(prefix="grading-")
        self._workers: list[_Worker] = []
        self._steps = _after_execution()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()
        self._folder.cleanup()

    def run(self, jobs: Iterable[Job | NotebookNode]) -> list[Run]:
        """Run them all; the results stand in the order of the jobs."""
        jobs = [job if isinstance(job, Job) else Job(job) for job in jobs]
        results: list[Run | BaseException | None] = [None] * len(jobs)
        todo: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in range(len(jobs)):
            todo.put(number)

        def work(worker: _Worker) -> None:
            while True:
                try:
                    number = todo.get_nowait()
                except queue.Empty:
                    return
                try:
                    results[number] = self._run(worker, jobs[number])
                except BaseException as error:
                    results[number] = error

        needed = min(self.processes, len(jobs))
        while len(self._workers) < needed:
            self._workers.append(_Worker(self._folder.name, self.preload, self.fork))
        threads = [threading.Thread(target=work, args=(worker,)) for worker in self._workers[:needed]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return results

    def _run(self, worker: _Worker, job: Job) -> Run:
        notebook = deepcopy(job.notebook)
        code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        asserted: dict[str, list[int]] = {}

        def once(lost: dict[int, dict]) -> tuple[int, dict] | None:
            asserted.clear()
            with tempfile.TemporaryDirectory(dir=self._folder.name) as folder:
                for message in worker.answers(self._message(notebook, code, job, lost, folder), self.timeout):
                    if "outputs" in message:
                        cell = notebook.cells[message["index"]]
                        cell.outputs = [NotebookNode(output) for output in message["outputs"]]
                        if is_grade(cell) and message["asserted"]:
                            asserted[cell.metadata.nbgrader.grade_id] = message["asserted"]
                    else:
                        end = message
            if end["end"] == "done" or end["index"] is None:
                return None
            if end["end"] == "died":
                return end["index"], error_output("DeadKernelError", f"{ENDED} ({end['reason']})")
            return end["index"], error_output("CellTimeoutError", end["reason"])

        run_without_lost(once)
        resources: dict = {}
        for step in self._steps:
            notebook, resources = step(notebook, resources)
        return Run.of(notebook, asserted)

    def _message(self, notebook: NotebookNode, code: list[int], job: Job, lost: dict, folder: str) -> dict:
        cells = [
            {
                "index": index,
                "source": notebook.cells[index].source,
                "count": job.count and is_grade(notebook.cells[index]) and not is_solution(notebook.cells[index]),
            }
            for index in code
        ]
        return {"cells": cells, "timeout": self.timeout, "blocked": list(job.blocked), "lost": lost, "cwd": folder}


def preload_for(notebook: NotebookNode) -> list[str]:
    """What the notebook's cells import, and what they use of `WARM`."""
    found: set[str] = set()
    text = ""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        text += cell.source
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return sorted(found) + sorted({name for used, name in WARM.items() if used in text})


class _Worker:
    """One worker process and the talk with it."""

    def __init__(self, folder: str, preload: Sequence[str], fork: bool) -> None:
        self._folder, self._setting = folder, {"preload": list(preload), "fork": fork}
        self._process: subprocess.Popen | None = None

    def _start(self) -> None:
        environment = {
            **os.environ,
            "IPYTHONDIR": os.path.join(self._folder, "ipython"),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as in a kernel
            "GPTUTILS_DEVICE": "cpu",  # the page must not depend on the machine
            "OMP_NUM_THREADS": "1",  # the workers share the cores among themselves
            "PYTHONSAFEPATH": "1",  # grading/ is not where a notebook's imports come from
        }
        self._process = subprocess.Popen(
            [sys.executable, str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=self._folder,
            env=environment,
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(self._process, self._lines), daemon=True).start()
        self._send(self._setting)
        self._next(timeout=120)

    @staticmethod
    def _read(process: subprocess.Popen, lines: queue.SimpleQueue) -> None:
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    def _send(self, message: dict) -> None:
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _next(self, timeout: float) -> dict | None:
        """The next message; None where the process ended; raises queue.Empty where nothing came in time."""
        line = self._lines.get(timeout=timeout)
        return json.loads(line) if line else None

    def answers(self, job: dict, timeout: float) -> Iterable[dict]:
        """Send a job and yield its messages up to the one with "end"."""
        if self._process is None:
            self._start()
        self._send(job)
        waiting = [cell["index"] for cell in job["cells"]]
        reason = None
        while reason is None:
            try:
                message = self._next(timeout + (2 * GRACE if self._setting["fork"] else GRACE))
            except queue.Empty:
                reason = ("hung", f"stopped after {timeout:g} s, it could not be interrupted")
                break
            if message is None:
                reason = ("died", f"exit status {self._process.wait()}")
                break
            if "index" in message and "end" not in message:
                waiting.remove(message["index"])
            yield message
            if "end" in message:
                break
        if reason is not None:
            self.stop()
            yield {"end": reason[0], "index": waiting[0] if waiting else None, "reason": reason[1]}
        elif not self._setting["fork"]:
            self.stop()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None


def _after_execution() -> list[Preprocessor]:
    """The steps that nbgrader_config.py sets between the execution of a submission and its grades."""
    config = nbgrader_config()
    return [IgnorePattern(config=config), LimitOutput(config=config)]
