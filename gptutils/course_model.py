"""The course's own small model: a GPT of about a million parameters that has learned to write tiny stories.

It was trained by the recipe in this module (``make course-model`` repeats it) with the loop of chapter 6, and comes
with the package, so that later lessons can decode, fine-tune and align a model without training one first. Its card,
``data_files/course_model/CARD.md``, says what it has seen, how well it writes, and what it cannot do.

Lesson: ``chapters/06_training.ipynb``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from gptutils.config import GPTConfig
from gptutils.data import TokenDataset, TokenLoader, encode_documents
from gptutils.files import replacing
from gptutils.loss import IGNORED, evaluate
from gptutils.model import GPT
from gptutils.texts.tiny_language import tiny_stories, tiny_story_logprob
from gptutils.tokenizer import BPETokenizer
from gptutils.training import History, TrainConfig, TrainState, train

FOLDER = files("gptutils").joinpath("data_files", "course_model")

# The recipe. Numbers of stories and seeds name the same stories on every machine.
CONFIG = GPTConfig(vocab_size=512, context_length=256, emb_dim=192, n_heads=8, n_layers=2, drop_rate=0.0)
TRAINING = TrainConfig(n_steps=1500, lr=6e-3, beta2=0.98, dtype="float32")
BATCH_SIZE = 16  # windows of 256 tokens: 4,096 tokens a step
# GPT-2's standard deviation of 0.02 was chosen for its width; sums over fewer numbers need larger ones.
INIT_SCALE = math.sqrt(768 / CONFIG.emb_dim)
WARMUP = 50  # steps in which the learning rate rises from 0; then it falls to 0 in a straight line
SEED = 6
TOKENIZER_STORIES = {"n_stories": 2_000, "seed": 0}
TRAINING_STORIES = {"n_stories": 70_000, "seed": 1}
FRESH_STORIES = {"n_stories": 1_000, "seed": 1_000_000}


def stories(n_stories: int, seed: int) -> list[str]:
    """Tiny stories as a list; see `gptutils.texts.tiny_language.tiny_stories`."""
    return tiny_stories(n_stories, seed, separator="\0").split("\0")[:-1]


def train_tokenizer() -> BPETokenizer:
    """The model's tokenizer, trained anew: 255 merges learned from 2,000 stories."""
    return BPETokenizer.train(tiny_stories(**TOKENIZER_STORIES), CONFIG.vocab_size)


def training_loader(tokenizer: BPETokenizer, n_stories: int = TRAINING_STORIES["n_stories"]) -> TokenLoader:
    """Windows that each begin with an end-of-text token and the story behind it; the next stories fill the rest."""
    texts = stories(n_stories, TRAINING_STORIES["seed"])
    pieces = [np.array([tokenizer.eot_token]), *encode_documents(texts, tokenizer.to_tiktoken())]
    token_ids = np.concatenate(pieces).astype(np.uint16)
    starts = np.flatnonzero(token_ids == tokenizer.eot_token)
    windows = TokenDataset(token_ids, CONFIG.context_length, starts=starts)
    return TokenLoader(windows, batch_size=BATCH_SIZE, shuffle=True, drop_last=True, seed=SEED)


def learning_rate(step: int) -> float:
    """Rate of a step: up from 0 during the warmup, then down to 0 in a straight line."""
    left = (TRAINING.n_steps - step) / (TRAINING.n_steps - WARMUP)
    return TRAINING.lr * min((step + 1) / WARMUP, left)


def run_recipe(loader: TokenLoader, after_step: Callable[[TrainState], None] | None = None) -> tuple[GPT, History]:
    """Train a new model; ``after_step`` is `gptutils.training.train`'s, and may raise to end the run."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        model = GPT(CONFIG)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter *= INIT_SCALE
    history = train(model, loader, None, TRAINING, schedule=learning_rate, after_step=after_step)
    return model, history


def story_batches(texts: Sequence[str], tokenizer: BPETokenizer, batch_size: int = 50) -> list[tuple[Tensor, Tensor]]:
    """Inputs and targets [batch, seq] of whole stories, one a row, the short ones first; padding does not count.

    Each row begins with the end-of-text token, from which the first token is predicted; the last target is that token
    again.
    """
    eot = tokenizer.eot_token
    rows = sorted(encode_documents(texts, tokenizer.to_tiktoken()), key=len)
    batches = []
    for first in range(0, len(rows), batch_size):
        group = rows[first : first + batch_size]
        targets = torch.full((len(group), len(group[-1])), IGNORED)
        for row, ids in zip(targets, group, strict=True):
            row[: len(ids)] = torch.from_numpy(ids)
        inputs = torch.cat([torch.full((len(group), 1), eot), targets[:, :-1]], dim=1)
        batches.append((inputs.where(inputs != IGNORED, eot), targets))
    return batches


def measure(model: GPT, tokenizer: BPETokenizer, texts: Sequence[str]) -> dict[str, float]:
    """Loss on whole stories, the floor that no model can go below, both in nats per token, and the gap between them.

    The floor is the mean of the exact -log(probability) that the language itself gives these stories.

    Returns
    -------
    ``loss``, ``floor``, and ``gap``, which is loss / floor - 1.
    """
    batches = story_batches(texts, tokenizer)
    n_tokens = sum(int((targets != IGNORED).sum()) for _, targets in batches)
    loss = evaluate(model, batches)
    floor = -sum(map(tiny_story_logprob, texts)) / n_tokens
    return {"loss": loss, "floor": floor, "gap": loss / floor - 1}


def save_course_model(model: GPT, tokenizer: BPETokenizer, figures: dict, folder: Path) -> None:
    """Write weights (float16), tokenizer and figures; the loader reads no other files."""
    config = json.dumps({name: getattr(model.config, name) for name in CONFIG.__dataclass_fields__})
    weights = {name: weight.half() for name, weight in model.state_dict().items()}
    with replacing(folder / "model.safetensors") as path:
        save_file(weights, path, metadata={"config": config, "format": "pt"})
    tokenizer.save(folder / "tokenizer.json")
    with replacing(folder / "figures.json") as path:
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def figures() -> dict:
    """What was measured when the model was trained: see its card."""
    return json.loads(FOLDER.joinpath("figures.json").read_text(encoding="utf-8"))


def load_course_model(device: str | torch.device = "cpu") -> tuple[GPT, BPETokenizer]:
    """The course's own model, in evaluation mode and in float32, and its tokenizer.

    Examples
    --------
    >>> model, tokenizer = load_course_model()
    >>> model.config.emb_dim, tokenizer.vocab_size
    (192, 512)
    """
    with as_file(FOLDER) as folder:
        path = folder / "model.safetensors"
        with safe_open(path, framework="pt") as file:
            config = GPTConfig(**json.loads(file.metadata()["config"]))
        model = GPT(config)
        model.load_state_dict({name: weight.float() for name, weight in load_file(path).items()})
        return model.to(device).eval(), BPETokenizer.load(folder / "tokenizer.json")
