"""Training data: from documents to batches of windows over token ids.

A corpus is one long row of token ids, in memory or in a memory-mapped file. A training example is a window of it;
nothing is cut out and stored: windows are views, and a batch is copied when it is asked for. So a corpus larger than
memory trains like a short story does. What is stored is the order of an epoch, eight bytes a window; `random_order`
says how far that goes.

Lesson: ``chapters/02_batches.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tiktoken
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch import Tensor
from torch.utils.data import Dataset

from gptutils.files import replacing
from gptutils.tokenizer import BPETokenizer

# ---------------------------------------------------------------------------------------------- documents to token ids


def read_documents(folder: str | os.PathLike) -> Iterator[str]:
    """The texts of a folder's ``.txt`` files, sorted by file name, read one at a time (section "A corpus is one row").

    Subfolders and hidden files do not belong to the corpus: there, editors keep copies. A byte order mark is dropped,
    and every line ends in ``\\n``. A ValueError where there is no such folder or no ``.txt`` file in it, and later for
    a file that cannot be read or is not UTF-8; it names the file and the first wrong byte.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder; pass the folder that holds the .txt files")
    paths = [path for path in folder.iterdir() if path.suffix.lower() == ".txt" and not path.name.startswith(".")]
    if not paths:
        raise ValueError(f"{folder} holds no .txt file (subfolders and hidden files do not count)")
    return map(_read_document, sorted(paths, key=lambda path: path.name))


def _read_document(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        wrong = f"byte 0x{error.object[error.start]:02x} at position {error.start}"
        raise ValueError(f"{path} is not UTF-8: {wrong}; convert the file to UTF-8 first") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error


def encode_documents(documents: Iterable[str], tokenizer: BPETokenizer | tiktoken.Encoding) -> Iterator[np.ndarray]:
    """Token ids of each document, int64 [seq], with ``<|endoftext|>`` at the end (section "A corpus is one row").

    The name ``<|endoftext|>`` inside a document is ordinary text: no document can end early, or pretend to be two.

    Examples
    --------
    >>> from gptutils.tokenizer import gpt2_tokenizer
    >>> for ids in encode_documents(["Not all heroes", "wear capes."], gpt2_tokenizer()):
    ...     print(ids)
    [ 3673   477 10281 50256]
    [13927  1451   274    13 50256]
    """
    if isinstance(documents, str):
        raise TypeError("documents must be several texts, not one str: pass [text]")
    eot = tokenizer.eot_token
    return (np.array([*tokenizer.encode_ordinary(document), eot]) for document in documents)


# ---------------------------------------------------------------------------------------------- token ids


def as_token_array(token_ids: Any) -> np.ndarray:
    """Token ids as an array [n_tokens] of integers; arrays, tensors and memory maps are not copied (section "Windows").

    A TypeError where they are not integers, a ValueError where they are not one row.
    """
    array = np.asanyarray(token_ids)  # "any": a memory map stays one
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"token ids must be integers, not {array.dtype}; encode text with a tokenizer first")
    if array.ndim != 1:
        raise ValueError(f"token ids have shape {list(array.shape)}; expected one row [n_tokens]")
    return array


def check_vocabulary(token_ids: Any, vocab_size: int, start: int = 0) -> None:
    """A ValueError where an id lies outside the vocabulary (section "What goes wrong").

    ``start`` is the position of the first id in its corpus. A GPU meets such an id in an embedding look-up, with an
    error that names neither the id nor its position.

    Examples
    --------
    >>> check_vocabulary([7, 50257], vocab_size=50257)
    Traceback (most recent call last):
    ...
    ValueError: token id 50257 at position 1 is outside the vocabulary of 50257 tokens: ids are 0 to 50256
    """
    array = as_token_array(token_ids)
    if array.size and not 0 <= array.min() <= array.max() < vocab_size:
        position = np.flatnonzero((array < 0) | (array >= vocab_size))[0]
        raise ValueError(
            f"token id {array[position]} at position {start + position} is outside the vocabulary of {vocab_size} "
            f"tokens: ids are 0 to {vocab_size - 1}"
        )


