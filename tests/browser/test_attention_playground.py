"""The attention playground in a browser: what it shows is the data it was given, with and without the mask; it works by
keyboard, in dark mode, on a telephone, and without any request."""

from __future__ import annotations

import json
import re

import pytest
import torch
from axe_playwright_python.base import AXE_SCRIPT

from gptutils.notebook.playground import playground

N_LAYERS, N_HEADS, EMB_DIM = 2, 4, 32
SENTENCES = [
    ["The", " cat", " sat", " on", " the", " mat", "."],
    ["poise", "is", "the", "knack", "of", "raising", "the", "eyebrow", "not", "the", "roof"],
    ["<b>one</b>"],
    [" a", "\n", "", "\t", "\u200b", "猫", "<|endoftext|>", " incomprehensibilities", *(f" {i}" for i in range(20))],
]
HOST = """<!DOCTYPE html><html lang="en" data-theme="light"><head><title>A lesson</title><style>
    html {{ color: #20262b }} html[data-theme=dark] {{ color: #dfe5e8 }}
</style></head><body>{frame}</body></html>"""


def attention(tokens: list[str]) -> dict:
    """Weights of a random two-layer attention network over a sentence, softmax(q k^T / sqrt(d)) with the mask and
    without."""
    generator = torch.Generator().manual_seed(len(tokens))
    shown = {"tokens": list(tokens)}
    embedded = torch.randn(len(tokens), EMB_DIM, generator=generator)
    projections = torch.randn(N_LAYERS, 3, EMB_DIM, EMB_DIM, generator=generator) / EMB_DIM**0.5
    for kind in ("causal", "unmasked"):
        x, layers = embedded, []
        for projection in projections:
            q, k, v = (
                (x @ weight).view(len(tokens), N_HEADS, -1).transpose(0, 1) for weight in projection
            )  # [n_heads, n, head_dim]
            scores = 2 * q @ k.transpose(1, 2) / q.shape[-1] ** 0.5
            if kind == "causal":
                scores = scores.masked_fill(torch.ones(scores.shape[1:]).triu(1).bool(), -torch.inf)
            weights = torch.softmax(scores, dim=-1)
            layers.append([[[round(w, 4) for w in row] for row in head] for head in weights.tolist()])
            x = x + (weights @ v).transpose(0, 1).reshape(len(tokens), EMB_DIM)
        shown[kind] = layers
    return shown


@pytest.fixture(scope="module")
def sentences():
    return [attention(tokens) for tokens in SENTENCES]


@pytest.fixture(scope="module")
def markup(sentences):
    return playground("attention", sentences=sentences)._repr_html_()


@pytest.fixture
def frame(page, markup):
    """The playground inside a page, and no request made for it."""
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(HOST.format(frame=markup))
    yield page.frames[1]
    assert requests == []


READ = """() => {
    const number = text => text === '' ? null : Number(text);
    const hatched = node => node.classList.contains('hatched');
    const rows = [...document.querySelectorAll('#grid tbody tr')];
    const options = [...document.querySelectorAll('#tokens [role=option]')];
    return {
        cells: rows.map(row => [...row.querySelectorAll('.weight')].map(cell => number(cell.textContent))),
        colours: rows.map(row =>
            [...row.querySelectorAll('.weight')].map(cell => getComputedStyle(cell).backgroundColor)),
        hatched: rows.map(row => [...row.querySelectorAll('.weight')].map(hatched)),
        sums: rows.map(row => Number(row.querySelector('.sum').textContent)),
        values: options.map(option => number(option.querySelector('.value').textContent)),
        bars: options.map(option => parseFloat(option.querySelector('.bar').style.height) / 100),
        spaces: options.map(option => hatched(option.querySelector('.space'))),
        said: options.map(option => option.getAttribute('aria-label')),
        queries: options.map(option => option.getAttribute('aria-selected')),
        rows: rows.map(row => row.classList.contains('query')),
        shares: [...document.querySelectorAll('#sums b')].map(b => Number(b.textContent)),
        bar: ['earlier', 'itself', 'later'].map(part =>
            parseFloat(document.querySelector(`.shares .${part}`).style.width) / 100),
        where: [...document.querySelectorAll('.where')].map(node => node.textContent),
        told: document.getElementById('told').textContent,
        more: document.getElementById('told-more').textContent,
    };
}"""


