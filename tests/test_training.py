"""gptutils.training against a bare loop of torch, torch's AdamW without fusing, and large batches."""

import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gptutils.config import GPTConfig
from gptutils.data import make_loader
from gptutils.loss import evaluate
from gptutils.model import GPT
from gptutils.training import History, TrainConfig, make_optimizer, make_state, train

TOKENS = np.random.default_rng(1).integers(0, 40, 700)


def tiny_model(drop_rate: float = 0.0, seed: int = 0, dtype: torch.dtype = torch.float32) -> GPT:
    torch.manual_seed(seed)
    config = GPTConfig(vocab_size=40, context_length=8, emb_dim=12, n_heads=3, n_layers=2, drop_rate=drop_rate)
    return GPT(config).to(dtype)


def loader(batch_size: int = 4, tokens=TOKENS, shuffle: bool = True, seed: int = 3):
    sizes = {"context_length": 8, "batch_size": batch_size, "stride": 8}
    return make_loader(tokens, **sizes, shuffle=shuffle, drop_last=True, seed=seed)


def validation():
    return loader(tokens=TOKENS[::-1].copy(), shuffle=False)


def weights(model: nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def bare_loop(model, batches, n_steps, rates, max_norm=None):
    """The loop as every tutorial writes it."""
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), foreach=False, fused=False)
    losses, step = [], 0
    model.train()
    while step < n_steps:
        for inputs, targets in batches:
            if step == n_steps:
                break
            for group in optimizer.param_groups:
                group["lr"] = rates[step]
            optimizer.zero_grad()
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            loss.backward()
            if max_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            losses.append(loss.item())
            step += 1
    return losses


def test_same_losses_and_weights_as_a_bare_loop():
    n_steps = 50  # more than two epochs
    assert n_steps > 2 * len(loader())
    rates = [0.01 * (1 - step / n_steps) for step in range(n_steps)]
    theirs, ours = tiny_model(), tiny_model()
    expected = bare_loop(theirs, loader(), n_steps, rates, max_norm=0.5)
    history = train(
        ours,
        loader(),
        None,
        TrainConfig(n_steps),
        schedule=rates.__getitem__,
        clip=lambda parameters: nn.utils.clip_grad_norm_(parameters, 0.5),
    )
    np.testing.assert_allclose(history.losses, expected, rtol=1e-5)
    torch.testing.assert_close(weights(ours), weights(theirs), rtol=1e-4, atol=1e-6)
    assert history.rates == rates
    assert history.tokens == [32 * (step + 1) for step in range(n_steps)]
    assert min(history.norms) > 0
    assert history.losses[-1] < history.losses[0]


@pytest.mark.parametrize("ignored", [False, True])
def test_accumulated_batches_are_one_large_batch(ignored):
    def masked(batches):
        for i, (inputs, targets) in enumerate(batches):
            targets = targets.clone()
            targets[:, : 2 * (i % 4)] = -100  # other numbers of counted tokens in each batch
            yield inputs, targets

    small = list(loader(batch_size=4))[:20]
    small = list(masked(small)) if ignored else small
    large = [tuple(torch.cat(parts) for parts in zip(*small[i : i + 4], strict=True)) for i in range(0, 20, 4)]
    one, four = tiny_model(dtype=torch.float64), tiny_model(dtype=torch.float64)
    expected = train(one, large, None, TrainConfig(n_steps=10, lr=0.01))
    history = train(four, small, None, TrainConfig(n_steps=10, lr=0.01, accumulate=4))
    np.testing.assert_allclose(history.losses, expected.losses, rtol=1e-10)
    torch.testing.assert_close(weights(four), weights(one), rtol=1e-8, atol=1e-10)
    assert history.tokens == expected.tokens
    if ignored:  # the mean of the batches' means would be another number
        means = [
            F.cross_entropy(tiny_model(dtype=torch.float64)(x).flatten(0, 1), y.flatten()).item() for x, y in small[:4]
        ]
        assert abs(np.mean(means) - expected.losses[0]) > 1e-5


def test_batches_without_targets():
    """One among several accumulated changes nothing; a step that has no other is refused."""
    (inputs, targets), *_ = loader()
    empty = inputs, torch.full_like(targets, -100)
    alone, among = tiny_model(dtype=torch.float64), tiny_model(dtype=torch.float64)
    train(alone, [(inputs, targets)], None, TrainConfig(n_steps=3))
    train(among, [empty, (inputs, targets)], None, TrainConfig(n_steps=3, accumulate=2))
    torch.testing.assert_close(weights(among), weights(alone))
    with pytest.raises(ValueError, match="every target of step 1 is -100"):
        train(alone, [(inputs, targets), empty], None, TrainConfig(n_steps=3))


def test_evaluations():
    model = tiny_model(drop_rate=0.1)
    seen = []

    def after_step(state):
        if state.step % 7 == 0 or state.step == 30:
            assert state.model.training
            seen.append(evaluate(state.model, validation(), max_batches=3))

    config = TrainConfig(n_steps=30, eval_every=7, eval_batches=3)
    history = train(model, loader(), validation(), config, after_step=after_step)
    assert history.evaluations == [7, 14, 21, 28, 30]
    assert history.val_losses == seen
    spans = zip([0, 7, 14, 21, 28], history.evaluations, strict=True)
    assert history.train_losses() == pytest.approx([np.mean(history.losses[a:b]) for a, b in spans])