def train_val_split(tokens: Any, train_fraction: float) -> tuple[Any, Any]:
    """The first ``train_fraction`` of the tokens, and the rest: views, no copies (section "Training and validation").

    The split comes before the windows: a window across the border would show validation text in training. A ValueError
    where ``train_fraction`` is not between 0 and 1, or one of the parts would be empty.

    Examples
    --------
    >>> train_val_split(np.arange(10), train_fraction=0.8)
    (array([0, 1, 2, 3, 4, 5, 6, 7]), array([8, 9]))
    """
    if not 0 < train_fraction < 1:
        raise ValueError(f"train_fraction is {train_fraction}; choose a number between 0 and 1, for example 0.9")
    border = round(train_fraction * len(tokens))
    if not 0 < border < len(tokens):
        raise ValueError(
            f"train_fraction {train_fraction} of {len(tokens)} tokens leaves {border} for training and "
            f"{len(tokens) - border} for validation; both need some: choose another fraction or a longer text"
        )
    return tokens[:border], tokens[border:]


# ---------------------------------------------------------------------------------------------- windows


class TokenDataset(Dataset):
    """Windows over token ids; window ``i`` begins at token ``i * stride``, or ``starts[i]`` (section "Windows").

    Torch's ``DataLoader`` takes it, too. Leave its ``num_workers`` at 0: copying windows is fast, and each spawned
    worker would be sent all of them, written out one after another.

    Parameters
    ----------
    token_ids : [n_tokens] integers: a list, array, tensor or memory map; all but a list are used where they are.
    context_length : tokens in a window; a ValueError where there are not at least ``context_length + 1`` tokens.
    stride : tokens from the start of one window to the start of the next.
    starts : instead of a stride, the tokens where windows begin, such as those where a document begins; starts too
        close to the end for a whole window are left out.

    Examples
    --------
    >>> dataset = TokenDataset(range(10, 20), context_length=4, stride=2)
    >>> len(dataset)
    3
    >>> inputs, targets = dataset[1]
    >>> inputs, targets
    (tensor([12, 13, 14, 15]), tensor([13, 14, 15, 16]))
    """

    def __init__(self, token_ids: Any, context_length: int, stride: int = 1, *, starts: np.ndarray | None = None):
        _check_sizes(context_length=context_length, stride=stride)
        self.token_ids = as_token_array(token_ids)  # [n_tokens]
        self.context_length, self.stride = context_length, stride
        n_tokens = len(self.token_ids)
        if n_tokens <= context_length:
            raise ValueError(
                f"the text has {n_tokens} tokens, but one window of context_length "
                f"{context_length} needs {context_length + 1}, since its targets lie one token "
                f"further: pass a longer text or a context_length of at most {n_tokens - 1}"
            )
        # [n_windows, context_length + 1]: a view, which takes no memory whatever its shape says.
        self.windows = sliding_window_view(self.token_ids, context_length + 1)[::stride]
        self.starts = None  # or the windows' numbers among all with stride 1
        if starts is not None:
            starts, self.windows = np.asarray(starts), sliding_window_view(self.token_ids, context_length + 1)
            self.starts = starts[starts < len(self.windows)]

    def __len__(self) -> int:
        """Number of windows: (n_tokens - context_length - 1) // stride + 1 without ``starts``."""
        return len(self.windows if self.starts is None else self.starts)

    def __getitem__(self, index: int | np.ndarray) -> tuple[Tensor, Tensor]:
        """Inputs and targets, int64 [context_length]; of an array of numbers [batch], int64 [batch, context_length]."""
        windows = self.windows[index if self.starts is None else self.starts[index]]  # [..., context_length + 1]
        inputs, targets = windows[..., :-1], windows[..., 1:]
        inputs, targets = inputs.astype(np.int64), targets.astype(np.int64)
        return torch.from_numpy(inputs), torch.from_numpy(targets)


def _check_sizes(at_least: int = 1, **sizes: int) -> None:
    for name, value in sizes.items():
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} must be an int, not {value!r}")
        if value < at_least:
            raise ValueError(f"{name} is {value}; it must be at least {at_least}")


# ---------------------------------------------------------------------------------------------- batches


def random_order(n: int, seed: int, epoch: int) -> np.ndarray:
    """The numbers 0 to n - 1, shuffled, int64 [n], as seed and epoch fix them (section "The order of the windows").

    For ten million windows this takes seconds and 200 MB. For a billion, a trillion tokens in windows of 1,024, it
    would take 20 GB: that is where the plain form ends. Shuffle such a corpus in parts.

    Examples
    --------
    >>> random_order(8, seed=7, epoch=0)
    array([6, 3, 4, 0, 2, 7, 5, 1])
    """
    # NumPy promises that the raw bits of PCG64 never change; what permutation() makes of
    # them may change (NEP 19).
    draws = np.random.PCG64([seed, epoch]).random_raw(n)
    return np.argsort(draws, kind="stable")  # equal draws, rare as they are, keep one order


