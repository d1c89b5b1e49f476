"""Checkpoints: a run written to one file, whole or not at all, from which it goes on as if it had never stopped.

A checkpoint holds the weights; for training to go on, AdamW's averages, too; and for it to go on *exactly*, also the
random states (dropout), the position in the order of the data, the gradient scaler, the step, from which the schedule
follows, and what has been measured so far. It is a file of `torch.save`, read with ``weights_only=True``: no code in it
is ever run.

Lesson: ``chapters/10_checkpoints.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import pickle
import platform
import random
import re
import zipfile
from dataclasses import asdict, is_dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import tiktoken
import torch
from torch import Tensor, nn

from gptutils import __version__
from gptutils.files import replacing
from gptutils.tokenizer import BPETokenizer

FORMAT = "checkpoint of gptutils, version 1"
PARTS = {"format", "step", "model", "config", "tokenizer", "random", "versions", "others"}  # of every checkpoint
LOSSES = "val_losses.json"  # in a CheckpointFolder: name of a checkpoint -> validation loss


class Stateful(Protocol):
    """What has a state to save (section "What a state is"): optimizers, gradient scalers, `gptutils.data.TokenLoader`,
    `gptutils.training.History`.
    """

    def state_dict(self) -> dict: ...

    def load_state_dict(self, state: dict) -> Any: ...


def save_checkpoint(
    path: str | os.PathLike,
    model: nn.Module,
    *,
    optimizer: torch.optim.Optimizer | None = None,
    step: int = 0,
    tokenizer: BPETokenizer | tiktoken.Encoding | None = None,
    **others: Stateful,
) -> None:
    """Write a checkpoint: weights and step, the random states, and whatever else is given (section "The file").

    The file appears under its name when it is complete and on the disk (temporary file, fsync, rename): a crash, a kill
    or a full disk leaves an older one as it was.

    Parameters
    ----------
    model : its weights; and its sizes, where it has a ``config`` (as `gptutils.model.GPT` has).
    optimizer : for training to go on.
    step : number of finished steps.
    tokenizer : only its identity is stored, so that loading notices another one.
    others : further objects with a state, by name: ``scaler``, ``loader``, ``history``.

    Raises
    ------
    OSError : the file cannot be written, because the disk is full, say. An older one under this name is whole.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "step_00000100.pt"
    >>> save_checkpoint(path, nn.Linear(3, 2), step=100)
    >>> load_checkpoint(path, nn.Linear(3, 2))
    100
    """
    others = {name: thing for name, thing in others.items() if thing is not None}
    content = {
        "format": FORMAT,
        "step": step,
        "model": model.state_dict(),
        "config": _config(model),
        "tokenizer": tokenizer_identity(tokenizer) if tokenizer is not None else None,
        "random": _random_states(),
        "versions": _versions(),
        "others": {name: thing.state_dict() for name, thing in others.items()},
    }
    if optimizer is not None:
        content["optimizer"] = optimizer.state_dict()
        content["optimizer_kind"] = type(optimizer).__name__
    with replacing(path, durable=True) as temporary:
        try:
            torch.save(content, temporary)
        except RuntimeError as error:  # torch's own for a write that fails
            raise OSError(f"{path} could not be written: is the disk full?") from error


def load_checkpoint(
    path: str | os.PathLike,
    model: nn.Module,
    *,
    optimizer: torch.optim.Optimizer | None = None,
    tokenizer: BPETokenizer | tiktoken.Encoding | None = None,
    random_states: bool = False,
    **others: Stateful,
) -> int:
    """Give model, optimizer and the others the state of a checkpoint (section "Loading"); returns the finished steps.

    Everything is checked before the first thing is changed. What the file holds and is not asked for is left alone: so
    a whole checkpoint also serves as weights. Tensors arrive on the device on which the model is.

    Parameters
    ----------
    model, optimizer, tokenizer, others : as in `save_checkpoint`, made anew in the same way.
    random_states : also set the random numbers of Python, NumPy and torch to where they were, for a run that goes on
        exactly.

    Raises
    ------
    FileNotFoundError : no such file.
    ValueError : the file is damaged or cut short, was not written by `save_checkpoint`, lacks something that is asked
        for, or belongs to another model, optimizer, tokenizer or data; the message says which, and nothing has been
        changed.
    """
    content = _read(Path(path))
    _check_model(path, content, model)
    if tokenizer is not None:
        _check_tokenizer(path, content, tokenizer)
    others = {name: thing for name, thing in others.items() if thing is not None}
    wanted = [*others, *(["optimizer"] if optimizer is not None else [])]
    held = _others_in(content)
    if missing := [name for name in wanted if name not in held]:
        holds = ", ".join(["model", *held])
        raise ValueError(f"{path} holds no {missing[0]}; it holds: {holds}")
    if optimizer is not None:
        _check_optimizer(path, content, optimizer)

    before = {name: thing.state_dict() for name, thing in others.items()}
    for name, thing in others.items():
        try:
            thing.load_state_dict(content["others"][name])
        except Exception as error:
            for changed in others:
                others[changed].load_state_dict(before[changed])
            raise ValueError(f"the {name} of {path} does not fit: {error}") from error
    if optimizer is not None:
        optimizer.load_state_dict(content["optimizer"])
    model.load_state_dict(content["model"])
    if random_states:
        _set_random_states(content["random"])
    return content["step"]


def describe_checkpoint(path: str | os.PathLike) -> dict[str, Any]:
    """What a checkpoint says of itself: step, sizes of the model, tokenizer, versions, and what it holds.

    For a model of the right sizes: ``GPT(GPTConfig(**describe_checkpoint(path)["config"]))``. Raises what
    `load_checkpoint` raises for a file that is damaged or of another origin.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "step_00000100.pt"
    >>> model = nn.Linear(3, 2)
    >>> save_checkpoint(path, model, step=100, optimizer=torch.optim.AdamW(model.parameters()))
    >>> told = describe_checkpoint(path)
    >>> told["step"], told["holds"], told["config"], sorted(told["versions"])
    (100, ['model', 'optimizer'], None, ['gptutils', 'python', 'torch'])
    """
    content = _read(Path(path))
    told = {name: content[name] for name in ("step", "config", "tokenizer", "versions")}
    return {**told, "holds": ["model", *_others_in(content)]}


def tokenizer_identity(tokenizer: BPETokenizer | tiktoken.Encoding) -> str:
    """A hash of all tokens in the order of their ids (section "Loading").

    Two tokenizers with the same identity give the same ids for a text that is cut in the same way.

    Examples
    --------
    >>> tokenizer_identity(BPETokenizer([(b"a", b"b")])) == tokenizer_identity(BPETokenizer([(b"a", b"c")]))
    False
    """
    read = tokenizer.token_bytes if isinstance(tokenizer, BPETokenizer) else tokenizer.decode_single_token_bytes
    digest = hashlib.sha256()
    for token_id in range(tokenizer.n_vocab):
        token = read(token_id)
        digest.update(len(token).to_bytes(4, "little") + token)
    return digest.hexdigest()


class CheckpointFolder:
    """The checkpoints of a run in a folder: the last few, and the best (section "Which checkpoints stay").

    Parameters
    ----------
    folder : made when it does not exist.
    keep : how many of the last checkpoints stay, at least 1.

    Examples
    --------
    >>> import tempfile
    >>> checkpoints = CheckpointFolder(tempfile.mkdtemp(), keep=1)
    >>> for step, loss in [(10, 3.0), (20, 2.0), (30, 2.5), (40, 2.2)]:
    ...     checkpoints.save(nn.Linear(3, 2), step=step, val_loss=loss)
    >>> [path.name for path in checkpoints.paths()], checkpoints.best().name
    (['step_00000020.pt', 'step_00000040.pt'], 'step_00000020.pt')
    """

    def __init__(self, folder: str | os.PathLike, keep: int = 3):
        if keep < 1:
            raise ValueError(f"keep is {keep}; at least the last checkpoint must stay")
        self.folder, self.keep = Path(folder), keep
        self.folder.mkdir(parents=True, exist_ok=True)

    def paths(self) -> list[Path]:
        """The checkpoints there are, the oldest first."""
        named = re.compile(r"step_\d{8,}\.pt")
        found = (path for path in self.folder.iterdir() if named.fullmatch(path.name))
        return sorted(found, key=_step)

    def latest(self) -> Path | None:
        """The last checkpoint, or ``None`` before the first."""
        return (self.paths() or [None])[-1]

    def best(self) -> Path | None:
        """The checkpoint with the lowest validation loss, the first of several; ``None`` where no loss was given.

        A loss that is not a number is none.
        """
        losses = {n: loss for n, loss in self._losses().items() if not math.isnan(loss)}
        scored = [path for path in self.paths() if path.name in losses]
        return min(scored, key=lambda path: losses[path.name], default=None)

    def save(
        self,
        model: nn.Module,
        *,
        step: int,
        val_loss: float | None = None,
        **state: Any,
    ) -> None:
        """`save_checkpoint` under the name of the step; then remove what is neither among the last nor the best.

        What a killed process left half-written is removed, too: only one process at a time may save into a folder.

        Raises
        ------
        ValueError : the folder holds a checkpoint of a later step, so that this one would not be the last.
        OSError : the file cannot be written; the older checkpoints are whole.
        """
        path = self.folder / f"step_{step:08d}.pt"
        latest = self.latest()
        if latest is not None and _step(latest) > step:
            raise ValueError(
                f"{self.folder} holds {latest.name}, which is later than step {step}: "
                "go on from it, remove what is later first, or choose another folder"
            )
        for pattern in ".step_*.pt.*", f".{LOSSES}.*":
            for left in self.folder.glob(pattern):
                left.unlink()
        there = {path.name for path in self.paths()} - {path.name}
        losses = {n: loss for n, loss in self._losses().items() if n in there}
        # First the loss: one without its checkpoint does no harm.
        if val_loss is not None:
            losses[path.name] = float(val_loss)
        with replacing(self.folder / LOSSES, durable=True) as temporary:
            temporary.write_text(json.dumps(losses, indent=1), encoding="utf-8")
        save_checkpoint(path, model, step=step, **state)
        kept = {*self.paths()[-self.keep :], self.best()}
        for old in self.paths():
            if old not in kept:
                old.unlink()

    def _losses(self) -> dict[str, float]:
        path = self.folder / LOSSES
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _step(path: Path) -> int:
    return int(path.stem.removeprefix("step_"))


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        # torch.save writes checksums, but torch.load does not look at them.
        with zipfile.ZipFile(path) as archive:
            if (damaged := archive.testzip()) is not None:
                part = damaged.partition("/")[2]
                what_to_do = "remove it, and go on from an older one"
                raise ValueError(f"{path} is damaged, in its part {part}: {what_to_do}")
    except zipfile.BadZipFile:
        what = "cut short, or was not written by save_checkpoint"
        raise ValueError(f"{path} is {what}: take another checkpoint") from None
    foreign = f"{path} was not written by save_checkpoint"
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError):
        raise ValueError(f"{foreign}: it holds more than tensors and plain data") from None
    if not isinstance(content, dict):
        raise ValueError(f"{foreign}: it holds a {type(content).__name__}")
    if content.get("format") != FORMAT:
        holds = sorted(map(str, content))[:5]
        raise ValueError(f"{foreign} of this version: it holds {holds}")
    if missing := sorted(PARTS - content.keys()):
        raise ValueError(f"{foreign}: it has no {missing[0]}")
    return content


def _versions() -> dict[str, str]:
    return {
        "gptutils": __version__,
        "torch": str(torch.__version__),
        "python": platform.python_version(),
    }


def _others_in(content: dict[str, Any]) -> list[str]:
    return [*content["others"], *(["optimizer"] if "optimizer" in content else [])]


def _config(model: nn.Module) -> dict[str, Any] | None:
    config = getattr(model, "config", None)
    return asdict(config) if is_dataclass(config) else None


def _check_tokenizer(path: Path, content: dict[str, Any], tokenizer: BPETokenizer | tiktoken.Encoding) -> None:
    if content["tokenizer"] not in (None, tokenizer_identity(tokenizer)):
        raise ValueError(f"{path} was trained with another tokenizer: use the one that was saved with it")


def _check_model(path: Path, content: dict[str, Any], model: nn.Module) -> None:
    other = f"{path} belongs to another model"
    theirs, ours = content["config"], _config(model)
    if theirs is not None and ours is not None:
        for name in sorted(theirs.keys() | ours.keys()):
            there, here = theirs.get(name), ours.get(name)
            if there != here:
                raise ValueError(
                    f"{other}, with {name} {there}; this one has {name} {here}: "
                    "make the model with the checkpoint's configuration"
                )
    theirs, ours = content["model"], model.state_dict()
    if names := sorted(theirs.keys() ^ ours.keys()):
        where = "the checkpoint" if names[0] in theirs else "this model"
        raise ValueError(f"{other}: only {where} has {names[0]}")
    for name, tensor in ours.items():
        there, here = list(theirs[name].shape), list(tensor.shape)
        if there != here:
            raise ValueError(f"{other}: {name} has the shape {there} there, {here} here")


def _check_optimizer(path: Path, content: dict[str, Any], optimizer: torch.optim.Optimizer) -> None:
    """torch's own load_state_dict compares the number of parameters in each group, neither shapes nor the method."""
    as_then = "make the optimizer as it was made then"
    there, here = content["optimizer_kind"], type(optimizer).__name__
    if there != here:
        raise ValueError(f"{path} has the state of {there}, not of {here}: {as_then}")
    state = content["optimizer"]
    theirs = [group["params"] for group in state["param_groups"]]  # numbers
    ours = [group["params"] for group in optimizer.param_groups]  # parameters
    if list(map(len, theirs)) != list(map(len, ours)):
        raise ValueError(f"{path} has an optimizer with other groups: {as_then}")
    for index, parameter in zip(chain(*theirs), chain(*ours), strict=True):
        for name, value in state["state"].get(index, {}).items():
            if not isinstance(value, Tensor) or value.ndim == 0:
                continue  # a number, such as the step
            there, here = list(value.shape), list(parameter.shape)
            if there != here:
                raise ValueError(
                    f"{path} has an optimizer for other parameters: "
                    f"its {name} has the shape {there} for a parameter of {here}"
                )


def _random_states() -> dict[str, Any]:
    kind, keys, *rest = np.random.get_state()
    return {
        "python": random.getstate(),
        "numpy": (kind, keys.tolist(), *rest),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def _set_random_states(states: dict[str, Any]) -> None:
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])
    torch.set_rng_state(states["torch"])
    here = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if here and here == len(states["cuda"]):
        torch.cuda.set_rng_state_all(states["cuda"])