def near(shown, weights, error=0.00501) -> bool:
    return len(shown) == len(weights) and all(abs(a - b) <= error for a, b in zip(shown, weights, strict=True))


def check(frame, sentence: dict, layer: int, head: int, query: int, masked: bool) -> None:
    """Everything on the page is what the data says for this head and this query."""
    rows = sentence["causal" if masked else "unmasked"][layer][head]
    n = len(rows)
    shown = frame.evaluate(READ)
    assert set(shown["where"]) == {f"layer {layer + 1}, head {head + 1}"}
    for q, row in enumerate(rows):
        end = q + 1 if masked else n
        assert near(shown["cells"][q][:end], row[:end])
        assert shown["cells"][q][end:] == [None] * (n - end)
        assert shown["hatched"][q] == [masked and k > q for k in range(n)]
    assert near(shown["sums"], [1] * n)

    end = query + 1 if masked else n
    assert shown["queries"] == [str(i == query).lower() for i in range(n)]
    assert shown["rows"] == [i == query for i in range(n)]
    assert near(shown["values"][:end], rows[query][:end])
    assert near(shown["bars"], rows[query], 1e-5)
    assert shown["spaces"] == [i >= end for i in range(n)]
    assert shown["values"][end:] == [None] * (n - end)
    assert ["hidden by the mask" in text for text in shown["said"]] == shown["spaces"]
    for text, value in zip(shown["said"][:end], shown["values"], strict=False):
        assert f"weight {value:.2f}" in text
    shares = [sum(rows[query][:query]), rows[query][query], sum(rows[query][query + 1 :])]
    assert near(shown["shares"], [*shares, sum(shares)])
    assert near(shown["bar"], shares, 0.003)
    most = max(rows[query])
    assert float(re.search(r"\((\d\.\d\d)\)", shown["told"])[1]) == pytest.approx(most, abs=0.00501)
    if not masked and query < n - 1:
        assert f"{shown['shares'][2]:.2f} of its weight goes into the future" in shown["more"]


def choose_sentence(frame, index: int) -> None:
    frame.click(f".sentence >> nth={index}")


def choose_head(frame, layer: int, head: int) -> None:
    frame.click(f"button[aria-label='layer {layer + 1}, head {head + 1}']")


def test_the_tests_own_weights_are_attention(sentences):
    """The two kinds differ as they must: in the first layer a masked row is the unmasked one, cut and scaled to 1."""
    for sentence in sentences:
        causal, unmasked = (torch.tensor(sentence[kind]) for kind in ("causal", "unmasked"))
        assert causal.shape == (N_LAYERS, N_HEADS, len(sentence["tokens"]), len(sentence["tokens"]))
        cut = unmasked[0].tril()
        torch.testing.assert_close(causal[0], cut / cut.sum(-1, keepdim=True), atol=0.01, rtol=0.01)
    assert not torch.equal(causal[1, :, -1], unmasked[1, :, -1])


