"""gptutils.schedule against transformers' schedules, torch's schedulers, and by what every schedule must keep."""

import math
from functools import partial

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, SequentialLR

from gptutils import course_model
from gptutils.schedule import lr_factor, warmup_cosine, warmup_stable_decay

S1 = {"peak_lr": 0.01, "initial_lr": 0.0001, "min_lr": 0.00001}
rates = st.floats(1e-8, 1)
fractions = st.floats(0, 1)


@st.composite
def cosines(draw):
    """Sizes of a schedule, and one of its steps."""
    total = draw(st.integers(1, 300))
    peak = draw(rates)
    sizes = {"peak_lr": peak, "initial_lr": draw(fractions) * peak, "min_lr": draw(fractions) * peak}
    sizes |= {"warmup_steps": draw(st.integers(0, total)), "total_steps": total}
    return sizes, draw(st.integers(0, total))


@st.composite
def stable_decays(draw):
    sizes, step = draw(cosines())
    return sizes | {"decay_steps": draw(st.integers(0, sizes["total_steps"] - sizes["warmup_steps"]))}, step


def optimizer(lr: float) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1)], lr=lr)


def rates_of(scheduler, n_steps: int) -> list[float]:
    """Rates of steps 0 to n_steps, the last without a step of its own."""
    found = []
    for _ in range(n_steps + 1):
        found.append(scheduler.optimizer.param_groups[0]["lr"])
        scheduler.optimizer.step()
        scheduler.step()
    return found


@settings(max_examples=60, deadline=None)
@given(cosines())
def test_the_cosine_is_transformers_schedule(case):
    """Theirs begins at 0 and has no floor of its own."""
    sizes, step = case
    sizes |= {"initial_lr": 0.0, "min_lr": 0.0}
    theirs = transformers.get_cosine_schedule_with_warmup(
        optimizer(sizes["peak_lr"]), sizes["warmup_steps"], sizes["total_steps"]
    )
    (factor,) = theirs.lr_lambdas
    expected = sizes["peak_lr"] * factor(step)
    assert warmup_cosine(step, **sizes) == pytest.approx(expected, rel=1e-12, abs=1e-17)


@settings(max_examples=60, deadline=None)
@given(cosines())
def test_a_floor_is_transformers_schedule_with_a_floor(case):
    sizes, step = case
    sizes["initial_lr"] = 0.0
    theirs = transformers.get_cosine_with_min_lr_schedule_with_warmup(
        optimizer(sizes["peak_lr"]), sizes["warmup_steps"], sizes["total_steps"], min_lr=sizes["min_lr"]
    )
    (factor,) = theirs.lr_lambdas
    expected = sizes["peak_lr"] * factor(step)
    assert warmup_cosine(step, **sizes) == pytest.approx(expected, rel=1e-12, abs=1e-17)


