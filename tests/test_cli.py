"""python -m gptutils: runs read back with csv, json, safetensors, torch and TensorFlow; signals; wrong input."""

import csv
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import types
from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors import safe_open

from gptutils import cli
from gptutils.checkpoint import CheckpointFolder, load_checkpoint
from gptutils.config import GPTConfig
from gptutils.course_model import load_course_model
from gptutils.curves import _figure
from gptutils.decoding import generate, stream
from gptutils.model import GPT
from gptutils.runs import DataConfig, RunSettings, load_run, read_config, read_metrics
from gptutils.texts.corpora import short_story
from gptutils.tokenizer import gpt2_tokenizer
from gptutils.training import TrainConfig

SMALL = "--context-length 8 --emb-dim 12 --n-heads 3 --n-layers 2 --vocab-size 300 --batch-size 4 --sample-tokens 5"
STEPS = "--n-steps 12 --eval-every 5 --lr 0.01 --device cpu"
DOCUMENTS = short_story()[:4000], "A second text, which names <|endoftext|> as any other.\n", short_story()[4000:6000]


@pytest.fixture(autouse=True)
def ctrl_c_is_not_ignored():
    """A shell starts what it runs in the background with Ctrl-C ignored, and every process below inherits that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def texts(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    for name, text in zip("abc", DOCUMENTS, strict=True):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def call(*arguments: object) -> int:
    """Run a command in this process; options may stand together in one string."""
    return cli.main([word for a in arguments for word in ([str(a)] if isinstance(a, Path) else shlex.split(str(a)))])


def train(texts: Path, run: Path, *options: object) -> int:
    return call("train --data", texts, "--out", run, SMALL, STEPS, *options)


@pytest.fixture(scope="module")
def run(texts, tmp_path_factory) -> Path:
    """A finished run of 12 steps; tests read it only."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    assert train(texts, folder) == 0
    return folder