def test_every_number_shown_is_the_datas(frame, sentences):
    for index, sentence in enumerate(sentences):
        choose_sentence(frame, index)
        n = len(sentence["tokens"])
        for layer in range(N_LAYERS):
            for head in range(N_HEADS):
                choose_head(frame, layer, head)
                for masked in (True, False):
                    frame.set_checked("#mask", masked)
                    for query in {0, n // 2, n - 1}:
                        frame.click(f"#token-{query}")
                        check(frame, sentence, layer, head, query, masked)
        frame.check("#mask")


def test_pointing_shows_a_row_until_the_mouse_leaves(frame, page, sentences):
    frame.click("#token-2")
    frame.hover("#token-5")
    check(frame, sentences[0], 0, 0, 5, True)
    frame.hover("h2 >> nth=0")
    check(frame, sentences[0], 0, 0, 2, True)

    frame.uncheck("#mask")
    frame.hover("#grid tbody tr:nth-child(2) td >> nth=4")
    weight = sentences[0]["unmasked"][0][0][1][4]
    assert re.fullmatch(r"“cat” looks (most )?at “the” (with weight |\()\d\.\d\d\)?\.", frame.inner_text("#told"))
    assert float(re.search(r"\d\.\d\d", frame.inner_text("#told"))[0]) == pytest.approx(weight, abs=0.00501)
    frame.click("#grid tbody tr:nth-child(2) td >> nth=4")
    frame.hover("h2 >> nth=0")
    assert frame.evaluate(READ)["rows"].index(True) == 1  # a click chooses
    assert frame.locator("#grid td.key").count() == 1


def test_the_sentence_in_plain_words(frame, sentences):
    words = [token.strip() for token in SENTENCES[0]]
    for masked in (True, False):
        frame.set_checked("#mask", masked)
        for query, row in enumerate(sentences[0]["causal" if masked else "unmasked"][0][0]):
            frame.click(f"#token-{query}")
            most = row.index(max(row))
            name = "itself" if most == query else f"“{words[most]}”"
            expected = f"“{words[query]}” looks most at {name} ("
            if masked and query == 0:
                expected = "“The” comes first and sees only itself (1.00)."
            assert frame.inner_text("#told").startswith(expected)
    assert "last token" in frame.inner_text("#told-more")
    frame.check("#mask")
    frame.click("#token-2")
    assert frame.inner_text("#told-more").startswith("The mask hides the 4 tokens after it")
    frame.click("#grid tbody tr:nth-child(3) td >> nth=5")
    assert frame.inner_text("#told") == "“sat” cannot see “mat”: it comes later."
    choose_sentence(frame, 1)  # "the" stands there three times
    for query in range(2, len(SENTENCES[1])):
        frame.click(f"#token-{query}")
        assert ("“the”" in frame.inner_text("#told")) == ("“the” at position" in frame.inner_text("#told"))


def test_darker_means_more_and_numbers_stand_out_from_every_colour(frame, page):
    luminance = """colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number)
        .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)"""
    for mode in ("light", "dark"):
        page.evaluate("mode => { document.documentElement.dataset.theme = mode; }", mode)
        frame.wait_for_function("mode => document.documentElement.dataset.theme === mode", arg=mode)
        shades = frame.evaluate(
            f"""() => Array.from({{ length: 1001 }}, (_, i) => {{
                const node = document.createElement('p');
                tint(node, i / 1000);
                document.body.append(node);
                const style = getComputedStyle(node);
                const pair = [style.backgroundColor, style.color].map({luminance});
                node.remove();
                return pair;
            }})"""
        )
        grounds = [ground for ground, _ in shades]
        assert grounds == sorted(grounds, reverse=mode == "light")
        assert abs(grounds[0] - grounds[-1]) > 0.7
        assert min((max(pair) + 0.05) / (min(pair) + 0.05) for pair in shades) >= 4.5


def test_the_thumbnails_are_the_heads(frame, sentences):
    read = """node => {
        const [canvas, n] = [node.querySelector('canvas'), node.querySelector('canvas').width];
        const pixels = canvas.getContext('2d').getImageData(0, 0, n, n).data;
        return Array.from({ length: n * n }, (_, i) =>
            pixels[4 * i + 3] ? `rgb(${[...pixels.slice(4 * i, 4 * i + 3)].join(', ')})` : null);
    }"""
    choose_sentence(frame, 1)
    assert frame.locator(".head").count() == N_LAYERS * N_HEADS
    pictures = set()
    for masked in (True, False):
        frame.set_checked("#mask", masked)
        for layer in range(N_LAYERS):
            for head in range(N_HEADS):
                picture = frame.eval_on_selector(f"[aria-label='layer {layer + 1}, head {head + 1}']", read)
                choose_head(frame, layer, head)
                shown = frame.evaluate(READ)
                hidden = [h for row in shown["hatched"] for h in row]
                colours = [c for row in shown["colours"] for c in row]
                assert picture == [None if h else c for h, c in zip(hidden, colours, strict=True)]
                pictures.add(tuple(picture))
    assert len(pictures) == 2 * N_LAYERS * N_HEADS


def test_the_keyboard_is_enough(frame, page, sentences):
    seen = []

    def tab_to(selector):
        for _ in range(20):
            page.keyboard.press("Tab")
            seen.append(frame.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
            if frame.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} was not reached by Tab")

    tab_to(".sentence:nth-child(2)")
    page.keyboard.press("Enter")
    assert frame.get_attribute(".sentence >> nth=1", "aria-pressed") == "true"
    tab_to("#mask")
    page.keyboard.press("Space")
    tab_to("#tokens")
    page.keyboard.press("Home")
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    check(frame, sentences[1], 0, 0, 2, False)
    assert frame.get_attribute("#tokens", "aria-activedescendant") == "token-2"
    tab_to(".head")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    check(frame, sentences[1], 1, 1, 2, False)
    assert frame.evaluate("document.activeElement.ariaLabel") == "layer 2, head 2"
    tab_to("#grid")
    page.keyboard.press("ArrowDown")
    check(frame, sentences[1], 1, 1, 3, False)
    page.keyboard.press("ArrowRight")
    weight = float(re.search(r"\d\.\d\d", frame.inner_text("#told"))[0])
    assert weight == pytest.approx(sentences[1]["unmasked"][1][1][3][4], abs=0.00501)
    for _ in range(40):
        page.keyboard.press("ArrowUp")  # at the end nothing happens
    assert frame.evaluate(READ)["rows"][0]
    assert set(seen) <= {"solid", "auto"}  # each of them showed the focus


def test_a_long_heat_map_scrolls_to_the_chosen_cell(frame, page):
    page.set_viewport_size({"width": 390, "height": 800})
    choose_sentence(frame, 3)
    frame.focus("#grid")
    inside = """() => {
        const [cell, box, name] =
            ['td.key', '#grid', 'tr.query th'].map(s => document.querySelector(s).getBoundingClientRect());
        return cell.left >= name.right - 1 && cell.right <= box.right + 1;
    }"""
    start = page.evaluate("scrollY")
    for key in ("ArrowRight", "ArrowLeft"):
        for _ in range(28):
            page.keyboard.press(key)
            assert frame.evaluate(inside)
        assert (frame.evaluate("document.getElementById('grid').scrollLeft") > 50) == (key == "ArrowRight")
    assert page.evaluate("scrollY") == start


def test_what_is_seen_is_announced_once_the_choice_rests(frame):
    assert frame.get_attribute("#announcement", "aria-live") == "polite"
    assert frame.text_content("#announcement") == ""
    frame.click("#token-0")
    says = "t => document.getElementById('announcement').textContent.startsWith(t)"
    first = "“The” comes first and sees only itself (1.00). The mask hides the 6 tokens after it"
    frame.wait_for_function(says, arg=f"Layer 1, head 1, mask on. {first}")
    choose_head(frame, 1, 2)
    frame.wait_for_function(says, arg=f"Layer 2, head 3, mask on. {first}")
    frame.uncheck("#mask")
    frame.wait_for_function(says, arg="Layer 2, head 3, mask off. “The” looks most at")
    choose_sentence(frame, 2)
    frame.wait_for_function(
        says, arg="Layer 2, head 3, mask off. “<b>one</b>” looks most at itself (1.00). It is the last"
    )


def test_the_frame_follows_the_mode_of_the_page_around_it(frame, page, sentences):
    light = frame.evaluate(READ)["colours"]
    assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 253, 250)"
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 25, 28)"
    dark = frame.evaluate(READ)["colours"]
    assert all(a != b for a, b in zip(light[-1], dark[-1], strict=True))
    check(frame, sentences[0], 0, 0, 4, True)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_frame_is_as_high_as_its_content_and_never_wider_than_the_page(frame, page, sentences, width):
    page.set_viewport_size({"width": width, "height": 800})
    for index, sentence in enumerate(sentences):
        choose_sentence(frame, index)
        frame.wait_for_function("document.documentElement.scrollHeight === innerHeight")
        sizes = frame.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert sizes[0] == sizes[1] <= width
        wide = """[...document.querySelectorAll('html, #grid, .card, #tokens, .head')]
            .filter(box => box.scrollWidth > box.clientWidth).map(box => box.id)"""
        n = len(sentence["tokens"])
        cell = frame.locator("#grid .weight").first.bounding_box()
        assert cell["width"] >= 24  # a finger hits it (WCAG 2.5.8)
        assert frame.evaluate(wide) in ([], ["grid"])  # many tokens scroll inside
        assert frame.evaluate("document.querySelector('#grid').scrollWidth") < max(width, 25 * n + 200)
        assert cell["width"] == pytest.approx(cell["height"], abs=1)
        spill = """[...document.querySelectorAll('#grid .weight')].filter(cell => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            return range.getBoundingClientRect().width > cell.offsetWidth + 0.5;
        }).length"""
        assert frame.evaluate(spill) == 0
        legible = float(frame.eval_on_selector("#grid .weight b", "b => parseFloat(getComputedStyle(b).fontSize)"))
        assert legible >= 10.5
    stacked = frame.evaluate(
        "document.querySelector('.map').offsetTop > document.getElementById('heads-card').offsetTop"
    )
    assert stacked == (width < 700)


