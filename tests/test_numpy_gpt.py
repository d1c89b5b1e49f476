"""gptutils.numpy_gpt against transformers' GPT-2 (the model) and torch's own functions (the layers)."""

import copy
import dataclasses
import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from transformers import GPT2LMHeadModel

from gptutils.config import GPT1_CONFIG, GPT2_CONFIGS, GPT3_CONFIGS, GPTConfig
from gptutils.numpy_gpt import (
    attention,
    attention_weights,
    causal_mask,
    count_params,
    ffn,
    gelu,
    generate,
    gpt2,
    init_params,
    layer_norm,
    linear,
    map_tree,
    mha,
    param_shapes,
    softmax,
)
from tests.huggingface import gpt2_of

SMALL = GPTConfig(vocab_size=97, context_length=16, emb_dim=24, n_heads=3, n_layers=2, qkv_bias=True)

CONFIGS = [
    SMALL,
    GPTConfig(vocab_size=11, context_length=5, emb_dim=8, n_heads=1, n_layers=1, qkv_bias=True),
    GPTConfig(vocab_size=300, context_length=64, emb_dim=64, n_heads=8, n_layers=4, qkv_bias=True),
    GPTConfig(vocab_size=50, context_length=32, emb_dim=12, n_heads=12, n_layers=3, qkv_bias=True),
    GPTConfig(vocab_size=50, context_length=32, emb_dim=20, n_heads=2, n_layers=2, qkv_bias=False),
]


def huggingface_model(config: GPTConfig, seed: int = 0) -> GPT2LMHeadModel:
    """transformers' GPT-2 in double precision, every parameter random: fresh biases of 0 would hide mistakes."""
    torch.manual_seed(seed)
    model = gpt2_of(config).double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            is_gain = ".ln_" in name and name.endswith("weight")
            parameter.normal_(1.0 if is_gain else 0.0, 0.15)
            if not config.qkv_bias and name.endswith("c_attn.bias"):
                parameter.zero_()
    return model


def params_of(model: GPT2LMHeadModel, config: GPTConfig, dtype: type) -> dict:
    """The parameter tree with the weights of transformers' model, whose Conv1D keeps [in, out] too."""
    state = model.state_dict()

    def array(path: str, shape: tuple[int, ...]) -> np.ndarray:
        name = path.replace("blocks", "h").removesuffix(".w").removesuffix(".g").removesuffix(".b")
        tensor = state[f"transformer.{name}.{'bias' if path.endswith('.b') else 'weight'}"]
        assert tensor.shape == shape, path
        return tensor.numpy().astype(dtype)

    return map_tree(array, param_shapes(config))


def random_ids(config: GPTConfig, seq: int, seed: int = 0) -> list[int]:
    return np.random.default_rng(seed).integers(config.vocab_size, size=seq).tolist()


def scaled_params(config: GPTConfig = SMALL, dtype: type = np.float64) -> dict:
    """Parameters large enough that attention is far from even and that every part matters."""
    return map_tree(lambda path, array: array * (1 if path.endswith(".g") else 10), init_params(config, 3, dtype))


# ---------------------------------------------------------------------------------------------- layers