def rows(run: Path) -> list[dict[str, str]]:
    with (run / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def checkpoint(run: Path, step: int) -> dict:
    return torch.load(run / "checkpoints" / f"step_{step:08d}.pt", weights_only=True)


def same_weights(a: Path, b: Path, step: int) -> bool:
    one, other = checkpoint(a, step)["model"], checkpoint(b, step)["model"]
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def tree(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


# ------------------------------------------------------------------------------------------------- the run's folder


def test_folder_of_a_run(run, texts):
    names = {"config.json", "tokenizer.json", "tokens.safetensors", "metrics.csv", "samples", "checkpoints"}
    assert {path.name for path in run.iterdir()} == names
    content = json.loads((run / "config.json").read_text())
    assert content["data"]["folder"] == str(texts)
    assert content["model"]["emb_dim"] == 12
    assert content["training"]["n_steps"] == 12
    assert [path.name for path in sorted((run / "samples").iterdir())] == [f"step_{n:08d}.txt" for n in (5, 10, 12)]
    assert sorted(path.name for path in (run / "checkpoints").glob("*.pt")) == [f"step_{n:08d}.pt" for n in (5, 10, 12)]


def test_tokens_are_the_texts_joined_by_the_special_token(run):
    with safe_open(run / "tokens.safetensors", "np") as file:
        token_ids = file.get_tensor("token_ids").tolist()
    _, tokenizer = load_run(run)
    end = tokenizer.n_vocab - 1
    assert tokenizer.n_vocab == 300
    assert [i for i in token_ids if i == end] == [end] * 3
    text = b"".join(b"\0" if i == end else tokenizer.decode_single_token_bytes(i) for i in token_ids).decode()
    assert text == "".join(f"{document}\0" for document in DOCUMENTS)


def test_metrics(run):
    table = rows(run)
    with safe_open(run / "tokens.safetensors", "np") as file:
        token_ids = file.get_tensor("token_ids").astype(np.int64)
    border = round(0.9 * len(token_ids))
    batches = ((border - 9) // 8 + 1) // 4
    assert list(table[0]) == ["step", "epoch", "tokens", "rate", "train_loss", "val_loss"]
    assert [int(row["step"]) for row in table] == list(range(1, 13))
    assert [int(row["tokens"]) for row in table] == [32 * n for n in range(1, 13)]
    assert [float(row["epoch"]) for row in table] == [round(n / batches, 4) for n in range(1, 13)]
    assert {row["rate"] for row in table} == {"0.01"}
    assert float(table[0]["train_loss"]) == pytest.approx(np.log(300), abs=0.05)  # nothing learned yet
    assert [n for n, row in enumerate(table, start=1) if row["val_loss"]] == [5, 10, 12]

    model, _ = load_run(run)
    model.load_state_dict(checkpoint(run, 12)["model"])
    part = torch.from_numpy(token_ids[border:])
    windows = part.unfold(0, 9, 8)
    with torch.no_grad():
        loss = F.cross_entropy(model(windows[:, :-1]).flatten(0, 1), windows[:, 1:].flatten())
    assert float(table[-1]["val_loss"]) == pytest.approx(loss.item(), rel=1e-5)
    assert float(table[-1]["val_loss"]) < float(table[4]["val_loss"])


@pytest.mark.parametrize("best", [5, 10, 12])
def test_load_run_gives_the_best_checkpoint(best, run, tmp_path):
    shutil.copytree(run, tmp_path / "run")
    losses = {f"step_{step:08d}.pt": 3.0 - (step == best) for step in (5, 10, 12)}
    (tmp_path / "run" / "checkpoints" / "val_losses.json").write_text(json.dumps(losses))
    model, tokenizer = load_run(tmp_path / "run")
    expected = checkpoint(run, best)["model"]
    assert all(torch.equal(parameter, expected[name]) for name, parameter in model.state_dict().items())
    assert not model.training
    assert model.config.vocab_size == tokenizer.n_vocab == 300


def test_run_without_a_checkpoint_cannot_be_loaded(run, tmp_path):
    shutil.copytree(run, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    with pytest.raises(ValueError, match="no checkpoint yet"):
        load_run(tmp_path / "run")


def test_samples_change_nothing_that_is_learned(run, texts, tmp_path):
    assert train(texts, tmp_path / "other", "--sample-tokens 0") == 0
    assert same_weights(run, tmp_path / "other", 12)
    assert not (tmp_path / "other" / "samples").exists()


def test_prompt_begins_every_sample(texts, tmp_path):
    assert train(texts, tmp_path / "run", "--prompt 'The lamp'") == 0
    written = [path.read_text() for path in (tmp_path / "run" / "samples").iterdir()]
    assert len(written) == 3
    assert all(text.startswith("The lamp") and len(text) > len("The lamp\n") for text in written)


@pytest.mark.slow
def test_tokenizer_of_gpt2(texts, tmp_path):
    assert train(texts, tmp_path / "run", "--tokenizer gpt2 --vocab-size 50257 --n-steps 1") == 0
    with safe_open(tmp_path / "run" / "tokens.safetensors", "np") as file:
        token_ids = file.get_tensor("token_ids").tolist()
    gpt2 = gpt2_tokenizer()
    assert token_ids == [i for document in DOCUMENTS for i in [*gpt2.encode_ordinary(document), 50256]]
    assert load_run(tmp_path / "run")[0].config.vocab_size == 50257


# ------------------------------------------------------------------------------------------------- repeating, going on


def test_configuration_repeats_a_run(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # from anywhere
    assert call("train --config", run / "config.json", "--out again") == 0
    assert rows(tmp_path / "again") == rows(run)
    assert (tmp_path / "again" / "config.json").read_bytes() == (run / "config.json").read_bytes()
    assert same_weights(run, tmp_path / "again", 12)


def test_a_run_finds_its_texts_from_anywhere(texts, tmp_path, monkeypatch):
    monkeypatch.chdir(texts.parent)
    assert train(Path(texts.name), tmp_path / "run", "--n-steps 1") == 0
    monkeypatch.chdir(tmp_path)
    assert call("train --config run/config.json --out again") == 0
    assert read_config("again").data.folder == str(texts)


def test_given_options_win_over_the_configuration(run, tmp_path):
    other = tmp_path / "other"
    assert call("train --config", run / "config.json", "--out", other, "--lr 0.02 --qkv-bias --n-steps 2") == 0
    config, before = read_config(other), read_config(run)
    assert (config.training.lr, config.training.n_steps, config.model.qkv_bias) == (0.02, 2, True)
    assert config.training.eval_every == before.training.eval_every
    assert config.data == before.data


def test_longer_is_the_same_as_long_at_once(run, texts, tmp_path):
    assert train(texts, tmp_path / "run", "--n-steps 10") == 0
    assert call("train --resume --out", tmp_path / "run", "--n-steps 12") == 0
    assert rows(tmp_path / "run") == rows(run)
    assert same_weights(run, tmp_path / "run", 12)
    assert read_config(tmp_path / "run").training.n_steps == 12


def test_going_on_when_all_is_done_changes_nothing(texts, tmp_path, capsys):
    assert train(texts, tmp_path / "run") == 0
    before = tree(tmp_path)
    assert call("train --resume --out", tmp_path / "run") == 0
    assert tree(tmp_path) == before
    assert "finished" in capsys.readouterr().out


def test_the_same_command_again_says_how_to_go_on(texts, tmp_path, capsys):
    folder = tmp_path / "my run"
    assert train(texts, folder) == 0
    before = tree(tmp_path)
    assert train(texts, folder) == 2
    message = capsys.readouterr().err
    (command,) = (line for line in message.splitlines() if line.startswith("  python -m gptutils "))
    assert call(command.removeprefix("  python -m gptutils")) == 0
    assert train(texts, folder, "--resume") == 0  # with all options of the first time
    assert tree(tmp_path) == before


def test_resuming_before_the_first_checkpoint_begins_anew(run, texts, tmp_path):
    shutil.copytree(run, tmp_path / "run")
    for name in ("checkpoints", "samples"):
        shutil.rmtree(tmp_path / "run" / name)
    (tmp_path / "run" / "metrics.csv").unlink()
    assert call("train --resume --out", tmp_path / "run") == 0
    assert rows(tmp_path / "run") == rows(run)
    assert same_weights(run, tmp_path / "run", 12)


LONG = "--n-steps 200 --eval-every 50 --lr 0.01 --drop-rate 0.2 --accumulate 2 --keep 1"


def start(*arguments: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "gptutils", *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def finished(process: subprocess.Popen) -> str:
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert err == ""
    return out


@pytest.fixture(scope="module")
def uninterrupted(texts, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("long") / "run"
    finished(start("train", "--data", texts, "--out", folder, *SMALL.split(), *LONG.split()))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_stopped_run_goes_on_as_if_it_had_never_stopped(number, uninterrupted, texts, tmp_path):
    folder = tmp_path / "my run"
    process = start("train", "--data", texts, "--out", folder, *SMALL.split(), *LONG.split())
    metrics = folder / "metrics.csv"
    while not metrics.exists() or len(metrics.read_bytes().splitlines()) < 75:
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(number)
    out, err = process.communicate()
    assert err == ""
    n_rows = len(rows(folder))
    assert 70 < n_rows < 200
    command = ["train", "--out", str(folder), "--resume"]
    last = CheckpointFolder(folder / "checkpoints").latest()
    if number == signal.SIGKILL:
        assert process.returncode == -number
        assert last.name <= f"step_{n_rows:08d}.pt"
    else:
        assert process.returncode == 128 + number
        assert f"stopped after step {n_rows}," in out
        assert last.name == f"step_{n_rows:08d}.pt"
        assert shlex.split(out.splitlines()[-1]) == ["python", "-m", "gptutils", *command]
    finished(start(*command))
    assert metrics.read_bytes() == (uninterrupted / "metrics.csv").read_bytes()
    assert same_weights(folder, uninterrupted, 200)
    assert tree(folder / "samples") == tree(uninterrupted / "samples")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_the_run_after_its_step(number, run, texts, tmp_path, monkeypatch, capsys):
    """The same within this process."""
    with monkeypatch.context() as patch:
        patch.setattr("gptutils.runs.make_state", with_signal_at_step(3, number))
        assert train(texts, tmp_path / "run") == 128 + number
    assert "stopped after step 3, with a checkpoint" in capsys.readouterr().out
    assert rows(tmp_path / "run") == rows(run)[:3]
    assert call("train --resume --out", tmp_path / "run") == 0
    assert rows(tmp_path / "run") == rows(run)
    assert same_weights(run, tmp_path / "run", 12)


def with_signal_at_step(step: int, number: int):
    """`make_state` with an optimizer in whose ``step`` the signal arrives."""
    from gptutils.training import make_state

    def make(*arguments):
        state = make_state(*arguments)

        def arrive(*_):
            if state.step == step - 1:
                signal.raise_signal(number)

        state.optimizer.register_step_post_hook(arrive)
        return state

    return make


def test_second_signal_acts_at_once(texts, tmp_path, monkeypatch, capsys):
    """The first one is noted only; the second one is the usual KeyboardInterrupt, and the handlers are put back."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    def twice(*_):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("gptutils.runs.sample", twice)
    assert train(texts, tmp_path / "run") == 130
    assert "interrupted" in capsys.readouterr().out
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    assert len(rows(tmp_path / "run")) == 5


def test_interrupted_while_the_texts_are_read(texts, tmp_path, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("gptutils.runs.write_token_file", interrupt)
    assert train(texts, tmp_path / "run") == 130
    assert capsys.readouterr().out == "interrupted\n"
    assert tree(tmp_path) == {}


def test_loss_that_is_not_finite_ends_the_run(texts, tmp_path, capsys):
    assert train(texts, tmp_path / "run", "--lr 1e30") == 1
    assert "learning rate 1e+30" in capsys.readouterr().err
    assert len(rows(tmp_path / "run")) >= 1


def test_full_disk_ends_the_run(texts, tmp_path, monkeypatch, capsys):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gptutils.checkpoint.torch.save", full)
    assert train(texts, tmp_path / "run") == 1
    assert "No space left on device" in capsys.readouterr().err
    assert len(rows(tmp_path / "run")) == 5
    monkeypatch.undo()
    assert call("train --resume --out", tmp_path / "run") == 0
    assert len(rows(tmp_path / "run")) == 12


# ------------------------------------------------------------------------------------------------- TensorBoard


def numbers_in(path: Path) -> dict[str, dict[int, float]]:
    """Of an event file as TensorFlow's own reader gives it: name -> step -> number."""
    import tensorflow as tf

    found = {}
    for record in tf.data.TFRecordDataset(str(path)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            found.setdefault(value.tag, {})[event.step] = value.simple_value
    return found


def from_csv(run: Path, column: str) -> dict[int, float]:
    return {int(row["step"]): pytest.approx(float(row[column])) for row in rows(run) if row[column]}


@pytest.mark.slow
def test_events_for_tensorboard(texts, tmp_path, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    run = tmp_path / "run"
    assert train(texts, run, "--tensorboard --n-steps 7") == 0
    first, late = run / "tensorboard" / "events.out.tfevents.0000000001", run / "checkpoints" / "step_00000007.pt"
    expected = {"loss/training": "train_loss", "loss/validation": "val_loss", "rate": "rate"}
    assert numbers_in(first) == {tag: from_csv(run, column) for tag, column in expected.items()}

    late.unlink()  # as if the process had been killed: events of steps 6 and 7 are there, their checkpoint is not
    assert call("train --resume --out", run, "--n-steps 12") == 0
    second = run / "tensorboard" / "events.out.tfevents.0000000006"
    assert sorted(numbers_in(second)["rate"]) == list(range(6, 13))

    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="no TensorBoard here")
    shown = reader.EventAccumulator(str(run / "tensorboard")).Reload()
    for tag, column in expected.items():
        if column != "val_loss":  # step 7 was the last one, and evaluated for that
            assert [event.step for event in shown.Scalars(tag)] == list(range(1, 13))
        assert {event.step: event.value for event in shown.Scalars(tag)} == from_csv(run, column)


@pytest.mark.slow
def test_tensorflow_is_silent_and_only_imported_when_asked_for(texts, tmp_path):
    out = finished(
        start("train", "--data", texts, "--out", tmp_path / "run", *SMALL.split(), "--n-steps", 1, "--tensorboard")
    )
    assert [line.split()[0] for line in out.splitlines()] == [out.split()[0], "step", "finished,", "python"]
    code = "import sys, gptutils.cli; print('tensorflow' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False False\n"


def test_missing_tensorflow(texts, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tensorflow", None)  # importing it fails
    assert train(texts, tmp_path / "run", "--tensorboard") == 2
    assert "leave --tensorboard out" in capsys.readouterr().err
    assert tree(tmp_path) == {}


# ------------------------------------------------------------------------------------------------- input that is wrong


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--data missing", "missing is not a folder"),
        ("--data empty", "holds no .txt file"),
        ("--data latin", "a.txt is not UTF-8: byte 0xe9 at position 3"),
        ("--data blank", "the training text is empty"),
        ("--data short --vocab-size 257", "one window of context_length 8 needs 9"),
        ("--train-fraction 0.999", "are for validation: the text has"),
        ("--train-fraction 1", "train_fraction is 1.0"),
        ("--batch-size 5000", "choose a smaller batch_size"),
        ("--batch-size 0", "batch_size is 0"),
        ("--vocab-size 200", "vocab_size is 200"),
        ("--vocab-size 20000", "ask for a vocab_size of at most"),
        ("--tokenizer gpt2 --vocab-size 300", "GPT-2's tokenizer has 50257"),
        ("--n-heads 5", "emb_dim 12 is not divisible by n_heads 5"),
        ("--drop-rate 1", "drop_rate is 1.0"),
        ("--n-steps 0", "n_steps is 0"),
        ("--lr -1", "lr is -1.0"),
        ("--keep 0", "keep is 0"),
        ("--seed -1", "seed is -1"),
        ("--seed 4294967296", "below 2**32"),
        ("--device warp", "device 'warp' cannot be used here"),
        ("--config missing.json", "missing.json cannot be read"),
        ("--config broken.json", "broken.json is not the configuration of a run"),
        ("--config foreign.json", "expected ['data', 'model', 'run', 'training']"),
        ("--out full", "full exists already and is not an empty folder"),
        ("--out empty/file", "exists already"),
        ("--resume", "run holds no run"),
    ],
)
def test_wrong_input(options, says, texts, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("empty", "latin", "blank", "short", "full"):
        (tmp_path / name).mkdir()
    (tmp_path / "empty" / "file").write_text("not a text file")
    (tmp_path / "latin" / "a.txt").write_bytes("caf\xe9".encode("latin-1"))
    (tmp_path / "blank" / "a.txt").write_text("")
    (tmp_path / "short" / "a.txt").write_text("Too.")
    (tmp_path / "full" / "notes.md").write_text("precious")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "foreign.json").write_text('{"name": "another"}')
    before = tree(tmp_path)
    assert train(texts, Path("run"), options) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.err.startswith("python -m gptutils: error: ")
    assert captured.out == ""
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "says"), [("train --out run", "--data is missing"), ("train --data texts", "--out is missing")]
)
def test_missing_options(arguments, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert call(arguments) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("arguments", ["", "train --lr fast", "train --unknown", "plot"])
def test_arguments_that_argparse_refuses(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        call(arguments)
    assert ended.value.code == 2


def test_settings_in_json_that_are_wrong(run, tmp_path, capsys):
    content = json.loads((run / "config.json").read_text())
    for group, name, value in [
        ("training", "lr", "fast"),
        ("model", "n_heads", 7),
        ("run", "keep", None),
        ("data", "tokenizer", "words"),
        ("training", "momentum", 0.9),
    ]:
        changed = {**content, group: {**content[group], name: value}}
        (tmp_path / "config.json").write_text(json.dumps(changed))
        assert call("train --out", tmp_path / "run", "--config", tmp_path / "config.json") == 2
        assert "config.json is not the configuration of a run" in capsys.readouterr().err
        assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--lr 0.5", "lr is 0.01"),
        ("--emb-dim 24", "emb_dim is 12"),
        ("--data elsewhere", "folder is "),
        ("--n-steps 3", "12 steps"),
    ],
)
def test_going_on_with_other_settings_is_refused(options, says, run, tmp_path, capsys):
    before = tree(run)
    assert call("train --resume --out", run, options) == 2
    assert says in capsys.readouterr().err
    assert tree(run) == before


def test_files_of_another_run_are_refused(run, texts, tmp_path, capsys):
    """A checkpoint of another model, one of another tokenizer, a damaged one, another tokenizer's tokens."""
    other = tmp_path / "other"
    assert train(texts, other, "--emb-dim 24") == 0
    spoiled = tmp_path / "spoiled"
    last = spoiled / "checkpoints" / "step_00000012.pt"

    def exchange_checkpoint():
        shutil.copy(other / "checkpoints" / last.name, last)

    def cut_short():
        last.write_bytes(last.read_bytes()[:1000])

    def exchange_tokenizer():
        path = spoiled / "tokenizer.json"
        content = json.loads(path.read_text())
        content["merges"][:2] = content["merges"][1::-1]
        path.write_text(json.dumps(content))

    def remove_tokens():
        (spoiled / "tokens.safetensors").unlink()

    for spoil, says in [
        (exchange_checkpoint, "emb_dim 24"),
        (cut_short, "cut short"),
        (exchange_tokenizer, "another tokenizer"),
        (remove_tokens, "tokens.safetensors"),
    ]:
        shutil.copytree(run, spoiled)
        spoil()
        before = tree(spoiled)
        assert call("train --resume --out", spoiled) == 2
        assert says in capsys.readouterr().err
        assert tree(spoiled) == before
        shutil.rmtree(spoiled)


# ------------------------------------------------------------------------------------------------- help


def test_help_shows_every_option_with_its_default(capsys):
    with pytest.raises(SystemExit) as ended:
        call("train --help")
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for group in ("data:", "model:", "training:", "run:"):
        assert f" {group} " in text
    for shown in ("(default: 0.001)", "default: 1000 for an own tokenizer", "(default: 123)", "(default: auto)"):
        assert shown in text
    described = text.split(" data: ")[1]
    for kind in (DataConfig, GPTConfig, TrainConfig, RunSettings):
        for name in (f.name for f in fields(kind) if f.name != "folder"):
            assert f"--{name.replace('_', '-')} " in described.replace(",", " "), name


# ------------------------------------------------------------------------------------------------- plot


@pytest.fixture
def two_runs(run, tmp_path) -> tuple[Path, Path]:
    for name in ("slow", "fast"):
        shutil.copytree(run, tmp_path / name)
    return tmp_path / "slow", tmp_path / "fast"


def test_picture_of_one_run_stands_in_its_folder(two_runs, capsys):
    assert call("plot", two_runs[0]) == 0
    picture = two_runs[0] / "curves.png"
    assert capsys.readouterr().out == f"{picture}\n"
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_picture_of_several_runs(two_runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("plot slow fast") == 0
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert call("plot slow fast --out both.svg") == 0
    assert ElementTree.parse(tmp_path / "both.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert not (two_runs[0] / "curves.png").exists()


def test_curves_are_the_numbers_of_the_table(run):
    table = rows(run)
    by_tokens, by_steps, rates = _figure({"a run": read_metrics(run)}).axes
    losses = [float(row["train_loss"]) for row in table]
    for axes, column in [(by_tokens, "tokens"), (by_steps, "step")]:
        each, mean, validation = axes.lines
        at = [int(row[column]) for row in table]
        assert (list(each.get_xdata()), list(each.get_ydata())) == (at, losses)
        assert list(mean.get_xdata()) == [at[i] for i in (2, 7, 10)]
        assert mean.get_ydata() == pytest.approx([np.mean(losses[a:b]) for a, b in [(0, 5), (5, 10), (10, 12)]])
        assert list(validation.get_xdata()) == [at[i] for i in (4, 9, 11)]
        assert list(validation.get_ydata()) == [float(row["val_loss"]) for row in table if row["val_loss"]]
    assert list(rates.lines[0].get_ydata()) == [0.01] * 12
    assert [text.get_text() for text in by_tokens.get_legend().get_texts()] == ["a run, training", "a run, validation"]


def test_plotting_a_run_that_has_no_evaluation_yet(two_runs):
    metrics = two_runs[0] / "metrics.csv"
    metrics.write_bytes(b"".join(metrics.read_bytes().splitlines(keepends=True)[:4]))
    assert call("plot", two_runs[0]) == 0


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda lines: [b"a,b\r\n", *lines[1:]], "line 1: the columns are not step, epoch"),
        (lambda lines: [*lines[:5], b"5,0.1\r\n", *lines[6:]], "line 6: it has 2 values instead of 6"),
        (lambda lines: [*lines[:5], *lines[6:]], "line 6: step 6 follows on step 4"),
        (lambda lines: [*lines[:5], b"5,0.1,160,0.01,low,\r\n", *lines[6:]], "line 6: could not convert"),
        (lambda lines: [*lines[:5], b"\xff\xfe\r\n"], "'utf-8' codec can't decode"),
        (lambda lines: lines[:1], "no finished step yet"),
        (lambda lines: [], "line 0: the columns are not"),
    ],
)
def test_damaged_metrics(damage, says, two_runs, capsys):
    slow, fast = two_runs
    lines = (fast / "metrics.csv").read_bytes().splitlines(keepends=True)
    (fast / "metrics.csv").write_bytes(b"".join(damage(lines)))
    before = tree(slow.parent)
    assert call("plot", slow, fast, "--out", slow.parent / "curves.svg") == 2
    assert says in capsys.readouterr().err
    assert tree(slow.parent) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("plot nothing", "nothing holds no run"),
        ("plot .", "holds no run"),
        ("plot slow slow", "named twice"),
        ("plot slow --out curves.jpg", "ends in .jpg; choose a name that ends in .png or .svg"),
        ("plot slow --out nowhere/curves.png", "nowhere"),
    ],
)
def test_wrong_calls_of_plot(arguments, says, two_runs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    before = tree(tmp_path)
    assert call(arguments) == 2
    assert says in capsys.readouterr().err
    assert tree(tmp_path) == before


# ------------------------------------------------------------------------------------------------- generate


def written(capsys, *arguments: object) -> str:
    assert call("generate", *arguments, "--device cpu") == 0
    found = capsys.readouterr()
    assert found.err == ""
    return found.out


def test_text_of_the_courses_own_model(capsys):
    model, tokenizer = load_course_model()
    text = written(capsys, "'A fox'", "--tokens 12")
    [ids] = generate(model, [[tokenizer.eot_token, *tokenizer.encode("A fox")]], 12)
    assert text == tokenizer.decode(ids[1:]) + "\n"
    drawn = {written(capsys, "--tokens 12 --temperature 1.5 --top-k 50 --top-p 0.99 --min-p 0.001") for _ in range(4)}
    assert len(drawn) > 1  # other random numbers each time
    assert len({written(capsys, "--tokens 12 --temperature 1.5 --seed 3") for _ in range(2)}) == 1
    assert written(capsys, "'A fox'", "--tokens 0") == "A fox\n"


def test_text_ends_at_the_end_of_text_which_is_not_shown(capsys):
    text = written(capsys, "--tokens 250 --temperature 1 --seed 1")
    assert text.endswith("\n")
    assert "endoftext" not in text
    tokenizer = load_course_model()[1]
    assert 5 < len(tokenizer.encode(text)) < 245


@pytest.mark.parametrize("given", ["", "checkpoints/step_00000012.pt"])
def test_text_of_a_run_and_of_a_checkpoint(given, run, capsys):
    text = written(capsys, "'The lamp' --tokens 5 --repetition-penalty 1.2 --model", run / given)
    model, tokenizer = load_run(run)
    load_checkpoint(run / (given or f"checkpoints/{CheckpointFolder(run / 'checkpoints').best().name}"), model)
    ids = [tokenizer.eot_token, *tokenizer.encode("The lamp")]
    [ids] = generate(model, [ids], 5, repetition_penalty=1.2, eos_id=tokenizer.eot_token)
    assert text == tokenizer.decode([i for i in ids if i != tokenizer.eot_token]) + "\n"


def test_text_of_gpt2(monkeypatch, capsys):
    """GPT-2 continues a prompt as it stands; without one, it begins behind <|endoftext|>."""
    torch.manual_seed(0)
    model, asked, prompts = GPT(GPTConfig(50257, 16, 12, 3, 1)).eval(), [], []
    fake = types.SimpleNamespace(from_pretrained=lambda size: asked.append(size) or model)
    monkeypatch.setitem(sys.modules, "gptutils.pretrained", fake)
    monkeypatch.setattr(
        "gptutils.cli.stream", lambda _, ids, *a, **k: prompts.append(ids) or stream(model, ids, *a, **k)
    )
    text = written(capsys, "'Alan Turing' --tokens 3 --model 124M")
    assert text.startswith("Alan Turing")
    assert len(text) > len("Alan Turing\n")
    written(capsys, "--tokens 3 --model 355M")
    assert asked == ["124M", "355M"]
    assert prompts == [[gpt2_tokenizer().encode("Alan Turing")], [[50256]]]


def test_each_token_is_shown_at_once(monkeypatch, capsys):
    shown = []

    def one_by_one(*arguments, **options):
        for tokens in stream(*arguments, **options):
            shown.append(capsys.readouterr().out)
            yield tokens

    monkeypatch.setattr("gptutils.cli.stream", one_by_one)
    assert call("generate 'A fox' --tokens 4 --device cpu") == 0
    assert shown[0] == "A fox"
    assert all(shown[1:])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--temperature -1", "temperature is -1.0; it must be a number from 0 up"),
        ("--top-k 0", "top_k is 0"),
        ("--top-p 2", "top_p is 2.0"),
        ("--tokens -1", "max_new_tokens is -1"),
        ("--seed -1", "seed is -1; choose a whole number from 0"),
        ("--device abacus", "'abacus' cannot be used here"),
        ("--model nowhere.pt", "there is no checkpoint nowhere.pt"),
    ],
)
def test_wrong_calls_of_generate(arguments, says, capsys):
    assert call("generate 'A fox'", arguments) == 2
    found = capsys.readouterr()
    assert says in found.err
    assert found.out == ""


def test_checkpoint_without_its_tokenizer(run, tmp_path, capsys):
    path = shutil.copy(run / "checkpoints" / "step_00000012.pt", tmp_path)
    assert call("generate --model", Path(path)) == 2
    assert "there is no tokenizer.json beside it" in capsys.readouterr().err
