"""Training data: from documents to batches of windows over token ids.

A corpus is one long row of token ids, in memory or in a memory-mapped file. A training example is a window of it; nothing
is ever cut out and stored: windows are views, batches are gathered when they are asked for, and even the shuffled order
is computed instead of stored. So a corpus larger than memory trains like a short story does.

Lesson: ``chapters/02_batches.ipynb`` builds every piece of this module by hand.
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
from torch.utils.data import DataLoader, Dataset, Sampler

from gptutils.files import replacing
from gptutils.tokenizer import BPETokenizer

# ---------------------------------------------------------------------------------------------- documents to token ids


def read_documents(folder: str | os.PathLike) -> Iterator[str]:
    """The texts of a folder's ``.txt`` files, sorted by file name, read one at a time.

    Subfolders and hidden files do not belong to the corpus: there, editors keep copies. A byte order mark is dropped, and
    every line ends in ``\\n``.

    Raises
    ------
    ValueError : no such folder, or no ``.txt`` file in it; later, when a file's turn comes: it cannot be read, or it is
        not UTF-8 (the message names the file and the first wrong byte).

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("b.txt", "a.txt"):
    ...     _ = (folder / name).write_text(f"This is {name}.")
    >>> list(read_documents(folder))
    ['This is a.txt.', 'This is b.txt.']
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
        raise ValueError(
            f"{path} is not UTF-8: byte 0x{error.object[error.start]:02x} at position {error.start}; "
            "convert the file to UTF-8 first"
        ) from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error


def encode_documents(documents: Iterable[str], tokenizer: BPETokenizer | tiktoken.Encoding) -> Iterator[np.ndarray]:
    """Token ids of one document after another, int64 [seq]; each ends in the tokenizer's ``<|endoftext|>``.

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
    """Token ids as an array [n_tokens] of integers; arrays, tensors and memory maps are not copied.

    Raises
    ------
    TypeError : not integers.
    ValueError : not exactly one dimension.

    Examples
    --------
    >>> as_token_array([0.5, 2])
    Traceback (most recent call last):
    ...
    TypeError: token ids must be integers, not float64; encode text with a tokenizer first
    """
    array = np.asanyarray(token_ids)  # "any": a memory map stays one
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"token ids must be integers, not {array.dtype}; encode text with a tokenizer first")
    if array.ndim != 1:
        raise ValueError(f"token ids have shape {list(array.shape)}; expected one row [n_tokens]")
    return array


def check_vocabulary(token_ids: Any, vocab_size: int, start: int = 0) -> None:
    """A ValueError where an id lies outside the vocabulary; ``start`` is the position of the first id in its corpus.

    A GPU meets such an id in an embedding look-up, with an error that names neither the id nor the place.

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
            f"token id {array[position]} at position {start + position} is outside the vocabulary of {vocab_size} tokens: "
            f"ids are 0 to {vocab_size - 1}"
        )


def train_val_split(tokens: Any, train_fraction: float) -> tuple[Any, Any]:
    """The first ``train_fraction`` of the tokens, and the rest: views of an array or tensor, no copies.

    The split comes before the windows: a window across the border would show validation text in training.

    Raises
    ------
    ValueError : ``train_fraction`` not between 0 and 1, or one of the parts would be empty.

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
    """Sliding windows over token ids: window ``i`` begins at token ``i * stride``.

    Parameters
    ----------
    token_ids : [n_tokens] integers: a list, array, tensor or memory map; all but a list are used where they are.
    context_length : tokens in a window.
    stride : tokens from the start of one window to the start of the next; with ``stride=context_length`` every token
        is an input at most once.

    Raises
    ------
    ValueError : fewer than ``context_length + 1`` tokens; a size below 1; more than one dimension.
    TypeError : token ids or sizes that are not integers.

    Examples
    --------
    >>> dataset = TokenDataset(range(10, 20), context_length=4, stride=2)
    >>> len(dataset)
    3
    >>> inputs, targets = dataset[1]
    >>> inputs, targets
    (tensor([12, 13, 14, 15]), tensor([13, 14, 15, 16]))
    """

    def __init__(self, token_ids: Any, context_length: int, stride: int):
        _check_sizes(context_length=context_length, stride=stride)
        self.token_ids = as_token_array(token_ids)  # [n_tokens]
        self.context_length, self.stride = context_length, stride
        n_tokens = len(self.token_ids)
        if n_tokens <= context_length:
            raise ValueError(
                f"the text has {n_tokens} tokens, but one window of context_length {context_length} needs "
                f"{context_length + 1}, since its targets lie one token further: "
                f"pass a longer text or a context_length of at most {n_tokens - 1}"
            )
        # One more token than context_length: a window's inputs are its first tokens, its targets the last.
        self._windows = sliding_window_view(self.token_ids, context_length + 1)[::stride]  # a view, whatever its shape

    def __len__(self) -> int:
        """Number of windows: (n_tokens - context_length - 1) // stride + 1."""
        return len(self._windows)

    def __getitem__(self, index: int | np.ndarray) -> tuple[Tensor, Tensor]:
        """Inputs and targets, int64 [context_length]; of an array of numbers [batch], int64 [batch, context_length]."""
        windows = self._windows[index]  # [..., context_length + 1]
        inputs, targets = windows[..., :-1], windows[..., 1:]
        return torch.from_numpy(inputs.astype(np.int64)), torch.from_numpy(targets.astype(np.int64))

    def __reduce__(self):
        # How a dataset travels to a worker process. Pickle would send the content of a memory map, all of it, and the
        # windows as a table; so the worker cuts the windows itself, and opens a memory-mapped file again.
        token_ids = self.token_ids
        if isinstance(token_ids, np.memmap) and token_ids.filename and token_ids.flags.c_contiguous:
            token_ids = _MemoryMap(token_ids)
        return TokenDataset, (token_ids, self.context_length, self.stride)


