"""The search: code that a page folds away is neither found nor quoted, and a word's own lesson comes first
(search.js)."""

from __future__ import annotations

from myst_nb.sphinx_ import HideCodeCellNode


def index_what_is_shown(app):
    """Feed the index with pages without their folded cells: tests of exercises, above all."""
    if not hasattr(app.builder, "index_page"):
        return
    index_page = app.builder.index_page

    def index_shown(pagename, doctree, title):
        shown = doctree.deepcopy()
        for folded in list(shown.findall(HideCodeCellNode)):
            folded.parent.remove(folded)
        index_page(pagename, shown, title)

    app.builder.index_page = index_shown


def setup(app):
    app.config.html_search_scorer = "book/_ext/search.js"
    app.connect("builder-inited", index_what_is_shown)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
