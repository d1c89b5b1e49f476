"""`make course-model`: trains the course's own small model by its recipe and stores it, with its card, in the package.

The recipe stands in gptutils/course_model.py; this file runs it, measures the result as it will be loaded, in 16 bits,
and writes down what was measured. With --check N it runs only the first N steps and compares their losses with those of
the stored run.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import torch

from gptutils import course_model as recipe
from gptutils.training import TrainState

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "gptutils" / "data_files" / "course_model"
FIRST_STEPS = 20  # whose losses are kept, for a short run to be compared with
REPORT_EVERY = 250

CARD = """\
# The course's small model

A GPT with {n_parameters:,} parameters ({n_layers} blocks, width {emb_dim}, {n_heads} heads, context of {context_length}
tokens, vocabulary of {vocab_size}) that writes tiny stories in English. It comes with the package:
`gptutils.course_model.load_course_model()`. Licence: MIT, as the code.

## What it was trained on

{n_stories:,} stories of the course's synthetic language (`gptutils.texts.tiny_language`, seed {seed}), {n_tokens:,}
tokens of its own byte-pair encoding, which was trained on {tokenizer_stories:,} stories. Nothing that a person wrote
about another person is in it.

## Recipe

`make course-model`: {n_steps:,} steps of AdamW on {batch_size} windows of {context_length} tokens, each beginning where
a story begins; matrices begin {init_scale:.2f} times as large as in GPT-2, which is wider; learning rate up to {lr:g}
in {warmup} steps, then down to 0 in a straight line; beta2 {beta2:g}, weight decay {weight_decay:g}, no dropout,
float32. {seen:,} tokens went through it, which took {minutes:.0f} minutes of computing on {threads} CPU cores
(torch {torch_version}). Everything random has the seed {init_seed}.

## What was measured

On {fresh:,} fresh stories (seed {fresh_seed}), each read from its beginning, with the weights as they are stored, in 16
bits: a loss of {loss:.4f} nats per token. No model can go below {floor:.4f}, the exact mean of what the language itself
gives these stories. The distance to that floor is {gap:.1%}.

## What it cannot do

It knows some two hundred words and one kind of story. Every other text is strange to it: it will answer any beginning
with a lost toy and an animal, or with nonsense. It is for learning how models work, and for nothing else.
"""


class EnoughSteps(Exception):
    """Ends a short run."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", type=int, metavar="N", help="run N steps and compare their losses with the stored ones"
    )
    n_check = parser.parse_args().check
    started = time.monotonic()
    tokenizer = recipe.train_tokenizer()
    fresh = recipe.stories(**recipe.FRESH_STORIES)

    def after_step(state: TrainState) -> None:
        if n_check and state.step >= n_check:
            raise EnoughSteps(state.history.losses)
        if state.step % REPORT_EVERY == 0:
            gap = recipe.measure(state.model, tokenizer, fresh[:200])["gap"]
            print(f"step {state.step:5,}: {gap:7.2%} above the floor, {time.monotonic() - started:5,.0f} s", flush=True)

    loader = recipe.training_loader(tokenizer)
    try:
        model, history = recipe.run_recipe(loader, after_step)
    except EnoughSteps as enough:
        return compare(enough.args[0])
    seconds = time.process_time() / torch.get_num_threads()  # of computing: whatever else the machine did is left out
    for parameter in model.parameters():  # what is stored is what is measured
        parameter.data = parameter.data.half().float()
    figures = recipe.measure(model, tokenizer, fresh) | {
        "seconds": round(seconds),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__.split("+")[0],
        "tokens": history.tokens[-1],
        "first_losses": [round(loss, 4) for loss in history.losses[:FIRST_STEPS]],
    }
    FOLDER.mkdir(exist_ok=True)
    recipe.save_course_model(model, tokenizer, figures, FOLDER)
    (FOLDER / "CARD.md").write_text(card(figures, model.n_parameters, len(loader.dataset.token_ids)), encoding="utf-8")
    print(f"{figures['gap']:.2%} above the floor on fresh stories; written to {FOLDER.relative_to(ROOT)}")
    return 0


def compare(losses: list[float]) -> int:
    """Compare the losses of the first steps with those of the stored run."""
    stored = recipe.figures()["first_losses"]
    for step, (now, then) in enumerate(zip(losses, stored, strict=False), start=1):
        print(f"step {step:2}: {now:.4f} now, {then:.4f} then")
    same = all(abs(now - then) < 1e-3 for now, then in zip(losses, stored, strict=False))
    print("the same run" if same else "another run")
    return 0 if same else 1


def card(figures: dict, n_parameters: int, n_tokens: int) -> str:
    """The model card, from the recipe and what was measured."""
    config, training = recipe.CONFIG, recipe.TRAINING
    return CARD.format(
        n_parameters=n_parameters,
        **{name: getattr(config, name) for name in ("n_layers", "emb_dim", "n_heads", "context_length", "vocab_size")},
        **{name: getattr(training, name) for name in ("n_steps", "lr", "beta2", "weight_decay")},
        **recipe.TRAINING_STORIES,
        n_tokens=n_tokens,
        tokenizer_stories=recipe.TOKENIZER_STORIES["n_stories"],
        batch_size=recipe.BATCH_SIZE,
        warmup=recipe.WARMUP,
        init_scale=recipe.INIT_SCALE,
        seen=figures["tokens"],
        minutes=figures["seconds"] / 60,
        threads=figures["threads"],
        torch_version=figures["torch"],
        init_seed=recipe.SEED,
        fresh=recipe.FRESH_STORIES["n_stories"],
        fresh_seed=recipe.FRESH_STORIES["seed"],
        **{name: figures[name] for name in ("loss", "floor", "gap")},
    )


if __name__ == "__main__":
    sys.exit(main())