def test_evaluating_changes_nothing():
    models = [tiny_model(drop_rate=0.3), tiny_model(drop_rate=0.3)]
    for model, val_loader in zip(models, [None, validation()], strict=True):
        torch.manual_seed(5)
        train(model, loader(), val_loader, TrainConfig(n_steps=25, eval_every=3))
    assert torch.equal(*map(weights, models))


def test_a_run_in_two_parts_is_one_run():
    """In one process; across processes and through files: tests/test_checkpoint.py."""
    config = TrainConfig(n_steps=40, accumulate=2, eval_every=9)
    torch.manual_seed(5)
    whole = tiny_model(drop_rate=0.2)
    expected = train(whole, loader(), validation(), config)

    class Stop(Exception):
        pass

    def stop(state):
        if state.step == 13:  # in the middle of an epoch
            raise Stop

    torch.manual_seed(5)
    parts = tiny_model(drop_rate=0.2)
    state = make_state(parts, loader(), config)
    with pytest.raises(Stop):
        train(parts, state.loader, validation(), config, state=state, after_step=stop)
    assert state.step == 13
    state.loader.load_state_dict(state.loader.state_dict())
    history = train(parts, state.loader, validation(), config, state=state)
    assert history == expected
    assert torch.equal(weights(parts), weights(whole))


def test_loss_that_is_not_finite_stops_before_the_step():
    model = tiny_model()
    before, before_bias = [], []

    def schedule(step):
        before[:] = [weights(model)]
        if step == 5:
            before_bias.append(model.ln_f.bias[0].item())
            with torch.no_grad():
                model.ln_f.bias[0] = torch.nan
        return 0.25

    with pytest.raises(FloatingPointError, match=r"nan at step 5, with learning rate 0\.25"):
        train(model, loader(), None, TrainConfig(n_steps=10), schedule=schedule)
    with torch.no_grad():
        model.ln_f.bias[0] = before_bias[0]
    assert torch.equal(weights(model), before[0])
    assert all(parameter.grad is None for parameter in model.parameters())


def test_decay_touches_matrices_alone():
    model = tiny_model()
    optimizer = make_optimizer(model, 0.1, weight_decay=0.5)
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    for name, parameter in model.named_parameters():
        factor = 1 - 0.1 * 0.5 if parameter.ndim >= 2 else 1.0
        torch.testing.assert_close(parameter.detach(), before[name] * factor, rtol=1e-6, atol=0)


def test_frozen_parameters_stay():
    model = tiny_model()
    model.wte.weight.requires_grad_(False)
    before = model.wte.weight.clone()
    train(model, loader(), None, TrainConfig(n_steps=3))
    assert torch.equal(model.wte.weight, before)
    with pytest.raises(ValueError, match="nothing to train"):
        make_optimizer(model.requires_grad_(False), 0.1)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_other_number_formats_on_the_cpu(dtype):
    """Rehearsed on the CPU: the weights stay in float32 and the loss follows that of float32."""
    exact, model = tiny_model(), tiny_model()
    expected = train(exact, loader(), None, TrainConfig(n_steps=20, lr=0.01, dtype="float32"))
    history = train(model, loader(), None, TrainConfig(n_steps=20, lr=0.01, dtype=dtype))
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    np.testing.assert_allclose(history.losses, expected.losses, rtol=0.02)
    assert history.losses != expected.losses


def test_scaler_only_for_float16():
    for dtype, enabled in {"float32": False, "bfloat16": False, "float16": True, "auto": False}.items():
        assert make_state(tiny_model(), loader(), TrainConfig(1, dtype=dtype)).scaler.is_enabled() is enabled


def test_no_training_losses_before_the_first_evaluation():
    assert History(losses=[3.0, 2.0]).train_losses() == []


def test_history_survives_its_state():
    history = train(tiny_model(), loader(), validation(), TrainConfig(n_steps=5, eval_every=2))
    other = History()
    other.load_state_dict(history.state_dict())
    assert other == history
    other.losses.append(1.0)
    assert other != history
    with pytest.raises(ValueError, match="history"):
        other.load_state_dict({"losses": []})


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"n_steps": 0}, ValueError, "n_steps is 0"),
        ({"n_steps": 1.5}, TypeError, "n_steps"),
        ({"accumulate": 0}, ValueError, "accumulate"),
        ({"eval_batches": 0}, ValueError, "eval_batches"),
        ({"lr": -1.0}, ValueError, "lr is -1"),
        ({"lr": math.nan}, ValueError, "lr"),
        ({"weight_decay": math.inf}, ValueError, "weight_decay"),
        ({"beta2": 1.0}, ValueError, "beta2"),
        ({"dtype": "float8"}, ValueError, "float8"),
    ],
)
def test_bad_config(options, error, says):
    with pytest.raises(error, match=says):
        TrainConfig(**{"n_steps": 10, **options})


def test_bad_calls():
    config = TrainConfig(n_steps=3)
    model = tiny_model()
    state = make_state(model, loader(), config)
    train(model, state.loader, None, config, state=state)
    with pytest.raises(ValueError, match="3 steps are done already"):
        train(model, state.loader, None, replace(config, n_steps=2), state=state)
    with pytest.raises(ValueError, match="no batches"):
        train(model, list(islice(loader(), 0)), None, config)
