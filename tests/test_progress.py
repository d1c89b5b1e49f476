"""Progress bars: seen by a person at a terminal or a notebook, gone from everything else."""

import subprocess
import sys

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from gptutils.notebook.progress import progress_bar
from tests.terminal import run_in_terminal

CODE = "from gptutils.notebook.progress import progress_bar\n" + (
    "for _ in progress_bar(range(3), desc='baking'{options}):\n    pass\n"
)


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def messages(client, code, allow_stdin):
    """Output messages of code that a front end runs; front ends with a person before them allow input."""
    seen = []
    reply = client.execute_interactive(code, allow_stdin=allow_stdin, output_hook=seen.append, timeout=60)
    assert reply["content"]["status"] == "ok", reply["content"]
    return [message for message in seen if message["msg_type"] in {"stream", "display_data", "update_display_data"}]


def test_a_terminal_shows_the_bar_and_then_clears_it():
    written, stdout = run_in_terminal(sys.executable, "-c", CODE.format(options=""))
    assert "baking" in written
    assert "| 0/3" in written
    assert "\n" not in written
    assert [part for part in written.split("\r") if part][-1].strip() == ""  # the line was overwritten with spaces
    assert stdout == ""


def test_a_terminal_shows_nothing_when_it_is_not_wanted():
    assert run_in_terminal(sys.executable, "-c", CODE.format(options=", enabled=False")) == ("", "")


def test_a_pipe_gets_nothing():
    result = subprocess.run([sys.executable, "-c", CODE.format(options="")], capture_output=True, check=True)
    assert (result.stdout, result.stderr) == (b"", b"")


def test_a_person_at_a_notebook_sees_the_bar(kernel):
    # seen as a widget or as text, whichever the notebook can show
    assert messages(kernel, CODE.format(options=""), allow_stdin=True)
    assert not messages(kernel, CODE.format(options=", enabled=False"), allow_stdin=True)


def test_a_program_that_runs_a_notebook_gets_nothing(kernel):
    assert not messages(kernel, CODE.format(options=""), allow_stdin=False)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE.format(options=""))])
    NotebookClient(notebook, kernel_name="python3").execute()
    assert notebook.cells[0].outputs == []


def test_a_bar_can_be_moved_by_hand():
    with progress_bar(total=10, initial=4, enabled=False) as bar:
        bar.update(6)
