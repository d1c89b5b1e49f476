"""GPT against transformers' GPT-2 in training, and NumPy against torch in the forward pass: make bench

Every figure is measured in one run, the sides in turn, in float32 on the CPU. A training step is forward,
cross-entropy, backward and AdamW (fused), on random tokens. The share of peak compares the floating-point operations
that the model needs with those of large matrix products, measured in the same turns. Needed are, for each token, 6 for
each weight that takes part in a matrix product (2 forward, 4 backward; Kaplan et al. 2020) and
12 n_layers emb_dim context_length for attention, as if nothing were masked (Chowdhery et al. 2022).

Where CUDA is at hand a second part trains the 124M model with context 1024 as fast as it can: torch.compile, bfloat16
(float16 on devices without it), as large a batch as fits. `--rehearse-gpu` runs that part alone, tiny, on the CPU.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import GPT2Config, GPT2LMHeadModel

from gptutils.config import GPT2_CONFIGS, GPTConfig
from gptutils.model import GPT, to_numpy_params
from gptutils.numpy_gpt import count_params, gpt2
from gptutils.runtime import compute_dtype
from timing import machine, seconds

# Size, configuration, rows in a batch, rounds. The small ones have a vocabulary as small models have it: with GPT-2's,
# the output projection alone would be most of their work.
CPU_RUNS = [
    ("1M", GPTConfig(1000, context_length=128, emb_dim=128, n_heads=4, n_layers=4, qkv_bias=True), 16, 15),
    ("10M", GPTConfig(1000, context_length=256, emb_dim=320, n_heads=5, n_layers=8, qkv_bias=True), 8, 7),
    ("124M", replace(GPT2_CONFIGS["124M"], context_length=256), 4, 3),
]


def huggingface(config: GPTConfig) -> GPT2LMHeadModel:
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.emb_dim,
            n_head=config.n_heads,
            n_layer=config.n_layers,
            embd_pdrop=config.drop_rate,
            attn_pdrop=config.drop_rate,
            resid_pdrop=config.drop_rate,
            bos_token_id=None,
            eos_token_id=None,
            use_cache=False,
        )
    )


def flops_per_token(config: GPTConfig) -> int:
    counts = count_params(config)
    weights = sum(counts.values()) - counts["position embeddings"]
    return 6 * weights + 12 * config.n_layers * config.emb_dim * config.context_length


def random_batch(config: GPTConfig, rows: int, device: str = "cpu") -> tuple[Tensor, Tensor]:
    ids = torch.randint(config.vocab_size, (rows, config.context_length + 1), device=device)
    return ids[:, :-1].contiguous(), ids[:, 1:].contiguous()


def training_step(model: nn.Module, logits_of: Callable[[Tensor], Tensor], token_ids: Tensor, targets: Tensor):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    model.train()

    def step() -> None:
        loss = F.cross_entropy(logits_of(token_ids).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def in_turn(functions: list[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Seconds of each function in each round, after one warm-up round."""
    for function in functions:
        function()
    return [list(times) for times in zip(*([seconds(f) for f in functions] for _ in range(rounds)), strict=True)]


def matrix_products(size: int, times: int = 3) -> tuple[Callable[[], object], int]:
    """A function that multiplies large float32 matrices, and its floating-point operations."""
    a, b = torch.randn(2, size, size)

    def multiply() -> None:
        for _ in range(times):
            a @ b

    return multiply, times * 2 * size**3


