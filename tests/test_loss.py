"""gptutils.loss against NumPy in extended precision, transformers' loss of a model, and by its invariants."""

import math

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from gptutils.config import GPTConfig
from gptutils.data import make_loader
from gptutils.loss import bits_per_byte, cross_entropy, eval_mode, evaluate, perplexity
from gptutils.model import GPT


def random_case(seed: int, shape=(3, 5), vocab: int = 11, scale: float = 3.0, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(*shape, vocab, generator=generator, dtype=torch.float64) * scale
    return logits.to(dtype), torch.randint(vocab, shape, generator=generator)


def expected_losses(logits: torch.Tensor, targets: torch.Tensor) -> np.ndarray:
    """One loss for each position, by NumPy's logaddexp in extended precision."""
    scores = logits.detach().double().numpy().astype(np.longdouble)
    chosen = np.take_along_axis(scores, targets.numpy()[..., None], axis=-1)[..., 0]
    return (np.logaddexp.reduce(scores, axis=-1) - chosen).astype(np.float64)


@pytest.mark.parametrize("shape", [(1,), (7,), (3, 5), (2, 3, 4), ()])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_cross_entropy_is_numpys_logaddexp(shape, dtype):
    logits, targets = random_case(1, shape, dtype=dtype)
    loss = cross_entropy(logits, targets)
    assert (loss.shape, loss.dtype) == ((), dtype)
    rtol = 1e-6 if dtype == torch.float32 else 1e-13
    np.testing.assert_allclose(loss.item(), expected_losses(logits, targets).mean(), rtol=rtol)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(dtype):
    logits, targets = random_case(2, (64, 16), vocab=500, dtype=dtype)
    loss = cross_entropy(logits, targets)
    assert loss.dtype == torch.float32
    np.testing.assert_allclose(loss.item(), expected_losses(logits, targets).mean(), rtol=1e-6)


def test_gradient_is_probabilities_minus_one_hot():
    logits, targets = random_case(3, (4, 6), dtype=torch.float64)
    targets[1, 2:] = -100
    logits.requires_grad_()
    cross_entropy(logits, targets).backward()
    counted = (targets != -100)[..., None].numpy()
    one_hot = np.eye(logits.shape[-1])[targets.clamp(min=0).numpy()]
    scores = logits.detach().numpy()
    probabilities = np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))
    expected = counted * (probabilities - one_hot) / counted.sum()
    np.testing.assert_allclose(logits.grad.numpy(), expected, atol=1e-15)


@given(seed=st.integers(0, 2**32 - 1), ignored=st.sampled_from([-100, -1, 0, 5]))
def test_an_ignored_position_is_as_if_it_were_not_there(seed, ignored):
    logits, targets = random_case(seed, (20,))
    targets[::3] = ignored
    kept = targets != ignored
    expected = expected_losses(logits[kept], targets[kept]).mean()
    np.testing.assert_allclose(cross_entropy(logits, targets, ignore_index=ignored).item(), expected, rtol=1e-6)


@given(shift=st.floats(-1e4, 1e4), seed=st.integers(0, 1000))
def test_adding_a_number_to_all_logits_changes_nothing(shift, seed):
    logits, targets = random_case(seed, dtype=torch.float64)
    np.testing.assert_allclose(
        cross_entropy(logits + shift, targets).item(), cross_entropy(logits, targets).item(), rtol=1e-9
    )


def test_large_logits_do_not_overflow():
    logits = torch.tensor([[1000.0, 0.0, -1000.0]])
    assert cross_entropy(logits, torch.tensor([0])).item() == 0.0
    assert cross_entropy(logits, torch.tensor([2])).item() == 2000.0
    impossible = torch.tensor([[0.0, -torch.inf]])
    assert cross_entropy(impossible, torch.tensor([1])).item() == math.inf


def test_is_the_loss_of_transformers_models():
    sizes = {"n_embd": 24, "n_head": 3, "n_layer": 2, "n_positions": 8, "vocab_size": 30}
    torch.manual_seed(5)
    theirs = transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0)).eval()
    token_ids = torch.randint(30, (4, 8))
    with torch.no_grad():
        output = theirs(token_ids, labels=token_ids)  # it shifts the targets by itself
    torch.testing.assert_close(cross_entropy(output.logits[:, :-1], token_ids[:, 1:]), output.loss, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    ("logits", "targets", "error", "says"),
    [
        (torch.zeros(2, 3, 5), torch.zeros(2, 4).long(), ValueError, r"\[2, 3, 5\] and targets \[2, 4\]"),
        (torch.zeros(2, 5, 3), torch.zeros(2, 3).long(), ValueError, "expected"),
        (torch.zeros(0, 5), torch.zeros(0).long(), ValueError, "empty"),
        (torch.zeros(2, 5), torch.tensor([0, 5]), ValueError, "target 5 is outside the vocabulary of 5"),
        (torch.zeros(2, 5), torch.tensor([0, -1]), ValueError, "target -1"),
        (torch.zeros(2, 5), torch.tensor([-100, -100]), ValueError, "every target"),
        (torch.zeros(2, 5), torch.zeros(2), TypeError, r"targets\.long"),
        (torch.zeros(2).long(), torch.zeros(2, 5).long(), TypeError, "changed places"),
    ],
)
def test_bad_input(logits, targets, error, says):
    with pytest.raises(error, match=says):
        cross_entropy(logits, targets)


