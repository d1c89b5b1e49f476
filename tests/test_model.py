"""gptutils.model against transformers' GPT-2: values, gradients, dropout and initialization; and against NumPy."""

import dataclasses
import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gptutils.config import GPT2_CONFIGS, GPTConfig
from gptutils.model import (
    GPT,
    CausalSelfAttention,
    Dropout,
    FeedForward,
    LayerNorm,
    causal_attention_weights,
    load_numpy_params,
    to_numpy_params,
)
from gptutils.numpy_gpt import count_params, gpt2, init_params
from tests.huggingface import gpt2_of, huggingface_name, huggingface_twin, is_conv1d, random_model

SMALL = GPTConfig(vocab_size=97, context_length=16, emb_dim=24, n_heads=3, n_layers=2, drop_rate=0.0, qkv_bias=True)

CONFIGS = [
    SMALL,
    GPTConfig(vocab_size=11, context_length=5, emb_dim=8, n_heads=1, n_layers=1, qkv_bias=True),
    GPTConfig(vocab_size=300, context_length=64, emb_dim=64, n_heads=8, n_layers=4, qkv_bias=True),
    GPTConfig(vocab_size=50, context_length=32, emb_dim=20, n_heads=2, n_layers=3, qkv_bias=False),
]


def use_explicit_attention(model: GPT, explicit: bool) -> None:
    for block in model.blocks:
        block.attn.explicit = explicit


def batch(config: GPTConfig, seed: int = 0, n: int = 3, seq: int | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(config.vocab_size, (n, (seq or config.context_length) + 1), generator=generator)
    return ids[:, :-1], ids[:, 1:]


def gradients(logits: torch.Tensor, targets: torch.Tensor, model: torch.nn.Module) -> dict[str, torch.Tensor]:
    model.zero_grad()
    F.cross_entropy(logits.flatten(0, 1), targets.flatten()).backward()
    return {name: parameter.grad.clone() for name, parameter in model.named_parameters()}


# ---------------------------------------------------------------------------------------------- against transformers


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
@pytest.mark.parametrize("explicit", [False, True])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)], ids=["float32", "float64"]
)
def test_logits_and_all_gradients_equal_transformers(config, explicit, dtype, tolerance, monkeypatch):
    """Also in training: the same seed drops the same numbers only if every dropout stands in its right place."""

    def our_dropout(x: torch.Tensor, p: float, training: bool = True, inplace: bool = False) -> torch.Tensor:
        return Dropout(p)(x) if training and p > 0 else x

    model = random_model(config, dtype)
    other = huggingface_twin(model)
    use_explicit_attention(model, explicit)
    monkeypatch.setattr(torch.nn.functional, "dropout", our_dropout)
    for seq in (1, config.context_length):
        for train in (False, True):
            model.train(train), other.train(train)
            token_ids, targets = batch(config, seq=seq)
            torch.manual_seed(7)
            expected = other(token_ids).logits
            torch.manual_seed(7)
            logits = model(token_ids)
            assert logits.dtype == dtype
            assert expected.abs().max() > 0.5  # so that the tolerance says something
            assert (logits - expected).abs().max() < 10 * tolerance
            theirs = gradients(expected, targets, other)
            ours = gradients(logits, targets, model)
            assert {huggingface_name(name) for name in ours} == {
                name for name in theirs if config.qkv_bias or not name.endswith("c_attn.bias")
            }
            for name, gradient in ours.items():
                expected_gradient = theirs[huggingface_name(name)]
                if is_conv1d(name):
                    expected_gradient = expected_gradient.T
                assert (gradient - expected_gradient).abs().max() < tolerance, name
            assert max(gradient.abs().max() for gradient in ours.values()) > 0.05


def test_initialization_is_that_of_transformers():
    """The same law for every parameter, by mean and spread; but wpe, which OpenAI's src/model.py draws with 0.01."""
    config = GPTConfig(vocab_size=1000, context_length=200, emb_dim=96, n_heads=4, n_layers=8, qkv_bias=True)
    torch.manual_seed(0)
    ours = GPT(config)
    theirs = dict(gpt2_of(config).named_parameters())
    for name, parameter in ours.named_parameters():
        other = theirs[huggingface_name(name)]
        if name == "wpe.weight":
            assert parameter.std().item() == pytest.approx(0.01, rel=0.03)
            continue
        assert parameter.mean().item() == pytest.approx(other.mean().item(), abs=0.002), name
        assert parameter.std().item() == pytest.approx(other.std().item(), rel=0.06, abs=1e-12), name
    assert ours.blocks[3].mlp.c_proj.weight.std().item() == pytest.approx(0.02 / 4, rel=0.03)  # 4 = sqrt(2 * 8 layers)
    assert ours.blocks[3].mlp.c_fc.weight.std().item() == pytest.approx(0.02, rel=0.03)


def test_scaled_initialization_keeps_the_residual_stream_from_growing():
    config = dataclasses.replace(SMALL, emb_dim=96, n_layers=24)
    torch.manual_seed(0)
    model = GPT(config).eval()
    token_ids, _ = batch(config)
    x = model.embed(token_ids)
    scaled = model.blocks[0](x)
    for block in model.blocks[1:]:
        scaled = block(scaled)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("c_proj.weight"):
                parameter *= (2 * 24) ** 0.5
    unscaled = x
    for block in model.blocks:
        unscaled = block(unscaled)
    added_scaled, added_unscaled = (scaled - x).std().item(), (unscaled - x).std().item()
    assert added_unscaled / added_scaled == pytest.approx(48**0.5, rel=0.25)


# ---------------------------------------------------------------------------------------------- sizes


@pytest.mark.parametrize(
    ("size", "total"),
    [("124M", 124_439_808), ("355M", 354_823_168), ("774M", 774_030_080), ("1558M", 1_557_611_200)],
)
def test_number_of_parameters(size, total):
    with torch.device("meta"):  # shapes without memory
        model = GPT(GPT2_CONFIGS[size])
    assert model.n_parameters == total
    logits = model(torch.zeros(2, 5, dtype=torch.long, device="meta"))
    assert logits.shape == (2, 5, 50257)


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
def test_the_state_holds_every_weight_once(config):
    model = GPT(config)
    assert model.n_parameters == sum(count_params(config).values())
    assert sum(tensor.numel() for tensor in model.state_dict().values()) == model.n_parameters


# ---------------------------------------------------------------------------------------------- pieces


def test_layer_norm_equals_torchs():
    torch.manual_seed(0)
    x = torch.randn(4, 5, 12) * 3 + 1
    ours, theirs = LayerNorm(12), torch.nn.LayerNorm(12)
    with torch.no_grad():
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            other.copy_(mine.normal_())
    assert torch.equal(ours(x), theirs(x))
    by_hand = (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, keepdim=True, unbiased=False) + 1e-5)
    torch.testing.assert_close(ours(x), by_hand * ours.weight + ours.bias, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("train", [True, False])
def test_explicit_attention_equals_the_fused_one(train):
    """In value and in all gradients; in training without dropout, and in evaluation with a drop rate."""
    torch.manual_seed(0)
    config = dataclasses.replace(SMALL, drop_rate=0.0 if train else 0.3)
    explicit = CausalSelfAttention(config, explicit=True).double().train(train)
    fused = CausalSelfAttention(config).double().train(train)
    fused.load_state_dict(explicit.state_dict())
    x = torch.randn(2, 16, 24, dtype=torch.double) * 3
    upstream = torch.randn(2, 16, 24, dtype=torch.double)
    results = []
    for attention in (explicit, fused):
        leaf = x.clone().requires_grad_()
        out = attention(leaf)
        out.backward(upstream)
        results.append([out, leaf.grad, *(parameter.grad for parameter in attention.parameters())])
    for one, other in zip(*results, strict=True):
        assert one.abs().max() > 0.1
        torch.testing.assert_close(one, other, atol=1e-12, rtol=1e-10)


def test_attention_weights_are_causal_and_sum_to_one():
    torch.manual_seed(0)
    q, k, _ = CausalSelfAttention(SMALL).heads(torch.randn(2, 16, 24) * 5)
    assert q.shape == (2, 3, 16, 8)
    weights = causal_attention_weights(q, k)
    assert weights.shape == (2, 3, 16, 16)
    assert (weights.triu(1) == 0).all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 3, 16))


