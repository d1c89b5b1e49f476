"""A small training run in a process of its own, for tests that stop it, kill it and start it again.

python training_process.py FOLDER SAVE_EVERY [STOP]   prints a digest of the last weights and the history, or stops
                                                      after the step STOP
python training_process.py FOLDER kill N              runs it N times and kills each run at a random moment
"""

import hashlib
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from gptutils.checkpoint import CheckpointFolder, load_checkpoint
from gptutils.config import GPTConfig
from gptutils.data import make_loader
from gptutils.model import GPT
from gptutils.training import TrainConfig, make_state, train

N_STEPS = 60


def loader(tokens, shuffle):
    sizes = {"context_length": 8, "batch_size": 4, "stride": 8}
    return make_loader(tokens, **sizes, shuffle=shuffle, drop_last=True, seed=3)


def main(folder: Path, save_every: int, stop: int | None = None) -> str:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    tokens = np.random.default_rng(1).integers(0, 40, 700)
    config = TrainConfig(N_STEPS, lr=0.01, accumulate=2, eval_every=7)
    model = GPT(GPTConfig(vocab_size=40, context_length=8, emb_dim=48, n_heads=3, n_layers=2, drop_rate=0.2))
    state = make_state(model, loader(tokens, shuffle=True), config)
    parts = {"optimizer": state.optimizer, "scaler": state.scaler, "loader": state.loader, "history": state.history}
    checkpoints = CheckpointFolder(folder, keep=2)
    if checkpoints.latest() is not None:
        state.step = load_checkpoint(checkpoints.latest(), model, random_states=True, **parts)

    def after_step(state):
        if state.step % save_every == 0:
            val_loss = (state.history.val_losses or [None])[-1]
            checkpoints.save(model, step=state.step, val_loss=val_loss, **parts)
        if state.step == stop:
            sys.exit()

    history = train(model, state.loader, loader(tokens[::-1].copy(), False), config, state=state, after_step=after_step)
    digest = hashlib.sha256(repr(history).encode())
    for parameter in model.parameters():
        digest.update(parameter.detach().numpy().tobytes())
    return digest.hexdigest()


def kill_at_random_moments(folder: Path, n_runs: int) -> None:
    """Each run is forked from this process, so that torch is loaded, and used for the first time, only once."""
    with tempfile.TemporaryDirectory() as elsewhere:
        main(Path(elsewhere), save_every=N_STEPS)
    rng = random.Random(0)
    for _ in range(n_runs):
        before = sorted(folder.glob("step_*.pt"))
        child = os.fork()
        if child == 0:
            main(folder, save_every=1)
            os._exit(0)
        while sorted(folder.glob("step_*.pt")) == before:  # not before its first checkpoint
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    if sys.argv[2] == "kill":
        kill_at_random_moments(Path(sys.argv[1]), int(sys.argv[3]))
    else:
        print("digest", main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