class TokenLoader:
    """Batches of windows in an order that a seed fixes, resumable at any batch (section "The order of the windows").

    Iterating runs through one epoch: ``epoch`` counts the finished ones, ``batch`` the batches that the current one has
    handed out. An epoch that is broken off starts over, unless `load_state_dict` continues it. The order depends on the
    seed and the epoch alone; no global random numbers are used.

    Parameters
    ----------
    dataset, batch_size : the windows, and how many of them make a batch.
    shuffle : a random order, another one in every epoch (for training), or the order of the text (for validation).
    drop_last : leave out a last batch that is not full; a ValueError where no batch would be left.
    seed : 0 or larger.

    Examples
    --------
    >>> loader = make_loader(range(9), context_length=2, stride=2, batch_size=2, shuffle=True, drop_last=False, seed=1)
    >>> for inputs, targets in loader:
    ...     state = loader.state_dict()
    ...     break
    >>> inputs.tolist(), targets.tolist(), state["epoch"], state["batch"]
    ([[4, 5], [0, 1]], [[5, 6], [1, 2]], 0, 1)
    >>> loader.load_state_dict(state)
    >>> [inputs.tolist() for inputs, targets in loader]
    [[[6, 7], [2, 3]]]
    """

    def __init__(self, dataset: TokenDataset, *, batch_size: int, shuffle: bool, drop_last: bool, seed: int = 0):
        _check_sizes(batch_size=batch_size)
        _check_sizes(at_least=0, seed=seed)
        if drop_last and batch_size > len(dataset):
            raise ValueError(
                f"batch_size is {batch_size}, but there are only {len(dataset)} windows, and drop_last leaves out a "
                "batch that is not full: choose a smaller batch_size or stride, a longer text, or drop_last=False"
            )
        self.dataset, self.batch_size, self.seed = dataset, batch_size, seed
        self.shuffle, self.drop_last = bool(shuffle), bool(drop_last)
        self.epoch, self.batch, self._resuming = 0, 0, False

    def __len__(self) -> int:
        """Number of batches in an epoch."""
        n_batches = len(self.dataset) / self.batch_size
        return math.floor(n_batches) if self.drop_last else math.ceil(n_batches)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of one epoch, inputs and targets, both int64 [batch, context_length]."""
        epoch, first = self.epoch, self.batch if self._resuming else 0
        self._resuming = False
        n, size = len(self.dataset), self.batch_size  # n windows
        order = random_order(n, self.seed, epoch) if self.shuffle else np.arange(n)
        for k in range(first, len(self)):
            self.batch = k + 1
            yield self.dataset[order[k * size : (k + 1) * size]]
        self.epoch, self.batch = epoch + 1, 0

    def state_dict(self) -> dict[str, int | bool]:
        """The position behind the batch that was handed out last, and the settings; plain numbers, for a checkpoint."""
        settings = {name: getattr(self, name) for name in ("batch_size", "shuffle", "drop_last", "seed")}
        windows = {name: getattr(self.dataset, name) for name in ("context_length", "stride")}
        sizes = {"n_tokens": len(self.dataset.token_ids), "n_windows": len(self.dataset)}
        return {"epoch": self.epoch, "batch": self.batch, **sizes, **windows, **settings}

    def load_state_dict(self, state: dict[str, int | bool]) -> None:
        """Continue from a position of `state_dict`; a ValueError where the data or settings differ from those saved."""
        own = self.state_dict()
        if set(state) != set(own):
            raise ValueError(f"the state has {sorted(state)}; expected what state_dict returns: {sorted(own)}")
        for name, value in own.items():
            if name not in ("epoch", "batch") and state[name] != value:
                raise ValueError(
                    f"the state was saved with {name} {state[name]}, but this loader has {name} {value}, so its "
                    "batches would be others: make the loader as it was made then"
                )
        epoch, batch = state["epoch"], state["batch"]
        if epoch < 0 or not 0 <= batch <= len(self):
            raise ValueError(f"the state is at epoch {epoch}, batch {batch}; an epoch has {len(self)} batches")
        self.epoch, self.batch, self._resuming = epoch, batch, True


def make_loader(token_ids: Any, *, context_length: int, stride: int, **options: Any) -> TokenLoader:
    """`TokenLoader` over a `TokenDataset`, with the parameters of both (section "The finished version")."""
    return TokenLoader(TokenDataset(token_ids, context_length, stride), **options)


# ---------------------------------------------------------------------------------------------- token files

# A token file is a safetensors file with one tensor, so that its header holds all there is to know, and other tools
# read it: 8 bytes with the header's length, the header in JSON, the tokens. https://github.com/huggingface/safetensors
_HEADER_BYTES = 256  # always the same, padded with spaces, so that it can be written again when the tokens are counted
_DTYPES = {"U16": np.dtype("<u2"), "U32": np.dtype("<u4")}


def write_token_file(path: str | os.PathLike, token_ids: Any, vocab_size: int) -> None:
    """Write token ids to a file for `open_token_file`, two bytes each (section "A corpus is one row").

    From a vocabulary of 65,537 up an id takes four bytes. An older file stays whole until the new one is complete.

    Parameters
    ----------
    token_ids : [n_tokens] integers, below ``vocab_size`` or a ValueError; or an iterator of such pieces, as
        `encode_documents` gives them, which is written piece by piece, so that only one of them is in memory.
    vocab_size : number of tokens of the tokenizer.
    """
    _check_sizes(vocab_size=vocab_size)
    if vocab_size > 2**32:
        raise ValueError(f"vocab_size is {vocab_size}; a token file holds ids of at most 32 bits")
    kind = "U16" if vocab_size <= 2**16 else "U32"
    n_tokens = 0
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(_header(kind, n_tokens, vocab_size))
        for piece in token_ids if isinstance(token_ids, Iterator) else [token_ids]:
            ids = as_token_array(piece)
            check_vocabulary(ids, vocab_size, start=n_tokens)
            file.write(np.ascontiguousarray(ids, _DTYPES[kind]))
            n_tokens += len(ids)
        if not n_tokens:
            raise ValueError("there are no token ids to write")
        file.seek(0)
        file.write(_header(kind, n_tokens, vocab_size))


def _header(kind: str, n_tokens: int, vocab_size: int) -> bytes:
    tensor = {"dtype": kind, "shape": [n_tokens], "data_offsets": [0, n_tokens * _DTYPES[kind].itemsize]}
    content = {"__metadata__": {"vocab_size": str(vocab_size)}, "token_ids": tensor}
    text = json.dumps(content).ljust(_HEADER_BYTES - 8).encode()
    return len(text).to_bytes(8, "little") + text


def open_token_file(path: str | os.PathLike, vocab_size: int | None = None) -> np.memmap:
    """The token ids of a file, [n_tokens] uint16 or uint32, mapped and read-only (section "A corpus is one row").

    Pages are read from disk when they are used. A ValueError where the file is of another kind or damaged, or was
    written with a vocabulary larger than ``vocab_size``.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "corpus.safetensors"
    >>> write_token_file(path, iter([[3673, 477], [10281]]), vocab_size=50257)
    >>> open_token_file(path)
    memmap([ 3673,   477, 10281], dtype=uint16)
    """
    path = Path(path)
    n_bytes = path.stat().st_size
    try:
        with path.open("rb") as file:
            header_end = 8 + int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(header_end, _HEADER_BYTES) - 8))
        tensor, file_vocab_size = header["token_ids"], int(header["__metadata__"]["vocab_size"])
        dtype, (n_tokens,) = _DTYPES[tensor["dtype"]], tensor["shape"]
        if n_bytes != header_end + n_tokens * dtype.itemsize:
            raise ValueError(f"it has {n_bytes} bytes, not the {header_end + n_tokens * dtype.itemsize} of its header")
        tokens = np.memmap(path, dtype, "r", header_end, (n_tokens,))
    except (ValueError, KeyError, TypeError) as error:  # ValueError: JSON's and UTF-8's errors too
        raise ValueError(f"{path} is not a token file of write_token_file, or it is damaged: {error!r}") from error
    if vocab_size is not None and file_vocab_size > vocab_size:
        raise ValueError(
            f"{path} was written with a vocabulary of {file_vocab_size} tokens, which is more than {vocab_size}: "
            "use the tokenizer and the model that belong together"
        )
    return tokens
