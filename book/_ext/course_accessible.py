"""Repair the roles and names that theme and docutils leave wrong for screen readers (as axe-core reports them)."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup


def name_toggles(soup):
    """Name the buttons of the side bar that fold a chapter's pages: the theme draws them as a bare arrow."""
    if isinstance(soup, BeautifulSoup):
        for summary in soup.select("li > details > summary"):
            link = summary.find_parent("li").find("a")
            if link:
                summary["aria-label"] = f"Pages of: {link.get_text().strip()}"
    return soup


def repair(app, pagename, templatename, context, doctree):
    generate = context.get("generate_toctree_html")
    if generate:

        def with_names(kind, **options):
            # The theme's function returns text for the sidebar; as soup it can be edited.
            if kind != "sidebar":
                return generate(kind, **options)
            return name_toggles(BeautifulSoup(str(generate(kind, **options)), "html.parser"))

        context["generate_toctree_html"] = with_names
    if context.get("body"):
        # docutils wraps entries of role doc-biblioentry in a role list, whose children may only be list items.
        context["body"] = context["body"].replace(
            '<div role="list" class="citation-list">', '<div class="citation-list">'
        )
        context["body"] = context["body"].replace(
            ' role="doc-biblioentry"', ""
        )  # allowed in no element that docutils writes
        # A header cell without words, above a column of names, heads nothing.
        context["body"] = re.sub(r"<th([^>]*)>\s*(?:<p>\s*</p>)?\s*</th>", r"<td\1></td>", context["body"])


def setup(app):
    app.connect("html-page-context", repair, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}