def test_a_finger_chooses_by_touching(guarded_context, markup, sentences):
    context = guarded_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    page.set_content(HOST.format(frame=markup))
    frame = page.frames[1]
    frame.tap("#token-3")
    check(frame, sentences[0], 0, 0, 3, True)
    frame.tap(".switch")
    frame.tap("#grid tbody tr:nth-child(2) td >> nth=5")
    assert "“cat” looks" in frame.inner_text("#told")
    assert frame.evaluate(READ)["rows"].index(True) == 1
    assert (context.guard.left, context.guard.errors) == ([], [])
    context.close()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_no_fault(guarded_context, sentences, mode):
    context = guarded_context(color_scheme=mode)
    page = context.new_page()
    page.set_content(playground("attention", sentences=sentences).page)
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate("document.documentElement.dataset.theme") == mode
    faults = []
    for index in range(len(sentences)):
        page.click(f".sentence >> nth={index}")
        for masked in (True, False):
            page.set_checked("#mask", masked)
            for fault in page.evaluate(
                "axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations)"
            ):
                faults.append((index, masked, fault["id"], fault["impact"], fault["nodes"][0]["html"][:120]))
    assert faults == []
    context.close()


def spoiled(change) -> list[dict]:
    """Two sentences, the second with a fault."""
    sentences = [attention(SENTENCES[0]), attention(SENTENCES[1])]
    change(sentences[1])
    return sentences