def train_on_cpu() -> None:
    print("training on the CPU, against transformers' GPT2LMHeadModel\n")
    print(
        "| size | parameters | drop rate | ours (tokens/s) | transformers (tokens/s) | ratio | lowest | highest "
        "| matrix products (GFLOP/s) | share of it |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size, config, rows, rounds in CPU_RUNS:
        for drop_rate in (0.1, 0.0):
            compare_training(size, replace(config, drop_rate=drop_rate), rows, rounds)


def compare_training(size: str, config: GPTConfig, rows: int, rounds: int) -> None:
    token_ids, targets = random_batch(config, rows)
    model, other = GPT(config), huggingface(config)
    multiply, products = matrix_products(2048)
    ours, theirs, peak = in_turn(
        [
            training_step(model, model, token_ids, targets),
            training_step(other, lambda ids: other(ids).logits, token_ids, targets),
            multiply,
        ],
        rounds,
    )
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    n = token_ids.numel()
    share = statistics.median(flops_per_token(config) * n / a / (products / p) for a, p in zip(ours, peak, strict=True))
    print(
        f"| {size} | {model.n_parameters:,} | {config.drop_rate} | {n / statistics.median(ours):,.0f} "
        f"| {n / statistics.median(theirs):,.0f} | {statistics.median(ratios):.2f} | {min(ratios):.2f} "
        f"| {max(ratios):.2f} | {products / statistics.median(peak) / 1e9:.0f} | {share:.0%} |",
        flush=True,
    )


def forward_in_numpy() -> None:
    print("\nforward pass of one sequence on the CPU, NumPy against torch\n")
    print("| size | tokens | NumPy (tokens/s) | torch (tokens/s) | time / time of torch | lowest | highest |")
    print("|---|---|---|---|---|---|---|")
    for size, config, _, rounds in CPU_RUNS:
        compare_forward(size, config, rounds)


@torch.inference_mode()
def compare_forward(size: str, config: GPTConfig, rounds: int) -> None:
    model = GPT(config).eval()
    params = to_numpy_params(model)
    token_ids, _ = random_batch(config, 1)
    # Several calls a turn: the threads of one library still wait in a loop when the other's begin.
    calls = 1 + 20_000_000 // model.n_parameters

    def with_numpy() -> None:
        for _ in range(calls):
            gpt2(token_ids[0].numpy(), **params, n_heads=config.n_heads)

    def with_torch() -> None:
        for _ in range(calls):
            model(token_ids)

    ours, theirs = in_turn([with_numpy, with_torch], rounds)
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    n = token_ids.numel() * calls
    print(
        f"| {size} | {token_ids.numel()} | {n / statistics.median(ours):,.0f} | {n / statistics.median(theirs):,.0f} "
        f"| {statistics.median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} |",
        flush=True,
    )


def train_on_gpu(device: str, config: GPTConfig, rows: int, rounds: int, matrix_size: int) -> None:
    """Halve the batch until it fits, then measure."""
    dtype = compute_dtype(device)
    name = torch.cuda.get_device_name(device) if device == "cuda" else "CPU"
    print(
        f"\ntraining on {name}: torch.compile, {dtype}, context {config.context_length}, drop rate {config.drop_rate}\n"
    )
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    torch.set_float32_matmul_precision("high")

    def run(rows: int) -> list[float]:
        """Seconds of a step, each the mean of a round of ten."""
        model = GPT(config).to(device).train()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
        scaler = torch.amp.GradScaler(device, enabled=dtype == torch.float16)
        token_ids, targets = random_batch(config, rows, device)

        @torch.compile
        def loss_of(token_ids: Tensor, targets: Tensor) -> Tensor:
            with torch.autocast(device, dtype, enabled=dtype != torch.float32):
                return F.cross_entropy(model(token_ids).flatten(0, 1), targets.flatten())

        def steps(n: int = 10) -> None:
            for _ in range(n):
                optimizer.zero_grad()
                scaler.scale(loss_of(token_ids, targets)).backward()
                scaler.step(optimizer)
                scaler.update()
            wait()

        steps(3)  # compiles
        return [seconds(steps) / 10 for _ in range(rounds)]

    def peak() -> float:
        """FLOP/s of large matrix products in the same number format."""
        a, b = torch.randn(2, matrix_size, matrix_size, device=device, dtype=dtype)

        def multiply() -> None:
            for _ in range(10):
                a @ b
            wait()

        multiply()
        return 10 * 2 * matrix_size**3 / min(seconds(multiply) for _ in range(5))

    while True:
        try:
            times = run(rows)
            break
        except torch.OutOfMemoryError:
            if rows == 1:
                raise
            rows //= 2
        torch.compiler.reset()  # what failed keeps its memory otherwise
        torch.cuda.empty_cache()
    tokens_per_second = rows * config.context_length / statistics.median(times)
    flops, best = flops_per_token(config) * tokens_per_second, peak()
    memory = f"{torch.cuda.max_memory_allocated() / 2**30:.1f}" if device == "cuda" else "-"
    print("| parameters | batch | tokens/s | TFLOP/s | matrix products (TFLOP/s) | share of it | memory (GiB) |")
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {sum(count_params(config).values()):,} | {rows} x {config.context_length} | {tokens_per_second:,.0f} "
        f"| {flops / 1e12:.4g} | {best / 1e12:.4g} | {flops / best:.0%} | {memory} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of the model; see the top of this file.")
    parser.add_argument("--rehearse-gpu", action="store_true", help="only the part for a GPU, on the CPU and tiny")
    rehearse = parser.parse_args().rehearse_gpu
    torch.manual_seed(0)
    print(f"{machine()}, {torch.get_num_threads()} threads; torch {torch.__version__}\n")
    if rehearse:
        tiny = GPTConfig(200, context_length=32, emb_dim=32, n_heads=2, n_layers=2, qkv_bias=True)
        train_on_gpu("cpu", tiny, rows=4, rounds=3, matrix_size=256)
        return
    train_on_cpu()
    forward_in_numpy()
    if torch.cuda.is_available():
        # About 0.8 MB for each token of a batch: half of it logits, half what the blocks keep for the backward pass.
        free = torch.cuda.mem_get_info()[0]
        rows = max(1, min(64, int(0.9 * free / (0.8e6 * 1024))))
        for drop_rate in (0.1, 0.0):
            config = replace(GPT2_CONFIGS["124M"], drop_rate=drop_rate)
            train_on_gpu("cuda", config, 2 ** (rows.bit_length() - 1), rounds=5, matrix_size=8192)


if __name__ == "__main__":
    main()
