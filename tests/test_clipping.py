"""gptutils.clipping against torch's own functions, bit for bit, NumPy's norm, and in the training loop."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm

from gptutils.clipping import clip_grad_norm, clip_grad_value, global_grad_norm, largest_gradient, not_finite_gradients
from gptutils.config import GPTConfig
from gptutils.data import make_loader
from gptutils.model import GPT
from gptutils.training import TrainConfig, make_state, train

FORMATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
NORMS = [2.0, 1.0, 3.0, math.inf]


def with_gradients(seed: int, scale: float = 1.0, dtype: torch.dtype = torch.float32) -> list[nn.Parameter]:
    """Parameters of several shapes; one of them has no gradient."""
    generator = torch.Generator().manual_seed(seed)
    parameters = []
    for shape in ((3, 4), (7,), (), (2, 1, 5), (33, 40), (6,)):
        parameter = nn.Parameter(torch.zeros(shape, dtype=dtype))
        parameter.grad = (scale * torch.randn(shape, generator=generator)).to(dtype)
        parameters.append(parameter)
    parameters[-1].grad = None
    return parameters


def gradients(parameters) -> list[torch.Tensor]:
    return [parameter.grad for parameter in parameters if parameter.grad is not None]


def assert_same_bits(ours, theirs):
    torch.testing.assert_close(gradients(ours), gradients(theirs), rtol=0, atol=0)


cases = {
    "seed": st.integers(0, 10**6),
    "scale": st.floats(1e-6, 1e3),
    "dtype": st.sampled_from(FORMATS),
    "p": st.sampled_from(NORMS),
}


@settings(max_examples=60, deadline=None)
@given(**cases, max_norm=st.floats(1e-3, 1e3))
def test_by_norm_as_torch_does_bit_for_bit(seed, scale, dtype, p, max_norm):
    ours, theirs = (with_gradients(seed, scale, dtype) for _ in range(2))
    if not get_total_norm(gradients(theirs), p).isfinite():  # float16 ends at 65504
        with pytest.raises(FloatingPointError, match="clip by value"):
            clip_grad_norm(ours, max_norm, p)
        assert_same_bits(ours, theirs)
        return
    before, expected = clip_grad_norm(ours, max_norm, p), clip_grad_norm_(theirs, max_norm, p)
    torch.testing.assert_close(before, expected, rtol=0, atol=0)
    assert_same_bits(ours, theirs)
    if dtype is torch.float64:
        assert global_grad_norm(ours, p) <= max_norm * (1 + 1e-12)


@settings(max_examples=60, deadline=None)
@given(seed=cases["seed"], scale=cases["scale"], dtype=cases["dtype"], clip_value=st.floats(1e-3, 1e3))
def test_by_value_as_torch_does_bit_for_bit(seed, scale, dtype, clip_value):
    ours, theirs = (with_gradients(seed, scale, dtype) for _ in range(2))
    before = clip_grad_value(ours, clip_value)
    torch.testing.assert_close(before, get_total_norm(gradients(theirs), math.inf), rtol=0, atol=0)
    clip_grad_value_(theirs, clip_value)
    assert_same_bits(ours, theirs)


@pytest.mark.parametrize("p", [1, 2, 3.5, math.inf])
def test_the_norm_is_that_of_one_long_vector(p):
    parameters = with_gradients(5, dtype=torch.float64)
    vector = torch.cat([gradient.flatten() for gradient in gradients(parameters)]).numpy()
    np.testing.assert_allclose(global_grad_norm(parameters, p).item(), np.linalg.norm(vector, p), rtol=1e-14)
    mixed = [*with_gradients(1), *with_gradients(2, dtype=torch.float16)]
    np.testing.assert_allclose(global_grad_norm(mixed, p).item(), get_total_norm(gradients(mixed), p).item(), rtol=1e-6)


def test_a_model_one_parameter_parameters_and_pairs():
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    model(torch.ones(5, 3)).square().sum().backward()
    whole = global_grad_norm(model)
    assert whole == global_grad_norm(model.parameters()) == global_grad_norm(list(model.named_parameters()))
    assert global_grad_norm(model[0].weight) == torch.linalg.vector_norm(model[0].weight.grad)
    clip_grad_norm(model, 0.5)
    assert global_grad_norm(model).item() == pytest.approx(0.5, rel=1e-5)
    assert all(not parameter.grad.requires_grad for parameter in model.parameters())


def test_short_gradients_and_an_infinite_bound_change_nothing():
    ours, before = with_gradients(3), with_gradients(3)
    clip_grad_norm(ours, 1000.0)
    clip_grad_norm(ours, math.inf)
    clip_grad_value(ours, math.inf)
    assert_same_bits(ours, before)
    zero = nn.Parameter(torch.zeros(3))
    zero.grad = torch.zeros(3)
    assert clip_grad_norm(zero, 1.0) == 0
    assert zero.grad.tolist() == [0, 0, 0]


def test_the_largest_gradient_is_an_absolute_value():
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    for i, parameter in enumerate(model.parameters()):
        parameter.grad = torch.full_like(parameter, float(i))
    model[0].bias.grad[2] = -7.5
    assert largest_gradient(model) == ("0.bias", 7.5)
    model[1].weight.grad[1, 1] = 7.5  # the first of two equal ones
    assert largest_gradient(model.named_parameters()) == ("0.bias", 7.5)
    assert largest_gradient(list(model.parameters()))[0] == "parameter 1, of shape [4],"
    model[1].bias.grad[0] = math.nan
    name, value = largest_gradient(model)
    assert name == "1.bias"
    assert math.isnan(value)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("clip", [partial(clip_grad_norm, max_norm=1.0), partial(clip_grad_value, clip_value=1.0)])
def test_gradients_that_are_not_finite_are_reported_by_name_and_left_alone(clip, bad):
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    model(torch.ones(5, 3)).square().sum().backward()
    assert not_finite_gradients(model) is None
    model[0].bias.grad[1:3] = bad
    model[1].weight.grad[0, 0] = bad
    before = [gradient.clone() for gradient in gradients(model.parameters())]
    says = r"gradient of 0.bias is not finite in 2 of its 4 numbers, and those of 1 more parameters"
    with pytest.raises(FloatingPointError, match=says):
        clip(model)
    with pytest.raises(FloatingPointError, match=r"gradient of parameter 1, of shape \[4\], is not finite"):
        clip(model.parameters())
    torch.testing.assert_close(gradients(model.parameters()), before, rtol=0, atol=0, equal_nan=True)
    assert "0.bias" in not_finite_gradients(model)


def test_a_norm_that_overflows_although_every_gradient_is_finite():
    parameter = nn.Parameter(torch.zeros(4))
    parameter.grad = torch.full((4,), 1e30)
    assert not_finite_gradients([parameter]) is None
    with pytest.raises(
        FloatingPointError, match=r"every gradient is finite, but their 2-norm is too large for float32"
    ):
        clip_grad_norm(parameter, 1.0)
    assert clip_grad_norm(parameter, 1.0, math.inf).item() == pytest.approx(1e30)
    assert parameter.grad.tolist() == pytest.approx([1, 1, 1, 1])


@pytest.mark.parametrize(
    "function",
    [
        global_grad_norm,
        largest_gradient,
        not_finite_gradients,
        partial(clip_grad_norm, max_norm=1.0),
        partial(clip_grad_value, clip_value=1.0),
    ],
)
def test_without_parameters_or_gradients(function):
    model = nn.Linear(2, 2)
    with pytest.raises(ValueError, match="none of 2 parameters has a gradient: call backward"):
        function(model)
    with pytest.raises(ValueError, match="there are no parameters"):
        function([])
    model(torch.ones(1, 2)).sum().backward()
    parameters = model.parameters()
    function(parameters)
    with pytest.raises(ValueError, match="gives them only once"):  # torch would return a norm of 0
        function(parameters)
    with pytest.raises(TypeError, match="not str"):
        function(["weight"])


@pytest.mark.parametrize("bound", [0.0, -1.0, math.nan])
def test_bad_bounds(bound):
    parameters = with_gradients(1)
    for function, name in ((clip_grad_norm, "max_norm"), (clip_grad_value, "clip_value")):
        with pytest.raises(ValueError, match=f"{name} is {bound}; it must be above 0"):
            function(parameters, bound)
    with pytest.raises(ValueError, match="p is"):
        global_grad_norm(parameters, bound)
    assert_same_bits(parameters, with_gradients(1))


# ---------------------------------------------------------------------------------------------- in the loop

TOKENS = np.random.default_rng(1).integers(0, 40, 300)


def tiny_model() -> GPT:
    torch.manual_seed(0)
    return GPT(GPTConfig(vocab_size=40, context_length=8, emb_dim=12, n_heads=3, n_layers=2, drop_rate=0.0))


def loader():
    return make_loader(TOKENS, context_length=8, stride=8, batch_size=4, shuffle=True, drop_last=True, seed=3)


@pytest.mark.parametrize("accumulate", [1, 3])
def test_every_step_of_the_loop_is_clipped_once(accumulate):
    seen = []

    def clip(parameters):
        parameters = list(parameters)
        norm = clip_grad_norm(parameters, 0.25)
        seen.append(global_grad_norm(parameters).item())
        return norm

    config = TrainConfig(6, lr=0.01, accumulate=accumulate)
    history = train(tiny_model(), loader(), None, config, schedule=lambda step: 0.002 * step, clip=clip)
    theirs = train(
        tiny_model(),
        loader(),
        None,
        config,
        schedule=lambda step: 0.002 * step,
        clip=lambda p: clip_grad_norm_(p, 0.25),
    )
    assert (history.norms, history.losses) == (theirs.norms, theirs.losses)
    assert seen == pytest.approx([0.25] * 6, rel=1e-4)
    assert len(history.norms) == 6  # the first step of the warmup among them
    assert min(history.norms) > 0.25


class Spoiled(nn.Module):
    """A model with a gradient that is not finite at one step, under a loss that is."""

    def __init__(self, at: int):
        super().__init__()
        self.gpt, self.at, self.calls = tiny_model(), at, 0
        [(self.name, parameter)] = [(n, p) for n, p in self.gpt.named_parameters() if p.shape == (40, 12)][:1]
        parameter.register_hook(lambda gradient: gradient * (math.inf if self.calls - 1 == self.at else 1.0))

    def forward(self, inputs):
        self.calls += 1
        return self.gpt(inputs)


@pytest.mark.parametrize("clip", [None, partial(clip_grad_norm, max_norm=1.0), partial(clip_grad_norm_, max_norm=1.0)])
def test_the_loop_names_the_parameter_before_it_spoils_the_weights(clip):
    model = Spoiled(at=2)
    with pytest.raises(FloatingPointError, match=rf"gradient of gpt.{model.name} is not finite.* at step 2, with"):
        train(model, loader(), None, TrainConfig(5, lr=0.01), clip=clip)
    short = tiny_model()
    train(short, loader(), None, TrainConfig(2, lr=0.01), clip=clip)
    for ours, theirs in zip(model.gpt.parameters(), short.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_with_a_scaler_gradients_are_clipped_unscaled_and_an_overflow_skips_the_step():
    model = Spoiled(at=1)
    seen = []

    def clip(parameters):
        parameters = list(parameters)
        norm = clip_grad_norm(parameters, 0.25)
        seen.append(global_grad_norm(parameters).item())
        return norm

    config = TrainConfig(4, lr=0.01, dtype="float32")
    state = make_state(model, loader(), config)
    state.scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    history = train(model, state.loader, None, config, clip=clip, state=state)
    plain = train(tiny_model(), loader(), None, TrainConfig(1, lr=0.01), clip=clip)
    assert history.norms[0] == pytest.approx(plain.norms[0], rel=1e-5)  # not 1024 times as large
    assert history.norms[1] == math.inf
    assert seen == pytest.approx([0.25] * 4, rel=1e-4)  # steps 0, 2, 3, and the plain one
    assert state.scaler.get_scale() == 512.0
    assert all(parameter.isfinite().all() for parameter in model.parameters())