class _MemoryMap:
    """Pickles as the place of a memory map: file, type, mode, offset, shape; unpickled, it is a memory map again."""

    def __init__(self, array: np.memmap):
        whole = array
        while isinstance(whole.base, np.memmap):  # a slice's own `offset` is that of the array it was cut from
            whole = whole.base
        offset = whole.offset + array.ctypes.data - whole.ctypes.data
        self.place = (array.filename, array.dtype, "r", offset, array.shape)

    def __reduce__(self):
        return np.memmap, self.place


def _check_sizes(**sizes: int) -> None:
    for name, value in sizes.items():
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} must be an int, not {value!r}")
        if value < 1:
            raise ValueError(f"{name} is {value}; it must be at least 1")


# ---------------------------------------------------------------------------------------------- order


class RandomOrder:
    """A random permutation of ``range(n)`` that is computed where it is asked for, and never stored.

    Stored, the order of a billion windows takes 8 GB; this takes 2 MB, memory for 8 sqrt(n) random numbers. A number is
    written with two digits (left, right) to the base ``side``, about sqrt(n), and passes through rounds of
    ``left, right = right, (left + random[right]) % side``. Whatever the random numbers are, a round can be undone, so no two
    numbers ever meet: a Feistel network (Luby and Rackoff 1988). Two digits also write numbers that are too large; such a
    number passes again until it is below ``n`` (cycle walking; Black and Rogaway 2002).

    Parameters
    ----------
    n : how many numbers, at least 1.
    seed, epoch : 0 or larger; they fix the order.

    Examples
    --------
    >>> order = RandomOrder(10, seed=1, epoch=0)
    >>> order(np.arange(10))
    array([9, 8, 2, 7, 0, 1, 3, 6, 4, 5])
    >>> order(np.array([7]))  # without the others
    array([6])
    """

    N_ROUNDS = 8  # with four, a number still tells something about the next one

    def __init__(self, n: int, seed: int, epoch: int = 0):
        _check_sizes(n=n)
        side = math.isqrt(n - 1) + 1
        # With an odd side the rounds make an even permutation: for n = side² half of the orders would never come.
        side += side % 2
        # PCG64's raw bits are promised to stay the same in every version of NumPy; what default_rng() makes of them is not.
        bits = np.random.PCG64([seed, epoch]).random_raw((self.N_ROUNDS, side))
        self.n, self._side, self._rounds = n, side, (bits % side).astype(np.int64)

    def __call__(self, positions: np.ndarray) -> np.ndarray:
        """The numbers at these positions of the order, int64 [batch]."""
        numbers = self._pass(positions)
        while (too_large := numbers >= self.n).any():
            numbers[too_large] = self._pass(numbers[too_large])
        return numbers

    def _pass(self, numbers: np.ndarray) -> np.ndarray:
        left, right = np.divmod(numbers, self._side)  # the two digits of every number
        for random in self._rounds:  # [side]
            left, right = right, (left + random[right]) % self._side
        return left * self._side + right


