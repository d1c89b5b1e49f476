"""Loading a GPT-2 of 124M parameters against what TensorFlow needs to read it, in time and memory: make bench

A checkpoint of random weights, in OpenAI's names, is written by TensorFlow into a temporary folder. Each side runs in
processes of its own, in turn, after the libraries have been imported and the file has been read once. Memory is the
growth of the largest resident set of the process (`VmHWM` of Linux); pages of a mapped file count while they are there,
although the system may take them back.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from gptutils.config import GPT2_CONFIGS, OPENAI_NAMES, GPTConfig
from gptutils.numpy_gpt import init_params, map_tree
from timing import machine

SIDES = {
    "TensorFlow alone": "all variables, read with its own reader",
    "checkpoint to torch": "load_tf_checkpoint(folder).to_torch()",
    "checkpoint to NumPy": "load_tf_checkpoint(folder).to_numpy()",
    "safetensors to torch": "load_safetensors(path).to_torch()",
    "safetensors to NumPy": "load_safetensors(path).to_numpy(), mapped: nothing is read yet",
}


def write_files(folder: Path, config: GPTConfig) -> None:
    """hparams.json and a checkpoint, and the same model as model.safetensors."""
    import tensorflow as tf

    from gptutils.pretrained import load_tf_checkpoint, save_safetensors

    hparams = {theirs: getattr(config, ours) for ours, theirs in OPENAI_NAMES.items()}
    (folder / "hparams.json").write_text(json.dumps(hparams))
    arrays = {}

    def add(path, array):
        name = "model/" + path.replace("blocks.", "h").replace(".", "/")
        arrays[name] = array[None] if path.endswith(".w") else array

    map_tree(add, init_params(config))
    empty = [""] * len(arrays)
    tf.raw_ops.SaveV2(
        prefix=str(folder / "model.ckpt"),
        tensor_names=list(arrays),
        shape_and_slices=empty,
        tensors=list(arrays.values()),
    )
    (folder / "checkpoint").write_text('model_checkpoint_path: "model.ckpt"\n')
    save_safetensors(load_tf_checkpoint(folder).to_torch(), folder / "model.safetensors")


def peak() -> int:
    """Bytes of the largest resident set so far."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def measure(side: str, folder: Path) -> dict:
    """Seconds, and growth of the peak of memory, of one side in this process."""
    from gptutils.pretrained import load_safetensors, load_tf_checkpoint

    if "safetensors" not in side:
        import tensorflow as tf

        tf.train.load_checkpoint(str(folder)).get_tensor("model/ln_f/b")  # whatever TensorFlow does at first use
    else:
        load_safetensors(folder).read("ln_f.b")
    before = peak()
    start = time.perf_counter()
    match side:
        case "TensorFlow alone":
            reader = tf.train.load_checkpoint(str(folder))
            kept = [reader.get_tensor(name) for name in reader.get_variable_to_shape_map()]
        case "checkpoint to torch":
            kept = load_tf_checkpoint(folder).to_torch()
        case "checkpoint to NumPy":
            kept = load_tf_checkpoint(folder).to_numpy()
        case "safetensors to torch":
            kept = load_safetensors(folder).to_torch()
        case "safetensors to NumPy":
            kept = load_safetensors(folder).to_numpy()
    seconds = time.perf_counter() - start
    assert kept
    return {"seconds": seconds, "bytes": peak() - before}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--layers", type=int, default=12, help="fewer than 12 for a rehearsal")
    parser.add_argument("--measure", nargs=2, metavar=("SIDE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        side, folder = options.measure
        print(json.dumps(measure(side, Path(folder))))
        return

    print(machine())
    config = replace(GPT2_CONFIGS["124M"], n_layers=options.layers)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder, config)
        size = (folder / "model.ckpt.data-00000-of-00001").stat().st_size
        print(f"checkpoint of {size / 1e6:.0f} MB; median of {options.rounds} processes a side, in turn\n")
        found: dict[str, list[dict]] = {side: [] for side in SIDES}
        for _ in range(options.rounds):
            for side in SIDES:
                command = [sys.executable, __file__, "--measure", side, str(folder)]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                found[side].append(json.loads(done.stdout))
    alone = [one["seconds"] for one in found["TensorFlow alone"]]
    print(f"{'':22} {'seconds':>8} {'/ TensorFlow':>13} {'memory / file':>14}")
    for side, runs in found.items():
        seconds = [one["seconds"] for one in runs]
        ratio = statistics.median(a / b for a, b in zip(seconds, alone, strict=True))
        memory = statistics.median(one["bytes"] for one in runs) / size
        print(f"{side:22} {statistics.median(seconds):8.2f} {ratio:13.2f} {memory:14.2f}   {SIDES[side]}")
    print(
        "\nThe aim: checkpoint to torch at most 1.5 times TensorFlow alone, and at most 2.2 times the file in memory."
    )


if __name__ == "__main__":
    main()
