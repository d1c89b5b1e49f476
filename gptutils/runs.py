"""A training run and its folder: everything that the run was given, has measured and has learned.

======================== =============================================================================================
``config.json``          all settings, `RunConfig`
``tokenizer.json``       `gptutils.tokenizer.BPETokenizer`
``tokens.safetensors``   the texts as token ids, `gptutils.data.open_token_file`
``metrics.csv``          one row a step: `COLUMNS`
``samples/``             what the model writes after each evaluation
``checkpoints/``         one after each evaluation: the last few and the best, `gptutils.checkpoint.CheckpointFolder`
``tensorboard/``         event files, if asked for
======================== =============================================================================================
"""

from __future__ import annotations

import csv
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from types import FrameType
from typing import Any

import tiktoken
import torch

from gptutils.checkpoint import CheckpointFolder, load_checkpoint
from gptutils.config import GPTConfig
from gptutils.data import (
    TokenLoader,
    encode_documents,
    make_loader,
    open_token_file,
    read_documents,
    train_val_split,
    write_token_file,
)
from gptutils.decoding import generate
from gptutils.events import EventFile, import_tensorflow
from gptutils.files import atomic_write_text, new_folder, replacing
from gptutils.model import GPT
from gptutils.runtime import best_device, seed_everything
from gptutils.tokenizer import END_OF_TEXT, BPETokenizer
from gptutils.training import History, TrainConfig, TrainState, make_state, train

CONFIG, TOKENIZER, TOKENS, METRICS = "config.json", "tokenizer.json", "tokens.safetensors", "metrics.csv"
SAMPLES, CHECKPOINTS, EVENTS = "samples", "checkpoints", "tensorboard"

COLUMNS = ("step", "epoch", "tokens", "rate", "train_loss", "val_loss")
"""Of ``metrics.csv``: finished steps, epochs and tokens seen by then; learning rate and training loss of the step;
validation loss where there was an evaluation."""


# ---------------------------------------------------------------------------------------------- configuration


@dataclass(frozen=True)
class DataConfig:
    """What to train on.

    Parameters
    ----------
    folder : the folder with the ``.txt`` files.
    tokenizer : ``"own"``, one trained on these texts, or ``"gpt2"``.
    train_fraction : share of the tokens, from the first on, that is trained on; the rest is for validation.
    batch_size : windows in a batch.
    """

    folder: str
    tokenizer: str = "own"
    train_fraction: float = 0.9
    batch_size: int = 16

    def __post_init__(self):
        if self.tokenizer not in ("own", "gpt2"):
            raise ValueError(f"tokenizer is {self.tokenizer!r}; choose own or gpt2")


@dataclass(frozen=True)
class RunSettings:
    """How to run.

    Parameters
    ----------
    seed : fixes the first weights, the order of the data, dropout and the samples.
    keep : how many of the last checkpoints stay, beside the best.
    prompt : beginning of every sample; empty for none.
    sample_tokens : tokens of a sample; 0 for no samples.
    device : ``"auto"``, the fastest at hand; or torch's name of one.
    tensorboard : whether to write events for TensorBoard.
    """

    seed: int = 123
    keep: int = 3
    prompt: str = ""
    sample_tokens: int = 60
    device: str = "auto"
    tensorboard: bool = False

    def __post_init__(self):
        for name, least in {"seed": 0, "keep": 1, "sample_tokens": 0}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        if self.seed >= 2**32:
            raise ValueError(f"seed is {self.seed}; it must be below 2**32")


