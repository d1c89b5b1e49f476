"""The command line, ``python -m gptutils``: train a model on a folder of texts, draw the curves of runs, write text.

``python -m gptutils train --data FOLDER --out RUN`` trains, ``python -m gptutils plot RUN`` draws,
``python -m gptutils generate PROMPT --model RUN`` writes; ``--help`` behind each explains every option. What is wrong
with the input is said in one line, with exit status 2. A run that a signal has stopped ends with 128 plus the number of
the signal, as is the custom of command lines.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import tiktoken
import torch
from tqdm import tqdm

from gptutils.checkpoint import describe_checkpoint, load_checkpoint
from gptutils.config import GPT2_CONFIGS, GPTConfig
from gptutils.course_model import load_course_model
from gptutils.curves import draw_runs
from gptutils.decoding import stream, stream_text
from gptutils.model import GPT
from gptutils.runs import (
    CHECKPOINTS,
    CONFIG,
    TOKENIZER,
    DataConfig,
    Run,
    RunConfig,
    RunSettings,
    Stopped,
    create_run,
    find_device,
    load_run,
    read_config,
)
from gptutils.tokenizer import BPETokenizer
from gptutils.training import DTYPES, TrainConfig

PROGRAM = "python -m gptutils"
CURVES = "curves.png"
OWN_VOCAB_SIZE, GPT2_VOCAB_SIZE = 1000, 50257
MODEL = GPTConfig(context_length=128, emb_dim=128, n_heads=4, n_layers=4)  # trains in minutes on two cores
TRAINING = TrainConfig(n_steps=1000, eval_batches=50)

MAY_CHANGE = {"n_steps", "keep", "prompt", "sample_tokens", "device", "tensorboard"}
"""Settings that a run may go on with in another way; all others would make it another run."""


class InputError(Exception):
    """What was asked for cannot be done; the message says what to do."""


# ---------------------------------------------------------------------------------------------- arguments


def make_parser(settings: Mapping[str, Any] | None = None) -> argparse.ArgumentParser:
    """The parser of all commands; ``settings``, by the names of the options, are other defaults for ``train``."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Train a GPT on your own texts, look at the runs, and write."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    train = commands.add_parser(
        "train",
        help="train a model on a folder of text files",
        description="Train a model on a folder of text files (.txt, UTF-8), joined by the token <|endoftext|>.",
        epilog="Ctrl-C ends a run after the step that it is in, with a checkpoint; "
        f"`{PROGRAM} train --out RUN --resume` goes on from there as if nothing had happened.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    for add_group in (_add_data, _add_model, _add_training, _add_run):
        add_group(train)
    train.set_defaults(**settings or {})
    plot = commands.add_parser(
        "plot",
        help="draw the curves of runs",
        description="Draw losses and learning rates of one or several runs into one picture.",
    )
    plot.add_argument("runs", nargs="+", metavar="RUN", help="folder of a run")
    plot.add_argument(
        "--out", metavar="FILE", help="a .png or .svg file (default: curves.png, in RUN if it is the only one)"
    )
    write = commands.add_parser(
        "generate",
        help="continue a text",
        description="Continue a text with a model, token by token, up to its end or to the number of tokens.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    _add_generation(write)
    return parser


def _add_generation(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    none = argparse.SUPPRESS
    add("prompt", nargs="?", default="", metavar="PROMPT", help="the text to continue; without one, a new text begins")
    which = f"{', '.join(GPT2_CONFIGS)} (GPT-2), the folder of a run, a checkpoint (.pt), or weights in a file or "
    which += "folder of safetensors (default: the course's own small model, which writes tiny stories)"
    add("--model", default=none, metavar="SIZE|PATH", help=which)
    add("--tokens", type=int, default=40, metavar="N", help="new tokens at most")
    add("--temperature", type=float, default=0.0, metavar="X", help="0 takes the most probable token, above 0 draws")
    add("--top-k", type=int, default=none, metavar="N", help="draw from the N most probable tokens")
    add("--top-p", type=float, default=none, metavar="X", help="draw from the most probable ones, together X")
    add("--min-p", type=float, default=none, metavar="X", help="draw from tokens X times as probable as the first")
    again = "above 1 makes tokens that have occurred less probable"
    add("--repetition-penalty", type=float, default=1.0, metavar="X", help=again)
    add("--seed", type=int, default=none, metavar="N", help="draw the same tokens again (default: others each time)")
    add("--device", default="auto", help="cpu, cuda or mps; auto is the fastest at hand")


def _add_data(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("data").add_argument
    add("--data", dest="folder", metavar="FOLDER", default=argparse.SUPPRESS, help="folder with the .txt files")
    add("--tokenizer", choices=("own", "gpt2"), default=DataConfig.tokenizer, help="trained on the texts, or GPT-2's")
    size = f"number of tokens (default: {OWN_VOCAB_SIZE} for an own tokenizer; GPT-2's has {GPT2_VOCAB_SIZE})"
    add("--vocab-size", type=int, metavar="N", default=argparse.SUPPRESS, help=size)
    share = "share of the text to train on; the rest is for validation"
    add("--train-fraction", type=float, metavar="X", default=DataConfig.train_fraction, help=share)
    add("--batch-size", type=int, metavar="N", default=DataConfig.batch_size, help="windows in a batch")


def _add_model(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("model").add_argument
    add("--context-length", type=int, metavar="N", default=MODEL.context_length, help="longest sequence, in tokens")
    add("--emb-dim", type=int, metavar="N", default=MODEL.emb_dim, help="width; divisible by the number of heads")
    add("--n-heads", type=int, metavar="N", default=MODEL.n_heads, help="attention heads in a block")
    add("--n-layers", type=int, metavar="N", default=MODEL.n_layers, help="transformer blocks")
    add("--drop-rate", type=float, metavar="X", default=MODEL.drop_rate, help="dropout probability")
    bias = "queries, keys and values have a bias"
    add("--qkv-bias", action=argparse.BooleanOptionalAction, default=MODEL.qkv_bias, help=bias)


def _add_training(parser: argparse.ArgumentParser) -> None:
    """Every setting of `TrainConfig`; those of a schedule and of clipping will stand here."""
    add = parser.add_argument_group("training").add_argument
    add("--n-steps", type=int, metavar="N", default=TRAINING.n_steps, help="optimizer steps in all")
    together = "batches whose gradients are summed for one step"
    add("--accumulate", type=int, metavar="N", default=TRAINING.accumulate, help=together)
    add("--lr", type=float, metavar="X", default=TRAINING.lr, help="learning rate")
    decay = "AdamW's weight decay, of matrices alone"
    add("--weight-decay", type=float, metavar="X", default=TRAINING.weight_decay, help=decay)
    add("--beta1", type=float, metavar="X", default=TRAINING.beta1, help="of AdamW's average of the gradient")
    add("--beta2", type=float, metavar="X", default=TRAINING.beta2, help="of AdamW's average of the squared gradient")
    every = "steps from one evaluation, sample and checkpoint to the next"
    add("--eval-every", type=int, metavar="N", default=TRAINING.eval_every, help=every)
    most = "batches of one evaluation, at most"
    add("--eval-batches", type=int, metavar="N", default=TRAINING.eval_batches, help=most)
    add("--dtype", choices=("auto", *DTYPES), default=TRAINING.dtype, help="number format of matrix products")


def _add_run(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("run").add_argument
    add("--out", metavar="RUN", default=argparse.SUPPRESS, help="folder of the run, which is made")
    repeat = "repeat the run with this configuration, but for the options that are given"
    add("--config", metavar="RUN/config.json", default=argparse.SUPPRESS, help=repeat)
    go_on = "go on with the run in RUN from its last checkpoint; with a larger --n-steps, train longer"
    add("--resume", action="store_true", default=argparse.SUPPRESS, help=go_on)
    seed = "of the first weights, the order of the data, dropout and the samples"
    add("--seed", type=int, metavar="N", default=RunSettings.seed, help=seed)
    keep = "checkpoints that stay: so many of the last, and the best"
    add("--keep", type=int, metavar="N", default=RunSettings.keep, help=keep)
    add("--prompt", metavar="TEXT", default=argparse.SUPPRESS, help="beginning of every sample (default: none)")
    length = "tokens of a sample; 0 for no samples"
    add("--sample-tokens", type=int, metavar="N", default=RunSettings.sample_tokens, help=length)
    add("--device", default=RunSettings.device, help="cpu, cuda or mps; auto is the fastest at hand")
    events = "write events for TensorBoard; needs TensorFlow"
    add("--tensorboard", action=argparse.BooleanOptionalAction, default=RunSettings.tensorboard, help=events)


def _parse(arguments: Sequence[str], config: RunConfig | None = None) -> dict[str, Any]:
    """The options by name; those that are not given as in ``config``, or else with their usual defaults."""
    options = vars(make_parser(_settings(config) if config else {}).parse_args(arguments))
    if "folder" in options:
        options["folder"] = str(Path(options["folder"]).resolve())  # a run can be repeated from anywhere
    return options


def _settings(config: RunConfig) -> dict[str, Any]:
    """All settings by name; each group's names are its own."""
    return {name: value for group in asdict(config).values() for name, value in group.items()}


def _config(options: dict[str, Any]) -> RunConfig:
    """The configuration that options make."""
    if "folder" not in options:
        raise ValueError("--data is missing: the folder with your .txt files")
    vocab_size = GPT2_VOCAB_SIZE if options["tokenizer"] == "gpt2" else OWN_VOCAB_SIZE
    options = {"vocab_size": vocab_size, "prompt": RunSettings.prompt, **options}

    def group(kind: type) -> Any:
        return kind(**{f.name: options[f.name] for f in fields(kind)})

    return RunConfig(group(DataConfig), group(GPTConfig), group(TrainConfig), group(RunSettings))


# ---------------------------------------------------------------------------------------------- commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; ``arguments`` are those of the process where none are given."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    options = _parse(arguments)
    try:
        if options["command"] == "train":
            return _train(options, arguments)
        return _plot(options) if options["command"] == "plot" else _generate(options)
    except InputError as error:
        print(f"{PROGRAM}: error: {error}", file=sys.stderr)
        return 2


def _train(options: dict[str, Any], arguments: Sequence[str]) -> int:
    if "out" not in options:
        raise InputError("--out is missing: the folder of the run, which is made")
    folder = options["out"]
    go_on = f"To go on:\n  {_resume_command(folder)}"
    try:
        with _input_errors():
            run = _resumed_run(folder, arguments) if "resume" in options else _new_run(folder, options, arguments)
        print(_summary(run), flush=True)
        history = run.train(report=tqdm.write)
    except Stopped as stopped:
        print(f"{stopped}, with a checkpoint. {go_on}")
        return 128 + stopped.signal
    except KeyboardInterrupt:  # while the texts were read, or the second Ctrl-C
        print(f"interrupted. {go_on}" if (Path(folder) / CONFIG).exists() else "interrupted")
        return 128 + signal.SIGINT
    except (FloatingPointError, OSError) as error:  # OSError: the disk is full, say
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    print(f"finished, with a validation loss of {history.val_losses[-1]:.3f}. The curves:\n  {PROGRAM} plot {folder}")
    return 0


def _new_run(folder: str, options: dict[str, Any], arguments: Sequence[str]) -> Run:
    if (Path(folder) / CONFIG).exists():
        raise ValueError(
            f"{folder} holds a run already. To go on with it:\n  {_resume_command(folder)}\nor choose another --out"
        )
    if "config" in options:
        options = _parse(arguments, RunConfig.load(options["config"]))
    return create_run(folder, _config(options))


def _resumed_run(folder: str, arguments: Sequence[str]) -> Run:
    before = read_config(folder)
    old, new = _settings(before), _settings(_config(_parse(arguments, before)))
    changes = {name: new[name] for name in new if new[name] != old[name]}
    for name in changes.keys() - MAY_CHANGE:
        raise ValueError(
            f"{name} is {old[name]} in {folder}, and a run cannot go on with {new[name]}. A new run with its other "
            f"settings: {PROGRAM} train --config {shlex.quote(f'{folder}/{CONFIG}')} --out ANOTHER ..."
        )
    return Run(folder, **changes)


def _plot(options: dict[str, Any]) -> int:
    runs = options["runs"]
    path = options["out"] or (Path(runs[0]) / CURVES if len(runs) == 1 else CURVES)
    with _input_errors():
        draw_runs(runs, path)
    print(path)
    return 0


def _generate(options: dict[str, Any]) -> int:
    names = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty")
    with _input_errors():
        generator = _generator(options.get("seed"))
        device = find_device(options["device"])
        model, tokenizer, begins_with_eot = _load_model(options.get("model"))
        eot, token_ids = tokenizer.eot_token, tokenizer.encode_ordinary(options["prompt"])
        if begins_with_eot or not token_ids:
            token_ids = [eot, *token_ids]
        settings = {name: options[name] for name in names if name in options}
        tokens = stream(model.to(device), [token_ids], options["tokens"], **settings, eos_id=eot, generator=generator)
    new = (int(token) for [token] in tokens)
    try:
        print(options["prompt"], end="", flush=True)
        for piece in stream_text((token for token in new if token != eot), tokenizer):
            print(piece, end="", flush=True)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        print()
    return 0


def _generator(seed: int | None) -> torch.Generator:
    generator = torch.Generator()
    if seed is None:
        generator.seed()  # another one each time
        return generator
    if not 0 <= seed < 2**63:
        raise ValueError(f"seed is {seed}; choose a whole number from 0 to 2**63 - 1")
    return generator.manual_seed(seed)


def _load_model(name: str | None) -> tuple[GPT, BPETokenizer | tiktoken.Encoding, bool]:
    """Model, tokenizer, and whether a text must begin with <|endoftext|>.

    It must for models trained here, since every document that they have seen stands behind that token. GPT-2 has seen
    windows that began anywhere.
    """
    if name is None:
        return *load_course_model(), True
    path = Path(name)
    if (path / CHECKPOINTS).is_dir():
        return *load_run(path), True
    if path.suffix == ".pt":
        model = GPT(GPTConfig(**describe_checkpoint(path)["config"] or {}))
        tokenizer = _tokenizer_of(path, model)
        load_checkpoint(path, model, tokenizer=tokenizer)
        return model.eval(), tokenizer, True
    from gptutils.pretrained import from_pretrained

    model = from_pretrained(name)
    return model, _tokenizer_of(path, model), False


def _tokenizer_of(path: Path, model: GPT) -> BPETokenizer:
    """The one that stands beside the file, or in the run to which the checkpoint belongs; or else GPT-2's."""
    gpt2 = model.config.vocab_size == GPT2_VOCAB_SIZE
    near = [folder / TOKENIZER for folder in (path, *path.parents[:2]) if (folder / TOKENIZER).is_file()]
    if near and (path.suffix == ".pt" or not gpt2):  # transformers' files of that name are of another kind
        return BPETokenizer.load(near[0])
    if gpt2:
        return BPETokenizer.from_gpt2()
    raise ValueError(
        f"{path} has a vocabulary of {model.config.vocab_size} tokens, and there is no {TOKENIZER} beside it: "
        "put the one there with which the model was trained"
    )


@contextmanager
def _input_errors() -> Iterator[None]:
    """What goes wrong inside the block is a fault of the input."""
    try:
        yield
    except (ValueError, TypeError, ImportError, OSError) as error:
        raise InputError(error) from error


def _resume_command(folder: str) -> str:
    return f"{PROGRAM} train --out {shlex.quote(folder)} --resume"


def _summary(run: Run) -> str:
    loader, config = run.state.loader, run.config
    device = next(run.model.parameters()).device
    return (
        f"{len(loader.dataset.token_ids):,} tokens to train on, {len(loader)} batches an epoch; "
        f"{run.model.n_parameters:,} parameters on {device}; step {run.state.step} of {config.training.n_steps}"
    )
