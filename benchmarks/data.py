"""Batches of windows from a 1 GB token file in little memory, their order, and other ways to load them: make bench

The file is synthetic and is removed in the end. Every figure of speed is a ratio in one run, the sides in turn.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from gptutils.data import TokenDataset, TokenLoader, make_loader, open_token_file, random_order, write_token_file
from timing import machine, paired

VOCAB_SIZE = 50257
N_TOKENS = 500_000_000  # 1 GB, two bytes each
PIECE = 1_000_000
ALLOWED_MB = 32  # of new data: writing and reading the file must get along with it
ORDERS = (100_000, 1_000_000, 10_000_000)  # windows


class TensorSlices(Dataset):
    """The plain way: the text as one tensor, an example is two slices of it."""

    def __init__(self, token_ids: torch.Tensor, context_length: int, stride: int):
        self.token_ids, self.context_length, self.stride = token_ids, context_length, stride

    def __len__(self) -> int:
        return (len(self.token_ids) - self.context_length - 1) // self.stride + 1

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        start, end = index * self.stride, index * self.stride + self.context_length
        return self.token_ids[start:end], self.token_ids[start + 1 : end + 1]


class TensorList(Dataset):
    """The naive way: two tensors for every window, made beforehand."""

    def __init__(self, token_ids: list[int], context_length: int, stride: int):
        starts = range(0, len(token_ids) - context_length, stride)
        self.inputs = [torch.tensor(token_ids[i : i + context_length]) for i in starts]
        self.targets = [torch.tensor(token_ids[i + 1 : i + context_length + 1]) for i in starts]

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.inputs[index], self.targets[index]


def memory(kind: str) -> float:
    """MB of this process from Linux's own account: RssAnon is what it has allocated, RssFile what it has mapped."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) / 1000
    raise KeyError(kind)


def random_pieces() -> Iterator[np.ndarray]:
    rng = np.random.default_rng(0)
    for _ in range(N_TOKENS // PIECE):
        yield rng.integers(VOCAB_SIZE, size=PIECE, dtype=np.uint16)


def watched(items: Iterable, every: int) -> Iterator:
    """The items; on the way, the largest RssAnon is kept."""
    watched.peak = memory("RssAnon")
    for i, item in enumerate(items):
        yield item
        if i % every == 0:
            watched.peak = max(watched.peak, memory("RssAnon"))


def little_memory(path: Path) -> None:
    """Write and read the file while the system refuses any more data than ALLOWED_MB (Linux only)."""
    make_loader(
        range(100), context_length=4, batch_size=2, stride=1, shuffle=True, drop_last=True
    )  # loads what is lazy
    unlimited = resource.getrlimit(resource.RLIMIT_DATA)
    limit = int((memory("VmData") + ALLOWED_MB) * 1e6)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, unlimited[1]))
    print(f"memory, while the system grants at most {ALLOWED_MB} MB of new data")
    print("| work | windows | windows seen | new data at its peak (MB) | mapped (MB) | Mtokens/s |")
    print("|---|---|---|---|---|---|")

    def row(work: str, windows: str, seen: str, anonymous: float, mapped: float, tokens: int, start: float) -> None:
        speed = tokens / (time.perf_counter() - start) / 1e6
        print(f"| {work} | {windows} | {seen} | {watched.peak - anonymous:.1f} | {mapped:.0f} | {speed:.0f} |")

    start, before, file_before = time.perf_counter(), memory("RssAnon"), memory("RssFile")
    write_token_file(path, watched(random_pieces(), every=10), VOCAB_SIZE)
    row("write the file", "", "", before, memory("RssFile") - file_before, N_TOKENS, start)
    for stride in (1024, 512):
        start, before, file_before = time.perf_counter(), memory("RssAnon"), memory("RssFile")
        tokens = open_token_file(path, VOCAB_SIZE)
        loader = make_loader(tokens, context_length=1024, batch_size=8, stride=stride, shuffle=True, drop_last=False)
        seen = 0
        for inputs, _ in watched(loader, every=100):
            seen += len(inputs)
        windows, mapped = len(loader.dataset), memory("RssFile") - file_before
        row(f"shuffled, stride {stride}", f"{windows:,}", f"{seen:,}", before, mapped, seen * 1024, start)
        del loader, tokens, inputs
    resource.setrlimit(resource.RLIMIT_DATA, unlimited)


def orders() -> None:
    """What an epoch's order costs before its first batch; NumPy's own permutation beside it."""
    print("\nthe order of an epoch")
    print("| windows | s | peak (MB) | kept (MB) | time, ours to NumPy's permutation |")
    print("|---|---|---|---|---|")
    for n in ORDERS:
        tracemalloc.start()
        kept = random_order(n, seed=1, epoch=0).nbytes / 1e6
        peak = tracemalloc.get_traced_memory()[1] / 1e6  # without the sort's own working space
        tracemalloc.stop()
        r = paired(lambda n=n: random_order(n, 1, 0), lambda n=n: np.random.default_rng([1, 0]).permutation(n))
        print(f"| {n:,} | {r.a:.2f} | {peak:.0f} | {kept:.0f} | {r.ratio:.1f} |")


def run(loader: DataLoader | TokenLoader, n_batches: int) -> None:
    for _ in zip(range(n_batches), loader, strict=False):
        pass


def speed(path: Path) -> None:
    n_tokens = 4_000_000
    tokens = np.array(open_token_file(path)[:n_tokens])
    as_tensor, as_list = torch.from_numpy(tokens.astype(np.int64)), tokens.tolist()
    print(f"\nshuffled batches of {n_tokens:,} tokens in memory: tokens/s, and ratio to ours (above 1: ours is faster)")
    print("| windows x context, stride | loaded by | ours (Mtokens/s) | other (Mtokens/s) | ratio | lowest | highest |")
    print("|---|---|---|---|---|---|---|")
    for batch_size, context_length, stride, n_batches in (
        (8, 256, 256, 500),
        (8, 1024, 1024, 300),
        (64, 256, 256, 200),
    ):
        sizes = {"context_length": context_length, "stride": stride}
        torchs = {"batch_size": batch_size, "shuffle": True, "drop_last": True}
        ours = make_loader(tokens, **sizes, **torchs)
        others = {
            "list of tensors": DataLoader(TensorList(as_list, **sizes), **torchs),
            "slices of a tensor": DataLoader(TensorSlices(as_tensor, **sizes), **torchs),
            "TokenDataset, torch's DataLoader": DataLoader(TokenDataset(tokens, **sizes), **torchs),
            "ours, from the 1 GB file": make_loader(open_token_file(path), **sizes, **torchs),
        }
        for name, other in others.items():
            r = paired(lambda o=other, n=n_batches: run(o, n), lambda o=ours, n=n_batches: run(o, n))
            n_seen = min(n_batches, len(ours)) * batch_size * context_length / 1e6
            print(
                f"| {batch_size} x {context_length}, {stride} | {name} | {n_seen / r.b:.0f} | {n_seen / r.a:.0f} "
                f"| {r.ratio:.2f} | {r.lowest:.2f} | {r.highest:.2f} |"
            )


def main() -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.safetensors"
        print(f"{machine()}; a file of {N_TOKENS * 2 / 1e9:.0f} GB, {N_TOKENS:,} tokens\n")
        if sys.platform == "linux":
            little_memory(path)
        else:
            print("memory is measured on Linux only")
            write_token_file(path, random_pieces(), VOCAB_SIZE)
        orders()
        speed(path)


if __name__ == "__main__":
    main()
