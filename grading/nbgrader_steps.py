"""The course's own steps of nbgrader's conversions; nbgrader_config.py puts them in their places."""

from __future__ import annotations

import time
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode, from_dict
from nbgrader import preprocessors
from nbgrader.api import MissingEntry, SourceCell
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets import Bool, Float

from . import given_outputs, markers, source_rules
from .course import NOTEBOOK
from .limits import ENDED, error_output, run_without_lost, seconds_for


class CheckSource(NbGraderPreprocessor):
    """Refuses a source that breaks the rules, before anything is made from it."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        folder = resources.get("metadata", {}).get("path")
        name = f"{resources['nbgrader']['assignment']}/{resources['nbgrader']['notebook']}.ipynb"
        if folder:  # nbgrader copies whatever lies beside the source into the release
            ignored = self.parent.parent.coursedir.ignore
            others = [
                path.name
                for path in sorted(Path(folder).iterdir())
                if path.name != NOTEBOOK and not any(path.match(pattern) for pattern in ignored)
            ]
            if others:
                raise source_rules.SourceError(
                    f"{name}: {', '.join(others)} beside it would go to the students; keep only {NOTEBOOK} there"
                )
        source_rules.check(nb, name)
        return nb, resources


class KeepGivenOutputs(NbGraderPreprocessor):
    """Clears the outputs like nbgrader's ClearOutput, but for those of given cells: a release shows what they print."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        given_outputs.clear_others(nb)
        return nb, resources


class TidyRelease(NbGraderPreprocessor):
    """Makes a release depend on the words of its source alone: the same bytes every time, whoever saved the source."""

    keep = ("nbgrader", "deletable", "editable", "tags", "mystnb", "slideshow")

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        kernel, language = nb.metadata.kernelspec, nb.metadata.get("language_info", {})
        nb.metadata = NotebookNode(
            kernelspec=kernel, language_info={k: language[k] for k in ("name", "pygments_lexer") if k in language}
        )
        nb.nbformat, nb.nbformat_minor = 4, 5
        for index, cell in enumerate(nb.cells):
            cell.id = source_rules.grade_id(cell) or f"cell-{index + 1:02}"
            cell.metadata = NotebookNode({key: cell.metadata[key] for key in self.keep if key in cell.metadata})
        return nb, resources


class RestoreCells(preprocessors.OverwriteCells):
    """nbgrader's OverwriteCells, which also copes with a deleted answer cell.

    The original puts a deleted test below the cell that precedes it, and fails, with the whole submission, where that
    one is a deleted answer cell. Here a deleted answer comes back as it was handed out, a deleted test above the next
    cell that is still there.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        for cell in nb.cells:
            if cell.metadata.get("nbgrader") == {}:  # DeduplicateIds leaves this on the copy of a cell
                del cell.metadata["nbgrader"]
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple[NotebookNode, dict]:
        if is_locked(cell):
            try:
                source = self.gradebook.find_source_cell(
                    source_rules.grade_id(cell), self.notebook_id, self.assignment_id
                )
            except MissingEntry:
                pass
            else:  # as handed out: its hidden tests come back without a warning that "the cell has changed"
                if source.locked and cell.source == markers.visible_part(source.source):
                    cell.source = source.source
        return super().preprocess_cell(cell, resources, index)

    def add_missing_grade_cells(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        answers = {cell.name for cell in notebook.solution_cells}
        order = list(notebook.source_cells)

        def where(name: str) -> int | None:
            return next((i for i, cell in enumerate(nb.cells) if source_rules.grade_id(cell) == name), None)

        above = -1
        for source in order:
            if source.name in answers and where(source.name) is None:
                nb.cells.insert(above + 1, self._restored(source, points.get(source.name), answer=True))
            above = above if where(source.name) is None else where(source.name)
        below = len(nb.cells)
        for source in reversed(order):
            if where(source.name) is None:
                nb.cells.insert(below, self._restored(source, points[source.name], answer=False))
            below = where(source.name)
        return nb, resources

    def _restored(self, source: SourceCell, points: float | None, answer: bool) -> NotebookNode:
        self.log.warning("Cell %s was missing and is added back", source.name)
        cell = from_dict(self.missing_cell_transform(source, points or 0, is_solution=answer))
        cell.id = source.name
        if answer:  # unchanged text, so that nbgrader sees that there is no response
            cell.source = source.source
            cell.metadata.nbgrader.locked = False
            cell.metadata.nbgrader.grade = points is not None
            if points is None:
                del cell.metadata.nbgrader["points"]
        return cell


class Execute(preprocessors.Execute):
    """nbgrader's Execute, which survives cells that end the kernel or cannot be interrupted.

    The original gives up: the submission has no result at all. Here such a cell counts as an error, and the notebook
    runs again from the top without it, so that the other exercises keep their points.
    """

    answer_within = Float(10, help="Seconds that a kernel has to answer after it was interrupted.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict | None = None, km=None) -> tuple[NotebookNode, dict]:
        allowed, result = self.timeout, None
        self.timeout_func = lambda cell: seconds_for(allowed, self._slow) if allowed else allowed

        def once(lost: dict[int, dict]) -> tuple[int, dict] | None:
            nonlocal result
            self._lost, self._running, self._slow = lost, None, False
            self._end = error_output("DeadKernelError", ENDED)
            try:
                result = super(Execute, self).preprocess(nb, resources, km)
            except DeadKernelError:
                if self._running is None:  # the kernel did not even start
                    raise
                where = source_rules.label(nb.cells[self._running], self._running)
                self.log.warning("The kernel ended in %s; the notebook runs again without it", where)
                return self._running, self._end
            return None

        run_without_lost(once)
        return result

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple[NotebookNode, dict]:
        if index in self._lost:
            cell.outputs, cell.execution_count = [NotebookNode(self._lost[index])], None
            return cell, resources
        self._running, stuck = index, False
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except CellTimeoutError:  # not even its output came
            stuck = True
        self._slow = self._slow or stuck or _timed_out(cell)
        if stuck or (_timed_out(cell) and not self._answers()):
            self._end = NotebookNode(output_type="error", **self.error_on_timeout)
            run_sync(self.km.shutdown_kernel)(now=True)
            raise DeadKernelError("Kernel could not be interrupted")
        return cell, resources

    def _answers(self) -> bool:
        """Whether the kernel is free again; `except:` in an endless loop swallows the interrupt."""
        request = self.kc.execute("None", silent=True, store_history=False)
        end = time.monotonic() + self.answer_within
        while (left := end - time.monotonic()) > 0:
            try:
                reply = run_sync(self.kc.shell_channel.get_msg)(timeout=left)
            except Exception:  # queue.Empty
                return False
            if reply["parent_header"].get("msg_id") == request:
                return True
        return False


def _timed_out(cell: NotebookNode) -> bool:
    return any(output.get("ename") == "CellTimeoutError" for output in cell.get("outputs", []))


class HideHiddenTests(Preprocessor):
    """Takes the code of hidden tests out of the feedback and leaves the message of the failed one."""

    enabled = Bool(True).tag(config=True)
    placeholder = "# (hidden tests)"

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple[NotebookNode, dict]:
        if is_grade(cell) and not is_solution(cell) and markers.hidden_lines(cell.source):
            shown = markers.visible_part(cell.source).rstrip()
            cell.source = f"{shown}\n{self.placeholder}".lstrip()
            for output in cell.outputs:
                if output.output_type == "error":  # a traceback quotes the code around the failing line
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources
