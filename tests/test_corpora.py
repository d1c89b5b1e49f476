"""The texts that come with the course, and the table of those to download."""

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from gptutils.texts import corpora
from gptutils.texts.corpora import CORPORA, download, python_docs, short_story


@pytest.fixture
def paragraphs():
    return short_story().split("\n\n")


# The short story


def test_the_story_has_the_length_of_a_short_story():
    assert 22_000 <= len(short_story()) <= 28_000


def test_one_paragraph_is_one_line(paragraphs):
    assert paragraphs[0] == "The Usual Twelve"
    assert short_story().endswith(".\n")
    assert all("\n" not in paragraph.rstrip("\n") and paragraph for paragraph in paragraphs)
    assert all(line == line.strip() for line in short_story().split("\n"))
    assert "  " not in short_story()


def test_every_paragraph_is_punctuated(paragraphs):
    for paragraph in paragraphs[1:]:
        assert paragraph == "* * *" or re.search(r'[.!?]"?\n?$', paragraph), paragraph
        assert paragraph.count('"') % 2 == 0, paragraph


def test_the_story_is_almost_ascii_and_normalised():
    story = short_story()
    assert {character for character in story if not character.isascii()} == set("âèé½")
    assert unicodedata.is_normalized("NFC", story)
    assert all(character.isprintable() or character == "\n" for character in story)


@pytest.mark.parametrize(
    ("phrase", "times"),
    [
        ("Odile", 20),
        ("Monsieur Hochart", 10),
        ("Lucien", 15),
        ("widow", 15),
        ("Préfet", 8),
        ("The door banged", 4),
        ("Gross", 5),
    ],
)
def test_names_and_phrases_recur(phrase, times):
    assert short_story().count(phrase) >= times


# Python's documentation


def test_python_docs_are_all_topics_in_order():
    from pydoc_data.topics import topics

    docs = python_docs()
    position = 0
    for name in sorted(topics):
        position = docs.index(topics[name].strip(), position) + len(topics[name].strip())
    assert position == len(docs) - 1
    assert len(docs) > 300_000
    assert docs == python_docs()


# Downloads


@pytest.mark.parametrize("name", CORPORA)
def test_the_table_of_corpora_is_sound(name):
    corpus = CORPORA[name]
    assert corpus.url.startswith("https://raw.githubusercontent.com/")
    assert re.fullmatch(r"[0-9a-f]{64}", corpus.sha256)
    assert Path(corpus.filename).name == corpus.filename
    assert corpus.size > 10_000
    assert "public domain" in corpus.title


@pytest.mark.parametrize("name", ["war-and-peace", "The-Verdict", "", None])
def test_unknown_names_are_refused_with_the_list(name, tmp_path):
    with pytest.raises(ValueError, match=rf"no corpus {name!r}; choose one of: the-verdict, tiny-shakespeare"):
        download(name, tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_importing_corpora_is_light():
    heavy = ["torch", "matplotlib", "numpy", "tqdm", "IPython"]
    code = f"import sys, gptutils.texts.corpora; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_all_names_exist():
    assert all(hasattr(corpora, name) for name in corpora.__all__)
