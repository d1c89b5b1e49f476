"""Put the SVG pictures of notebooks into the page itself, where they can take its colours, and let them be enlarged.

An ``<img>`` is a page of its own, which the book's CSS variables do not reach. Alternative text and caption come from
the cell's metadata (``mystnb.image.alt``, ``mystnb.figure``); a drawing without any brings its title and description.
"""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path

from docutils import nodes
from sphinx.transforms import SphinxTransform


class InlineSVG(nodes.General, nodes.Inline, nodes.Element):
    """A picture, as the text of its SVG, and its alternative text."""


class InlinePictures(SphinxTransform):
    """Replace the images that notebooks made; before Sphinx collects images, which would copy them as files."""

    default_priority = 400

    def apply(self, **kwargs):
        outputs = Path(self.app.outdir).parent / "jupyter_execute"
        for image in list(self.document.findall(nodes.image)):
            file = Path(self.app.srcdir, image["uri"].lstrip("/"))
            if file.suffix == ".svg" and file.parent == outputs:
                svg = file.read_text(encoding="utf-8")
                image.replace_self(InlineSVG("", svg=svg, alt=image.get("alt", "")))


def inlined(svg: str, alt: str, prefix: str) -> str:
    """The SVG as a part of an HTML page: named by its alternative text, with ids that are its own in the page."""
    svg = svg[svg.index("<svg") :]  # without the prolog of a file
    head = "".join(re.findall(r"<title>.*?</title>|<desc>.*?</desc>", svg, flags=re.DOTALL))
    # The name is read out from the attribute; as an element the title would also pop up wherever the mouse rests.
    svg = re.sub(r"\s*<title>.*?</title>|\s*<desc>.*?</desc>", "", svg, flags=re.DOTALL)
    if not alt:
        parts = re.findall(r"<(?:title|desc)>(.*?)</", head, flags=re.DOTALL)
        alt = ". ".join(" ".join(unescape(part).split()).rstrip(".") for part in parts)
    for name in set(re.findall(r'\bid="([^"]+)"', svg)):
        svg = re.sub(rf'(\bid="|url\(#|href="#){re.escape(name)}(?=["\)])', rf"\g<1>{prefix}{name}", svg)
    # A drawing's own rule about its arrows must not reach the same drawing elsewhere on the page.
    svg = re.sub(r"(?<=[ .])drawing-(?=\w)", f"{prefix}drawing-", svg)
    return svg.replace("<svg", f'<svg aria-label="{escape(alt)}"', 1)


def visit_picture(translator, node):
    number = translator.course_pictures = getattr(translator, "course_pictures", 0) + 1
    translator.body.append(inlined(node["svg"], node["alt"], f"picture-{number}-"))
    raise nodes.SkipNode


def skip(translator, node):
    raise nodes.SkipNode


def setup(app):
    app.add_node(InlineSVG, html=(visit_picture, None), latex=(skip, None), text=(skip, None))
    app.add_transform(InlinePictures)
    app.add_js_file("course-figures.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
