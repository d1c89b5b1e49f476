"""The playground helper: one frame, with the data inside, safe and small. What the page does is tested in a browser."""

import base64
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gptutils.notebook.playground import playground
from gptutils.tokenizer import BYTE_ORDER, BPETokenizer

FOLDER = Path(__file__).resolve().parents[1] / "book" / "_static" / "playgrounds"
PAGES = sorted(FOLDER.glob("*.html"))
SNIPPETS = sorted([*FOLDER.glob("*.css"), *FOLDER.glob("*.js")])


class Elements(HTMLParser):
    """The start tags of a page, and the text of its scripts."""

    def __init__(self, markup: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.scripts: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] == "script":
            self.scripts[-1] += data


def data_of(shown) -> dict:
    """What the page in the frame gets."""
    [(tag, attributes)] = Elements(shown._repr_html_()).tags
    assert tag == "iframe"
    return json.loads(Elements(attributes["srcdoc"]).scripts[0])


@pytest.fixture(scope="module")
def lesson():
    return BPETokenizer.train("the cat sat on the mat; 猫坐在垫子上 and the hat is the cat's " * 3, vocab_size=280)


def test_it_is_one_frame_with_a_name_and_a_page_inside(lesson):
    markup = playground("tokenizer", lesson=lesson)._repr_html_()
    [(tag, attributes)] = Elements(markup).tags
    assert tag == "iframe"
    assert attributes["title"] == "Tokenizer playground"
    assert attributes["srcdoc"].startswith("<!DOCTYPE html>")
    assert "src" not in attributes
    assert markup.count("<") == markup.count(">") == 2  # <iframe ...> and </iframe>: all else is escaped


def test_the_page_gets_the_tokenizers_bytes_merges_and_special_tokens(lesson):
    packed = data_of(playground("tokenizer", lesson=lesson))["lesson"]
    assert tuple(base64.b64decode(packed["bytes"])) == BYTE_ORDER
    assert packed["special_tokens"] == {"<|endoftext|>": 279}
    token = [bytes([b]) for b in BYTE_ORDER]
    merges = []
    for left, right in np.frombuffer(base64.b64decode(packed["merges"]), dtype="<u2").reshape(-1, 2):
        merges.append((token[left], token[right]))
        token.append(token[left] + token[right])
    assert len(merges) == 23
    assert merges == lesson.merges


def test_tokenizers_may_stand_anywhere_among_json_data(lesson):
    data = data_of(playground("tokenizer", title="two", models=[{"small": lesson}, 1.5, None, True]))
    assert data["title"] == "two"
    assert data["models"][1:] == [1.5, None, True]
    assert data["models"][0]["small"]["special_tokens"] == lesson.special_tokens


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<!-- <script>", "\"'&quot;&amp;&", "\u2028\x00\r\n猫😀", "]]>{}"]
)
def test_no_data_can_break_out_of_its_place(text):
    shown = playground("tokenizer", text=text)
    [(_, attributes)] = Elements(shown._repr_html_()).tags
    assert len(Elements(attributes["srcdoc"]).scripts) == 2  # the data and the program
    assert data_of(shown) == {"text": text}


def test_the_output_is_the_same_each_time_and_small_with_all_of_gpt2():
    corpus = "".join(chr(97 + i * i % 23) + " " * (i % 5 == 0) for i in range(4000))
    tokenizers = {"lesson": BPETokenizer.train(corpus, vocab_size=300), "gpt2": BPETokenizer.from_gpt2()}
    first, second = (playground("tokenizer", **tokenizers) for _ in range(2))
    assert first._repr_html_() == second._repr_html_()
    assert repr(first) == repr(second) == "<tokenizer playground>"
    assert len(first._repr_html_().encode()) < 350_000


def test_an_unknown_name_lists_the_ones_there_are():
    for name in ("tokeniser", "../playgrounds/tokenizer", "tokenizer.html", ""):
        with pytest.raises(ValueError, match=r"no playground .*there are: .*tokenizer"):
            playground(name)


def test_data_that_json_cannot_write_is_refused():
    with pytest.raises(TypeError, match="not set"):
        playground("tokenizer", words={"a"})
    with pytest.raises(ValueError, match="JSON"):
        playground("tokenizer", number=float("nan"))


def test_ids_beyond_16_bits_are_refused():
    huge = SimpleNamespace(merges=[(b"a", b"b")] * (2**16 - 255), special_tokens={}, token_bytes=None)
    with pytest.raises(ValueError, match=r"65537 tokens.* at most 65536"):
        playground("tokenizer", lesson=huge)


def test_the_package_holds_the_books_pages():
    assert PAGES
    for page in PAGES + SNIPPETS:
        assert (files("gptutils._playgrounds") / page.name).read_text(encoding="utf-8") == page.read_text(
            encoding="utf-8"
        )


def test_snippets_stand_where_the_pages_include_them_and_data_is_never_read_as_an_include():
    assert SNIPPETS
    for page in PAGES:
        shown = playground(page.stem, text="/* include theme.css */\n/* include theme.css */").page
        names = re.findall(r"/\* include ([\w.]+) \*/", page.read_text(encoding="utf-8"))
        assert sorted(names) == sorted(snippet.name for snippet in SNIPPETS)  # every page takes each of them once
        for snippet in SNIPPETS:
            lines = [line.strip() for line in snippet.read_text(encoding="utf-8").splitlines()]
            assert "\n".join(lines) in "\n".join(line.strip() for line in shown.splitlines())
        assert shown.count("/* include") == 2  # the data's own


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_needs_nothing_else_and_keeps_nothing(page):
    text = playground(page.stem).page
    assert text.count('<script id="data" type="application/json">{}</script>') == 1
    assert '<html lang="en">' in text
    assert "<title>" in text
    outside = r"https?:|//\w+\.|\bsrc\s*=|\bhref\s*=|@import|\burl\(|\bfetch\b|XMLHttpRequest|import\("
    stored = r"localStorage|sessionStorage|indexedDB|\.cookie"
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
    assert not re.findall(f"{outside}|{stored}|{markup}", text)