def test_perplexity():
    assert perplexity(0.0) == 1.0
    assert perplexity(1e4) == math.inf
    assert perplexity(math.inf) == math.inf
    assert math.isnan(perplexity(math.nan))
    torch.testing.assert_close(perplexity(torch.tensor([0.0, 2.0])), torch.tensor([1.0, math.exp(2.0)]))
    uniform = cross_entropy(torch.zeros(4, 1000), torch.arange(4))
    assert perplexity(uniform.item()) == pytest.approx(1000, rel=1e-5)


def test_bits_per_byte_does_not_depend_on_the_tokenizer():
    """The same model of the text, read as bytes or as pairs of bytes: a pair has the sum of both losses."""
    per_byte = np.random.default_rng(0).uniform(0.1, 5, 100)
    as_pairs = per_byte.reshape(50, 2).sum(axis=1)
    one = bits_per_byte(per_byte.mean(), n_tokens=100, n_bytes=100)
    assert bits_per_byte(as_pairs.mean(), n_tokens=50, n_bytes=100) == pytest.approx(one)
    assert one == pytest.approx(np.log2(np.exp(per_byte)).mean())
    for sizes in ({"n_tokens": 0, "n_bytes": 1}, {"n_tokens": 1, "n_bytes": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            bits_per_byte(1.0, **sizes)


def tiny_model(drop_rate: float = 0.5) -> GPT:
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=40, context_length=8, emb_dim=12, n_heads=3, n_layers=2, drop_rate=drop_rate))
    for parameter in model.parameters():
        nn.init.normal_(parameter, 0, 0.3)
    return model


def loader(n_tokens: int = 100, batch_size: int = 5, **options):
    ids = np.random.default_rng(1).integers(0, 40, n_tokens)
    return make_loader(
        ids, context_length=8, batch_size=batch_size, stride=8, shuffle=False, drop_last=False, **options
    )


def test_evaluate_weighs_tokens_not_batches():
    model, batches = tiny_model(), list(loader(batch_size=5))
    assert len(batches[-1][0]) < 5  # a last batch that is not full
    inputs, targets = (torch.cat([batch[i] for batch in batches]) for i in (0, 1))
    whole = cross_entropy(model.eval()(inputs), targets).item()
    assert evaluate(model, loader(batch_size=5)) == pytest.approx(whole, rel=1e-6)
    per_batch = np.mean([cross_entropy(model(x), y).item() for x, y in batches])
    assert abs(per_batch - whole) > 1e-3 * whole  # the test would notice it


def test_evaluate_counts_only_what_is_not_ignored():
    model = tiny_model().eval()
    (x1, y1), (x2, y2) = list(loader(batch_size=5))[:2]
    y1, y2 = y1.clone(), torch.full_like(y2, -100)
    y1[:, :6] = -100
    expected = expected_losses(model(x1)[:, 6:], y1[:, 6:]).mean()
    assert evaluate(model, [(x1, y1), (x2, y2)]) == pytest.approx(expected, rel=1e-6)
    with pytest.raises(ValueError, match="no token"):
        evaluate(model, [(x2, y2)])


def test_evaluate_max_batches():
    model = tiny_model().eval()
    batches = list(loader(batch_size=2))
    assert evaluate(model, loader(batch_size=2), max_batches=3) == pytest.approx(
        evaluate(model, batches[:3]), rel=1e-12
    )
    assert evaluate(model, loader(batch_size=2), max_batches=1000) == evaluate(model, loader(batch_size=2))
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="max_batches"):
            evaluate(model, loader(), max_batches=wrong)
    with pytest.raises(ValueError, match="no token"):
        evaluate(model, [])


def test_evaluate_leaves_the_model_as_it_was():
    model = tiny_model().train()
    model.blocks[0].eval()  # frozen by somebody
    modes = [module.training for module in model.modules()]
    before = torch.get_rng_state()
    first = evaluate(model, loader())
    assert evaluate(model, loader()) == first  # no dropout
    assert [module.training for module in model.modules()] == modes
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.equal(torch.get_rng_state(), before)


def test_eval_mode_comes_back_after_an_error():
    model = tiny_model().train()

    def fails():
        with eval_mode(model):
            assert not model.training
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert model.training
    assert torch.is_grad_enabled()


def test_an_untrained_model_hesitates_between_all_tokens():
    model = GPT(GPTConfig(vocab_size=40, context_length=8, emb_dim=48, n_heads=3, n_layers=2))
    assert perplexity(evaluate(model, loader(2000))) == pytest.approx(40, rel=0.02)
