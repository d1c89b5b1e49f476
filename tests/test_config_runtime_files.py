"""gptutils.config, runtime and files."""

import dataclasses
import random
import stat

import numpy as np
import pytest
import torch

from gptutils.config import GPT2_CONFIGS, GPTConfig
from gptutils.files import atomic_write_text, replacing
from gptutils.runtime import best_device, compute_dtype, seed_everything


def test_gpt2_sizes():
    sizes = {name: (c.emb_dim, c.n_layers, c.n_heads) for name, c in GPT2_CONFIGS.items()}
    assert sizes == {"124M": (768, 12, 12), "355M": (1024, 24, 16), "774M": (1280, 36, 20), "1558M": (1600, 48, 25)}
    assert all(c.context_length == 1024 and c.qkv_bias and c.vocab_size == 50257 for c in GPT2_CONFIGS.values())
    assert all(c.head_dim == 64 for c in GPT2_CONFIGS.values())


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"emb_dim": 100},
            ValueError,
            "emb_dim 100 is not divisible by n_heads 12: choose for example emb_dim 96 or 108",
        ),
        ({"emb_dim": 5}, ValueError, "choose for example emb_dim 12"),
        ({"n_layers": 0}, ValueError, "n_layers is 0"),
        ({"n_layers": 1.0}, TypeError, "n_layers must be an int"),
        ({"n_layers": True}, TypeError, "n_layers must be an int"),
        ({"drop_rate": 1.0}, ValueError, "drop_rate is 1.0"),
        ({"drop_rate": float("nan")}, ValueError, "drop_rate is nan"),
    ],
)
def test_config_refuses(changes, error, message):
    with pytest.raises(error, match=message):
        GPTConfig(**changes)


def test_config_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        GPTConfig().n_layers = 3


def test_seeds_fix_all_three_generators():
    def draw():
        return random.random(), np.random.rand(), torch.rand(()).item()

    seed_everything(1)
    first = draw()
    assert draw() != first
    seed_everything(1)
    assert draw() == first
    for bad in (-1, 2**32, 1.5):
        with pytest.raises(ValueError, match="seed is"):
            seed_everything(bad)


def test_device_can_be_chosen_by_environment(monkeypatch):
    monkeypatch.setenv("GPTUTILS_DEVICE", "meta")
    assert best_device() == torch.device("meta")


@pytest.mark.parametrize(
    ("capability", "expected"),
    [((7, 5), torch.float16), ((8, 0), torch.bfloat16), ((8, 9), torch.bfloat16), ((9, 0), torch.bfloat16)],
)
def test_bfloat16_only_where_the_hardware_has_it(capability, expected, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert compute_dtype("cuda") == expected


def test_replacing_keeps_the_old_file_on_failure(tmp_path):
    path = tmp_path / "file.txt"
    atomic_write_text(path, "old")

    def fail():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]


def test_written_files_are_readable_by_others(tmp_path):
    atomic_write_text(tmp_path / "file.txt", "é")
    assert stat.S_IMODE((tmp_path / "file.txt").stat().st_mode) & 0o044
    assert (tmp_path / "file.txt").read_bytes() == "é".encode()