class _EpochSampler(Sampler):
    """The window numbers of an epoch's batches, each int64 [batch], from batch ``first`` on."""

    def __init__(self, n_windows: int, batch_size: int, shuffle: bool, drop_last: bool, seed: int):
        self.n_windows, self.batch_size, self.shuffle, self.seed = n_windows, batch_size, shuffle, seed
        self.n_batches = n_windows // batch_size if drop_last else math.ceil(n_windows / batch_size)
        self.epoch = self.first = 0

    def __len__(self) -> int:
        return self.n_batches

    def __iter__(self) -> Iterator[np.ndarray]:
        order = RandomOrder(self.n_windows, self.seed, self.epoch) if self.shuffle else np.asarray
        size, end = self.batch_size, min(self.n_batches * self.batch_size, self.n_windows)
        # The order of 64 batches at once: for a few numbers, calling NumPy takes longer than its work.
        for start in range(self.first * size, end, 64 * size):
            numbers = order(np.arange(start, min(start + 64 * size, end)))
            yield from (numbers[i : i + size] for i in range(0, len(numbers), size))


class TokenLoader(DataLoader):
    """torch's DataLoader over windows, in an order that a seed fixes, and resumable at any batch; `make_loader` makes it.

    Iterating runs through one epoch: ``epoch`` counts the finished ones, ``batch`` the batches that the current one has
    handed out. An epoch that is broken off starts over, unless `load_state_dict` continues it.

    Examples
    --------
    >>> loader = make_loader(range(9), context_length=2, batch_size=2, stride=2, shuffle=True, drop_last=False, seed=1)
    >>> for inputs, targets in loader:
    ...     state = loader.state_dict()
    ...     break
    >>> state["epoch"], state["batch"]
    (0, 1)
    >>> loader.load_state_dict(state)
    >>> [inputs.tolist() for inputs, targets in loader]
    [[[2, 3], [6, 7]]]
    """

    # Why a DataLoader, not a plain loop: worker processes, prefetching and pinned memory come with it. Why it counts the
    # batches here, not in the sampler: with workers, the sampler is several batches ahead of what has been handed out.

    def __init__(
        self, dataset: TokenDataset, *, batch_size: int, shuffle: bool, drop_last: bool, seed: int = 0, **options: Any
    ):
        _check_sizes(batch_size=batch_size)
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
            raise ValueError(f"seed is {seed!r}; choose an int from 0 to {2**63 - 1}")
        if drop_last and batch_size > len(dataset):
            raise ValueError(
                f"batch_size is {batch_size}, but there are only {len(dataset)} windows, and drop_last leaves out a batch "
                "that is not full: choose a smaller batch_size or stride, a longer text, or drop_last=False"
            )
        self.epoch = self.batch = 0
        self._resuming = False
        self._settings = {
            "n_tokens": len(dataset.token_ids),
            "context_length": dataset.context_length,
            "stride": dataset.stride,
            "batch_size": batch_size,
            "shuffle": bool(shuffle),
            "drop_last": bool(drop_last),
            "seed": seed,
        }
        # batch_size=None: the sampler makes the batches, and the dataset gathers each in one go. Without a generator of its
        # own, a DataLoader takes a number from torch's global generator at the start of every epoch.
        super().__init__(
            dataset,
            sampler=_EpochSampler(len(dataset), batch_size, shuffle, drop_last, seed),
            batch_size=None,
            generator=torch.Generator().manual_seed(seed),
            **options,
        )

    def __iter__(self) -> Iterator[list[Tensor]]:
        """The batches of one epoch, from its start or from where `load_state_dict` has put the loader."""
        epoch, first = self.epoch, self.batch if self._resuming else 0
        self._resuming = False
        self.sampler.epoch, self.sampler.first = epoch, first
        for self.batch, windows in enumerate(super().__iter__(), start=first + 1):
            yield windows
        self.epoch, self.batch = epoch + 1, 0

    def state_dict(self) -> dict[str, int | bool]:
        """The position behind the batch that was handed out last, and the settings; plain numbers, for a checkpoint."""
        return {"epoch": self.epoch, "batch": self.batch, **self._settings}

    def load_state_dict(self, state: dict[str, int | bool]) -> None:
        """Continue from a position of `state_dict`; a ValueError where the data or settings differ from those saved."""
        expected = {"epoch", "batch", *self._settings}
        if set(state) != expected:
            raise ValueError(f"the state has {sorted(state)}; expected what state_dict returns: {sorted(expected)}")
        for name, value in self._settings.items():
            if state[name] != value:
                raise ValueError(
                    f"the state was saved with {name} {state[name]}, but this loader has {name} {value}, so its batches "
                    "would be others: make the loader as it was made then"
                )
        if not (state["epoch"] >= 0 and 0 <= state["batch"] <= len(self)):
            raise ValueError(
                f"the state is at epoch {state['epoch']}, batch {state['batch']}; an epoch has {len(self)} batches"
            )
        self.epoch, self.batch, self._resuming = state["epoch"], state["batch"], True


