"""Generation with the KV cache against transformers' `generate` with its own: make bench

Both continue the same random prompts with the same random weights of GPT-2's smallest size, in float32 on the CPU, in
turn. The physical limit of one row is the memory: every weight is read once for each token. The share of it compares
the bytes of the weights that a step reads with what reading alone achieves, measured in the same turns. With several
rows a step reads the weights no more often, so a step of 8 rows has the same limit.
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import replace

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from gptutils.config import GPT2_CONFIGS
from gptutils.decoding import generate, stream
from gptutils.model import GPT
from timing import machine, seconds

PROMPT = 32  # tokens


def huggingface(model: GPT) -> GPT2LMHeadModel:
    """transformers' model with the same weights, which are transposed where it keeps them as [in, out]."""
    config = model.config
    sizes = {"n_embd": config.emb_dim, "n_head": config.n_heads, "n_layer": config.n_layers}
    other = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            **sizes,
            bos_token_id=None,
            eos_token_id=None,
        )
    )
    state = model.state_dict()
    for name, parameter in other.transformer.named_parameters():
        tensor = state[f"blocks{name[1:]}" if name.startswith("h.") else name]
        is_conv1d = ".c_" in name and tensor.ndim == 2
        parameter.data.copy_(tensor.T if is_conv1d else tensor)
    return other.eval()


def compare(model: GPT, other: GPT2LMHeadModel, rows: int, n_tokens: int, sampled: bool, rounds: int) -> None:
    prompts = torch.randint(model.config.vocab_size, (rows, PROMPT))
    # transformers draws from the 50 most probable tokens unless it is told otherwise.
    ours = {"temperature": 1.0, "top_k": 50} if sampled else {}
    theirs = {"do_sample": True, "temperature": 1.0, "top_k": 50} if sampled else {"do_sample": False}
    theirs |= {"attention_mask": torch.ones_like(prompts), "pad_token_id": 0, "max_new_tokens": n_tokens}
    weights = sum(p.numel() for name, p in model.named_parameters() if name != "wpe.weight")  # that a step reads
    numbers = torch.ones(weights)

    if not sampled:
        assert torch.equal(generate(model, prompts, 8), other.generate(prompts, **theirs | {"max_new_tokens": 8}))
    turns = [
        lambda: generate(model, prompts, n_tokens, **ours),
        lambda: other.generate(prompts, **theirs),
        lambda: numbers.sum(),
    ]
    times = [[seconds(turn) for turn in turns] for _ in range(rounds + 1)][1:]
    ratios = [b / a for a, b, _ in times]
    a, b, read = map(statistics.median, zip(*times, strict=True))
    print(
        f"| {rows} | {'top 50' if sampled else 'greedy'} | {rows * n_tokens / a:,.0f} | {rows * n_tokens / b:,.0f} "
        f"| {statistics.median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} "
        f"| {4 * weights / read / 1e9:.0f} | {read * n_tokens / a:.0%} |",
        flush=True,
    )


def cost_against_length(model: GPT, n_tokens: int) -> None:
    """Milliseconds of a token, the mean of 32 in turn, at the beginning of the context and at its end."""
    prompt = torch.randint(model.config.vocab_size, (1, 1))
    steps, times = stream(model, prompt, n_tokens), []
    for _ in range(n_tokens):
        times.append(1000 * seconds(lambda: next(steps)))
    parts = [statistics.median(times[start : start + 32]) for start in range(0, n_tokens, 32)]
    print(f"\nmilliseconds of a token, by length: {', '.join(f'{part:.0f}' for part in parts)}")
    print(f"last part / first part: {parts[-1] / parts[0]:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of generation; see the top of this file.")
    parser.add_argument("--tokens", type=int, default=128, help="tokens to generate (default: 128)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each (default: 3)")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    print(f"{machine()}, {torch.get_num_threads()} threads; torch {torch.__version__}\n")
    model = GPT(replace(GPT2_CONFIGS["124M"], drop_rate=0.0)).eval()
    other = huggingface(model)
    print(
        "| rows | tokens | ours (tokens/s) | transformers (tokens/s) | ratio | lowest | highest | reading (GB/s) "
        "| share of it |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for rows in (1, 8):
        for sampled in (False, True):
            compare(model, other, rows, arguments.tokens, sampled, arguments.rounds)
    cost_against_length(model, 256)


if __name__ == "__main__":
    main()
