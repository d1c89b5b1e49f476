"""Chapters have the numbers of their names, sections count below them; exercise sets have none.

Sphinx counts the chapters that are there. A chapter keeps its number while some before it are still to be written, and
the exercises of a set are counted in the text itself.
"""

from __future__ import annotations

import re
from copy import deepcopy

UNNUMBERED = "assignments/"
CHAPTER = re.compile(r"chapters/(\d\d)_\w+$")


def restore(app, env, added, changed, removed):
    """Give back the numbers that Sphinx counted: it would think them changed, and write every page again."""
    env.toc_secnumbers, env.toc_fignumbers = getattr(env, "course_counted", (env.toc_secnumbers, env.toc_fignumbers))
    return []


def renumber(app, env):
    env.course_counted = deepcopy((env.toc_secnumbers, env.toc_fignumbers))
    for page in env.toc_secnumbers:
        if page.startswith(UNNUMBERED):
            unnumber(env, page)
        elif named := CHAPTER.match(page):
            begin_with(env, page, int(named[1]))
    return []


def unnumber(env, page):
    env.toc_secnumbers[page] = {}
    env.titles[page].attributes.pop("secnumber", None)
    for link in links_to_sections(env, page):
        del link["secnumber"]


def begin_with(env, page, number):
    """Put ``number`` first in the numbers of a chapter, of its sections and of its figures."""

    def begun(numbers):
        return numbers and (number, *numbers[1:])  # headings below the sections have none

    env.toc_secnumbers[page] = {anchor: begun(numbers) for anchor, numbers in env.toc_secnumbers[page].items()}
    for numbered in [env.titles[page], *links_to_sections(env, page)]:
        numbered["secnumber"] = begun(numbered["secnumber"])
    for figures in env.toc_fignumbers.get(page, {}).values():
        figures.update({figure: begun(numbers) for figure, numbers in figures.items()})


def links_to_sections(env, page):
    return list(env.tocs[page].findall(lambda node: "secnumber" in getattr(node, "attributes", ())))


def setup(app):
    app.connect("env-get-outdated", restore)
    app.connect("env-get-updated", renumber, priority=900)  # after Sphinx has counted
    return {"parallel_read_safe": True, "parallel_write_safe": True}
