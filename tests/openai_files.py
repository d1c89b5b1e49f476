"""GPT-2's files as OpenAI published them, of small random models: written by TensorFlow, not by us."""

import json
import os
from pathlib import Path

import numpy as np

from gptutils.config import OPENAI_NAMES, GPTConfig
from gptutils.numpy_gpt import map_tree, param_shapes


def random_params(config: GPTConfig, seed: int = 0) -> dict:
    """A parameter tree in which every number is random: fresh biases of 0 and gains of 1 would hide mistakes."""
    rng = np.random.default_rng(seed)

    def array(path: str, shape: tuple[int, ...]) -> np.ndarray:
        return (rng.standard_normal(shape) * 0.15 + path.endswith(".g")).astype(np.float32)

    return map_tree(array, param_shapes(config))


def openai_variables(params: dict) -> dict[str, np.ndarray]:
    """The arrays under the names and in the shapes that they have in GPT-2's checkpoints, written down once more."""
    named = {"model/wte": params["wte"], "model/wpe": params["wpe"]}
    named |= {"model/ln_f/g": params["ln_f"]["g"], "model/ln_f/b": params["ln_f"]["b"]}
    for i, block in enumerate(params["blocks"]):
        for norm in ("ln_1", "ln_2"):
            named |= {f"model/h{i}/{norm}/{leaf}": block[norm][leaf] for leaf in "gb"}
        for part, linear in [("attn", "c_attn"), ("attn", "c_proj"), ("mlp", "c_fc"), ("mlp", "c_proj")]:
            named[f"model/h{i}/{part}/{linear}/w"] = block[part][linear]["w"][None]  # [1, in, out]
            named[f"model/h{i}/{part}/{linear}/b"] = block[part][linear]["b"]
    return named


def write_openai_files(folder: Path, config: GPTConfig, variables: dict[str, np.ndarray]) -> Path:
    """hparams.json, and the three files of a checkpoint with these variables; beside them what stands for the rest."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    folder.mkdir(parents=True, exist_ok=True)
    hparams = {theirs: getattr(config, ours) for ours, theirs in OPENAI_NAMES.items()}
    (folder / "hparams.json").write_text(json.dumps(hparams))
    names = list(variables)
    tf.raw_ops.SaveV2(
        prefix=str(folder / "model.ckpt"),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=list(variables.values()),
    )
    state = 'model_checkpoint_path: "model.ckpt"\nall_model_checkpoint_paths: "model.ckpt"\n'
    (folder / "checkpoint").write_text(state)
    for name in ("encoder.json", "vocab.bpe", "model.ckpt.meta"):
        (folder / name).write_text(f"stands for {name}")
    return folder