@dataclass(frozen=True)
class RunConfig:
    """All settings of a run, in four groups.

    Examples
    --------
    >>> config = RunConfig(DataConfig("texts"), GPTConfig(vocab_size=1000), TrainConfig(n_steps=100), RunSettings())
    >>> RunConfig.from_json(config.to_json()) == config
    True
    """

    data: DataConfig
    model: GPTConfig
    training: TrainConfig
    run: RunSettings

    def to_json(self) -> str:
        """As the text of ``config.json``."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> RunConfig:
        """From the text of a ``config.json``; a ValueError or TypeError for a missing, unknown or wrong setting."""
        content = json.loads(text)
        kinds = {"data": DataConfig, "model": GPTConfig, "training": TrainConfig, "run": RunSettings}
        _check_names("groups", content, kinds)
        for group, kind in kinds.items():
            _check_names(f"settings of {group}", content[group], [f.name for f in fields(kind)])
        return cls(**{group: kind(**content[group]) for group, kind in kinds.items()})

    @classmethod
    def load(cls, path: str | os.PathLike) -> RunConfig:
        """Read a ``config.json``; a ValueError that names the file and what is wrong."""
        try:
            return cls.from_json(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise ValueError(f"{path} cannot be read: {error.strerror}") from error
        except (ValueError, TypeError) as error:  # ValueError: JSON's and UTF-8's errors too
            raise ValueError(f"{path} is not the configuration of a run, or it is damaged: {error}") from error


def _check_names(what: str, found: Any, expected: Any) -> None:
    if not isinstance(found, dict) or found.keys() != set(expected):
        raise ValueError(f"the {what} are {sorted(found)}; expected {sorted(expected)}")


# ---------------------------------------------------------------------------------------------- metrics


def metric_rows(history: History, steps_per_epoch: float, first: int = 0) -> Iterator[list]:
    """Rows of ``metrics.csv`` from a history, the steps before ``first`` left out; values as in `COLUMNS`."""
    val_losses = dict(zip(history.evaluations, history.val_losses, strict=True))
    for i in range(first, len(history.losses)):
        step = i + 1
        yield [
            step,
            round(step / steps_per_epoch, 4),
            history.tokens[i],
            history.rates[i],
            history.losses[i],
            val_losses.get(step, ""),
        ]


def read_metrics(folder: str | os.PathLike) -> History:
    """What a run has measured, from its ``metrics.csv``.

    A ValueError where there is no run in the folder or its file is damaged, which names the line.
    """
    path = Path(folder) / METRICS
    if not path.is_file():
        raise ValueError(f"{folder} holds no run: there is no {METRICS} in it")
    history = History()
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        try:
            if tuple(next(rows, ())) != COLUMNS:
                raise ValueError(f"the columns are not {', '.join(COLUMNS)}")
            for row in rows:
                _add_row(history, row)
        except (ValueError, csv.Error) as error:
            raise ValueError(
                f"{path} is damaged in line {rows.line_num}: {error}; a run that goes on (--resume) writes it anew"
            ) from error
    return history


def _add_row(history: History, row: list[str]) -> None:
    if len(row) != len(COLUMNS):
        raise ValueError(f"it has {len(row)} values instead of {len(COLUMNS)}")
    step, _, tokens, rate, train_loss, val_loss = row
    if int(step) != len(history.losses) + 1:
        raise ValueError(f"step {step} follows on step {len(history.losses)}")
    history.tokens.append(int(tokens))
    history.rates.append(float(rate))
    history.losses.append(float(train_loss))
    if val_loss:
        history.evaluations.append(int(step))
        history.val_losses.append(float(val_loss))


class _MetricsFile:
    """``metrics.csv``, written anew up to where the history is, so that no row stands in it twice; then row by row."""

    def __init__(self, path: Path, history: History, steps_per_epoch: float):
        self.steps_per_epoch = steps_per_epoch
        with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *metric_rows(history, steps_per_epoch)])
        self.file = path.open("a", newline="", encoding="utf-8")
        self.writer = csv.writer(self.file)

    def add_last(self, history: History) -> None:
        self.writer.writerows(metric_rows(history, self.steps_per_epoch, first=len(history.losses) - 1))
        self.file.flush()

    def close(self) -> None:
        self.file.close()


# ---------------------------------------------------------------------------------------------- samples


def sample(model: GPT, tokenizer: tiktoken.Encoding, prompt: str, n_tokens: int, seed: int) -> str:
    """The prompt and up to ``n_tokens`` tokens drawn from the model's own distribution; ``<|endoftext|>`` ends it.

    The random numbers of the seed are used, and no others: what a run samples does not change what it learns.
    """
    eot = tokenizer.eot_token
    prompt_ids = [eot, *tokenizer.encode_ordinary(prompt)]  # a document begins behind <|endoftext|>
    generator = torch.Generator().manual_seed(seed)
    [ids] = generate(model, [prompt_ids], n_tokens, temperature=1.0, eos_id=eot, generator=generator)
    return tokenizer.decode(ids[1:])


# ---------------------------------------------------------------------------------------------- stopping


class Stopped(Exception):
    """A run has ended after a step because a signal asked for it; its checkpoint is written.

    Attributes
    ----------
    signal : SIGINT (Ctrl-C) or SIGTERM.
    step : finished steps.
    """

    def __init__(self, signal: int, step: int):
        super().__init__(f"stopped after step {step}")
        self.signal, self.step = signal, step


@contextmanager
def _signals_noted() -> Iterator[list[int]]:
    """Inside the block Ctrl-C and SIGTERM only note their number in a list; a second one acts at once, as usual."""
    received: list[int] = []
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)
        put_back()

    def put_back() -> None:
        for number, handler in usual.items():
            signal.signal(number, handler)

    for number in usual:
        signal.signal(number, note)
    try:
        yield received
    finally:
        put_back()


# ---------------------------------------------------------------------------------------------- the run


def create_run(folder: str | os.PathLike, config: RunConfig) -> Run:
    """Prepare a new run: read the texts, train the tokenizer, write the folder, whole or not at all.

    Raises
    ------
    ValueError : a folder that exists and is not empty; texts that are missing, unreadable or too short for one window
        and one batch; a device that is not there.
    ImportError : TensorBoard is asked for, and TensorFlow is missing.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} exists already and is not an empty folder: choose another one for the run")
    find_device(config.run.device)
    if config.run.tensorboard:
        import_tensorflow()
    tokenizer = _make_tokenizer(config)
    with new_folder(folder) as temporary:
        tokenizer.save(temporary / TOKENIZER)
        pieces = encode_documents(read_documents(config.data.folder), tokenizer.to_tiktoken())
        write_token_file(temporary / TOKENS, pieces, tokenizer.vocab_size)
        atomic_write_text(temporary / CONFIG, config.to_json())
        _loaders(temporary, config)  # a text that is too short is noticed here
    return Run(folder)


