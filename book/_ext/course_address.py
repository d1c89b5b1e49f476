"""No button leads nowhere: without the repository's address those for Colab, repository and issues are left out."""

from __future__ import annotations

PLACEHOLDER = "SET_OWNER"
BUTTONS = ("use_repository_button", "use_issues_button", "use_edit_page_button", "use_source_button")


def is_set(url: str) -> bool:
    return PLACEHOLDER not in url


def leave_out(app, config):
    options = config.html_theme_options
    if not is_set(options.get("repository_url", "")):
        options |= dict.fromkeys(BUTTONS, False)
        options["launch_buttons"] = {}


def solutions_open_nowhere(app, pagename, templatename, context, doctree):
    """Pages of solutions are made for the book alone: the repository has no such file to open on Colab."""
    if pagename.startswith("book/solutions/"):
        context["header_buttons"] = [b for b in context.get("header_buttons", []) if b.get("label") != "launch-buttons"]


def setup(app):
    app.connect("config-inited", leave_out)
    app.connect("html-page-context", solutions_open_nowhere, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