def test_figures_of_the_literature():
    """As Jay Mody's "GPT in 60 Lines of NumPy" (2023) prints them; its softmax example is wrong."""
    np.testing.assert_array_equal(gelu(np.array([[1, 2], [-2, 0.5]])).round(5), [[0.84119, 1.9546], [-0.0454, 0.34571]])
    x = np.array([[2, 2, 3], [-5, 0, 1]])
    np.testing.assert_array_equal(
        layer_norm(x, g=np.ones(3), b=np.zeros(3)).round(5), [[-0.70709, -0.70709, 1.41418], [-1.397, 0.508, 0.889]]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layers_equal_torchs(dtype):
    rng = np.random.default_rng(0)
    x, w = (rng.standard_normal(shape).astype(dtype) * 3 for shape in [(5, 7), (7, 9)])
    g, b, bias = (rng.standard_normal(n).astype(dtype) for n in (7, 7, 9))
    tensor = torch.from_numpy
    tolerance = {np.float32: 1e-5, np.float64: 1e-13}[dtype]
    for ours, theirs in [
        (gelu(x), F.gelu(tensor(x), approximate="tanh")),
        (softmax(x), tensor(x).softmax(-1)),
        (layer_norm(x, g, b), F.layer_norm(tensor(x), (7,), tensor(g), tensor(b), 1e-5)),
        (linear(x, w, bias), F.linear(tensor(x), tensor(w).T, tensor(bias))),
        (linear(x, w), F.linear(tensor(x), tensor(w).T)),
    ]:
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def test_softmax_of_large_and_infinite_scores():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(
            softmax(np.array([[1e4, 0, -1e4], [-1e4, -1e4, -np.inf]])), [[1, 0, 0], [0.5, 0.5, 0]]
        )
        np.testing.assert_array_equal(softmax(np.array([3e38, 0], dtype=np.float32)), [1, 0])


def test_layer_norm_of_a_constant_vector_is_its_bias():
    np.testing.assert_array_equal(layer_norm(np.full((1, 4), 7.0), g=np.ones(4), b=np.arange(4.0)), [[0, 1, 2, 3]])


def test_attention_equals_torchs():
    q, k, v = np.random.default_rng(1).standard_normal((3, 4, 9, 5)) * 2  # 4 heads, 9 positions, head width 5
    expected = F.scaled_dot_product_attention(*map(torch.from_numpy, (q, k, v)), is_causal=True)
    np.testing.assert_allclose(attention(q, k, v, causal_mask(9)), expected, atol=1e-12)
    weights = attention_weights(q, k, causal_mask(9))
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-12)
    assert (np.triu(weights, k=1) == 0).all()
    assert (np.tril(weights) > 0).sum() == 4 * 45


def test_a_query_takes_the_value_of_the_key_it_matches():
    keys, values = np.eye(3) * 100, np.array([[1.0], [2.0], [3.0]])
    np.testing.assert_allclose(attention(keys[[2, 0]], keys, values, mask=np.zeros((2, 3))), [[3], [1]])


def test_heads_work_apart():
    """With all but one head's values at zero, the other columns of the joined heads stay zero."""
    params = scaled_params()["blocks"][0]["attn"]
    params["c_attn"]["w"][:, 2 * 24 + 8 :] = 0  # the values of heads 1 and 2; 24 wide, 8 a head
    params["c_proj"] = {"w": np.eye(24)}
    joined = mha(np.random.default_rng(0).standard_normal((6, 24)), **params, n_heads=3)
    assert (joined[:, :8] != 0).all()
    assert (joined[:, 8:] == 0).all()


def test_feed_forward_works_on_each_position_alone():
    params = scaled_params()["blocks"][0]["mlp"]
    x = np.random.default_rng(0).standard_normal((6, 24))
    np.testing.assert_allclose(ffn(x, **params), np.concatenate([ffn(row[None], **params) for row in x]))


# ---------------------------------------------------------------------------------------------- the model


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-4), (np.float64, 1e-9)])
def test_logits_equal_transformers(config, dtype, tolerance):
    model = huggingface_model(config)
    params = params_of(model, config, dtype)
    for seq in {1, 2, config.context_length}:
        ids = random_ids(config, seq)
        with torch.no_grad():
            expected = model(torch.tensor([ids])).logits[0].numpy()
        logits = gpt2(ids, **params, n_heads=config.n_heads)
        assert logits.dtype == dtype
        assert logits.shape == (seq, config.vocab_size)
        assert np.abs(expected).max() > 0.5  # so that the tolerance says something
        assert np.abs(logits - expected).max() < tolerance