def _make_tokenizer(config: RunConfig) -> BPETokenizer:
    documents = read_documents(config.data.folder)
    if config.data.tokenizer == "gpt2":
        tokenizer = BPETokenizer.from_gpt2()
        if config.model.vocab_size != tokenizer.vocab_size:
            raise ValueError(
                f"vocab_size is {config.model.vocab_size}, but GPT-2's tokenizer has {tokenizer.vocab_size}"
            )
        return tokenizer
    return BPETokenizer.train(END_OF_TEXT.join(documents), config.model.vocab_size)


def find_device(name: str) -> torch.device:
    """The device of that name, ``"auto"`` for the fastest at hand; a ValueError where it is not there."""
    if name == "auto":
        return best_device()
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"device {name!r} cannot be used here: {error}") from error


def _loaders(folder: Path, config: RunConfig) -> tuple[TokenLoader, TokenLoader]:
    """The batches for training and for validation, the first ones shuffled."""
    tokens = open_token_file(folder / TOKENS, config.model.vocab_size)
    parts = train_val_split(tokens, config.data.train_fraction)
    sizes = {"context_length": config.model.context_length, "stride": config.model.context_length}
    sizes |= {"batch_size": config.data.batch_size, "seed": config.run.seed}
    loaders = []
    for name, part, shuffle in zip(("training", "validation"), parts, (True, False), strict=True):
        try:
            loaders.append(make_loader(part, **sizes, shuffle=shuffle, drop_last=shuffle))
        except ValueError as error:
            raise ValueError(f"of the text's {len(tokens)} tokens {len(part)} are for {name}: {error}") from error
    return tuple(loaders)


