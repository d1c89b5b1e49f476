"""The training loop against a bare one, the share of loading data, and checkpoints against the disk: make bench

Every ratio is measured in one run, its two sides in turn. The bare loop is forward, cross-entropy, backward and AdamW
on batches that lie in memory; `train` does the same with everything around it. Its batches are read, shuffled, from a
token file, and the time spent on them is taken inside `train`. A checkpoint of the 124M model with AdamW's averages is
written as in training, and the same number of bytes into one plain file; both are on the disk (fsync) before the clock
stops.

The goals: at least 0.97 of the bare loop's speed, at most 3 % of a step for data, at least half the disk's speed.
Where CUDA is at hand the loop is measured there, too, with the 124M model.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gptutils.checkpoint import save_checkpoint
from gptutils.config import GPT2_CONFIGS, GPTConfig
from gptutils.data import TokenLoader, make_loader, open_token_file, write_token_file
from gptutils.model import GPT
from gptutils.runtime import compute_dtype
from gptutils.training import TrainConfig, make_optimizer, make_state, train
from timing import machine, paired

# Size, configuration, rows in a batch, steps in a turn, turns.
CPU_RUNS = [
    ("0.1M", GPTConfig(500, context_length=64, emb_dim=48, n_heads=3, n_layers=2), 8, 60, 15),
    ("1M", GPTConfig(1000, context_length=128, emb_dim=128, n_heads=4, n_layers=4), 16, 10, 15),
    ("10M", GPTConfig(1000, context_length=256, emb_dim=320, n_heads=5, n_layers=8), 8, 3, 7),
]
GPU_RUN = ("124M", GPT2_CONFIGS["124M"], 8, 10, 9)
N_TOKENS = 20_000_000


class TimedLoader:
    """A loader that keeps the seconds for which it was waited for."""

    def __init__(self, loader: TokenLoader):
        self.loader, self.seconds = loader, 0.0

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        batches = iter(self.loader)
        while True:
            start = time.perf_counter()
            batch = next(batches, None)
            self.seconds += time.perf_counter() - start
            if batch is None:
                return
            yield batch


def bare_loop(model: GPT, batches: list[tuple[Tensor, Tensor]], device: str):
    """A function that trains for so many steps, as plainly as possible."""
    optimizer = make_optimizer(model, 1e-4)
    dtype = compute_dtype(device)
    model.train()
    forever = itertools.cycle(batches)

    def run(n_steps: int) -> None:
        for inputs, targets in itertools.islice(forever, n_steps):
            with torch.autocast(device, dtype, enabled=dtype != torch.float32):
                loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        if device == "cuda":
            torch.cuda.synchronize()

    return run


def course_loop(model: GPT, loader: TimedLoader):
    """A function that goes on with one run of `train` for so many steps, and adds up the seconds that it took."""
    state = make_state(model, loader, TrainConfig(1, lr=1e-4))

    def run(n_steps: int) -> None:
        start = time.perf_counter()
        train(model, loader, None, TrainConfig(state.step + n_steps, lr=1e-4), state=state)
        run.seconds += time.perf_counter() - start

    run.seconds = 0.0
    return run


def compare_loops(size: str, config: GPTConfig, rows: int, n_steps: int, turns: int, path: Path, device: str) -> None:
    tokens = open_token_file(path)
    sizes = {"context_length": config.context_length, "stride": config.context_length, "batch_size": rows}
    loader = make_loader(tokens, **sizes, shuffle=True, drop_last=True)
    batches = [tuple(part.to(device) for part in batch) for batch in itertools.islice(loader, 8)]
    bare = bare_loop(GPT(config).to(device), batches, device)
    timed = TimedLoader(loader)
    course = course_loop(GPT(config).to(device), timed)
    r = paired(lambda: bare(n_steps), lambda: course(n_steps), repeats=turns)
    n = n_steps * rows * config.context_length
    share = timed.seconds / course.seconds
    print(
        f"| {size} | {device} | {rows} x {config.context_length} | {n / r.b:,.0f} | {n / r.a:,.0f} "
        f"| {r.ratio:.3f} | {r.lowest:.3f} | {r.highest:.3f} | {share:.2%} |",
        flush=True,
    )


def loops(folder: Path) -> None:
    path = folder / "corpus.safetensors"
    write_token_file(path, np.random.default_rng(0).integers(500, size=N_TOKENS), vocab_size=500)
    print("the training loop: speed as a ratio to the bare loop; loading of data as a share of the time of `train`\n")
    print("| size | device | batch | train (tokens/s) | bare loop (tokens/s) | ratio | lowest | highest | data |")
    print("|---|---|---|---|---|---|---|---|---|")
    for run in CPU_RUNS:
        compare_loops(*run, path, "cpu")
    if torch.cuda.is_available():
        compare_loops(*GPU_RUN, path, "cuda")


def write_plainly(path: Path, n_bytes: int, piece: bytes) -> None:
    """One large file, on the disk when the function returns."""
    with path.open("wb") as file:
        for start in range(0, n_bytes, len(piece)):
            file.write(piece[: n_bytes - start])
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def checkpoints(folder: Path, config: GPTConfig) -> None:
    model = GPT(config)
    optimizer = make_optimizer(model, 1e-4)
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimizer.step()  # makes AdamW's averages
    optimizer.zero_grad()
    path = folder / "checkpoint.pt"
    save_checkpoint(path, model, optimizer=optimizer)
    n_bytes = path.stat().st_size
    path.unlink()
    print(f"\na checkpoint of {model.n_parameters:,} parameters with AdamW's averages, {n_bytes / 1e9:.2f} GB\n")
    if (free := shutil.disk_usage(folder).free) < 2.5 * n_bytes:
        print(f"{folder} has only {free / 1e9:.1f} GB free, too little for this: give another folder with --folder")
        return
    piece = np.random.default_rng(0).bytes(2**23)

    def save() -> None:
        save_checkpoint(path, model, optimizer=optimizer)
        path.unlink()

    r = paired(lambda: write_plainly(folder / "plain", n_bytes, piece), save, repeats=5)
    print("| checkpoint (MB/s) | plain file (MB/s) | ratio | lowest | highest |")
    print("|---|---|---|---|---|")
    mb = n_bytes / 1e6
    print(f"| {mb / r.b:,.0f} | {mb / r.a:,.0f} | {r.ratio:.2f} | {r.lowest:.2f} | {r.highest:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of training; see the top of this file.")
    parser.add_argument("--folder", help="on the disk to measure; default: the system's folder for temporary files")
    options = parser.parse_args()
    print(f"{machine()}, {torch.get_num_threads()} threads; torch {torch.__version__}\n")
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        loops(Path(name))
        checkpoints(Path(name), GPT2_CONFIGS["124M"])


if __name__ == "__main__":
    main()