def test_a_position_sees_itself_and_what_came_before():
    """The gradient of one output with respect to every input."""
    model = random_model(SMALL)
    seen = {}
    model.drop.register_forward_hook(lambda module, inputs, output: seen.update(x=output))
    logits = model(batch(SMALL, n=2)[0])
    for i in range(16):
        (gradient,) = torch.autograd.grad(logits[0, i].sum(), seen["x"], retain_graph=True)
        strength = gradient.abs().sum(-1)  # [batch, seq]
        assert (strength[0, : i + 1] > 0).all()
        assert (strength[0, i + 1 :] == 0).all()
        assert (strength[1] == 0).all()  # the other row of the batch


def test_logits_do_not_depend_on_later_tokens_or_other_rows():
    model = random_model(SMALL).eval()
    token_ids, _ = batch(SMALL)
    changed = token_ids.clone()
    changed[0, 9:] = (changed[0, 9:] + 1) % 97
    before, after = model(token_ids), model(changed)
    torch.testing.assert_close(after[0, :9], before[0, :9], atol=1e-6, rtol=0)
    torch.testing.assert_close(after[1:], before[1:], atol=1e-6, rtol=0)
    assert ((after[0, 9:] - before[0, 9:]).abs().amax(-1) > 1e-3).all()


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_drops_at_random_and_scales_the_rest(p):
    torch.manual_seed(0)
    n = 400_003  # not a multiple of the four that share a random integer
    x = torch.randn(n).requires_grad_()
    dropped = Dropout(p)(x)
    kept = dropped != 0
    torch.testing.assert_close(dropped[kept], x[kept] / (1 - p), rtol=1e-4, atol=0)
    (gradient,) = torch.autograd.grad(dropped.sum(), x)
    torch.testing.assert_close(gradient, kept / (1 - p), rtol=1e-4, atol=0)
    # The share that is dropped, of all and of each of the four; and how often neighbours are dropped together.
    for part in (kept, *(kept[i::4] for i in range(4))):
        assert abs((~part).float().mean() - p) < 5 * (p * (1 - p) / len(part)) ** 0.5
    for distance in (1, 2, 3, 4, 64):
        both = (~kept[distance:] & ~kept[:-distance]).float().mean()
        assert abs(both - p * p) < 5 * (p * p * (1 - p * p) / n) ** 0.5


def test_dropout_follows_its_mode_its_seed_and_its_rate():
    x = torch.ones(2, 3, 5, dtype=torch.bfloat16)
    dropout = Dropout(0.5)
    assert dropout.eval()(x) is x
    dropout.train()
    torch.manual_seed(1)
    first = dropout(x)
    assert first.dtype == torch.bfloat16
    assert first.shape == x.shape
    assert not torch.equal(dropout(x), first)
    torch.manual_seed(1)
    assert torch.equal(dropout(x), first)
    for p, expected in ((0.0, x), (1e-9, x), (1.0, torch.zeros_like(x))):
        dropout.p = p
        assert torch.equal(dropout(x), expected)


def test_dropout_draws_the_same_on_every_processor():
    """Straight from the Mersenne twister, here NumPy's: 16 bits a number, four numbers in each 64 bits."""
    p, n = 0.3, 400_001
    twister = np.random.RandomState(123)
    torch.manual_seed(123)
    for _ in range(2):
        words = twister.randint(0, 2**32, size=2 * 100_001, dtype=np.uint32)
        bits = (words[0::2].astype(np.uint64) << np.uint64(32) | words[1::2]).view(np.int16)[:n]
        np.testing.assert_array_equal(Dropout(p)(torch.ones(n)) == 0, bits < round(p * 65536) - 32768)


def test_compiled_dropout_is_torchs_own():
    """So that the compiler can make it one with its neighbours."""
    sources = []
    compiled = torch.compile(Dropout(0.5), backend=lambda graph, inputs: sources.append(graph.code) or graph)
    assert compiled(torch.ones(100)).unique().tolist() == [0, 2]
    assert "dropout(" in sources[0]
    assert "random_" not in sources[0]


