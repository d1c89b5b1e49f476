"""The role ``{zh}``: a Chinese term, marked as such so that browsers choose its glyphs and voices read it rightly.

In the glossary the Chinese terms that open a definition are moved beside the English term.
"""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes


class Chinese(nodes.inline):
    """A span of simplified Chinese."""


def zh(name, rawtext, text, lineno, inliner, options=None, content=None):
    return [Chinese(rawtext, text)], []


def visit(translator, node):
    translator.body.append(translator.starttag(node, "span", "", CLASS="zh", lang="zh-Hans"))


def depart(translator, node):
    translator.body.append("</span>")


def no_mark(translator, node):
    """Formats without languages show the bare text."""


def beside_the_term(app, doctree):
    """Move the Chinese at the start of each glossary definition to the end of its term."""
    for glossary in doctree.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            term, definition = item[0], item[-1]
            paragraph = definition[0]
            chinese = []
            while paragraph.children and isinstance(paragraph[0], Chinese):
                chinese.append(paragraph.pop(0))
                between = paragraph.pop(0)  # ", " before another one, ". " before the definition
                paragraph.insert(0, nodes.Text(between.astext().lstrip(".,;: \n")))
                if not paragraph[0].astext():
                    paragraph.pop(0)
            for name in chinese:
                term += [nodes.Text(" "), name]


def setup(app):
    app.connect("doctree-read", beside_the_term)
    app.add_node(Chinese, html=(visit, depart), latex=(no_mark, no_mark), text=(no_mark, no_mark))
    app.add_role("zh", zh)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