BAD = {
    '"tokens"] must be a list of at least one string': lambda s: s.update(tokens=[]),
    'sentences[1]["tokens"] must be': lambda s: s["tokens"].__setitem__(0, 7),
    'sentences[1]["causal"] must be a list of layers': lambda s: s.pop("causal"),
    'sentences[1]["unmasked"] must be a list of layers': lambda s: s["unmasked"][0].pop(),
    'sentences[1]["causal"][1][2] must have 11 rows of 11 weights': lambda s: s["causal"][1][2][3].pop(),
    'sentences[1]["unmasked"][0][0][0] must hold numbers from 0 to 1': lambda s: s["unmasked"][0][0][0].__setitem__(
        0, None
    ),
    'sentences[1]["unmasked"][0][0][4] must sum to 1': lambda s: s["unmasked"][0][0].__setitem__(4, [0.2] * 11),
    'sentences[1]["causal"][0][0][0] gives weight to a later token': lambda s: s.update(causal=s["unmasked"]),
    '"causal" has 2 × 4 layers and heads, "unmasked" has 1 × 4': lambda s: s["unmasked"].pop(),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_data_is_named_and_nothing_else_is_shown(page, message):
    page.set_content(playground("attention", sentences=spoiled(BAD[message])).page)
    assert message in page.inner_text("[role=alert]")
    assert page.locator("main > *:visible").count() == 1


@pytest.mark.parametrize("data", [{}, {"sentences": []}, {"sentences": None}, {"sentences": "text"}], ids=json.dumps)
def test_missing_data_is_named(page, data):
    page.set_content(playground("attention", **data).page)
    assert "no attention weights yet" in page.inner_text("[role=alert]")
    assert page.locator("main > *:visible").count() == 1


def test_the_lesson_in_the_book_has_it(page, book_url):
    page.goto(book_url + "chapters/04_torch_gpt.html")
    place = page.locator("iframe.playground")
    place.scroll_into_view_if_needed()  # it is loaded when it comes near
    frame = place.element_handle().content_frame()
    frame.wait_for_selector("#grid .weight")
    sentences = frame.evaluate("JSON.parse(document.getElementById('data').textContent).sentences")
    for index, sentence in enumerate(sentences):
        choose_sentence(frame, index)
        choose_head(frame, 1, 2)
        for masked in (True, False):
            frame.set_checked("#mask", masked)
            frame.click("#token-5")
            check(frame, sentence, 1, 2, 5, masked)
    frame.wait_for_function("document.documentElement.scrollHeight === innerHeight")