def test_dropped_attention_and_feed_forward_keep_their_mean():
    """Over many draws they average to what evaluation gives."""
    torch.manual_seed(0)
    config = dataclasses.replace(SMALL, drop_rate=0.4)
    for layer in (CausalSelfAttention(config), FeedForward(config)):
        x = torch.randn(1, 8, 24)
        with torch.no_grad():
            expected = layer.eval()(x)
            draws = layer.train()(x.expand(20_000, 8, 24))
        error = (draws.mean(0) - expected[0]).abs() / (draws.std(0) / 20_000**0.5)  # in standard errors
        assert draws.std(0).min() > 0
        assert error.max() < 5


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("train", [True, False])
def test_other_devices_drop_inside_the_fused_attention(train, explicit, monkeypatch):
    calls = []
    fused = F.scaled_dot_product_attention
    monkeypatch.setattr(
        F, "scaled_dot_product_attention", lambda *args, **options: calls.append(options) or fused(*args, **options)
    )
    layer = CausalSelfAttention(dataclasses.replace(SMALL, drop_rate=0.3), explicit=explicit).to("meta").train(train)
    assert layer(torch.zeros(2, 5, 24, device="meta")).shape == (2, 5, 24)
    assert calls == ([] if explicit else [{"attn_mask": None, "dropout_p": 0.3 if train else 0.0, "is_causal": True}])


# ---------------------------------------------------------------------------------------------- training


@pytest.mark.parametrize("drop_rate", [0.0, 0.1])
def test_it_learns_a_batch_by_heart(drop_rate):
    torch.manual_seed(0)
    model = GPT(dataclasses.replace(SMALL, drop_rate=drop_rate))
    token_ids, targets = batch(SMALL)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(60):
        loss = F.cross_entropy(model(token_ids).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(np.log(97), abs=0.1)  # untrained: all tokens alike
    assert losses[-1] < 0.2


def test_a_seed_fixes_weights_and_dropout():
    def run(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        model = GPT(dataclasses.replace(SMALL, drop_rate=0.2))
        return torch.stack([model(batch(SMALL)[0]) for _ in range(2)])

    first = run(1)
    assert torch.equal(first, run(1))
    assert not torch.equal(first, run(2))
    assert not torch.equal(first[0], first[1])  # dropout draws anew


def test_it_compiles_whole():
    """One graph without a break, forward and backward, and after two lengths of sequence no third graph."""
    graphs = []

    def backend(graph, inputs):
        graphs.append(graph)
        return graph

    torch.compiler.reset()
    model = random_model(SMALL)
    compiled = torch.compile(model, backend=backend, fullgraph=True)
    for seq in (16, 9, 5, 12):
        token_ids, targets = batch(SMALL, seq=seq)
        torch.testing.assert_close(compiled(token_ids), model(token_ids), atol=1e-5, rtol=1e-5)
        expected = gradients(model(token_ids), targets, model)
        actual = gradients(compiled(token_ids), targets, model)
        for name in expected:
            torch.testing.assert_close(actual[name], expected[name], atol=1e-5, rtol=1e-4)
    assert len(graphs) == 2
    torch.compiler.reset()


def test_compiled_it_refuses_what_is_too_long():
    compiled = torch.compile(GPT(SMALL), backend="eager")
    with pytest.raises(ValueError, match="17 tokens, but the context is 16"):
        compiled(torch.zeros(1, 17, dtype=torch.long))


@pytest.mark.parametrize("explicit", [False, True])
def test_it_works_in_bfloat16(explicit):
    """Under autocast, and as a whole."""
    model = random_model(SMALL)
    use_explicit_attention(model, explicit)
    token_ids, targets = batch(SMALL)
    expected = model(token_ids)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(token_ids)
    assert logits.dtype == torch.bfloat16
    torch.testing.assert_close(logits.float(), expected, atol=0.1 * expected.std().item(), rtol=0.1)
    assert all(gradient.isfinite().all() for gradient in gradients(logits.float(), targets, model).values())
    logits = model.bfloat16()(token_ids)
    assert logits.dtype == torch.bfloat16
    torch.testing.assert_close(logits.float(), expected, atol=0.2 * expected.std().item(), rtol=0.2)


# ---------------------------------------------------------------------------------------------- NumPy


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.float64, 1e-11)], ids=["float32", "float64"]
)
def test_numpy_gives_the_same_logits(config, dtype, tolerance):
    model = random_model(config, dtype).eval()
    token_ids, _ = batch(config)
    params = to_numpy_params(model)
    for row, logits in zip(token_ids, model(token_ids).detach().numpy(), strict=True):
        ours = gpt2(row.numpy(), **params, n_heads=config.n_heads)
        assert ours.dtype == logits.dtype
        assert np.abs(ours - logits).max() < tolerance


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
def test_weights_travel_from_numpy_and_back(config):
    params = init_params(config, seed=5)
    params["ln_f"]["g"].setflags(write=False)  # as arrays of a memory-mapped file are
    model = GPT(config).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_numpy_params(model, params)
    token_ids, _ = batch(config, n=1)
    expected = gpt2(token_ids[0].numpy(), **params, n_heads=config.n_heads)
    np.testing.assert_allclose(model(token_ids)[0].detach(), expected, atol=1e-5)
    back = to_numpy_params(model)
    np.testing.assert_equal(back, params)
    back["wte"][:] = 0  # copies
    assert (model.wte.weight != 0).any()


