"""A course folder of its own, with nbgrader's settings as they are, and students who hand in."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from grading.course import NOTEBOOK, ROOT, nbgrader_config, release_path, source_path
from grading.source_rules import grade_id


def make_course(root: Path) -> None:
    """nbgrader_config.py and the tools that it uses; sources are added by the tests."""
    (root / "grading").mkdir(parents=True)
    for path in [ROOT / "nbgrader_config.py", *(ROOT / "grading").glob("*.py")]:
        shutil.copy(path, root / path.relative_to(ROOT))


def add_source(root: Path, name: str, source: NotebookNode) -> None:
    path = source_path(name, root)
    path.parent.mkdir(parents=True)
    nbformat.write(source, path)


class Classroom:
    """nbgrader's Python API on one course folder, and the students' side of it."""

    def __init__(self, root: Path, timeout: int) -> None:
        self.root = root
        config = nbgrader_config(root)
        config.Execute.timeout = timeout
        config.Execute.answer_within = 2
        config.NbGraderAPI.log_level = "WARN"
        self.api = NbGraderAPI(config=config)
        self.url = config.CourseDirectory.db_url

    def do(self, step: str, *arguments: str) -> str:
        """One step of nbgrader; returns its log and fails with it."""
        result = getattr(self.api, step)(*arguments)
        assert result["success"], result.get("log", "") + result.get("error", "")
        return result.get("log", "")

    def handed_out(self, name: str) -> NotebookNode:
        return nbformat.read(release_path(name, self.root), as_version=4)

    def submit(self, student: str, name: str, notebook: NotebookNode | dict) -> None:
        path = self.root / "grading" / "submitted" / student / name / NOTEBOOK
        path.parent.mkdir(parents=True)
        text = json.dumps(notebook, indent=1) if isinstance(notebook, dict) else nbformat.writes(notebook)
        path.write_text(text, encoding="utf-8")

    def gradebook(self) -> Gradebook:
        return Gradebook(self.url, "build-a-gpt")

    def scores(self, name: str, student: str) -> dict[str, float | None]:
        """The automatic score of every graded cell."""
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission_notebook("exercises", name, student)
            return {grade.name: grade.auto_score for grade in submission.grades}

    def score(self, name: str, student: str) -> float:
        with self.gradebook() as gradebook:
            return gradebook.find_submission(name, student).score

    def autograded(self, name: str, student: str) -> dict[str, NotebookNode]:
        path = self.root / "grading" / "autograded" / student / name / NOTEBOOK
        return {grade_id(cell): cell for cell in nbformat.read(path, as_version=4).cells if grade_id(cell)}


# -- What students do ------------------------------------------------------------------------------------------------


def answered(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    notebook = deepcopy(notebook)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return notebook


def without(notebook: NotebookNode, *grade_ids: str) -> NotebookNode:
    """Cells deleted."""
    notebook = deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in grade_ids]
    return notebook


def copied(notebook: NotebookNode, name: str, source: str | None = None) -> NotebookNode:
    """A cell copied and pasted above itself, metadata and all."""
    notebook = deepcopy(notebook)
    index = [grade_id(cell) for cell in notebook.cells].index(name)
    twin = deepcopy(notebook.cells[index])
    twin.id = "pasted"
    twin.source = twin.source if source is None else source
    notebook.cells.insert(index, twin)
    return notebook


def from_colab(notebook: NotebookNode) -> dict:
    """As Colab writes it: no cell ids, metadata of its own, an extra cell, the outputs of a run."""
    data = json.loads(nbformat.writes(notebook))
    data["nbformat_minor"] = 0
    data["metadata"] = {
        "accelerator": "GPU",
        "colab": {"gpuType": "T4", "provenance": [], "toc_visible": True},
        "kernelspec": {"display_name": "Python 3", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(data["cells"]):
        del cell["id"]
        cell["metadata"]["id"] = f"Xy{number}"
        if cell["cell_type"] == "code":
            cell["metadata"]["colab"] = {"base_uri": "https://localhost:8080/"}
            cell["metadata"]["outputId"] = f"out{number}"
            cell["execution_count"] = number + 7
            cell["outputs"] = [{"output_type": "stream", "name": "stderr", "text": ["WARNING: something\n"]}]
    extra = {"cell_type": "code", "execution_count": None, "metadata": {"id": "new"}, "outputs": []}
    data["cells"].insert(2, extra | {"source": ["print('my own cell')\n", "1 / 0"]})
    return data