def test_logits_do_not_depend_on_later_tokens():
    params, ids = scaled_params(), random_ids(SMALL, 16)
    logits = gpt2(ids, **params, n_heads=3)
    for i in range(16):
        changed = ids[: i + 1] + [(token_id + 1) % 97 for token_id in ids[i + 1 :]]
        other = gpt2(changed, **params, n_heads=3)
        np.testing.assert_array_equal(other[: i + 1], logits[: i + 1])
        assert i == 15 or (other[i + 1 :] != logits[i + 1 :]).any(axis=1).all()
        np.testing.assert_allclose(gpt2(ids[: i + 1], **params, n_heads=3), logits[: i + 1], atol=1e-12)


def test_ids_may_come_in_any_integer_form():
    params, ids = scaled_params(), random_ids(SMALL, 4)
    expected = gpt2(ids, **params, n_heads=3)
    for form in (tuple(ids), np.array(ids, dtype=np.uint16), np.array(ids), torch.tensor(ids)):
        np.testing.assert_array_equal(gpt2(form, **params, n_heads=3), expected)


# ---------------------------------------------------------------------------------------------- generation


def test_generation_equals_transformers_greedy_decoding():
    config = CONFIGS[2]
    model = huggingface_model(config)
    model.generation_config.eos_token_id = None  # transformers would stop there
    ids = random_ids(config, 5)
    expected = model.generate(torch.tensor([ids]), max_new_tokens=59, do_sample=False, pad_token_id=0)[0, 5:].tolist()
    assert len(set(expected)) > 5
    params = params_of(model, config, np.float64)
    assert generate(ids, params, n_heads=8, max_new_tokens=59) == expected  # up to the last position
    assert generate(np.array(ids), params, n_heads=8, max_new_tokens=3) == expected[:3]


def test_generation_leaves_its_input_alone():
    ids = [3, 1, 4]
    new = generate(ids, scaled_params(), n_heads=3, max_new_tokens=2)
    assert ids == [3, 1, 4]
    assert all(type(token_id) is int for token_id in new)
    assert generate(ids, scaled_params(), n_heads=3, max_new_tokens=0) == []


# ---------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([], "empty"),
        (np.zeros(0, dtype=np.int64), "empty"),
        (list(range(17)), r"17 tokens, but the model has 16 positions: .* inputs\[-16:\]"),
        ([1, 97], "token id 97 is outside the vocabulary of 97 tokens: ids are 0 to 96"),
        ([1, -1, 98], "token id -1 is outside the vocabulary of 97 tokens"),
        ([1.0, 2.0], "must be integers, but the inputs are float64, beginning with 1.0"),
        ([True, False], "must be integers, but the inputs are bool"),
        (["a"], "must be integers"),
        ([[1, 2]], r"shape \[1, 2\]; expected one sequence"),
        (3, r"shape \[\]; expected one sequence"),
    ],
)
def test_inputs_are_refused(inputs, message):
    params = init_params(SMALL)
    with pytest.raises(ValueError, match=message):
        gpt2(inputs, **params, n_heads=3)
    with pytest.raises(ValueError, match=message):
        generate(inputs, params, n_heads=3, max_new_tokens=0)


def test_generation_refuses_what_does_not_fit():
    params = init_params(SMALL)
    assert len(generate([1], params, n_heads=3, max_new_tokens=15)) == 15
    with pytest.raises(ValueError, match="has 2 tokens and 15 more are asked for, but the model has 16 positions"):
        generate([1, 2], params, n_heads=3, max_new_tokens=15)
    with pytest.raises(ValueError, match="max_new_tokens is -1"):
        generate([1], params, n_heads=3, max_new_tokens=-1)


@pytest.mark.parametrize("n_heads", [5, 0, -3])
def test_heads_must_divide_the_width(n_heads):
    with pytest.raises(ValueError, match=f"emb_dim 24 is not divisible by n_heads {n_heads}"):
        gpt2([1], **init_params(SMALL), n_heads=n_heads)


# ---------------------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
def test_counts_are_those_of_the_arrays(config):
    sizes = []
    map_tree(lambda path, array: sizes.append(array.size), init_params(config))
    assert sum(count_params(config).values()) == sum(sizes)


