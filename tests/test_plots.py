import ast
import inspect
import itertools
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from gptutils.notebook import plots
from gptutils.tokenizer import gpt2_tokenizer


class Page(HTMLParser):
    """What a browser makes of HTML: every element with its attributes, and the text that is seen."""

    def __init__(self, html):
        super().__init__()
        self.open, self.elements, self.seen = [], [], ""
        self.feed(html)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.seen += data

    def having(self, **wanted):
        return [a for _, a in self.elements if all(a.get(name) == value for name, value in wanted.items())]


def style(attributes):
    return dict(item.split(":", 1) for item in attributes["style"].split(";"))


def luminance(colour):
    """Relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def fallback(colour):
    """The colour that var(--name,#rrggbb) has where the book's style sheet is not."""
    return re.fullmatch(r"var\(--[a-z0-9-]+,(#[0-9a-f]{6})\)", colour)[1]


# --- show_tokens ---------------------------------------------------------------------------------------------------


def test_tokens_are_seen_with_their_ids():
    page = Page(plots.show_tokens(["Not", " all", b" heroes"], ids=[3673, 477, 10281])._repr_html_())
    assert page.seen == "Not3673␣all477␣heroes10281"
    assert [chip["aria-label"] for chip in page.having(role="listitem")] == [
        "Not, id 3673",
        "space all, id 477",
        "space heroes, id 10281",
    ]
    assert [chips["aria-label"] for chips in page.having(role="list")] == ["3 tokens"]


def test_html_in_a_token_stays_text():
    evil = '<script>alert("1")</script>&amp;'
    page = Page(plots.show_tokens([evil], label='<b>"')._repr_html_())
    assert page.seen == f'<b>"{evil}'
    assert {tag for tag, _ in page.elements} == {"div", "span"}
    assert page.having(role="listitem")[0]["aria-label"] == evil


@pytest.mark.parametrize(
    ("token", "seen"),
    [
        (" ", "␣"),
        ("\n\n", "↵↵"),
        ("a\tb", "a⇥b"),
        ("\x00", "U+0000"),
        ("\u00a0", "U+00A0"),
        ("\u200d", "U+200D"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("\ufffd", "\ufffd"),
        ("中".encode(), "中"),
        ("中".encode()[:2], "E4 B8"),
        (b" \xe4", "20 E4"),
        ("\ud83d", "U+D83D"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(token, seen):
    page = Page(plots.show_tokens([token])._repr_html_())
    assert page.seen == seen
    chip = page.having(role="listitem")[0]
    assert chip["aria-label"].strip()
    incomplete = isinstance(token, bytes) and token.decode(errors="replace") != token.decode(errors="ignore")
    assert ("dashed" in chip["style"]) == incomplete


def test_lines_break_where_the_text_does_and_neighbours_differ():
    html = plots.show_tokens(["a", "\n", "b", "c", "\n"])._repr_html_()
    assert html.count("<br>") == 1  # not after the last token
    chips = Page(html).having(role="listitem")
    colours = [style(chip)["background-color"] for chip in chips]
    assert all(one != other for one, other in itertools.pairwise(colours))


def test_chips_can_be_read_without_the_books_style_sheet():
    """Every colour is set, so that neither a light nor a dark page shows through, and has enough contrast."""
    page = Page(plots.show_tokens(list("abcdefgh"), ids=range(8))._repr_html_())
    small_print = fallback(next(style(a)["color"] for t, a in page.elements if "font-size:.72em" in a.get("style", "")))
    for chip in page.having(role="listitem"):
        ground, ink = fallback(style(chip)["background-color"]), fallback(style(chip)["color"])
        assert contrast(ground, ink) > 7
        assert contrast(ground, small_print) > 4.5


def test_tokens_as_plain_text():
    assert repr(plots.show_tokens(["a", " b\n", b"\xe4"])) == "a| b\\n|\\xe4"
    assert repr(plots.show_tokens(["a"], label="one")) == "one\na"
    assert Page(plots.show_tokens([])._repr_html_()).having(role="list")[0]["aria-label"] == "0 tokens"


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("text",), TypeError, "list of tokens"),
        ((b"text",), TypeError, "list of tokens"),
        ((["a", 1],), TypeError, "must be str or bytes, not int"),
        ((["a", "b"], [1]), ValueError, "2 tokens but 1 ids"),
    ],
)
def test_wrong_tokens(arguments, error, says):
    with pytest.raises(error, match=says):
        plots.show_tokens(*arguments)


# --- show_source ---------------------------------------------------------------------------------------------------


class Example:
    """A class to show."""

    def method(self):
        """A docstring
        of two lines.

        ```
        """

        return "not a docstring"

    def documented_only(self):
        """Nothing else."""


def code_of(source):
    fence, *lines, end = source._repr_markdown_().split("\n")
    assert fence == f"{end}python"
    code = "\n".join(lines)
    assert end not in code
    return code


def test_source_is_the_source():
    assert code_of(plots.show_source(plots.show_tokens)) == inspect.getsource(plots.show_tokens).rstrip()
    assert code_of(plots.show_source(Example.method)).startswith("def method(self):\n    ")
    assert repr(plots.show_source(Example)) == code_of(plots.show_source(Example))
    both = code_of(plots.show_source(plots.show_tokens, plots.show_source))
    assert [node.name for node in ast.parse(both).body] == ["show_tokens", "show_source"]


def test_source_without_docstrings():
    shown = code_of(plots.show_source(Example, docstrings=False))
    assert shown == (
        "class Example:\n\n"
        "    def method(self):\n"
        '        return "not a docstring"\n\n'
        "    def documented_only(self):\n"
        '        """Nothing else."""'
    ).replace("class Example:\n\n", "class Example:\n")
    ast.parse(code_of(plots.show_source(plots, docstrings=False)))


@pytest.mark.parametrize("things", [(len,), (3,), ()])
def test_nothing_to_show(things):
    with pytest.raises(TypeError, match=r"pass a function|needs at least one"):
        plots.show_source(*things)


# --- where_we_are --------------------------------------------------------------------------------------------------

PIECES = ["tokenizer", "model", "decoding", "batches", "training", "loss"]
PIECES += ["weights", "fine_tuning", "reward_model", "rlhf"]


def drawing(piece, shape="map-wide"):
    html = plots.where_we_are(piece)._repr_html_()
    return next(svg for svg in ElementTree.fromstring(html).iter("svg") if svg.get("class") == shape)


every_shape = pytest.mark.parametrize("shape", ["map-wide", "map-narrow"])


@every_shape
@pytest.mark.parametrize("piece", PIECES)
def test_the_map_marks_one_piece(piece, shape):
    svg = drawing(piece, shape)
    boxes = [(box, style(box.attrib)["fill"]) for box in svg.iter("rect")]
    marked = [box for box, fill in boxes if "--course-part-1" in fill]
    assert len(boxes) == len(PIECES)
    assert len(marked) == 1
    here = next(text for text in svg.iter("text") if text.text == "you are here")
    assert float(here.get("x")) == float(marked[0].get("x"))
    assert 0 < float(marked[0].get("y")) - float(here.get("y")) < 10
    titles = [text.text for text in svg.iter("text") if "font-size:15px" in text.get("style")]
    inside = next(t for t in titles if t.lower().replace("-", "_").replace(" ", "_") == piece)
    assert f'at the piece "{inside}"' in svg.get("aria-label")
    assert svg.get("role") == "img"


@every_shape
@pytest.mark.parametrize("piece", PIECES)
def test_no_arrow_crosses_you_are_here(piece, shape):
    svg = drawing(piece, shape)
    here = next(text for text in svg.iter("text") if text.text == "you are here")
    left, bottom = float(here.get("x")), float(here.get("y"))
    right, top = left + 88, bottom - 12
    arrows = [path.get("d") for path in svg.iter("path") if path.get("marker-end")]
    assert len(arrows) > 10
    for arrow in arrows:
        x = y = 0.0
        for step, numbers in re.findall(r"([MHVQ])([\d. ]+)", arrow):
            old, values = (x, y), [float(number) for number in numbers.split()]
            x = values[0] if step == "H" else x if step == "V" else values[-2]
            y = values[0] if step == "V" else y if step == "H" else values[-1]
            if step != "M":
                beside = max(x, old[0]) < left or min(x, old[0]) > right
                assert beside or max(y, old[1]) < top or min(y, old[1]) > bottom, arrow


@every_shape
def test_the_map_fits_its_frame(shape):
    svg = drawing("tokenizer", shape)
    left, top, width, height = map(float, svg.get("viewBox").split())
    boxes = []
    for box in svg.iter("rect"):
        x, y, w, h = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        assert left <= x
        assert top <= y
        assert x + w <= left + width
        assert y + h <= top + height
        boxes.append((x, y, x + w, y + h))
    for one, other in itertools.combinations(boxes, 2):  # no box lies on another
        assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]


def test_the_narrow_map_can_be_read_on_a_telephone():
    """Without the book's style sheet the wide one is seen; 306 px are left for the narrow one on a page of 360."""
    assert [style(drawing("loss", shape).attrib)["display"] for shape in ("map-wide", "map-narrow")] == [
        "block",
        "none",
    ]
    svg = drawing("loss", "map-narrow")
    width = float(svg.get("viewBox").split()[2])
    sizes = [float(re.search(r"font-size:([\d.]+)px", text.get("style"))[1]) for text in svg.iter("text")]
    assert min(sizes) * 306 / width > 10.5


def test_a_piece_that_the_map_does_not_have():
    with pytest.raises(ValueError, match=r"no piece 'tokeniser'; its pieces are tokenizer, model"):
        plots.where_we_are("tokeniser")


# --- figures -------------------------------------------------------------------------------------------------------


def test_figures_are_opaque_light_and_colour_blind_safe():
    with mpl.rc_context():
        plots.use_course_style()
        for ground in "figure.facecolor", "savefig.facecolor", "axes.facecolor":
            assert contrast(mpl.rcParams[ground], mpl.rcParams["text.color"]) > 7
        colours = [entry["color"] for entry in mpl.rcParams["axes.prop_cycle"]]
    # the eight of https://jfly.uni-koeln.de/color/, given there as red, green and blue
    okabe_ito = {
        (0, 0, 0),
        (230, 159, 0),
        (86, 180, 233),
        (0, 158, 115),
        (240, 228, 66),
        (0, 114, 178),
        (213, 94, 0),
        (204, 121, 167),
    }
    assert {tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in colours} == okabe_ito


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


NOTEBOOK = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import numpy as np
from matplotlib import pyplot as plt
from gptutils.notebook import plots
from gptutils.tokenizer import gpt2_tokenizer
plots.use_course_style()
figure, (left, middle, right) = plt.subplots(1, 3)
for i in range(len(plots.PALETTE)):
    left.plot([0, 1], [0, i], label=str(i))
left.set_title("title")
left.legend()
left.text(0.5, 1, "on a cell", color="white")
middle.imshow(np.arange(6).reshape(2, 3))
right.scatter(np.arange(5000), np.arange(5000) ** 2)
formatters = shell.display_formatter.formatters
assert formatters["image/png"](figure) is None
print(formatters["image/svg+xml"](figure))
"""


@pytest.fixture(scope="module")
def figure():
    return python(NOTEBOOK)


def test_a_figure_of_a_notebook_is_the_same_picture_in_every_run(figure):
    assert python(NOTEBOOK) == figure
    assert not re.search(r"20\d\d-\d\d|<metadata|<!--|<text|Created", figure)


def test_a_figure_follows_the_page(figure):
    """Every colour of the course is a variable with itself as fallback; a colour that is not of the course stays."""
    uses = set(re.findall(r"(?:fill|stroke): var\(--(course-[a-z-]+),(#[0-9a-f]{6})\)", figure))
    assert {variable for variable, _ in uses} <= COURSE_COLOURS
    light = {colour for _, colour in uses}
    assert {plots.PAPER, plots.INK, plots.SOFT_INK, plots.RULE, *(c.lower() for c in plots.PALETTE)} <= light
    assert set(re.findall(r"#[0-9a-f]{6}", re.sub(r"var\([^)]*\)|data:[^\"]*", "", figure))) == {"#ffffff"}
    sheet = (Path(__file__).parents[1] / "book/_static/course.css").read_text("utf-8")
    for variable, colour in uses:  # a notebook and the light book show the same
        assert re.search(rf"--{variable}: (#[0-9a-f]+);", sheet)[1] in (colour, plots.INK), variable


def test_a_figure_stays_small_and_sharp(figure):
    """Dense points are pixels, a heat map its own few; no style reaches beyond the picture, no id goes unused."""
    root = ElementTree.fromstring(figure)
    sizes = sorted(float(image.get("width")) for image in root.iter(f"{SVG}image"))
    assert sizes[0] == 3
    assert sizes[1] > 100
    assert len(figure) < 100_000
    assert root.find(f".//{SVG}style") is None
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert all(f"#{name}" in figure for name in ids)
    assert "xlink" not in figure


def test_colours_of_figures_can_be_seen_on_both_grounds():
    """3 to 1 for what must be seen (WCAG 1.4.11): all on the dark ground, the first four, for lines, on the light
    one."""
    sheet = (Path(__file__).parents[1] / "book/_static/course.css").read_text("utf-8")
    light, dark = (dict(re.findall(r"--(course-[a-z0-9-]+): (#[0-9a-f]{6});", part)) for part in sheet.split("dark", 1))
    names = ["blue", "vermillion", "green", "purple", "orange", "sky", "yellow", "ink"]
    assert [light[f"course-{name}"] for name in names[:-1]] == [colour.lower() for colour in plots.PALETTE[:-1]]
    for name in names[:4]:
        assert contrast(light[f"course-{name}"], light["course-paper"]) > 2.95, name
    for name in names:
        assert contrast(dark[f"course-{name}"], dark["course-paper"]) > 5, name
        assert contrast(dark[f"course-{name}"], dark["course-rule"]) > 2, name


def test_scripts_need_no_ipython():
    script = (
        "import sys; from gptutils.notebook import plots; plots.use_course_style(); print('IPython' in sys.modules)"
    )
    assert python(script) == "False"


def test_importing_plots_imports_nothing_heavy():
    code = "import sys, gptutils.notebook.plots; print({'torch', 'matplotlib', 'numpy'} & set(sys.modules))"
    assert python(code) == "set()"


# --- drawings ------------------------------------------------------------------------------------------------------

SVG = "{http://www.w3.org/2000/svg}"
DRAWINGS = sorted(path.stem for path in Path(plots.__file__).parent.glob("drawings/*.svg"))
COURSE_COLOURS = set(
    re.findall(r"--(course-[a-z0-9-]+):", (Path(__file__).parents[1] / "book/_static/course.css").read_text("utf-8"))
)
every_drawing = pytest.mark.parametrize("name", DRAWINGS)


@every_drawing
def test_a_drawing_says_what_it_shows_before_all_else(name):
    svg = ElementTree.fromstring(plots.drawing(name)._repr_svg_())
    title, description = svg[0], svg[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert repr(plots.drawing(name)) == title.text
    assert len(description.text.split()) > 10
    assert svg.get("role") == "img"
    assert [svg.get("width"), svg.get("height")] == svg.get("viewBox").split()[2:]


@every_drawing
def test_a_drawing_takes_the_colours_of_the_page(name):
    """And has light ones where the page has none; it loads nothing and runs nothing."""
    svg = plots.drawing(name)._repr_svg_()
    uses = re.findall(r"var\(--([a-z0-9-]+)(,#[0-9a-f]{6})?\)", svg)
    assert {variable for variable, _ in uses} <= COURSE_COLOURS
    assert all(light for _, light in uses)
    fixed = re.sub(r"var\([^)]*\)", "", svg)
    assert re.findall(r"#[0-9a-f]{3,8}\b(?!-)|\brgba?\(", re.sub(r"url\(#[^)]*\)", "", fixed)) == []
    assert set(re.findall(r"(?:fill|stroke)[:=]\"?([a-z-]+)", fixed)) <= {"none"}
    assert not re.search(r"<script|<foreignObject|<image|href|@import|\son\w+=", svg)


@every_drawing
def test_a_drawing_can_be_read_on_a_telephone(name):
    """306 px are left for it on a page of 360: text of the declared size is then about 11 px tall."""
    svg = plots.drawing(name)._repr_svg_()
    root = ElementTree.fromstring(svg)
    width, height = (float(number) for number in root.get("viewBox").split()[2:])
    sizes = [float(size) for size in re.findall(r"font-size[:=]\"?([\d.]+)", svg)]
    assert min(sizes) >= width / 28
    for text in root.iter(f"{SVG}text"):
        if not any("transform" in part.attrib for part in root.iter()):
            assert 0 <= float(text.get("x", 0)) <= width
            assert 0 <= float(text.get("y", 0)) <= height


@every_drawing
def test_ids_of_a_drawing_are_its_own(name):
    svg = ElementTree.fromstring(plots.drawing(name)._repr_svg_())
    ids = [element.get("id") for element in svg.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    assert all(found.startswith(f"{name}-") for found in ids)


def test_a_drawing_that_does_not_exist():
    with pytest.raises(ValueError, match=r"no drawing 'blok'; there are: .*\bblock\b"):
        plots.drawing("blok")


def words_drawn(name):
    """All text of a drawing, in reading order of its file; a space is drawn as ␣."""
    svg = ElementTree.fromstring(plots.drawing(name)._repr_svg_())
    return "|".join(text.text for text in svg.iter(f"{SVG}text")).replace("␣", " ")


def test_drawings_of_the_tokenizer_say_what_tiktoken_and_utf8_say():
    gpt2, sentence = gpt2_tokenizer(), "Not all heroes wear capes."
    way = words_drawn("tokenizer-way")
    pieces = ["Not", " all", " heroes", " wear", " capes", "."]
    assert [id for piece in pieces for id in gpt2.encode(piece)] == gpt2.encode(sentence)
    for row in (
        [sentence],
        pieces,
        list(" capes"),
        [gpt2.decode([id]) for id in gpt2.encode(" capes")],
        map(str, gpt2.encode(sentence)),
    ):
        assert "|".join(row) in way

    drawn = words_drawn("tokenizer-bytes").split("|")
    assert [int(word) for word in drawn if word.isdigit()] == list("h中😀".encode())
    assert [word for word in drawn if word.startswith("U+")] == [f"U+{ord(character):04X}" for character in "h中😀"]

    end = gpt2.eot_token
    assert words_drawn("tokenizer-ids").split("|")[-5:-2] == [f"256 to {end - 1}", "end", str(end)]

    table = words_drawn("tokenizer-pieces")
    for piece, count in Counter(["The", " dog", ".", " The", " dog", "!"]).items():
        assert "|".join(["", piece, *piece, str(count), ""]) in f"{table}|"


def test_the_graph_of_lesson_4_is_torchs():
    """Every value and every derivative of the drawing, as torch computes them."""
    import torch

    scores = torch.tensor([2.0, 1.0, 0.0], requires_grad=True)
    probabilities = scores.softmax(dim=-1)
    right = probabilities[0]
    loss = -right.log()
    for tensor in (probabilities, right, loss):
        tensor.retain_grad()
    loss.backward()

    def shown(tensor):
        return ", ".join(f"{value:.3f}".replace("-", "−") for value in tensor.detach().reshape(-1).tolist())

    drawn = words_drawn("torch-graph").split("|")
    values = {"probabilities": probabilities, "the right one": right, "loss": loss}
    assert {name: drawn[drawn.index(name) + 1] for name in values} == {n: shown(t) for n, t in values.items()}
    assert drawn[drawn.index("scores") + 1] == "2, 1, 0"
    derivatives = [drawn[i + 1] for i, words in enumerate(drawn) if words == "of the loss"]
    of_right = shown(right.grad)
    assert derivatives == [shown(scores.grad), f"{of_right}, 0, 0", of_right, "1"]
    assert probabilities.grad.tolist() == [right.grad.item(), 0.0, 0.0]
    assert loss.grad.item() == 1.0


def test_the_tree_of_lesson_4_is_the_model():
    """Names, order and shapes of all weights of the drawing are those of the package's model."""
    from gptutils.config import GPTConfig
    from gptutils.model import GPT

    sizes = {"vocab_size": 50, "context_length": 7, "emb_dim": 6}
    model = GPT(GPTConfig(**sizes, n_heads=3, n_layers=1))
    expected = [
        (name.split(".")[-2], list(parameter.shape))
        for name, parameter in model.named_parameters()
        if name.endswith("weight")
    ]
    numbers = {"vocab": 50, "context": 7, "emb": 6, "3·emb": 18, "4·emb": 24}
    drawn = words_drawn("torch-modules").split("|")
    found = [
        (name, [numbers[size] for size in shape.strip("[]").split(", ")])
        for name, shape in itertools.pairwise(drawn)
        if shape.startswith("[")
    ]
    assert found == expected
