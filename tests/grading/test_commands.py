"""The commands of grading/README.md, exactly as they stand there, and JupyterLab's Formgrader."""

import csv
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

import sample_set as s
from classroom import Classroom, add_source, answered, make_course
from grading.course import ROOT
from grading.source_rules import grade_id, is_answer

pytestmark = pytest.mark.slow

COMMANDS = re.findall(r"^\$ (nbgrader .*?)(?:\s+#.*)?$", (ROOT / "grading" / "README.md").read_text(), re.MULTILINE)
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def environment():
    """As under `make lab`: the environment's commands are called by their path, they are not on PATH."""
    return os.environ | {"PATH": os.defpath}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course whose one set has the name that the README uses."""
    root = tmp_path_factory.mktemp("commands")
    make_course(root)
    add_source(root, "01_tokenizer", s.sample_set())
    return root


def test_the_readme_shows_the_whole_flow():
    verbs = [command.split()[1] for command in COMMANDS]
    assert verbs == ["generate_assignment", "zip_collect", "autograde", "generate_feedback", "export"]


def test_the_commands_in_their_order(root, environment):
    def run(command):
        name, *arguments = command.split()
        result = subprocess.run(
            [BIN / name, *arguments],
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert result.returncode == 0, result.stdout
        noise = [line for line in result.stdout.splitlines() if re.search(r"WARNING|ERROR|Warning:", line)]
        return [line for line in noise if "Directory not found. Creating" not in line and "Removing exist" not in line]

    assert run(COMMANDS[0]) == []
    reference = {grade_id(c): c.source for c in s.sample_set().cells if is_answer(c)}
    release = Classroom(root, timeout=60).handed_out("01_tokenizer")
    archive = root / "grading" / "downloaded" / "01_tokenizer" / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "from_the_platform.zip", "w") as packed:
        packed.writestr("alice_exercises.ipynb", json.dumps(answered(release, reference)))
        packed.writestr("bob-m_17_exercises (2).ipynb", json.dumps(release))
    for command in COMMANDS[1:]:
        assert run(command) == [], command
    with (root / "grading" / "grades.csv").open() as file:
        assert {row["student_id"]: row["score"] for row in csv.DictReader(file)} == {"alice": "16.0", "bob-m_17": "0.0"}
    assert (root / "grading" / "feedback" / "alice" / "01_tokenizer" / "exercises.html").exists()
    found = sorted(path.name for path in root.iterdir())
    assert found == ["assignments", "grading", "nbgrader_config.py", "solutions"]


# -- Formgrader --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def formgrader(root, environment):
    """JupyterLab started in the course's folder; a function that asks its Formgrader."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.disable_check_xsrf": True,
        "IdentityProvider.token": "secret",
    }
    log = (root.parent / "jupyterlab.log").open("w+")
    command = [BIN / "jupyter", "lab", "--no-browser", "--allow-root", *(f"--{k}={v}" for k, v in options.items())]
    server = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=subprocess.STDOUT)

    def ask(path, method="GET", data=None):
        body = None if data is None else json.dumps(data).encode()
        headers = {"Authorization": "token secret"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    end = time.monotonic() + 120
    while True:
        try:
            ask("api/status")
            break
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None or time.monotonic() > end:
                log.seek(0)
                pytest.fail(f"JupyterLab did not start:\n{log.read()}")
            time.sleep(0.2)
    yield lambda *arguments: json.loads(ask(f"formgrader/api/{arguments[0]}", *arguments[1:]))
    server.terminate()
    server.wait()
    log.close()


def test_formgrader_makes_autogrades_and_takes_a_grade_by_hand(root, formgrader):
    assert formgrader("assignment/01_tokenizer/assign", "POST", {})["success"]
    reference = {grade_id(c): c.source for c in s.sample_set().cells if is_answer(c)} | {"ex3_why": "My answer."}
    room = Classroom(root, timeout=60)
    room.submit("carol", "01_tokenizer", answered(room.handed_out("01_tokenizer"), reference))
    assert formgrader("submission/01_tokenizer/carol/autograde", "POST", {})["success"]
    notebook = next(n for n in formgrader("submitted_notebooks/01_tokenizer/exercises") if n["student"] == "carol")
    assert (notebook["score"], notebook["needs_manual_grade"]) == (16, True)
    grades = {grade["name"]: grade for grade in formgrader(f"grades?submission_id={notebook['id']}")}
    comments = {comment["name"]: comment for comment in formgrader(f"comments?submission_id={notebook['id']}")}
    formgrader(f"grade/{grades['ex3_why']['id']}", "PUT", {"manual_score": 3})
    formgrader(f"comment/{comments['ex3_why']['id']}", "PUT", {"manual_comment": "Nearly."})
    assert room.score("01_tokenizer", "carol") == 19
    room.do("generate_feedback", "01_tokenizer", "carol")
    page = root / "grading" / "feedback" / "carol" / "01_tokenizer" / "exercises.html"
    assert "Nearly." in page.read_text(encoding="utf-8")
