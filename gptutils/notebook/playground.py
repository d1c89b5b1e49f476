"""Playgrounds: small in-page figures that work without a kernel and without the network.

A playground is one plain HTML file of ``book/_static/playgrounds``. It is shown in a frame that carries everything
it needs, so that the same output works in the book, JupyterLab and Colab.
"""

from __future__ import annotations

import base64
import html
import json
import re
import struct
import textwrap
from importlib.resources import files
from typing import Any

_PAGES = "gptutils._playgrounds"  # pyproject.toml maps this package onto book/_static/playgrounds
_DATA = '<script id="data" type="application/json">{}</script>'  # stands once in every page
_INCLUDE = re.compile(r"^( *)/\* include ([\w.]+) \*/$", re.MULTILINE)  # a snippet that several pages share
_MAX_TOKENS = 2**16  # the merges travel as 16-bit ids


class Playground:
    """A page with its data, shown by Jupyter as one ``<iframe>``; made by `playground`."""

    def __init__(self, name: str, page: str):
        self.name = name
        self.page = page

    def _repr_html_(self) -> str:
        # The page sets the frame's height by itself where the page around it allows that; else it scrolls inside.
        return (
            f'<iframe class="playground" loading="lazy" title="{self.name.capitalize()} playground" '
            f'style="width: 100%; height: 60rem; border: 0" srcdoc="{html.escape(self.page)}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<{self.name} playground>"


def playground(name: str, **data: Any) -> Playground:
    """A playground with the data it shows.

    Parameters
    ----------
    name : file name without ``.html`` of a page under ``book/_static/playgrounds``.
    data : what the page shows, anything that JSON can write; a `BPETokenizer` may stand anywhere in it.
        ``"tokenizer"`` takes one tokenizer for each column, such as ``lesson=...`` and
        ``gpt2=BPETokenizer.from_gpt2()``. ``"attention"`` takes ``sentences``, a list of dicts: ``tokens`` (n strings),
        and ``causal`` and ``unmasked``, the weights with and without the mask, nested lists of floats
        [n_layers][n_heads][n][n], each row summing to 1. ``"decoding"`` takes ``distributions``, a list of dicts:
        ``text`` (what stands before the next token), ``tokens`` (n strings) and ``logits`` (n numbers). ``"loss"``
        takes ``before``, the text that was read, ``tokens`` (n strings), ``logits`` (n numbers from -10 to 10 to begin
        with) and ``target``, the index of the right token. ``"schedule"`` may be given ``start``, the ball's first
        position, and ``settings``: ``warmup``, ``peak``, ``floor`` and ``total``.

    Raises
    ------
    ValueError : no page of that name, or a tokenizer with more than 65,536 tokens.
    TypeError : data that JSON cannot write.

    Examples
    --------
    >>> from gptutils.tokenizer import BPETokenizer
    >>> playground("tokenizer", lesson=BPETokenizer.train("aaabdaaabac", vocab_size=260))
    <tokenizer playground>
    """
    pages = {path.name.removesuffix(".html"): path for path in files(_PAGES).iterdir() if path.name.endswith(".html")}
    if name not in pages:
        raise ValueError(f"there is no playground {name!r}; there are: {', '.join(sorted(pages))}")
    # Inside <script>, "<" could end the element ("</script>") or open a comment.
    content = json.dumps(data, default=_packed_tokenizer, separators=(",", ":"), allow_nan=False).replace(
        "<", r"\u003c"
    )
    page = _INCLUDE.sub(_snippet, pages[name].read_text(encoding="utf-8"))
    return Playground(name, page.replace(_DATA, _DATA.replace("{}", content)))


def _snippet(include: re.Match[str]) -> str:
    """The file that an include names, at the include's depth."""
    indent, name = include.groups()
    return textwrap.indent((files(_PAGES) / name).read_text(encoding="utf-8").removesuffix("\n"), indent)


def _packed_tokenizer(tokenizer: Any) -> dict[str, Any]:
    """A byte-pair tokenizer as small JSON: each merge is two ids, 4 bytes, in base64.

    Uncompressed on purpose: GPT-2's merges would shrink by a seventh, but zlib's bytes differ between machines, and
    the output of a lesson must not.
    """
    if not all(hasattr(tokenizer, attribute) for attribute in ("merges", "special_tokens", "token_bytes")):
        raise TypeError(f"a playground shows JSON data and BPETokenizers, not {type(tokenizer).__name__}")
    n_merges = len(tokenizer.merges)
    if 256 + n_merges > _MAX_TOKENS:
        raise ValueError(f"the tokenizer has {256 + n_merges} tokens; a playground shows at most {_MAX_TOKENS}")
    ids = {tokenizer.token_bytes(i): i for i in range(256 + n_merges)}
    pairs = [ids[part] for merge in tokenizer.merges for part in merge]
    return {
        "bytes": _base64(b"".join(map(tokenizer.token_bytes, range(256)))),
        "merges": _base64(struct.pack(f"<{len(pairs)}H", *pairs)),
        "special_tokens": tokenizer.special_tokens,
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