@pytest.mark.parametrize(
    ("size", "total"),
    [("124M", 124_439_808), ("355M", 354_823_168), ("774M", 774_030_080), ("1558M", 1_557_611_200)],
)
def test_counts_of_gpt2(size, total):
    counts = count_params(GPT2_CONFIGS[size])
    assert sum(counts.values()) == total
    with torch.device("meta"):  # transformers' own model, without its memory
        theirs = gpt2_of(GPT2_CONFIGS[size])
    assert theirs.num_parameters() == total
    for part, names in {
        "token embeddings": ("wte.weight",),
        "position embeddings": ("wpe.weight",),
        "attention weights": ("attn.c_attn.weight", "attn.c_proj.weight"),
        "attention biases": ("attn.c_attn.bias", "attn.c_proj.bias"),
        "feed-forward weights": ("mlp.c_fc.weight", "mlp.c_proj.weight"),
        "feed-forward biases": ("mlp.c_fc.bias", "mlp.c_proj.bias"),
        "layer norms": tuple(f"{norm}.{kind}" for norm in ("ln_1", "ln_2", "ln_f") for kind in ("weight", "bias")),
    }.items():
        assert counts.pop(part) == sum(p.numel() for name, p in theirs.named_parameters() if name.endswith(names))
    assert not counts


def test_counts_of_one_block_of_width_768():
    counts = count_params(GPTConfig(n_layers=1))
    assert counts["attention weights"] == 2_359_296
    assert counts["feed-forward weights"] == 4_718_592


def test_published_sizes_match_their_names():
    published = {"117M": GPT1_CONFIG, **GPT2_CONFIGS, **GPT3_CONFIGS}
    assert len(GPT3_CONFIGS) == 8
    for name, config in published.items():
        stated = float(name[:-1]) * {"M": 1e6, "B": 1e9}[name[-1]]
        assert sum(count_params(config).values()) == pytest.approx(stated, rel=0.025), name
    assert all(config.context_length == 2048 for config in GPT3_CONFIGS.values())


def test_without_qkv_bias_its_array_is_missing():
    with_bias, without = (init_params(dataclasses.replace(SMALL, qkv_bias=bias)) for bias in (True, False))
    assert set(with_bias["blocks"][1]["attn"]["c_attn"]) == {"w", "b"}
    assert set(without["blocks"][1]["attn"]["c_attn"]) == {"w"}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_initialization(dtype):
    config = GPTConfig(vocab_size=1000, context_length=200, emb_dim=96, n_heads=4, n_layers=8, qkv_bias=True)
    params = init_params(config, seed=1, dtype=dtype)

    def check(path: str, array: np.ndarray) -> None:
        assert array.dtype == dtype, path
        if path.endswith((".g", ".b")):
            assert (array == (1 if path.endswith(".g") else 0)).all(), path
        else:
            std = 0.02 / 4 if path.endswith("c_proj.w") else 0.02  # 4 = sqrt(2 * 8 layers)
            std = 0.01 if path == "wpe" else std  # as in the function model of OpenAI's src/model.py
            assert array.std() == pytest.approx(std, rel=0.05), path
            assert abs(array.mean()) < 0.05 * std, path

    map_tree(check, params)
    again, other = init_params(config, seed=1, dtype=dtype), init_params(config, seed=2, dtype=dtype)
    np.testing.assert_array_equal(again["wpe"], params["wpe"])
    assert (other["wpe"] != params["wpe"]).mean() > 0.99


def test_blocks_do_not_share_arrays():
    params = init_params(SMALL)
    before = copy.deepcopy(params["blocks"][1])
    map_tree(lambda path, array: array.fill(5), params["blocks"][0])
    map_tree(
        lambda path, array: np.testing.assert_array_equal(array, before["ln_1"]["g"]), params["blocks"][1]["ln_1"]["g"]
    )
    np.testing.assert_array_equal(params["ln_f"]["b"], 0)