@pytest.mark.parametrize(("warmup", "total"), [(15, 45), (1, 9), (3, 4), (10, 100)])
def test_the_cosine_is_torchs_two_schedulers_one_behind_the_other(warmup, total):
    peak, initial, floor = S1.values()
    sgd = optimizer(peak)
    up = LinearLR(sgd, start_factor=initial / peak, total_iters=warmup)
    down = CosineAnnealingLR(sgd, T_max=total - warmup, eta_min=floor)
    theirs = rates_of(SequentialLR(sgd, [up, down], milestones=[warmup]), total)
    ours = [warmup_cosine(step, **S1, warmup_steps=warmup, total_steps=total) for step in range(total + 1)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_the_cosine_is_torchs_without_a_warmup():
    sgd = optimizer(0.3)
    theirs = rates_of(CosineAnnealingLR(sgd, T_max=50, eta_min=0.02), 50)
    sizes = {"peak_lr": 0.3, "initial_lr": 0.1, "min_lr": 0.02, "warmup_steps": 0, "total_steps": 50}
    np.testing.assert_allclose([warmup_cosine(step, **sizes) for step in range(51)], theirs, rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(stable_decays())
def test_stable_decay_is_transformers_schedule(case):
    """Theirs begins at the floor."""
    sizes, step = case
    sizes["initial_lr"] = sizes["min_lr"]
    theirs = transformers.get_wsd_schedule(
        optimizer(sizes["peak_lr"]),
        sizes["warmup_steps"],
        sizes["decay_steps"],
        num_training_steps=sizes["total_steps"],
        decay_type="linear",
        min_lr_ratio=sizes["min_lr"] / sizes["peak_lr"],
    )
    (factor,) = theirs.lr_lambdas
    expected = sizes["peak_lr"] * factor(step)
    if sizes["decay_steps"] == 0 and step == sizes["total_steps"]:
        expected = sizes["peak_lr"]  # theirs drops to the floor behind the run
    assert warmup_stable_decay(step, **sizes) == pytest.approx(expected, rel=1e-11, abs=1e-17)


@settings(max_examples=60, deadline=None)
@given(cosines())
def test_a_cosine_stays_between_its_rates_and_meets_them(case):
    sizes, step = case
    low = min(sizes["initial_lr"], sizes["min_lr"])
    slack = 1e-15 * sizes["peak_lr"]
    assert low - slack <= warmup_cosine(step, **sizes) <= sizes["peak_lr"] + slack
    warmup, total = sizes["warmup_steps"], sizes["total_steps"]
    assert warmup_cosine(warmup, **sizes) == pytest.approx(sizes["peak_lr"], rel=1e-15)
    if warmup:
        assert warmup_cosine(0, **sizes) == sizes["initial_lr"]
    if warmup < total:
        assert warmup_cosine(total, **sizes) == sizes["min_lr"]  # to the last bit
    if step < total:
        change = warmup_cosine(step + 1, **sizes) - warmup_cosine(step, **sizes)
        assert change >= -slack if step < warmup else change <= slack


@settings(max_examples=60, deadline=None)
@given(stable_decays())
def test_a_stable_decay_goes_up_stays_and_goes_down(case):
    sizes, step = case
    warmup, decay, total = (sizes[name] for name in ("warmup_steps", "decay_steps", "total_steps"))
    rate = warmup_stable_decay(step, **sizes)
    if warmup <= step <= total - decay:
        assert rate == sizes["peak_lr"]
    if decay:
        assert warmup_stable_decay(total, **sizes) == sizes["min_lr"]
    longer = sizes | {"total_steps": total + 50}
    if step <= total - decay:  # until the decay begins the length of the run does not matter
        assert warmup_stable_decay(step, **longer) == rate


@pytest.mark.parametrize("function", [warmup_cosine, partial(warmup_stable_decay, decay_steps=7)])
@pytest.mark.parametrize("base_lr", [0.01, 0.5])
def test_as_a_factor_for_torchs_lambda_scheduler(function, base_lr):
    schedule = partial(function, **S1, warmup_steps=5, total_steps=30)
    scheduler = LambdaLR(optimizer(base_lr), lr_factor(schedule, base_lr))
    found = []
    for _ in range(30):  # as people write it: the scheduler steps behind the last step, too
        found.append(scheduler.get_last_lr()[0])
        scheduler.optimizer.step()
        scheduler.step()
    np.testing.assert_allclose(found, [schedule(step) for step in range(30)], rtol=1e-12)
    assert scheduler.get_last_lr()[0] == pytest.approx(S1["min_lr"])


def test_the_course_models_straight_line_is_a_stable_decay_without_a_stable_part():
    peak, warmup, n_steps = course_model.TRAINING.lr, course_model.WARMUP, course_model.TRAINING.n_steps
    sizes = {"peak_lr": peak, "initial_lr": peak / warmup, "min_lr": 0.0}
    sizes |= {"warmup_steps": warmup - 1, "decay_steps": n_steps - warmup, "total_steps": n_steps}
    for step in range(n_steps):
        assert course_model.learning_rate(step) == pytest.approx(warmup_stable_decay(step, **sizes), rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"peak_lr": 0.0}, ValueError, "peak_lr is 0.0"),
        ({"peak_lr": -0.1}, ValueError, "peak_lr is -0.1"),
        ({"peak_lr": math.nan}, ValueError, "peak_lr is nan"),
        ({"peak_lr": math.inf}, ValueError, "peak_lr is inf"),
        ({"initial_lr": -1e-9}, ValueError, "initial_lr is -1e-09"),
        ({"initial_lr": math.nan}, ValueError, "initial_lr is nan"),
        ({"initial_lr": 0.02}, ValueError, r"initial_lr is 0.02; it must be from 0 to peak_lr, 0.01"),
        ({"min_lr": 0.02}, ValueError, r"min_lr is 0.02; it must be from 0 to peak_lr, 0.01"),
        ({"min_lr": -math.inf}, ValueError, "min_lr is -inf"),
        ({"step": -1}, ValueError, "step is -1"),
        ({"step": 46}, ValueError, "step is 46, but the schedule ends at total_steps, 45"),
        ({"step": 2.0}, TypeError, "step must be an int"),
        ({"step": True}, TypeError, "step must be an int"),
        ({"warmup_steps": -1}, ValueError, "warmup_steps is -1"),
        ({"warmup_steps": 0.1}, TypeError, "warmup_steps must be an int"),
        (
            {"warmup_steps": 46},
            ValueError,
            r"need 46 steps, but total_steps is 45|need 56 steps, but total_steps is 45",
        ),
        ({"total_steps": 0, "warmup_steps": 0}, ValueError, r"total_steps is 0; it must be at least 1"),
        ({"total_steps": "45"}, TypeError, "total_steps must be an int"),
    ],
)
@pytest.mark.parametrize("function", [warmup_cosine, partial(warmup_stable_decay, decay_steps=10)])
def test_bad_input(function, changes, error, says):
    good = {"step": 3, **S1, "warmup_steps": 15, "total_steps": 45}
    function(**good)
    with pytest.raises(error, match=says):
        function(**(good | changes))


def test_warmup_and_decay_longer_than_the_run():
    sizes = {**S1, "warmup_steps": 15, "total_steps": 45}
    assert warmup_stable_decay(15, **sizes, decay_steps=30) == 0.01
    with pytest.raises(ValueError, match="warmup_steps and decay_steps need 46 steps, but total_steps is 45"):
        warmup_stable_decay(15, **sizes, decay_steps=31)
    with pytest.raises(ValueError, match="decay_steps is -1"):
        warmup_stable_decay(15, **sizes, decay_steps=-1)


@pytest.mark.parametrize("base_lr", [0.0, -1.0, math.nan, math.inf])
def test_a_factor_needs_a_rate(base_lr):
    with pytest.raises(ValueError, match="base_lr is"):
        lr_factor(lambda step: 0.1, base_lr)