class Run:
    """A run in its folder, at its last checkpoint, ready to train.

    Parameters
    ----------
    folder : of `create_run`, or of an earlier process.
    changes : settings of the groups ``training`` and ``run`` that are changed from here on, for example
        ``n_steps=2000`` to train longer.

    Raises
    ------
    ValueError : no run in the folder; a file in it that is damaged, or does not belong to the others. The folder is
        left as it is.

    Attributes
    ----------
    config, tokenizer, model, state : the settings; tiktoken's encoding; the model; see `gptutils.training.TrainState`.
    """

    def __init__(self, folder: str | os.PathLike, **changes: Any):
        self.folder = Path(folder)
        self.config = _changed(read_config(folder), changes)
        self.tokenizer = BPETokenizer.load(self.folder / TOKENIZER).to_tiktoken()
        train_loader, self.val_loader = _loaders(self.folder, self.config)
        seed_everything(self.config.run.seed)
        self.model = GPT(self.config.model).to(find_device(self.config.run.device))
        self.state = make_state(self.model, train_loader, self.config.training)
        self.checkpoints = CheckpointFolder(self.folder / CHECKPOINTS, keep=self.config.run.keep)
        if (latest := self.checkpoints.latest()) is not None:
            self.state.step = load_checkpoint(latest, self.model, random_states=True, **self._parts())
        if self.state.step > self.config.training.n_steps:
            raise ValueError(
                f"n_steps is {self.config.training.n_steps}, but {self.state.step} steps of {folder} are done already"
            )

    def train(self, report: Callable[[str], None] = print) -> History:
        """Train to the end, or until a signal comes.

        Parameters
        ----------
        report : called with a line of text after each evaluation.

        Raises
        ------
        Stopped : after Ctrl-C or SIGTERM, when the step is done and its checkpoint written.
        FloatingPointError : see `gptutils.training.train`.
        """
        atomic_write_text(self.folder / CONFIG, self.config.to_json())  # with the changes, if there are some
        history, config = self.state.history, self.config
        steps_per_epoch = len(self.state.loader) / config.training.accumulate
        with ExitStack() as stack:
            received = stack.enter_context(_signals_noted())
            metrics = _MetricsFile(self.folder / METRICS, history, steps_per_epoch)
            stack.callback(metrics.close)
            events = None
            if config.run.tensorboard:
                events = stack.enter_context(EventFile(self.folder / EVENTS, first_step=self.state.step + 1))
            clock = _Clock(history)

            def after_step(state: TrainState) -> None:
                metrics.add_last(history)
                evaluated = history.evaluations[-1:] == [state.step]
                if events is not None:
                    events.add(state.step, _numbers(history, evaluated))
                if evaluated:
                    report(self._line(clock.tokens_per_second()))
                    self._write_sample()
                if evaluated or received:
                    self._save(history.val_losses[-1] if evaluated else None)
                if received and state.step < config.training.n_steps:
                    raise Stopped(received[0], state.step)

            # A schedule of the rate and clipping are arguments of train: their settings go through here.
            return train(
                self.model, self.state.loader, self.val_loader, config.training, after_step=after_step, state=self.state
            )

    def _parts(self) -> dict[str, Any]:
        """What a checkpoint holds beside the model, so that training goes on exactly."""
        state = self.state
        return {
            "optimizer": state.optimizer,
            "scaler": state.scaler,
            "loader": state.loader,
            "history": state.history,
            "tokenizer": self.tokenizer,
        }

    def _save(self, val_loss: float | None) -> None:
        self.checkpoints.save(self.model, step=self.state.step, val_loss=val_loss, **self._parts())

    def _write_sample(self) -> None:
        settings, step = self.config.run, self.state.step
        if settings.sample_tokens:
            text = sample(self.model, self.tokenizer, settings.prompt, settings.sample_tokens, settings.seed + step)
            (self.folder / SAMPLES).mkdir(exist_ok=True)
            atomic_write_text(self.folder / SAMPLES / f"step_{step:08d}.txt", text + "\n")

    def _line(self, tokens_per_second: float) -> str:
        history, n_steps = self.state.history, self.config.training.n_steps
        step = f"step {self.state.step:>{len(str(n_steps))}} of {n_steps}"
        losses = f"training loss {history.train_losses()[-1]:.3f}  validation loss {history.val_losses[-1]:.3f}"
        return f"{step}  {losses}  {tokens_per_second:,.0f} tokens/s"


class _Clock:
    """Tokens a second since the last time it was asked."""

    def __init__(self, history: History):
        self.history, self.tokens, self.time = history, (history.tokens or [0])[-1], time.perf_counter()

    def tokens_per_second(self) -> float:
        tokens, now = self.history.tokens[-1], time.perf_counter()
        speed = (tokens - self.tokens) / (now - self.time)
        self.tokens, self.time = tokens, now
        return speed


def _numbers(history: History, evaluated: bool) -> dict[str, float]:
    """What TensorBoard shows of the last step."""
    numbers = {"loss/training": history.losses[-1], "rate": history.rates[-1]}
    return {**numbers, "loss/validation": history.val_losses[-1]} if evaluated else numbers


def _changed(config: RunConfig, changes: dict[str, Any]) -> RunConfig:
    groups = {}
    for group in ("training", "run"):
        names = {f.name for f in fields(getattr(config, group))}
        groups[group] = replace(getattr(config, group), **{k: v for k, v in changes.items() if k in names})
    return replace(config, **groups)


# ---------------------------------------------------------------------------------------------- reading a run


def read_config(folder: str | os.PathLike) -> RunConfig:
    """The settings of a run; a ValueError where the folder holds none."""
    path = Path(folder) / CONFIG
    if not path.is_file():
        raise ValueError(f"{folder} holds no run: there is no {CONFIG} in it")
    return RunConfig.load(path)


def load_run(folder: str | os.PathLike) -> tuple[GPT, tiktoken.Encoding]:
    """Model and tokenizer of a run at its best checkpoint, on the CPU and in evaluation mode.

    Where no checkpoint has a validation loss yet, it is the last one. A ValueError where there is none.
    """
    folder = Path(folder)
    config = read_config(folder)
    tokenizer = BPETokenizer.load(folder / TOKENIZER).to_tiktoken()
    checkpoints = CheckpointFolder(folder / CHECKPOINTS)
    path = checkpoints.best() or checkpoints.latest()
    if path is None:
        raise ValueError(f"{folder} has no checkpoint yet: the first one comes with the first evaluation")
    model = GPT(config.model)
    load_checkpoint(path, model, tokenizer=tokenizer)
    return model.eval(), tokenizer
