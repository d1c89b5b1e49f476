"""What counts as an assertion in a test cell, and which of them run. Standard library only: the worker loads it,
too."""

from __future__ import annotations

import ast

# The functions of gptutils.notebook.check that assert; `call` only calls. `unchanged` is noted as it begins: nothing
# but an error in between keeps it from comparing at the end.
CHECKS = ("equal", "close", "shape", "dtype", "kind", "parts", "raises", "unchanged")


class CountAssertions(ast.NodeTransformer):
    """Notes the line of every assertion as it runs: `assert` statements and calls of `check`."""

    def __init__(self) -> None:
        self.lines: set[int] = set()

    def note(self, line: int, value: object = None) -> object:
        self.lines.add(line)
        return value

    def _noted(self, line: int, *values: ast.expr) -> ast.Call:
        return ast.Call(ast.Name("__asserted__", ast.Load()), [ast.Constant(line), *values], [])

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        self.generic_visit(node)
        note = ast.fix_missing_locations(ast.copy_location(ast.Expr(self._noted(node.lineno)), node))
        return [note, node]

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if is_check(node):
            return ast.fix_missing_locations(ast.copy_location(self._noted(node.lineno, node), node))
        return node


def is_check(node: ast.AST) -> bool:
    """Whether this is a call of one of gptutils.notebook.check's asserting functions."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "check"
        and node.func.attr in CHECKS
    )
