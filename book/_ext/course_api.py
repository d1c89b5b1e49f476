"""The directive ``{package-modules}``: every page below book/api with the first words of its module's docstring."""

from __future__ import annotations

import ast
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

PAGES = "book/api/"


def summary(path: Path) -> str:
    """The first sentence of a module's docstring, without its full stop."""
    words = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0].split())
    return words.removesuffix(".")


class PackageModules(SphinxDirective):
    def run(self):
        items = nodes.definition_list(classes=["modules"])
        for page in sorted(self.env.found_docs):
            if not page.startswith(PAGES):
                continue
            module = page.removeprefix(PAGES)
            source = Path(self.env.srcdir) / "gptutils" / f"{module}.py"
            self.env.note_dependency(str(source))
            link = addnodes.pending_xref(
                "",
                refdomain="std",
                reftype="doc",
                reftarget=f"/{page}",
                refexplicit=True,
                refwarn=True,
                refdoc=self.env.docname,
            )
            link += nodes.literal("", f"gptutils.{module.replace('/', '.')}")
            what, _ = self.state.inline_text(summary(source), self.lineno)
            definition = nodes.definition("", nodes.paragraph("", "", *what))
            items += nodes.definition_list_item("", nodes.term("", "", link), definition)
        return [items]


def setup(app):
    app.add_directive("package-modules", PackageModules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
