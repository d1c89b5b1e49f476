"""Which outputs of a source a release may show: those of the given cells that use nothing of an answer."""

from __future__ import annotations

import symtable

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution


def global_names(source: str) -> tuple[set[str], set[str]]:
    """The global names that a cell reads, in its functions as well, and those that it binds."""
    top = symtable.symtable(TransformerManager().transform_cell(source), "<cell>", "exec")
    bound = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    read = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    inner = list(top.get_children())
    while inner:
        table = inner.pop()
        inner += table.get_children()
        read |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return read, bound


def shown(notebook: NotebookNode) -> list[bool]:
    """For each cell, whether its outputs say nothing about an answer: no name in it comes from one, on any way."""
    result, of_answers = [], set()
    for cell in notebook.cells:
        given = cell.cell_type == "code" and not (is_solution(cell) or is_grade(cell))
        if cell.cell_type == "code":
            read, bound = global_names(cell.source)
            given = given and not read & of_answers
            of_answers = of_answers - bound if given else of_answers | bound
        result.append(given)
    return result


def clear_others(notebook: NotebookNode) -> None:
    """Take away every other output, and every execution count: it depends on how the source was run."""
    for cell, keep in zip(notebook.cells, shown(notebook), strict=True):
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [output for output in cell.outputs if keep and output.output_type != "error"]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = None
