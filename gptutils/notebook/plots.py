"""The look of the course's pictures: figures, coloured tokens, the map of a GPT, and source code shown in a lesson.

All of them take the book's colours where there are some (CSS variables), and carry light ones and an opaque ground of
their own for JupyterLab and Colab; they need no style sheet.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from functools import partial
from html import escape
from importlib.resources import files
from xml.etree import ElementTree

from gptutils.notebook._svg import figure_as_svg

# Okabe and Ito's palette: eight colours that colour-blind readers tell apart (https://jfly.uni-koeln.de/color/).
BLUE = "#0072B2"
ORANGE = "#E69F00"
GREEN = "#009E73"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
YELLOW = "#F0E442"
BLACK = "#000000"
PALETTE = (
    BLUE,
    VERMILLION,
    GREEN,
    PURPLE,
    ORANGE,
    SKY,
    YELLOW,
    BLACK,
)  # the first four can be seen as lines on any ground

PAPER, RAISED, INK, SOFT_INK, RULE = "#fffdfa", "#f6f2ea", "#20262b", "#525c64", "#ddd6c9"
PARTS = ("#0f6b66", "#1f5fa8", "#8a3d7c")
TOKEN_TINTS = ("#cfe9e4", "#fbe6c6", "#d9e6f7", "#f1dcec")  # ink on each has a contrast above 11 to 1

_PAPER, _RAISED, _INK, _SOFT, _RULE, _ON_HERE, *_PARTS = (
    f"var(--course-{name},{fallback})"
    for name, fallback in [
        ("paper", PAPER),
        ("raised", RAISED),
        ("ink", INK),
        ("ink-soft", SOFT_INK),
        ("rule", RULE),
        ("on-part", "#ffffff"),
        *((f"part-{n}", colour) for n, colour in enumerate(PARTS, 1)),
    ]
)
_HERE = _PARTS[0]
_TINTS = tuple(f"var(--course-token-{name},{tint})" for name, tint in zip((1, 3, 2, 4), TOKEN_TINTS, strict=True))
_VARIABLES = {  # the book's CSS variable for each colour of a figure
    colour.lower(): f"course-{name}"
    for name, colour in [
        ("paper", PAPER),
        ("raised", RAISED),
        ("ink", INK),
        ("ink-soft", SOFT_INK),
        ("rule", RULE),
        *zip(("blue", "vermillion", "green", "purple", "orange", "sky", "yellow", "ink"), PALETTE, strict=True),
        *((f"part-{n}", colour) for n, colour in enumerate(PARTS, 1)),
        *((f"token-{n}", tint) for n, tint in zip((1, 3, 2, 4), TOKEN_TINTS, strict=True)),
    ]
}
_SANS = "font-family:system-ui,-apple-system,'Segoe UI','Liberation Sans',Arial,sans-serif"
_MONO = "font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"


def use_course_style() -> None:
    """Give matplotlib figures the look of the course: Okabe-Ito colours, opaque ground, readable sizes.

    In a notebook, figures become SVG, whose colours follow the page where it is the book's, and are light elsewhere.

    Notes
    -----
    The colours of this module follow the page, and so do those of a figure that names none. For that, use them as they
    are: `PAPER` for what lies on a coloured bar, not white; `INK`, not black. A colour that must not change, such as
    ink on a cell of a heat map, is any other: ``"white"``, ``"#111111"``. Lines and letters in `BLUE`, `VERMILLION`,
    `GREEN` and `PURPLE` can be read on light and dark; `ORANGE`, `SKY` and `YELLOW` are for areas. Tell nothing by
    colour alone: add a marker, a dash or a hatch.

    A heat map (``imshow``) keeps its pixels and its own colours. More than 200 points of a scatter are drawn as pixels
    too.
    """
    import matplotlib as mpl  # heavy: imported only where figures are drawn
    from cycler import cycler

    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=PALETTE),
            "figure.figsize": (7.2, 3.6),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "figure.facecolor": PAPER,
            "savefig.facecolor": PAPER,
            "axes.facecolor": PAPER,
            "axes.edgecolor": SOFT_INK,
            "axes.labelcolor": INK,
            "axes.titlecolor": INK,
            "axes.titlelocation": "left",
            "axes.titlesize": 12,
            "axes.titleweight": "bold",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": RULE,
            "grid.linewidth": 0.8,
            "text.color": INK,
            "xtick.color": SOFT_INK,
            "ytick.color": SOFT_INK,
            "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same picture on every machine
            "font.size": 10.5,
            "legend.facecolor": PAPER,
            "legend.edgecolor": "none",
            "legend.framealpha": 1.0,
            "lines.linewidth": 2.2,
            "image.interpolation": "none",  # a heat map keeps its own few pixels, and the page enlarges them sharply
        }
    )
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from matplotlib.figure import Figure
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg")  # switches the PNG off
        as_svg = ipython.get_ipython().display_formatter.formatters["image/svg+xml"]
        as_svg.for_type(Figure, partial(figure_as_svg, variables=_VARIABLES))


class Picture:
    """Something to look at in a notebook: HTML for pages, plain text for terminals."""

    def __init__(self, html: str, text: str):
        self.html, self.text = html, text

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


class Source:
    """Source code to read in a notebook: a highlighted block in pages, plain text in terminals."""

    def __init__(self, code: str):
        self.code = code

    def _repr_markdown_(self) -> str:
        fence = "`" * 3
        while fence in self.code:
            fence += "`"
        return f"{fence}python\n{self.code}\n{fence}"

    def __repr__(self) -> str:
        return self.code


def show_tokens(tokens: Iterable[str | bytes], ids: Sequence[int] | None = None, label: str = "") -> Picture:
    """Tokens as coloured chips, in reading order.

    A space is shown as ``␣``, a line break as ``↵``, and bytes that are no whole characters in hexadecimal, on a dashed
    chip.

    Parameters
    ----------
    tokens : the tokens, each a str or its bytes.
    ids : the token ids, written under the tokens when given.
    label : a line above the chips.

    Raises
    ------
    TypeError : ``tokens`` is one str or bytes, or holds something else.
    ValueError : there are more or fewer ids than tokens.

    Examples
    --------
    >>> show_tokens(["Not", " all", b" \\xe4\\xb8"], ids=[3673, 477, 1])
    Not| all| \\xe4\\xb8
    """
    if isinstance(tokens, str | bytes):
        raise TypeError(
            f"tokens must be a list of tokens, not one {type(tokens).__name__}; to show characters pass list(text)"
        )
    tokens = list(tokens)
    for token in tokens:
        if not isinstance(token, str | bytes):
            raise TypeError(f"a token must be str or bytes, not {type(token).__name__}: {token!r}")
    if ids is not None and len(ids) != len(tokens):
        raise ValueError(f"there are {len(tokens)} tokens but {len(ids)} ids; pass one id a token")
    chips = []
    for i, token in enumerate(tokens):
        shown, spoken, whole = _shown(token)
        number = "" if ids is None else f'<span style="font-size:.72em;color:{_SOFT};{_SANS}">{int(ids[i])}</span>'
        spoken += "" if ids is None else f", id {int(ids[i])}"
        edge = f"1px dashed {_SOFT}" if not whole else "1px solid transparent"
        chips.append(
            f'<span role="listitem" aria-label="{escape(spoken)}" style="display:inline-flex;flex-direction:column;'
            f"align-items:center;vertical-align:top;margin:2px 1px;padding:1px 4px;border-radius:4px;border:{edge};"
            f'background-color:{_TINTS[i % len(_TINTS)]};color:{_INK}">'
            f'<span style="white-space:pre-wrap;overflow-wrap:anywhere">{shown}</span>'
            f"{number}</span>"
        )
        text = token.decode(errors="ignore") if isinstance(token, bytes) else token
        if text.endswith("\n") and i + 1 < len(tokens):
            chips.append("<br>")
    count = f"{len(tokens)} token{'' if len(tokens) == 1 else 's'}"
    head = f'<div style="{_SANS};font-size:.86em;margin-bottom:2px">{escape(label)}</div>' if label else ""
    html = (
        f'<div style="margin:.2em 0 .5em">{head}<div role="list" aria-label="{escape(label or count)}" '
        f'style="{_MONO};font-size:.95em;line-height:1.5">{"".join(chips)}</div></div>'
    )
    plain = "|".join(_plain(token) for token in tokens)
    return Picture(html, f"{label}\n{plain}" if label else plain)


_VISIBLE = {" ": ("␣", "space"), "\n": ("↵", "line break"), "\t": ("⇥", "tab")}


def _shown(token: str | bytes) -> tuple[str, str, bool]:
    """A token as HTML, as words for a screen reader, and whether it is made of whole characters."""
    if isinstance(token, bytes):
        try:
            token = token.decode()
        except UnicodeDecodeError:
            digits = token.hex(" ").upper()
            return digits, f"bytes {digits}", False
    shown, spoken = [], []
    for character in token:
        if character in _VISIBLE:
            sign, name = _VISIBLE[character]
            shown.append(f'<span style="color:{_SOFT}">{sign}</span>')
            spoken.append(f" {name} ")
        elif unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn", "Zs", "Zl", "Zp") or (
            unicodedata.category(character) == "Cf" and len(token) == 1
        ):
            shown.append(f"U+{ord(character):04X}")
            spoken.append(f" U+{ord(character):04X} ")
        else:
            shown.append(escape(character))
            spoken.append(character)
    return "".join(shown), " ".join("".join(spoken).split()) or "empty", True


def _plain(token: str | bytes) -> str:
    text = token.decode(errors="backslashreplace") if isinstance(token, bytes) else token
    return text.replace("\n", "\\n")


def show_source(*objects, docstrings: bool = True) -> Source:
    """The source code of functions, classes or modules, to read in a lesson.

    Parameters
    ----------
    objects : what to show, one below the other.
    docstrings : False leaves the docstrings out.

    Raises
    ------
    TypeError : an object has no source in Python, or none is given.

    Examples
    --------
    >>> show_source(use_course_style, docstrings=False)._repr_markdown_().splitlines()[1]
    'def use_course_style() -> None:'
    """
    if not objects:
        raise TypeError("show_source needs at least one function, class or module")
    parts = []
    for thing in objects:
        try:
            code = textwrap.dedent(inspect.getsource(thing)).rstrip()
        except (OSError, TypeError) as error:
            raise TypeError(f"{thing!r} has no source in Python to show; pass a function, class or module") from error
        parts.append(code if docstrings else _without_docstrings(code))
    return Source("\n\n\n".join(parts))


def _without_docstrings(code: str) -> str:
    lines: list[str | None] = list(code.splitlines())
    for node in ast.walk(ast.parse(code)):
        holds_one = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if holds_one and ast.get_docstring(node) is not None and len(node.body) > 1:
            first, last = node.body[0].lineno - 1, node.body[0].end_lineno
            if last < len(lines) and not lines[last].strip():  # the blank line below goes too
                last += 1
            lines[first:last] = [None] * (last - first)
    return "\n".join(line for line in lines if line is not None)


# What the drawings share: the classes that `drawing` explains. {0} is the drawing's name: inlined in one page, two
# drawings must not share ids.
_DRAWING_STYLE = f"""<style>
.drawing text{{{{{_SANS};font-size:14px;fill:{_INK}}}}}
.drawing .code{{{{{_MONO}}}}}
.drawing .strong{{{{font-weight:700}}}}
.drawing .soft{{{{fill:{_SOFT}}}}}
.drawing .on{{{{fill:{_ON_HERE}}}}}
.drawing .mid{{{{text-anchor:middle}}}}
.drawing .end{{{{text-anchor:end}}}}
.drawing .box{{{{fill:{_PAPER};stroke:{_SOFT};stroke-width:1.4}}}}
.drawing .ground{{{{fill:{_RAISED}}}}}
.drawing .line,.drawing .arrow,.drawing .plus{{{{fill:none;stroke:{_SOFT};stroke-width:1.6}}}}
.drawing .plus{{{{stroke:{_INK};stroke-width:2}}}}
.drawing .stream{{{{fill:none;stroke:{_PARTS[0]};stroke-width:8}}}}
.drawing .tip{{{{fill:{_PARTS[0]}}}}}
{"".join(f".drawing .tint-{n}{{{{fill:{tint}}}}}" for n, tint in enumerate(_TINTS, 1))}
{"".join(f".drawing .part-{n}{{{{fill:{part}}}}}" for n, part in enumerate(_PARTS, 1))}
.drawing-{{0}} .arrow{{{{marker-end:url(#{{0}}-arrow)}}}}
</style>
<defs><marker id="{{0}}-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0L8 4L0 8Z" style="fill:{_SOFT}"/></marker></defs>
"""


class Drawing:
    """A drawing of the course, shown by Jupyter as SVG; made by `drawing`."""

    def __init__(self, svg: str, text: str):
        self.svg, self.text = svg, text

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return self.text


def drawing(name: str) -> Drawing:
    """A drawing of a piece of the course, in the colours of the page around it.

    Parameters
    ----------
    name : file name without ``.svg`` of a drawing under ``gptutils/notebook/drawings``.

    Raises
    ------
    ValueError : no drawing of that name; the message lists those there are.

    Notes
    -----
    A new drawing is a new SVG file there, written by hand, with ``viewBox="0 0 WIDTH HEIGHT"``, then ``<title>`` (what
    it shows, in a few words) and ``<desc>`` (all that a reader who does not see it must know), and no other attributes
    of ``<svg>``: this function adds size, ground, font and the classes below.

    - **Size.** A telephone gives it 306 px: a WIDTH of at most 400 keeps text of 14 px readable there. Other sizes of
      text are at least WIDTH / 28. What is wider is better stacked from top to bottom.
    - **Text**: class ``strong``, ``soft`` (lighter ink), ``code`` (monospaced), ``on`` (upon a part's colour), ``mid``
      or ``end`` (x is the middle or the end).
    - **Shapes**: ``box`` (paper with an edge), ``ground`` (a raised area behind boxes), ``tint-1`` to ``tint-4`` (teal,
      amber, blue, purple: ink reads on each), ``part-1`` to ``part-3`` (strong teal, blue, purple), ``line``, ``arrow``
      (with a tip at its end), ``stream`` (the thick residual stream), ``tip`` and ``plus``.
    - **Other colours** are the book's variables with a light fallback, for notebooks outside of the book:
      ``fill: var(--course-ink,#20262b)``. The names are ``paper``, ``raised``, ``ink``, ``ink-soft``, ``rule``,
      ``part-1`` to ``part-3``, ``on-part``, ``amber``, ``token-1`` to ``token-4``; their values stand in
      ``book/_static/course.css``. No fixed colour, and nothing told by colour alone.
    - Ids begin with the drawing's name: several drawings stand on one page.

    Examples
    --------
    >>> drawing("block")
    A transformer block
    """
    drawings = {
        path.name.removesuffix(".svg"): path
        for path in (files("gptutils.notebook") / "drawings").iterdir()
        if path.name.endswith(".svg")
    }
    if name not in drawings:
        raise ValueError(f"there is no drawing {name!r}; there are: {', '.join(sorted(drawings))}")
    svg = drawings[name].read_text(encoding="utf-8").strip()
    root = ElementTree.fromstring(svg)
    width, height = root.get("viewBox").split()[2:]
    opened = f'<svg class="drawing drawing-{name}" role="img" width="{width}" height="{height}"'
    ground = f'<rect width="{width}" height="{height}" style="fill:{_PAPER}"/>\n'
    # The title stays the first child: that is where browsers look for the drawing's name.
    svg = re.sub(r"^<svg", opened, svg)
    svg = svg.replace("</desc>", "</desc>\n" + _DRAWING_STYLE.format(name) + ground, 1)
    return Drawing(svg, root.findtext("{http://www.w3.org/2000/svg}title"))


# The map: of each piece its title and what it does; then two layouts, for wide and for narrow columns. A layout places
# the left edge and the middle of each box, arrows as SVG paths, words with their anchors, and says what of it is seen.
# Above the left two thirds of a box there is room for "you are here": arrows pass on the right of it.
_BOX_WIDTH, _BOX_HEIGHT = 132, 46
_PIECES = {
    "tokenizer": ("Tokenizer", "text ⇄ token ids"),
    "model": ("Model", "ids → scores"),
    "decoding": ("Decoding", "scores → next id"),
    "batches": ("Batches", "inputs and targets"),
    "training": ("Training", "better weights"),
    "loss": ("Loss", "how wrong?"),
    "weights": ("Weights", "saved and loaded"),
    "fine_tuning": ("Fine-tuning", "tasks, instructions"),
    "reward_model": ("Reward model", "which is better?"),
    "rlhf": ("RLHF", "better by feedback"),
}
_WIDE_MAP = {
    "viewBox": "4 0 780 296",
    "boxes": {
        "tokenizer": (80, 62),
        "model": (314, 62),
        "decoding": (548, 62),
        "batches": (80, 160),
        "training": (314, 160),
        "loss": (548, 160),
        "weights": (80, 258),
        "fine_tuning": (249, 258),
        "reward_model": (418, 258),
        "rlhf": (587, 258),
    },
    "arrows": (
        "M58 54H78",  # text -> tokenizer
        "M212 54H312",  # tokenizer -> model
        "M446 54H546",  # model -> decoding
        "M680 54H708",  # decoding -> text
        "M658 39V26Q658 18 650 18H432Q424 18 424 26V37",  # decoding -> model, once a token
        "M190 85V135",  # tokenizer -> batches
        "M212 160H255Q263 160 263 152V78Q263 70 271 70H312",  # batches -> model
        "M446 70H489Q497 70 497 78V144Q497 152 505 152H546",  # model -> loss
        "M548 168H448",  # loss -> training
        "M424 137V87",  # training -> model
        "M380 183V201Q380 209 372 209H198Q190 209 190 217V233",  # training -> weights
        "M212 258H247",
        "M381 258H416",
        "M550 258H585",
    ),
    "words": (
        (29, 58, "text", "middle"),
        (738, 58, "text", "middle"),
        (738, 75, "(tokenizer", "middle"),
        (738, 90, "again)", "middle"),
        (262, 47, "ids", "middle"),
        (496, 47, "scores", "middle"),
        (541, 13, "one token at a time", "middle"),
    ),
}
_NARROW_MAP = {
    "viewBox": "0 0 340 500",
    "boxes": {
        "tokenizer": (22, 74),
        "model": (22, 172),
        "decoding": (22, 270),
        "batches": (194, 74),
        "training": (194, 172),
        "loss": (194, 270),
        "weights": (194, 380),
        "fine_tuning": (22, 380),
        "reward_model": (22, 472),
        "rlhf": (194, 472),
    },
    "arrows": (
        "M134 22V49",  # text -> tokenizer
        "M134 97V147",  # tokenizer -> model
        "M134 195V245",  # model -> decoding
        "M134 293V313",  # decoding -> text
        "M22 278H16Q8 278 8 270V180Q8 172 16 172H20",  # decoding -> model, once a token
        "M154 74H192",  # tokenizer -> batches
        "M194 86H180Q172 86 172 94V152Q172 160 164 160H156",  # batches -> model
        "M154 184H172Q180 184 180 192V254Q180 262 188 262H192",  # model -> loss
        "M304 247V197",  # loss -> training
        "M194 172H156",  # training -> model
        "M326 172H329Q337 172 337 180V372Q337 380 331 380H328",  # training -> weights
        "M194 380H156",
        "M134 403V447",
        "M154 472H192",
    ),
    "words": (
        (126, 30, "text", "end"),
        (140, 126, "ids", "start"),
        (126, 224, "scores", "end"),
        (128, 327, "text, one token at a time", "middle"),
    ),
}


def where_we_are(piece: str) -> Picture:
    """A map of what a GPT is made of, with one piece marked as the one of this chapter.

    Raises
    ------
    ValueError : the map has no such piece; the message lists those it has.

    Examples
    --------
    >>> where_we_are("loss")
    You are at the piece "Loss" (how wrong?) of the road from text to a GPT.
    """
    if piece not in _PIECES:
        raise ValueError(f"the map has no piece {piece!r}; its pieces are {', '.join(_PIECES)}")
    title, does = _PIECES[piece]
    summary = f'You are at the piece "{title}" ({does}) of the road from text to a GPT.'
    label = f"Map of what a GPT is made of. {summary} " + (
        "Reading and writing: text, tokenizer, model, decoding, text, one token at a time. "
        "Learning: batches, model, loss, training. Then: weights, fine-tuning, reward model, RLHF."
    )
    # The book's style sheet shows the narrow one in narrow columns; without it the wide one is shown.
    wide = _draw_map(piece, label, _WIDE_MAP, "map-wide", "display:block;max-width:860px")
    narrow = _draw_map(piece, label, _NARROW_MAP, "map-narrow", "display:none;max-width:380px")
    html = f'<div class="map" style="background-color:{_PAPER};border-radius:6px">{wide}{narrow}</div>'
    return Picture(html, summary)


def _draw_map(piece: str, label: str, layout: dict, name: str, style: str) -> str:
    tip = f"{name}-tip-{piece}"
    drawn = [
        f'<path d="{path}" style="fill:none;stroke:{_SOFT};stroke-width:1.6" marker-end="url(#{tip})"/>'
        for path in layout["arrows"]
    ]
    for x, y, word, anchor in layout["words"]:
        drawn.append(_svg_text(x, y, word, f"font-size:13px;font-style:italic;fill:{_SOFT}", anchor))
    for box, (left, middle) in layout["boxes"].items():
        title, does = _PIECES[box]
        here = box == piece
        ground, ink, edge = (_HERE, _ON_HERE, _HERE) if here else (_PAPER, _INK, _SOFT)
        centre, top = left + _BOX_WIDTH / 2, middle - _BOX_HEIGHT / 2
        drawn.append(
            f'<rect x="{left}" y="{top:g}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="8" '
            f'style="fill:{ground};stroke:{edge};stroke-width:{3 if here else 1.4}"/>'
        )
        drawn.append(_svg_text(centre, middle - 3, title, f"font-size:15px;font-weight:700;fill:{ink}"))
        drawn.append(_svg_text(centre, middle + 14, does, f"font-size:12px;fill:{ink}"))
        if here:
            bold = f"font-size:12.5px;font-weight:700;fill:{_HERE}"
            drawn.append(_svg_text(left, top - 7, "you are here", bold, "start"))
    return (
        f'<svg class="{name}" role="img" aria-label="{escape(label)}" viewBox="{layout["viewBox"]}" '
        f'style="{style};width:100%;margin:auto;{_SANS}">'
        f'<defs><marker id="{tip}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8Z" style="fill:{_SOFT}"/></marker></defs>{"".join(drawn)}</svg>'
    )


def _svg_text(x: float, y: float, words: str, style: str, anchor: str = "middle") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" style="{style}">{escape(words)}</text>'
