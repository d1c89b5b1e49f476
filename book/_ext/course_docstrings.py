"""Render the course's one-line docstring items well.

The package writes numpydoc sections with the description on the item's own line, ``name : what it is``. numpydoc takes
the words after the colon for a type; here they become the description, so that names stand out and prose reads as
prose.
"""

from __future__ import annotations

import re

ITEM_SECTIONS = {"Parameters", "Other Parameters", "Attributes", "Raises", "Warns"}
PROSE_SECTIONS = {"Returns", "Yields"}
LONGEST_VALUE = 160  # characters
ITEM = re.compile(r"^(?P<name>[\w*`.][^:]*?) : (?P<what>\S.*)$")


def section_at(lines: list[str], index: int) -> str | None:
    """The name of the section whose underlined title starts at ``index``, else None."""
    underlined = index + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[index + 1].strip())
    return lines[index].strip() if underlined else None


def reshape(lines: list[str]) -> list[str]:
    """The docstring's lines with every item's description below its name, as numpydoc wants it."""
    out, section, index = [], None, 0
    while index < len(lines):
        title = section_at(lines, index)
        if title is not None:
            section = title
            out += lines[index : index + 2]
            index += 2
            continue
        line = lines[index]
        item = ITEM.match(line) if section in ITEM_SECTIONS else None
        if item:
            out += [item["name"], f"    {item['what']}"]
        elif section in PROSE_SECTIONS and line.strip() and not line.startswith(" "):
            # numpydoc makes one item of each unindented line; a wrapped sentence is one.
            while index + 1 < len(lines) and lines[index + 1].strip() and section_at(lines, index + 1) is None:
                index += 1
                line = f"{line.rstrip()} {lines[index].strip()}"
            out.append(line)
        else:
            out.append(line)
        index += 1
    return out


def process(app, what, name, obj, options, lines):
    if what == "data" and len(repr(obj)) <= LONGEST_VALUE:
        lines += ["", f"Value: ``{obj!r}``"]
    elif what != "module":
        lines[:] = reshape(lines)


def setup(app):
    # Values of constants stand in the text when short, and nowhere when long: a table of 256 numbers helps nobody.
    app.config.autodoc_default_options = {"no-value": True, **app.config.autodoc_default_options}
    app.connect("autodoc-process-docstring", process, priority=400)  # numpydoc listens at 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}
