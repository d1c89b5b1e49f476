"""The tokenizer playground in a browser: its ids and merges equal Python's and tiktoken's; it works by keyboard, in
dark mode, on a telephone, and without any request."""

from __future__ import annotations

import pydoc_data.topics
import random
import unicodedata
from functools import cache
from itertools import pairwise

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from gptutils.notebook.playground import playground
from gptutils.tokenizer import END_OF_TEXT, BPETokenizer, gpt2_tokenizer, pretokenize

# A page around the frame, whose text colour tells its mode as the book's, JupyterLab's and Colab's does.
HOST = """<!DOCTYPE html><html lang="en" data-theme="light"><head><title>A lesson</title><style>
    html {{ color: #20262b }} html[data-theme=dark] {{ color: #dfe5e8 }}
    [data-jp-theme-light=false] {{ color: #fff }} html[theme=dark] {{ color: #d5d5d5 }}
</style></head><body>{frame}<p id="below">after the frame</p></body></html>"""

HANDPICKED = [
    "",
    " ",
    "Not all heroes wear capes.",
    "zjqfl",
    "aaabdaaabac aaaaaaaaaaaaaaa aaaa",
    "I'm sure they'll say it's DON'T, we've, you'd, 's't're've'm'll'd ’s 'S x'sx '",
    "  two  spaces   three    end  ",
    "\ttabs\t\there\n\n\nlines \n \n  mixed\r\n\r\nCR LF\rCR alone\n",
    "\x00\x00a\x00 \x01\x02\x1b[31m\x7f",
    "\x1c\x1d\x1e\x1f a\x1cb \x85next\x85 line \u180e\u180e mongol \ufeffBOM\ufeff \u200b\u2060",
    "\u2028\u2029\u3000wide\u3000\u00a0no break \u1680\u2007\u202f\u205f",
    "3.14159 1000 2025 123456789 ٣٤٥ १२३ ½ Ⅷ ① ²",
    "def area(r):\n    # a circle\n    return 3.14159 * r ** 2\n\n\nprint(f'{area(2):.3f}')  # -> 12.566\n",
    "今天天气很好，我们去公园散步吧。 “你好”",
    "日本語のテキスト 한국어 텍스트 ภาษาไทย ᠮᠣᠩᠭᠣᠯ",
    "مرحبا بالعالم ١٢٣ שלום עולם",
    "नमस्ते दुनिया क्षत्रिय",
    "😀 👍🏽 👩‍🚀 👨‍👩‍👧‍👦 🇨🇭 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "e\u0301 é n\u0303 ñ \u0301alone Z̸a̶l̷g̵o̴ \u0915\u094d\u0937",
    "\ufffd \uffff \ufdd0 \ue000 \U000f0000 \U0010ffff",
    "<script>alert('x')</script> &amp; &lt; \"quoted\" \\x41 \\u0041 %s {} ${a}",
    "https://example.org/a?b=c&d=e#f foo@bar.baz C:\\dir\\file_name.txt",
    "ThisIsCamelCase this_is_snake SHOUTING iPhone McDonald's œuvre straße ﬁ ǅ",
    "x" * 300 + " " * 300 + "!" * 300 + "ab" * 300,
    "The end.<|endoftext|>Once upon a time<|endoftext|><|endoftext|> <|endoftext|",
]

ALPHABETS = [
    [chr(c) for c in range(0x20, 0x7F)],
    [*"abcdefghijklmnopqrstuvwxyz", " the", " of", "ing", "tion", " un", "er"],
    ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "’s", "'"],
    [
        " ",
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\v",
        "\f",
        "\x1c",
        "\x1f",
        "\x85",
        "\xa0",
        "\u1680",
        "\u180e",
        "\u2003",
        "\u2028",
        "\u200b",
        "\u3000",
    ],
    list("0123456789٣४½Ⅷ²"),
    ["😀", "👍🏽", "👩‍🚀", "🇨🇭", "❤️", "\u200d", "\ufe0f", "🏽", "\ufeff"],
    [chr(c) for c in range(0x4E00, 0x9FF0)],
    [chr(c) for c in range(0x600, 0x700)],
    [chr(c) for c in range(0x900, 0x980)],
    [chr(c) for c in range(0x300, 0x370)],
    [chr(c) for c in (*range(0x20), *range(0x7F, 0xA0))],
    [chr(c) for c in range(0x110000)],
]
"""Code points that Python's Unicode tables lack are left out below: what is a letter is decided by tables of a Unicode
version, and the browser's is newer than tiktoken's. With Chromium 156 and tiktoken 0.14 they differ in 4,657 code
points, none of which was assigned in Unicode 14, Python 3.11's version; every older character is the same to all."""