def make_loader(
    token_ids: Any,
    *,
    context_length: int,
    batch_size: int,
    stride: int,
    shuffle: bool,
    drop_last: bool,
    seed: int = 0,
    num_workers: int = 0,
    pin_memory: bool = False,
) -> TokenLoader:
    """A loader of [inputs, targets], both int64 [batch, context_length], over the windows of `TokenDataset`.

    The order depends on the seed and the epoch alone; no global random numbers are used. A loader that takes over the
    ``state_dict`` of another continues with exactly the batches that would have come, in this epoch and all others.

    Parameters
    ----------
    token_ids, context_length, stride : see `TokenDataset`.
    batch_size : windows in a batch.
    shuffle : a random order, another one in every epoch (for training), or the order of the text (for validation).
    drop_last : leave out a last batch that is not full.
    seed : 0 or larger.
    num_workers, pin_memory : see torch's DataLoader. Gathering windows is so fast that workers rarely pay.

    Raises
    ------
    ValueError, TypeError : those of `TokenDataset`; ``batch_size`` below 1; negative seed; no batch left by ``drop_last``.

    Examples
    --------
    >>> loader = make_loader(range(9), context_length=2, batch_size=2, stride=2, shuffle=True, drop_last=False, seed=1)
    >>> for inputs, targets in loader:
    ...     print(inputs.tolist(), targets.tolist())
    [[0, 1], [4, 5]] [[1, 2], [5, 6]]
    [[2, 3], [6, 7]] [[3, 4], [7, 8]]
    """
    return TokenLoader(
        TokenDataset(token_ids, context_length, stride),
        batch_size=batch_size,
        shuffle=shuffle,
        drop_last=drop_last,
        seed=seed,
        num_workers=num_workers,
        pin_memory=pin_memory,
    )


# ---------------------------------------------------------------------------------------------- token files

# A token file is a safetensors file with one tensor, so that its header holds all there is to know, and other tools read
# it: 8 bytes with the header's length, the header in JSON, the tokens. https://github.com/huggingface/safetensors
_HEADER_BYTES = 256  # always the same, padded with spaces, so that it can be written again when the tokens are counted
_DTYPES = {"U16": np.dtype("<u2"), "U32": np.dtype("<u4")}


def write_token_file(path: str | os.PathLike, token_ids: Any, vocab_size: int) -> None:
    """Write token ids to a file for `open_token_file`: two bytes each, or four from a vocabulary of 65,537 up.

    An older file stays whole until the new one is complete. What is written is a safetensors file with one tensor.

    Parameters
    ----------
    token_ids : [n_tokens] integers; or an iterator of such pieces, such as `encode_documents` gives, which is written
        piece by piece, so that only one of them is in memory.
    vocab_size : number of tokens of the tokenizer.

    Raises
    ------
    ValueError : an id outside the vocabulary; no ids at all.
    TypeError : ids that are not integers.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "corpus.safetensors"
    >>> write_token_file(path, iter([[3673, 477], [10281]]), vocab_size=50257)
    >>> open_token_file(path)
    memmap([ 3673,   477, 10281], dtype=uint16)
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
    n_bytes = n_tokens * _DTYPES[kind].itemsize
    content = {
        "__metadata__": {"vocab_size": str(vocab_size)},
        "token_ids": {"dtype": kind, "shape": [n_tokens], "data_offsets": [0, n_bytes]},
    }
    text = json.dumps(content).ljust(_HEADER_BYTES - 8).encode()
    return len(text).to_bytes(8, "little") + text


def open_token_file(path: str | os.PathLike, vocab_size: int | None = None) -> np.memmap:
    """The token ids of a file, [n_tokens] uint16 or uint32, read-only: pages are read from disk when they are used.

    Parameters
    ----------
    path : a file that `write_token_file` wrote.
    vocab_size : where given, the file's ids must fit: its own vocabulary may not be larger.

    Raises
    ------
    ValueError : a file of another kind, or damaged: cut short, for example; a vocabulary larger than ``vocab_size``.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "corpus.safetensors"
    >>> write_token_file(path, range(100_000), vocab_size=100_000)
    >>> token_ids = open_token_file(path)
    >>> token_ids[-3:], token_ids.nbytes, path.stat().st_size
    (memmap([99997, 99998, 99999], dtype=uint32), 400000, 400256)
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
