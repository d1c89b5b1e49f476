"""Chapters and sections have numbers, exercise sets have none: their exercises are counted in the text itself."""

from __future__ import annotations

UNNUMBERED = "assignments/"


def restore(app, env, added, changed, removed):
    """Give the numbers back that `unnumber` took: Sphinx would think them changed, and write every set again."""
    env.toc_secnumbers.update(getattr(env, "course_secnumbers", {}))
    return []


def unnumber(app, env):
    taken = {page: numbers for page, numbers in env.toc_secnumbers.items() if page.startswith(UNNUMBERED)}
    env.course_secnumbers = taken
    for page in taken:
        env.toc_secnumbers[page] = {}
        env.titles[page].attributes.pop("secnumber", None)
        for link in env.tocs[page].findall(lambda node: "secnumber" in getattr(node, "attributes", ())):
            del link["secnumber"]
    return []


def setup(app):
    app.connect("env-get-outdated", restore)
    app.connect("env-get-updated", unnumber, priority=900)  # after Sphinx has counted
    return {"parallel_read_safe": True, "parallel_write_safe": True}