def is_assigned(text: str) -> bool:
    return not any(unicodedata.category(c) in ("Cn", "Cs") for c in text)


def random_texts(n: int) -> list[str]:
    """Mixtures of a few alphabets each, always the same."""
    rng = random.Random(20)
    alphabets = [[piece for piece in alphabet if is_assigned(piece)] for alphabet in ALPHABETS]
    texts = []
    for _ in range(n):
        few = rng.sample(alphabets, rng.randint(1, 4))
        texts.append("".join(rng.choice(rng.choice(few)) for _ in range(rng.randint(1, 40))))
    return texts


def newlines(text: str) -> str:
    """What a text field makes of a text: HTML has it turn every line ending into one newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.fixture(scope="module")
def tokenizers():
    text = pydoc_data.topics.topics["typesseq"] + "今天天气很好，今天很好。 naïve café 😀😁😀😁 aaabdaaabac" * 20
    return {"lesson": BPETokenizer.train(text, vocab_size=700), "gpt2": BPETokenizer.from_gpt2()}


@pytest.fixture(scope="module")
def markup(tokenizers):
    return playground("tokenizer", **tokenizers)._repr_html_()


@pytest.fixture
def frame(page, markup):
    """The playground inside a page, and no request made for it."""
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(HOST.format(frame=markup))
    yield page.frames[1]
    assert requests == []


def expected_ids(tokenizers, text: str, special: bool = False) -> dict[str, list[int]]:
    """Ids by the Python of the lesson and, for GPT-2, by tiktoken."""
    lesson, gpt2 = tokenizers["lesson"], gpt2_tokenizer()
    if special:
        return {"lesson": lesson.encode(text, allowed_special="all"), "gpt2": gpt2.encode(text, allowed_special="all")}
    return {"lesson": lesson.encode_ordinary(text), "gpt2": gpt2.encode_ordinary(text)}


def type_text(frame, text: str) -> None:
    """Put a text into the field as one paste would, and let the page react (its timer comes first, then this one).

    Not Playwright's ``fill``: Chromium's editing then moves a combining mark that follows a newline.
    """
    frame.evaluate(
        """text => {
            const field = document.getElementById('text');
            field.value = text;
            field.dispatchEvent(new Event('input'));
            return new Promise(done => setTimeout(done, 5));
        }""",
        text,
    )


def shown_ids(frame) -> dict[str, list[int]]:
    """The ids that stand on the page."""
    read = "name => [...document.querySelectorAll(`#tokens-${name} .id`)].map(id => Number(id.textContent))"
    return {name: frame.evaluate(read, name) for name in ("lesson", "gpt2")}


def shown_words(frame, name: str) -> list[list[str]]:
    """The tokens that stand on the page, word by word."""
    read = """name => [...document.querySelectorAll(`#tokens-${name} .word`)]
        .map(w => [...w.querySelectorAll('.text')].map(t => t.textContent))"""
    return frame.evaluate(read, name)


def test_ids_equal_pythons_and_tiktokens(frame, tokenizers):
    texts = HANDPICKED + random_texts(500)
    for special in (False, True):
        got = frame.evaluate("([texts, special]) => texts.map(text => tokenize(text, special))", [texts, special])
        wrong = [text for text, ids in zip(texts, got, strict=True) if ids != expected_ids(tokenizers, text, special)]
        assert wrong == []


def test_ids_of_every_token_of_gpt2_as_a_text_equal_tiktokens(frame):
    gpt2 = gpt2_tokenizer()
    texts = []
    for token in gpt2.token_byte_values():
        try:
            texts.append(token.decode())
        except UnicodeDecodeError:  # a part of a character
            continue
    assert len(texts) > 49_000
    got = frame.evaluate("texts => texts.map(text => tokenize(text).gpt2)", texts)
    assert [text for text, ids in zip(texts, got, strict=True) if ids != gpt2.encode_ordinary(text)] == []


def test_typed_texts_show_the_ids_the_counts_and_nothing_else(frame, tokenizers):
    for text in HANDPICKED + random_texts(150):
        type_text(frame, text)
        text = newlines(text)
        assert frame.input_value("#text") == text
        expected = expected_ids(tokenizers, text)
        assert shown_ids(frame) == expected, repr(text)
        numbers = [len(text), len(text.encode()), len(pretokenize(text))]
        assert frame.evaluate("[...document.querySelectorAll('#count b')].map(b => b.textContent)") == [
            f"{n:,}" for n in numbers
        ]
        assert [frame.inner_text(f"#tokens-{name} .number") for name in expected] == [
            f"{len(ids):,}" for ids in expected.values()
        ]
        for name, ids in expected.items():
            if ids:
                ratio = float(frame.inner_text(f"#tokens-{name} .ratio").removesuffix(" bytes per token"))
                assert abs(ratio - len(text.encode()) / len(ids)) < 0.0051


def test_lone_surrogates_are_read_as_replacement_characters(frame, tokenizers):
    got = frame.evaluate(r"tokenize('a\ud800b \udc00\ud800 \ud83d\ude00')")
    assert got == expected_ids(tokenizers, "a\ufffdb \ufffd\ufffd 😀")


@cache
def vocabulary(tokenizer: BPETokenizer) -> tuple[dict[tuple[bytes, bytes], int], dict[bytes, int]]:
    """Ranks of the pairs, ids of the tokens."""
    ranks = {pair: rank for rank, pair in enumerate(tokenizer.merges)}
    return ranks, {tokenizer.token_bytes(i): i for i in range(256 + len(ranks))}


def replay(tokenizer: BPETokenizer, word: str) -> list[dict]:
    """Byte-pair encoding of one word as the textbook has it, with every state on the way."""
    ranks, ids = vocabulary(tokenizer)
    parts = [bytes([b]) for b in word.encode()]
    states = []
    while True:
        pair = min(pairwise(parts), key=lambda pair: ranks.get(pair, len(ranks)), default=None)
        states.append({"ids": [ids[part] for part in parts], "lowest": ranks.get(pair)})
        if pair not in ranks:
            return states
        joined, i = [], 0
        while i < len(parts):
            width = 2 if tuple(parts[i : i + 2]) == pair else 1
            joined.append(b"".join(parts[i : i + width]))
            i += width
        parts = joined


def test_merges_equal_a_replay_in_python(frame, tokenizers):
    words = {word for text in HANDPICKED + random_texts(200) for word in pretokenize(text)}
    words |= {"a" * n for n in range(2, 40)} | {"aaabdaaabac", "abababab", " unputdownable"}
    words = sorted(words)
    got = frame.evaluate("words => words.map(word => mergeStates(word))", words)
    for word, states in zip(words, got, strict=True):
        assert states == {name: replay(tokenizer, word) for name, tokenizer in tokenizers.items()}, repr(word)


@pytest.mark.parametrize("word", ["aaabdaaabac", "heroes", "今天", "x"])
def test_buttons_step_through_the_merges(frame, tokenizers, word):
    type_text(frame, word)
    states = {name: replay(tokenizer, word) for name, tokenizer in tokenizers.items()}
    last = max(map(len, states.values())) - 1
    read = """name => ({
        ids: [...document.querySelectorAll(`#merges-${name} .parts .id`)].map(id => Number(id.textContent)),
        heights: new Set([...document.querySelectorAll(`#merges-${name} .parts .token`)]
            .map(token => token.offsetHeight)).size,
        lowest: document.querySelector(`#merges-${name} .rank.lowest`)?.textContent ?? null,
        rows: [...document.querySelectorAll(`#merges-${name} tr.done, #merges-${name} tr.newest`)]
            .map(row => row.innerText.split("\\t")),
    })"""

    def check(step):
        assert frame.inner_text("#step-text") == f"step {step} of {last}"
        assert frame.input_value("#step") == str(step)
        for name, expected in states.items():
            at = min(step, len(expected) - 1)
            shown = frame.evaluate(read, name)
            assert shown["ids"] == expected[at]["ids"]
            assert shown["heights"] <= 1  # no token breaks into two lines
            assert shown["lowest"] == (None if expected[at]["lowest"] is None else str(expected[at]["lowest"]))
            assert [(int(row[2]), int(row[3])) for row in shown["rows"]] == [
                (s["lowest"], 256 + s["lowest"]) for s in expected[:at]
            ]

    check(0)
    for step in range(1, last + 1):
        frame.click("text=Next")
        check(step)
    assert frame.get_attribute("text=Next", "aria-disabled") == "true"
    frame.click("text=Next", force=True)  # at the end nothing happens (to Playwright the button is disabled)
    check(last)
    if last:
        frame.click("text=First")
        check(0)
        frame.click("text=Last")
        check(last)
        frame.click("text=Previous")
        check(last - 1)


def test_the_list_of_merges_shows_what_each_of_them_made(frame):
    type_text(frame, "天")
    assert frame.evaluate("[...document.querySelectorAll('#merges-gpt2 td.text')].map(cell => cell.textContent)") == [
        "…",
        "…",
    ]
    frame.click("text=Last")
    cells = frame.evaluate("[...document.querySelectorAll('#merges-gpt2 td.text')].map(cell => cell.textContent)")
    assert cells == [r"\xe5 + \xa4 → \xe5\xa4", r"\xe5\xa4 + \xa9 → 天"]
    told = "text => document.querySelector('[role=status]').textContent === text"
    frame.wait_for_function(told, arg="Trained in this lesson: Done: one token. GPT-2: Done: one token.")


def test_a_clicked_word_is_the_one_that_is_stepped_through(frame):
    frame.click("#tokens-lesson .word:nth-child(5)")
    assert frame.inner_text("#word") == "␣capes"
    selected = frame.evaluate(
        "[...document.querySelectorAll('[aria-selected=true]')].map(w => w.innerText.replace(/\\d|\\n/g, ''))"
    )
    assert selected == ["␣capes"] * 2  # in both tokenizers


def test_the_cursor_chooses_the_word_that_it_is_in(frame, page):
    frame.click("#text")
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    frame.wait_for_function("document.getElementById('word').textContent === '␣all'")
    page.keyboard.type("xy")
    frame.wait_for_function("document.getElementById('word').textContent === '␣alxyl'")


def test_spaces_newlines_pieces_of_characters_and_invisible_ones_can_be_seen(frame):
    type_text(frame, "a b\n\tc猫👩\u200d🚀\u00a0\u0301")
    shown = "".join("".join(word) for word in shown_words(frame, "gpt2"))
    assert shown.startswith("a␣b↵⇥c")
    assert r"\xe7\x8c" in shown
    assert frame.locator("#tokens-gpt2 .token.partial").count() > 2
    legend = frame.inner_text("#legend")
    for part in ("␣ is a space", "↵ is a newline", "⇥ is a tab", "dashed box", r"猫 (\xe7\x8c\xab in UTF-8)"):
        assert part in legend

    type_text(frame, "\u00adx \ufeff")  # a soft hyphen, for which GPT-2 has a token, and a byte order mark
    assert shown_words(frame, "gpt2") == [["\\u00ad"], ["x"], ["␣\\xef", "\\xbb", "\\xbf"]]
    assert frame.inner_text("#word") == "␣\\ufeff"
    assert "cannot be seen" in frame.inner_text("#legend")

    type_text(frame, "plain")
    assert (
        frame.inner_text("#legend")
        == "Each box is a token, with its id; gaps part the words, which merges never cross."
    )


def test_the_special_token_is_read_only_where_the_reader_wants_it(frame, tokenizers):
    text = f"The end.{END_OF_TEXT}Once"
    type_text(frame, text)
    assert shown_ids(frame) == expected_ids(tokenizers, text)
    frame.check("#special")
    assert shown_ids(frame) == expected_ids(tokenizers, text, special=True)
    frame.click(".token.special >> nth=0")
    assert "looked up whole" in frame.inner_text("#merges-gpt2")
    frame.click("text=Next", force=True)
    assert "looked up whole" in frame.inner_text("#merges-gpt2")
    frame.uncheck("#special")
    assert shown_ids(frame) == expected_ids(tokenizers, text)


def test_what_is_typed_never_becomes_markup(frame):
    type_text(frame, "<img src=x onerror='window.hacked = 1'><b>bold</b><script>window.hacked = 1</script>")
    assert frame.evaluate("[document.querySelectorAll('img, b b, main script').length, window.hacked ?? null]") == [
        0,
        None,
    ]


def test_the_keyboard_is_enough(frame, page):
    seen = []

    def tab_to(selector):
        for _ in range(30):
            page.keyboard.press("Tab")
            state = """() => {
                const e = document.activeElement;
                return [e.id || e.textContent || e.className, getComputedStyle(e).outlineStyle];
            }"""
            seen.append(frame.evaluate(state))
            if frame.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} was not reached by Tab: {seen}")

    tab_to("#special")
    page.keyboard.press("Space")
    assert frame.is_checked("#special")
    tab_to("#text")
    page.keyboard.press("Control+a")
    page.keyboard.type("lower the boats")
    frame.wait_for_function("document.getElementById('word').textContent === '␣boats'")
    tab_to("#examples button")
    tab_to("#words-gpt2")
    page.keyboard.press("Home")
    assert frame.inner_text("#word") == "lower"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert frame.inner_text("#word") == "␣the"
    assert (
        frame.evaluate(
            "document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).ariaSelected"
        )
        == "true"
    )
    tab_to("button[data-to=next]")
    for _ in range(5):
        page.keyboard.press("Enter")
    assert frame.inner_text("#step-text") == "step 3 of 3"
    assert frame.evaluate("document.activeElement.dataset.to") == "next"  # the focus stays, also at the end
    tab_to("#step")
    page.keyboard.press("ArrowLeft")
    assert frame.inner_text("#step-text") == "step 2 of 3"
    assert {style for _, style in seen} <= {"solid", "auto"}  # each of them showed the focus


def test_counts_are_announced_once_the_typing_rests(frame, tokenizers):
    type_text(frame, "Hello there")
    ids = expected_ids(tokenizers, "Hello there")
    text = f"Trained in this lesson: {len(ids['lesson'])} tokens; GPT-2: {len(ids['gpt2'])} tokens"
    frame.wait_for_function("text => document.querySelector('[role=status]').textContent === text", arg=text)


def test_the_frame_follows_the_mode_of_the_page_around_it(frame, page):
    ground = "[document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]"
    assert frame.evaluate(ground) == ["light", "rgb(255, 253, 250)"]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")  # the book's switch
    frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert frame.evaluate(ground) == ["dark", "rgb(20, 25, 28)"]
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    frame.wait_for_function("document.documentElement.dataset.theme === 'light'")
    page.evaluate("document.body.dataset.jpThemeLight = false")  # JupyterLab
    frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    page.evaluate("delete document.body.dataset.jpThemeLight")
    frame.wait_for_function("document.documentElement.dataset.theme === 'light'")
    page.evaluate(
        "document.documentElement.removeAttribute('data-theme'); document.documentElement.setAttribute('theme', 'dark')"
    )  # Colab
    frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")


def test_without_access_to_the_page_around_it_the_frame_works_and_scrolls_inside(guarded_context, markup):
    context = guarded_context(color_scheme="dark")
    page = context.new_page()
    page.set_content(HOST.format(frame=markup.replace("<iframe ", '<iframe sandbox="allow-scripts" ')))
    frame = page.frames[1]
    assert frame.evaluate("document.documentElement.dataset.theme") == "dark"  # the reader's own setting
    type_text(frame, "Not all heroes")
    assert shown_ids(frame)["gpt2"] == [3673, 477, 10281]
    assert page.evaluate("document.querySelector('iframe').offsetHeight") == 960
    assert (context.guard.left, context.guard.errors) == ([], [])
    context.close()


def test_in_a_page_opened_as_a_file_it_follows_mode_and_height_too(chromium, markup, tmp_path):
    (tmp_path / "page.html").write_text(
        HOST.format(frame=markup).replace("<head>", '<head><meta charset="utf-8">'), encoding="utf-8"
    )
    page = chromium.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    frame = page.frames[1]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    frame.wait_for_function("document.documentElement.scrollHeight === innerHeight")
    assert shown_ids(frame)["gpt2"] == [3673, 477, 10281, 5806, 1451, 274, 13]
    page.close()


def test_the_lesson_in_the_book_has_it(page, book_url):
    page.goto(book_url + "chapters/01_tokenizer.html")
    place = page.locator("iframe.playground")
    place.scroll_into_view_if_needed()  # it is loaded when it comes near
    frame = place.element_handle().content_frame()
    frame.wait_for_selector("#tokens-gpt2 .token")
    assert shown_ids(frame)["gpt2"] == [3673, 477, 10281, 5806, 1451, 274, 13]
    assert frame.evaluate("Object.keys(tokenize(''))") == ["lesson", "gpt2"]
    frame.wait_for_function("document.documentElement.scrollHeight === innerHeight")
    for _ in range(3):  # light, dark, and the system's mode
        page.locator(".theme-switch-button:visible").first.click()
        mode = page.evaluate("document.documentElement.dataset.theme")
        frame.wait_for_function("mode => document.documentElement.dataset.theme === mode", arg=mode)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_frame_is_as_high_as_its_content_and_never_wider_than_the_page(frame, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    heights = set()
    for example in frame.locator("#examples button").all():
        example.click()
        frame.click("text=Last", force=True)
        page.wait_for_timeout(50)
        sizes = frame.evaluate(
            "[document.documentElement.scrollHeight, innerHeight, document.documentElement.scrollWidth, innerWidth]"
        )
        assert sizes[0] == sizes[1]
        assert sizes[2] == sizes[3]
        assert sizes[3] <= width
        heights.add(sizes[0])
    for text in ("", "a", "Wx" * 150, "The long one. " * 300, "今天天气" * 30 + "\n" * 9, "🏳️\u200d🌈 e\u0301 \ufffd"):
        type_text(frame, text)  # whatever is typed, the page below the frame stays where it is
        heights.add(frame.evaluate("document.documentElement.offsetHeight"))
    assert len(heights) == 1
    wide = """[...document.querySelectorAll('html, .words, .parts, .history, .card')]
        .filter(box => box.scrollWidth > box.clientWidth).length"""
    for text in ("_" * 64, "今" * 60, "Wx" * 95):  # one long token, many tokens, a long name
        type_text(frame, text)
        assert frame.evaluate(wide) == 0
        frame.click("text=Last", force=True)
        assert frame.evaluate(wide) == 0
    stacked = frame.evaluate(
        "document.getElementById('tokens-gpt2').offsetTop > document.getElementById('tokens-lesson').offsetTop"
    )
    assert stacked == (width < 700)


def test_neighbouring_tokens_differ_in_colour(frame):
    type_text(frame, "Different neighbours, always: even in unputdownable words.")
    for name in ("lesson", "gpt2"):
        read = """name => [...document.querySelectorAll(`#tokens-${name} .token`)]
            .map(t => getComputedStyle(t).backgroundColor)"""
        colours = frame.evaluate(read, name)
        assert len(colours) > 10
        assert all(a != b for a, b in pairwise(colours))


def test_a_huge_text_is_counted_whole_and_drawn_in_part(frame, tokenizers):
    text = ("word " * 20_000 + "x" * 20_000 + "今天" * 5_000)[:130_000]
    type_text(frame, text)
    ids = expected_ids(tokenizers, text)
    frame.wait_for_function(
        "n => document.querySelector('#tokens-gpt2 .number').textContent === n", arg=f"{len(ids['gpt2']):,}"
    )
    assert frame.inner_text("#tokens-lesson .number") == f"{len(ids['lesson']):,}"
    assert shown_ids(frame)["gpt2"] == ids["gpt2"][:1000]
    assert "GPT-2: the first 1,000 tokens are drawn, all are counted." in frame.inner_text("#legend")
    assert "more than 200 bytes" in frame.inner_text("#merges-gpt2")  # the word at the cursor, the last one

    type_text(frame, "a" + "😀" * 150_000)  # 300,001 UTF-16 units: the cut must not halve a character
    expected = f"{len(gpt2_tokenizer().encode_ordinary('a' + '😀' * 99_999)):,}"
    frame.wait_for_function("n => document.querySelector('#tokens-gpt2 .number').textContent === n", arg=expected)
    assert "Only the first 200,000 UTF-16 units" in frame.inner_text("#legend")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_no_fault(guarded_context, tokenizers, mode):
    context = guarded_context(color_scheme=mode)
    page = context.new_page()
    page.set_content(playground("tokenizer", **tokenizers).page)
    page.evaluate(AXE_SCRIPT)
    faults = []
    for example in ["", *page.locator("#examples button").all_inner_texts()]:
        if example:
            page.click(f"text={example}")
            page.click("text=Next", force=True)
        else:
            page.fill("#text", "")
        for fault in page.evaluate(
            "axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations)"
        ):
            faults.append((example, fault["id"], fault["impact"], fault["nodes"][0]["html"][:120]))
    assert faults == []
    context.close()


def test_the_bare_file_says_what_it_lacks(page):
    page.set_content(playground("tokenizer").page)
    assert "no tokenizer" in page.inner_text("#columns")
    page.click("text=Emoji")
    assert page.is_hidden("#special")