def test_numpy_weights_of_a_bfloat16_model():
    params = to_numpy_params(GPT(SMALL).bfloat16())
    assert params["wte"].dtype == np.float32


def test_foreign_numpy_weights_are_refused_whole():
    def without(params):
        del params["blocks"][1]["mlp"]["c_fc"]["b"]

    def deeper(params):
        params["blocks"].append(params["blocks"][0])

    def wider(params):
        params["wpe"] = params["wpe"][:5]

    for change, message in [
        (without, r"lack blocks\.1\.mlp\.c_fc\.b"),
        (deeper, r"hold blocks\.2\.attn\.c_attn\.b, which the model's configuration has no place for"),
        (wider, r"wpe has the shape \[5, 24\], expected \[16, 24\]"),
    ]:
        params = init_params(SMALL, seed=1)
        change(params)
        model = GPT(SMALL)
        before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        with pytest.raises(ValueError, match=message):
            load_numpy_params(model, params)
        assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


# ---------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("token_ids", "message"),
    [
        (torch.zeros(2, 17, dtype=torch.long), r"17 tokens, but the context is 16: .* token_ids\[:, -16:\]"),
        (torch.tensor([[1, 97]]), "token id 97 is outside the vocabulary of 97 tokens: ids are 0 to 96"),
        (torch.tensor([[1, 2], [-1, 3]]), "token id -1 is outside the vocabulary of 97 tokens"),
        (torch.tensor([[1.0, 2.0]]), r"torch\.float32, expected torch\.int64"),
        (torch.tensor([[True]]), r"torch\.bool, expected torch\.int64"),
        (torch.tensor([1, 2]), r"shape \[2\], expected \[batch, seq\]"),
        (torch.zeros(1, 2, 3, dtype=torch.long), r"shape \[1, 2, 3\], expected \[batch, seq\]"),
        (torch.zeros(1, 0, dtype=torch.long), r"empty, of shape \[1, 0\]"),
        (torch.zeros(0, 3, dtype=torch.long), r"empty, of shape \[0, 3\]"),
    ],
)
def test_token_ids_are_refused(token_ids, message):
    with pytest.raises(ValueError, match=message):
        GPT(SMALL)(token_ids)


@pytest.mark.parametrize(("token_ids", "kind"), [([[1, 2]], "a list"), (np.array([[1, 2]]), "a ndarray")])
def test_token_ids_that_are_no_tensor(token_ids, kind):
    with pytest.raises(TypeError, match=rf"{kind}, expected a tensor: torch\.tensor\(token_ids\)"):
        GPT(SMALL)(token_ids)


def test_32_bit_ids_are_welcome():
    model = random_model(SMALL).eval()
    token_ids, _ = batch(SMALL)
    assert torch.equal(model(token_ids.int()), model(token_ids))
