"""Matplotlib figures as SVG that takes the colours of the page around it.

Matplotlib writes fixed colours. Each that belongs to the course becomes a CSS variable of the book with itself as the
fallback, so that one picture is light in JupyterLab, in Colab and in the light book, and dark in the dark one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

# More points than this are drawn as pixels: as paths they would make a notebook of megabytes.
MOST_POINTS = 200

_SETTINGS = {
    "svg.fonttype": "path",  # letters as outlines: the same picture where DejaVu Sans is not installed
    "svg.hashsalt": "course",  # else the ids would differ in every run
    "path.simplify_threshold": 0.3,  # of a point; a curve of ten thousand steps would weigh 100 KB
    "image.composite_image": False,  # a heat map keeps its own few pixels, which the page enlarges sharply
}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def figure_as_svg(figure, variables: Mapping[str, str]) -> str:
    """A matplotlib figure as SVG.

    Parameters
    ----------
    figure : a ``matplotlib.figure.Figure``.
    variables : the name of the CSS variable for each colour ``#rrggbb``; other colours stay as they are.
    """
    import matplotlib as mpl

    dense = [artist for artist in figure.findobj(_is_dense) if not artist.get_rasterized()]
    for artist in dense:
        artist.set_rasterized(True)
    drawn = io.StringIO()
    try:
        with mpl.rc_context(_SETTINGS):
            figure.savefig(drawn, format="svg", bbox_inches="tight", dpi=200, metadata=_NO_METADATA)
    finally:
        for artist in dense:
            artist.set_rasterized(False)
    return _with_variables(_compact(drawn.getvalue()), variables)


def _is_dense(artist) -> bool:
    from matplotlib.collections import Collection, QuadMesh
    from matplotlib.lines import Line2D

    if isinstance(artist, QuadMesh):
        return artist.get_array() is not None and artist.get_array().size > MOST_POINTS
    if isinstance(artist, Collection):
        return max(len(artist.get_offsets()), len(artist.get_paths())) > MOST_POINTS
    # A long curve is simplified by matplotlib; markers are not.
    has_markers = isinstance(artist, Line2D) and artist.get_marker() not in ("", " ", None, "None", "none")
    return has_markers and len(artist.get_xdata()) > MOST_POINTS


def _compact(svg: str) -> str:
    """The same picture without what no reader sees: comments, metadata, unused ids, digits below 1/100 point."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = svg.replace("xlink:href=", "href=").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    svg = re.sub(r'\b(d|x|y|x1|y1|x2|y2|width|height|points|viewBox)="[^"]*"', _rounded, svg)
    svg = re.sub(r"translate\([^)]*\)", _rounded, svg)
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda match: match[0] if match[1] in used else "", svg)
    # The style sheet that was cut speaks of every element of a page; as inherited properties it stays in the picture.
    opened = '<svg class="figure" role="img" style="stroke-linejoin:round;stroke-linecap:butt"'
    svg = re.sub(r' version="1.1"', "", svg, count=1).replace("<svg", opened, 1)
    svg = re.sub(r"\s*\n\s*", "\n", svg)
    return re.sub(r"(?<=[\d\w])\s*\n(?=[A-Za-z\d\"])", " ", svg).strip() + "\n"


def _rounded(match: re.Match[str]) -> str:
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), match[0])


def _with_variables(svg: str, variables: Mapping[str, str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        colour = match[2].lower()
        return f"{match[1]}var(--{variables[colour]},{colour})" if colour in variables else match[0]

    # Presentation attributes know no variables: they become part of the style.
    svg = re.sub(r' (fill|stroke)="(#[0-9a-fA-F]{6})"(?! style)', r' style="\1: \2"', svg)
    return re.sub(r"((?:fill|stroke): ?)(#[0-9a-fA-F]{6})\b", replaced, svg)
