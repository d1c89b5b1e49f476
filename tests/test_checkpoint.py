"""gptutils.checkpoint: exact continuation across processes, kills at any moment, and files that do not fit."""

import math
import random
import resource
import shutil
import signal
import subprocess
import sys
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
import tiktoken
import torch
from torch import nn

from gptutils import checkpoint
from gptutils.checkpoint import (
    CheckpointFolder,
    describe_checkpoint,
    load_checkpoint,
    save_checkpoint,
    tokenizer_identity,
)
from gptutils.config import GPTConfig
from gptutils.data import make_loader
from gptutils.model import GPT
from gptutils.tokenizer import BPETokenizer
from gptutils.training import History, TrainConfig, make_state, train

PROCESS = Path(__file__).with_name("training_process.py")
WRITE_FAILED = "disk full|No space left|File too large"
TOKENS = np.random.default_rng(1).integers(0, 40, 700)


def run(folder: Path, *arguments: object) -> str:
    command = [sys.executable, str(PROCESS), str(folder), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> str:
    return run(tmp_path_factory.mktemp("uninterrupted"), 10)


def tiny_model(seed: int = 0, **sizes) -> GPT:
    torch.manual_seed(seed)
    return GPT(
        GPTConfig(**{"vocab_size": 40, "context_length": 8, "emb_dim": 12, "n_heads": 3, "n_layers": 2, **sizes})
    )


def loader(batch_size: int = 4):
    return make_loader(TOKENS, context_length=8, batch_size=batch_size, stride=8, shuffle=True, drop_last=True, seed=3)


def weights(model: nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def trained(n_steps: int = 5):
    model = tiny_model()
    config = TrainConfig(n_steps=n_steps)
    state = make_state(model, loader(), config)
    train(model, state.loader, None, config, state=state)
    return state


def parts(state) -> dict:
    return {"optimizer": state.optimizer, "scaler": state.scaler, "loader": state.loader, "history": state.history}


@pytest.mark.parametrize("first", [13, 30])  # 13 is in the middle of an epoch, which has 10 steps
def test_n_steps_a_new_process_and_the_rest_are_one_run(tmp_path, uninterrupted, first):
    run(tmp_path, first, first)
    assert [path.name for path in CheckpointFolder(tmp_path).paths()] == [f"step_{first:08d}.pt"]
    assert run(tmp_path, 10) == uninterrupted


def test_killed_at_any_moment_a_run_ends_with_the_same_weights(tmp_path, uninterrupted):
    """SIGKILL at 20 random moments, with a checkpoint after every step, so that many kills fall into a write."""
    run(tmp_path, "kill", 20)
    assert 20 <= int(CheckpointFolder(tmp_path).latest().stem.split("_")[1]) < 60
    assert run(tmp_path, 1) == uninterrupted
    assert not list(tmp_path.glob(".*"))
    assert len(CheckpointFolder(tmp_path).paths()) <= 3


def test_all_is_restored(tmp_path):
    state = trained()
    tokenizer = BPETokenizer([(b"a", b"b")])
    random.seed(1), np.random.seed(2), torch.manual_seed(3)
    save_checkpoint(tmp_path / "all.pt", state.model, step=5, tokenizer=tokenizer, **parts(state))
    drawn = (random.random(), np.random.rand(), torch.rand(1).item())

    model = tiny_model(seed=9)
    other = make_state(model, loader(), TrainConfig(n_steps=5))
    path = tmp_path / "all.pt"
    assert load_checkpoint(path, model, tokenizer=tokenizer, random_states=True, **parts(other)) == 5
    assert (random.random(), np.random.rand(), torch.rand(1).item()) == drawn
    assert torch.equal(weights(model), weights(state.model))
    assert other.loader.state_dict() == state.loader.state_dict()
    assert other.history == state.history
    ours, theirs = state.optimizer.state_dict(), other.optimizer.state_dict()
    assert ours["param_groups"] == theirs["param_groups"]
    for index, values in ours["state"].items():
        for name, value in values.items():
            assert torch.equal(value, theirs["state"][index][name])


def test_a_whole_checkpoint_serves_as_weights(tmp_path):
    state = trained()
    save_checkpoint(tmp_path / "all.pt", state.model, step=5, **parts(state))
    model = tiny_model(seed=9).double()
    before = torch.get_rng_state()
    assert load_checkpoint(tmp_path / "all.pt", model) == 5
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(weights(model).float(), weights(state.model))
    assert weights(model).dtype == torch.float64


def test_weights_only_and_nothing_else(tmp_path):
    save_checkpoint(tmp_path / "weights.pt", tiny_model())
    state = make_state(tiny_model(), loader(), TrainConfig(n_steps=5))
    for name, part in parts(state).items():
        with pytest.raises(ValueError, match=f"holds no {name}"):
            load_checkpoint(tmp_path / "weights.pt", tiny_model(), **{name: part})


def test_code_in_a_file_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return Path.touch, (tmp_path / "run",)

    torch.save({"model": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(ValueError, match="plain data"):
        load_checkpoint(tmp_path / "evil.pt", tiny_model())
    assert not (tmp_path / "run").exists()


def damage(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "a flipped bit":
        content[len(content) // 2] ^= 1
    elif how == "cut short":
        del content[len(content) * 2 // 3 :]
    elif how == "empty":
        content.clear()
    elif how == "a text":
        content = b"not a checkpoint"
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["a flipped bit", "cut short", "empty", "a text"])
def test_a_damaged_file_changes_nothing(tmp_path, how):
    state = trained()
    path = tmp_path / "all.pt"
    save_checkpoint(path, state.model, step=5, **parts(state))
    damage(path, how)
    model = tiny_model(seed=9)
    other = make_state(model, loader(), TrainConfig(n_steps=5))
    before = weights(model)
    with pytest.raises(ValueError, match="damaged" if how == "a flipped bit" else "cut short"):
        load_checkpoint(path, model, **parts(other))
    assert torch.equal(weights(model), before)
    assert not other.optimizer.state_dict()["state"]


@pytest.mark.parametrize("content", [{"model": {}}, [1, 2], {"format": "something else"}])
def test_foreign_files(tmp_path, content):
    torch.save(content, tmp_path / "foreign.pt")
    with pytest.raises(ValueError, match="not written by save_checkpoint"):
        load_checkpoint(tmp_path / "foreign.pt", tiny_model())
    with zipfile.ZipFile(tmp_path / "zip.pt", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(ValueError, match="not written by save_checkpoint"):
        load_checkpoint(tmp_path / "zip.pt", tiny_model())
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        load_checkpoint(tmp_path / "missing.pt", tiny_model())


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (lambda: tiny_model(emb_dim=24), "emb_dim 12; this one has emb_dim 24"),
        (lambda: tiny_model(n_layers=3), "n_layers 2; this one has n_layers 3"),
        (lambda: tiny_model(n_heads=2), "n_heads 3; this one has n_heads 2"),
        (lambda: nn.Linear(3, 2), "another model"),
    ],
)
def test_another_model(tmp_path, other, says):
    save_checkpoint(tmp_path / "weights.pt", tiny_model())
    model = other()
    before = weights(model)
    with pytest.raises(ValueError, match=says):
        load_checkpoint(tmp_path / "weights.pt", model)
    assert torch.equal(weights(model), before)


def test_shapes_are_compared_where_there_is_no_config(tmp_path):
    save_checkpoint(tmp_path / "linear.pt", nn.Linear(3, 2))
    with pytest.raises(ValueError, match=r"weight has the shape \[2, 3\] there, \[2, 4\] here"):
        load_checkpoint(tmp_path / "linear.pt", nn.Linear(4, 2))


def test_another_tokenizer(tmp_path):
    ours, other = BPETokenizer([(b"a", b"b")]), BPETokenizer([(b"a", b"c")])
    save_checkpoint(tmp_path / "weights.pt", tiny_model(), tokenizer=ours)
    load_checkpoint(tmp_path / "weights.pt", tiny_model(), tokenizer=BPETokenizer([(b"a", b"b")]))
    load_checkpoint(tmp_path / "weights.pt", tiny_model(), tokenizer=ours.to_tiktoken())
    with pytest.raises(ValueError, match="another tokenizer"):
        load_checkpoint(tmp_path / "weights.pt", tiny_model(), tokenizer=other)


def test_the_same_tokens_have_the_same_identity():
    tokenizer = BPETokenizer.from_gpt2()
    assert tokenizer_identity(tokenizer) == tokenizer_identity(tokenizer.to_tiktoken())
    two = {b"ab": 0, b"c": 1}, {b"a": 0, b"bc": 1}
    identities = {
        tokenizer_identity(tiktoken.Encoding("x", pat_str=".", mergeable_ranks=ranks, special_tokens={}))
        for ranks in two
    }
    assert len(identities) == 2


def test_another_optimizer_or_other_data_changes_nothing(tmp_path):
    state = trained()
    save_checkpoint(tmp_path / "all.pt", state.model, step=5, **parts(state))
    model = tiny_model(seed=9)
    before = weights(model)
    one_group = torch.optim.AdamW(model.parameters())
    with pytest.raises(ValueError, match="other groups"):
        load_checkpoint(tmp_path / "all.pt", model, optimizer=one_group)
    reversed_groups = make_state(model, loader(), TrainConfig(n_steps=5)).optimizer
    reversed_groups.param_groups[0]["params"].reverse()
    with pytest.raises(ValueError, match="other parameters"):
        load_checkpoint(tmp_path / "all.pt", model, optimizer=reversed_groups)
    groups = make_state(model, loader(), TrainConfig(n_steps=5)).optimizer.param_groups
    another_method = torch.optim.SGD([{"params": group["params"]} for group in groups])
    with pytest.raises(ValueError, match="the state of AdamW, not of SGD"):
        load_checkpoint(tmp_path / "all.pt", model, optimizer=another_method)
    history = History(losses=[7.0])
    for others in (
        {"history": history, "loader": loader(batch_size=2)},
        {"loader": loader(batch_size=2), "history": history},
    ):
        with pytest.raises(ValueError, match=r"the loader of .* does not fit: .*batch_size"):
            load_checkpoint(tmp_path / "all.pt", model, **others)
    assert history.losses == [7.0]
    assert torch.equal(weights(model), before)


@contextmanager
def file_limit(folder: Path, size: int):
    """A limit on the size of files: a write fails half-way, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@contextmanager
def full_disk(folder: Path, size: int):
    """A file fills the disk of its own that the folder is, but for ``size`` bytes."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        with suppress(OSError):
            while True:
                file.write(bytes(4096))
        file.truncate(file.tell() // 4096 * 4096 - size // 4096 * 4096)
    try:
        yield
    finally:
        filler.unlink()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MB, which only root can mount, and not everywhere."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("a disk of its own cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("shortage", [file_limit, full_disk])
def test_a_full_disk_leaves_the_older_checkpoint(request, tmp_path, shortage, share):
    folder = request.getfixturevalue("small_disk") if shortage is full_disk else tmp_path / "run"
    checkpoints = CheckpointFolder(folder)
    checkpoints.save(tiny_model(), step=1, val_loss=2.0)
    path = checkpoints.latest()
    whole = path.read_bytes()
    size = int(len(whole) * share)
    with shortage(folder, size), pytest.raises(OSError, match=WRITE_FAILED):
        save_checkpoint(path, tiny_model(seed=1), step=2)
    with shortage(folder, size), pytest.raises(OSError, match=WRITE_FAILED):
        checkpoints.save(tiny_model(seed=1), step=2, val_loss=1.0)
    assert path.read_bytes() == whole
    assert checkpoints.latest() == checkpoints.best() == path
    assert not list(folder.glob(".*"))
    assert load_checkpoint(path, tiny_model(seed=1)) == 1
    checkpoints.save(tiny_model(seed=1), step=2, val_loss=1.0)  # there is room again
    assert checkpoints.best().stem == "step_00000002"


def test_a_checkpoint_tells_what_it_holds(tmp_path):
    state = trained()
    tokenizer = BPETokenizer([(b"a", b"b")])
    save_checkpoint(tmp_path / "all.pt", state.model, step=5, tokenizer=tokenizer, **parts(state))
    told = describe_checkpoint(tmp_path / "all.pt")
    assert sorted(told["holds"]) == ["history", "loader", "model", "optimizer", "scaler"]
    assert told["step"] == 5
    assert told["tokenizer"] == tokenizer_identity(tokenizer)
    assert told["versions"]["torch"] == torch.__version__
    model = GPT(GPTConfig(**told["config"]))
    load_checkpoint(tmp_path / "all.pt", model)
    assert torch.equal(weights(model), weights(state.model))
    torch.save({"format": checkpoint.FORMAT, "step": 3}, tmp_path / "half.pt")
    with pytest.raises(ValueError, match="it has no config"):
        describe_checkpoint(tmp_path / "half.pt")


def test_folder_keeps_the_last_and_the_best(tmp_path):
    checkpoints = CheckpointFolder(tmp_path / "run", keep=2)
    assert checkpoints.latest() is checkpoints.best() is None
    losses = {10: 3.0, 20: 1.5, 30: 2.5, 40: None, 50: 2.0, 60: 1.75}
    kept = []
    for step, loss in losses.items():
        checkpoints.save(nn.Linear(3, 2), step=step, val_loss=loss)
        kept.append([int(path.stem.split("_")[1]) for path in checkpoints.paths()])
    assert kept == [[10], [10, 20], [20, 30], [20, 30, 40], [20, 40, 50], [20, 50, 60]]
    again = CheckpointFolder(tmp_path / "run", keep=2)
    assert (again.latest().stem, again.best().stem) == ("step_00000060", "step_00000020")
    with pytest.raises(ValueError, match=r"step_00000060\.pt, which is later than step 50"):
        again.save(nn.Linear(3, 2), step=50)
    again.save(nn.Linear(3, 2), step=100_000_000)
    assert again.latest().stem == "step_100000000"
    with pytest.raises(ValueError, match="keep"):
        CheckpointFolder(tmp_path, keep=0)


def test_a_loss_that_is_no_number_is_not_the_best(tmp_path):
    checkpoints = CheckpointFolder(tmp_path, keep=3)
    for step, loss in [(1, math.nan), (2, 2.0), (3, 2.0)]:
        checkpoints.save(nn.Linear(3, 2), step=step, val_loss=loss)
    assert checkpoints.best().stem == "step_00000002"
    checkpoints.save(nn.Linear(3, 2), step=3)  # once more, without a loss
    assert list(checkpoints._losses()) == ["step_00000001.pt", "step_00000002.pt"]


def test_looking_into_a_folder_leaves_a_write_of_another_process_alone(tmp_path):
    CheckpointFolder(tmp_path).save(nn.Linear(3, 2), step=1, val_loss=1.0)
    half_written = [tmp_path / ".step_00000002.pt.x1", tmp_path / ".val_losses.json.x2"]
    for path in half_written:
        path.write_bytes(b"half")
    checkpoints = CheckpointFolder(tmp_path)
    assert checkpoints.latest() == checkpoints.best()
    assert all(path.exists() for path in half_written)
    checkpoints.save(nn.Linear(3, 2), step=2)
    assert not list(tmp_path.glob(".*"))
