"""GPT-2's forward pass in NumPy: all that a GPT computes, in a few lines of array arithmetic.

A GPT turns ``seq`` token ids into ``seq`` rows of ``vocab_size`` scores (logits): row ``i`` rates every token of the
vocabulary as the one that follows token ``i``. The comment behind a line gives the shape of what comes out. The
parameters are a tree of arrays with the names of GPT-2's own files (Radford et al. 2019), except that the layers,
``h0``, ``h1``, ... there, are the list ``blocks`` here::

    wte [vocab, emb]                         one vector for each token; also the output projection
    wpe [context, emb]                       one vector for each position
    blocks: a list of n_layers times
        ln_1   g [emb]            b [emb]    layer norm: gain and bias
        attn   c_attn  w [emb, 3*emb]  b     queries, keys and values of all heads; b only with qkv_bias
               c_proj  w [emb, emb]    b     from the joined heads back
        ln_2   g, b
        mlp    c_fc    w [emb, 4*emb]  b     up
               c_proj  w [4*emb, emb]  b     and down again
    ln_f       g, b

Arrays may be float32 or float64, and results are what the parameters are.

Lesson: ``chapters/03_numpy_gpt.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gptutils.config import GPTConfig

# ---------------------------------------------------------------------------------------------- the layers


def gelu(x: np.ndarray) -> np.ndarray:
    """Gaussian error linear unit, in the tanh form that GPT-2 uses: [...] -> [...] (section "Gelu").

    Source: Hendrycks and Gimpel 2016.

    Examples
    --------
    >>> gelu(np.array([[1, 2], [-2, 0.5]])).round(5)
    array([[ 0.84119,  1.9546 ],
           [-0.0454 ,  0.34571]])
    """
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)  # -> [...]
    return 0.5 * x * (1 + np.tanh(inner))  # -> [...]


def softmax(x: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis: [..., n] -> [..., n] (section "Softmax: from scores to probabilities").

    Examples
    --------
    >>> softmax(np.array([[2, 100], [-5, 0]])).round(5)
    array([[0.     , 1.     ],
           [0.00669, 0.99331]])
    """
    # The largest becomes 0, so that exp cannot overflow.
    exp = np.exp(x - x.max(axis=-1, keepdims=True))  # -> [..., n]
    return exp / exp.sum(axis=-1, keepdims=True)  # -> [..., n]


def layer_norm(x: np.ndarray, g: np.ndarray, b: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Mean 0 and variance 1 for every vector, then gain and bias: [..., n] -> [..., n] (section "Layer norm").

    Source: Ba et al. 2016. ``g`` and ``b`` are [n]; ``eps`` keeps a constant vector from dividing by 0.

    Examples
    --------
    >>> layer_norm(np.array([[2, 2, 3], [-5, 0, 1]]), g=np.ones(3), b=np.zeros(3)).round(5)
    array([[-0.70709, -0.70709,  1.41418],
           [-1.397  ,  0.508  ,  0.889  ]])
    """
    mean = x.mean(axis=-1, keepdims=True)  # -> [..., 1]
    variance = x.var(axis=-1, keepdims=True)  # -> [..., 1]
    return g * (x - mean) / np.sqrt(variance + eps) + b  # -> [..., n]


def linear(x: np.ndarray, w: np.ndarray, b: np.ndarray | float = 0.0) -> np.ndarray:
    """Matrix product and bias: [m, n_in] -> [m, n_out], ``w`` [n_in, n_out], ``b`` [n_out] (section "Linear").

    Examples
    --------
    >>> linear(np.array([[1.0, 2.0]]), w=np.array([[1, 0, 1], [0, 1, 1]]), b=np.array([0, 0, 10]))
    array([[ 1.,  2., 13.]])
    """
    return x @ w + b  # -> [m, n_out]


def ffn(x: np.ndarray, c_fc: dict, c_proj: dict) -> np.ndarray:
    """Feed-forward network, four times wider: [seq, emb] -> [seq, emb] (section "A network for each position")."""
    up = gelu(linear(x, **c_fc))  # -> [seq, 4*emb]
    return linear(up, **c_proj)  # -> [seq, emb]


def causal_mask(seq: int, dtype: type = np.float64) -> np.ndarray:
    """What hides the future when added to scores: [seq, seq] (section "All queries at once, and the mask").

    It is minus infinity where the key is later than the query, else 0.

    Examples
    --------
    >>> causal_mask(3)
    array([[  0., -inf, -inf],
           [  0.,   0., -inf],
           [  0.,   0.,   0.]])
    """
    return np.triu(np.full((seq, seq), -np.inf, dtype), k=1)  # -> [seq, seq]


def attention_weights(q: np.ndarray, k: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """How much each query takes from each key: [..., n_q, n_k] (section "All queries at once, and the mask").

    softmax(q k^T / sqrt(head_dim) + mask); every row sums to 1.

    Examples
    --------
    >>> attention_weights(np.zeros((3, 4)), np.zeros((3, 4)), causal_mask(3)).round(2)
    array([[1.  , 0.  , 0.  ],
           [0.5 , 0.5 , 0.  ],
           [0.33, 0.33, 0.33]])
    """
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])  # -> [..., n_q, n_k]
    return softmax(scores + mask)  # -> [..., n_q, n_k]


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """For every query, a weighted mean of the values: [..., n_q, head_dim] (section "Attention: looking back").

    Source: scaled dot-product attention, Vaswani et al. 2017.

    Parameters
    ----------
    q : queries [..., n_q, head_dim]; leading axes, such as heads, are worked on in parallel.
    k, v : keys and values [..., n_k, head_dim].
    mask : [n_q, n_k], added to the scores; minus infinity hides a key.
    """
    return attention_weights(q, k, mask) @ v  # -> [..., n_q, head_dim]


def mha(x: np.ndarray, c_attn: dict, c_proj: dict, n_heads: int) -> np.ndarray:
    """Causal self-attention, each head on its slice: [seq, emb] -> [seq, emb] (section "Several heads")."""
    seq, emb_dim = x.shape
    if n_heads < 1 or emb_dim % n_heads:
        raise ValueError(f"emb_dim {emb_dim} is not divisible by n_heads {n_heads}: heads share the width evenly")
    qkv = linear(x, **c_attn).reshape(seq, 3, n_heads, -1)  # -> [seq, 3, heads, head_dim]
    q, k, v = qkv.transpose(1, 2, 0, 3)  # -> 3 times [heads, seq, head_dim]
    heads = attention(q, k, v, causal_mask(seq, x.dtype))  # -> [heads, seq, head_dim]
    joined = heads.transpose(1, 0, 2).reshape(seq, emb_dim)  # -> [seq, emb]
    return linear(joined, **c_proj)  # -> [seq, emb]


# ---------------------------------------------------------------------------------------------- the model


def transformer_block(x: np.ndarray, ln_1: dict, attn: dict, ln_2: dict, mlp: dict, n_heads: int) -> np.ndarray:
    """One layer, [seq, emb] -> [seq, emb] (section "The block and the residual stream").

    Attention moves information between positions; the feed-forward network works it over; both are added to what came
    in. A layer norm stands in front of each, none on the sum (pre-norm).
    """
    x = x + mha(layer_norm(x, **ln_1), **attn, n_heads=n_heads)  # -> [seq, emb]
    return x + ffn(layer_norm(x, **ln_2), **mlp)  # -> [seq, emb]


def gpt2(
    inputs: Sequence[int] | np.ndarray, wte: np.ndarray, wpe: np.ndarray, blocks: list[dict], ln_f: dict, n_heads: int
) -> np.ndarray:
    """The whole model: token ids [seq] -> logits [seq, vocab] of the token after each (section "The whole model").

    Parameters
    ----------
    inputs : token ids [seq].
    wte, wpe, blocks, ln_f : the parameter tree, as in ``gpt2(inputs, **params, n_heads=12)``.
    n_heads : attention heads in a block; no array's shape tells them.

    Returns
    -------
    Logits [seq, vocab]; row ``i`` depends on ``inputs[: i + 1]`` alone.

    Raises
    ------
    ValueError : no inputs, more than ``context_length``, ids that are no integers or outside the vocabulary,
        ``n_heads`` that does not divide ``emb_dim``.

    Examples
    --------
    >>> config = GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=2)
    >>> gpt2([7, 1, 49], **init_params(config), n_heads=3).shape
    (3, 50)
    """
    inputs = _checked_ids(inputs, vocab_size=len(wte), context_length=len(wpe))
    x = wte[inputs] + wpe[: len(inputs)]  # -> [seq, emb]
    for block in blocks:
        x = transformer_block(x, **block, n_heads=n_heads)  # -> [seq, emb]
    return layer_norm(x, **ln_f) @ wte.T  # -> [seq, vocab]


def generate(inputs: Sequence[int] | np.ndarray, params: dict, n_heads: int, max_new_tokens: int) -> list[int]:
    """Continue a text greedily: append the best token, and ask again (section "What goes in, what comes out").

    Parameters
    ----------
    inputs : token ids of the prompt [seq]; left as they are.
    params : the parameter tree.
    n_heads : attention heads in a block.
    max_new_tokens : how many tokens to append.

    Returns
    -------
    The new token ids, without the prompt.

    Raises
    ------
    ValueError : inputs that `gpt2` refuses; a negative ``max_new_tokens``; prompt and new tokens together longer than
        ``context_length``.
    """
    context_length = len(params["wpe"])
    ids = _checked_ids(inputs, vocab_size=len(params["wte"]), context_length=context_length).tolist()
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens is {max_new_tokens}; it must be at least 0")
    if len(ids) + max_new_tokens > context_length:
        raise ValueError(
            f"the prompt has {len(ids)} tokens and {max_new_tokens} more are asked for, "
            f"but the model has {context_length} "
            "positions: shorten the prompt or ask for fewer tokens"
        )
    prompt_length = len(ids)
    for _ in range(max_new_tokens):
        logits = gpt2(ids, **params, n_heads=n_heads)  # -> [seq, vocab]
        ids.append(int(logits[-1].argmax()))  # only the last row is about a token that is not there yet
    return ids[prompt_length:]


def _checked_ids(inputs: Sequence[int] | np.ndarray, vocab_size: int, context_length: int) -> np.ndarray:
    ids = np.asarray(inputs)
    if ids.ndim != 1:
        raise ValueError(f"the inputs have shape {list(ids.shape)}; expected one sequence of token ids, [seq]")
    if len(ids) == 0:
        raise ValueError("the inputs are empty: give at least one token id, such as that of <|endoftext|>")
    if ids.dtype.kind not in "iu":
        raise ValueError(f"token ids must be integers, but the inputs are {ids.dtype}, beginning with {ids[0]}")
    if len(ids) > context_length:
        raise ValueError(
            f"the inputs have {len(ids)} tokens, but the model has {context_length} positions: "
            f"keep the last ones, inputs[-{context_length}:]"
        )
    if len(unknown := ids[(ids < 0) | (ids >= vocab_size)]):
        raise ValueError(
            f"token id {unknown[0]} is outside the vocabulary of {vocab_size} tokens: ids are 0 to {vocab_size - 1}"
        )
    return ids


# ---------------------------------------------------------------------------------------------- the parameters


def param_shapes(config: GPTConfig) -> dict:
    """The tree of a configuration, with shapes in place of the arrays (section "The tree of parameters").

    Examples
    --------
    >>> param_shapes(GPTConfig())["blocks"][0]["mlp"]
    {'c_fc': {'w': (768, 3072), 'b': (3072,)}, 'c_proj': {'w': (3072, 768), 'b': (768,)}}
    """
    emb_dim = config.emb_dim

    def dense(n_in: int, n_out: int, bias: bool = True) -> dict:
        return {"w": (n_in, n_out), "b": (n_out,)} if bias else {"w": (n_in, n_out)}

    norm = {"g": (emb_dim,), "b": (emb_dim,)}
    block = {
        "ln_1": norm,
        "attn": {"c_attn": dense(emb_dim, 3 * emb_dim, config.qkv_bias), "c_proj": dense(emb_dim, emb_dim)},
        "ln_2": norm,
        "mlp": {"c_fc": dense(emb_dim, 4 * emb_dim), "c_proj": dense(4 * emb_dim, emb_dim)},
    }
    return {
        "wte": (config.vocab_size, emb_dim),
        "wpe": (config.context_length, emb_dim),
        "blocks": [block] * config.n_layers,
        "ln_f": norm,
    }


def map_tree(function: Callable[[str, Any], Any], tree: Any, path: str = "") -> Any:
    """A tree of the same form with ``function(path, leaf)`` for each leaf (section "The tree of parameters").

    Examples
    --------
    >>> map_tree(lambda path, leaf: f"{path} is {leaf}", {"wte": 1, "blocks": [{"ln_1": 2}]})
    {'wte': 'wte is 1', 'blocks': [{'ln_1': 'blocks.0.ln_1 is 2'}]}
    """
    if isinstance(tree, dict):
        return {name: map_tree(function, branch, f"{path}.{name}".lstrip(".")) for name, branch in tree.items()}
    if isinstance(tree, list):
        return [map_tree(function, branch, f"{path}.{i}".lstrip(".")) for i, branch in enumerate(tree)]
    return function(path, tree)


def init_params(config: GPTConfig, seed: int = 0, dtype: type = np.float32) -> dict:
    """Parameters as they are before training (section "A model before training").

    Gains are 1, biases 0; weights come from N(0, 0.02), position embeddings from N(0, 0.01). The projections that are
    added to the residual stream, two in each block, have a standard deviation smaller by 1 / sqrt(2 n_layers): what all
    blocks add together weighs the same, however many they are (Radford et al. 2019).

    Parameters
    ----------
    config : the sizes.
    seed : fixes the random numbers.
    dtype : ``np.float32`` or ``np.float64``.
    """
    rng = np.random.default_rng(seed)

    def init(path: str, shape: tuple[int, ...]) -> np.ndarray:
        if path.endswith(".g"):
            return np.ones(shape, dtype)
        if path.endswith(".b"):
            return np.zeros(shape, dtype)
        std = 0.01 if path == "wpe" else 0.02
        if path.endswith("c_proj.w"):
            std /= math.sqrt(2 * config.n_layers)
        return rng.standard_normal(shape, dtype) * std

    return map_tree(init, param_shapes(config))


def count_params(config: GPTConfig) -> dict[str, int]:
    """How many parameters each part of a model has, without allocating it (section "Where the parameters are").

    Examples
    --------
    >>> from gptutils.config import GPT2_CONFIGS
    >>> counts = count_params(GPT2_CONFIGS["124M"])
    >>> counts["attention weights"] // 12, counts["feed-forward weights"] // 12  # in one of the 12 blocks
    (2359296, 4718592)
    >>> sum(counts.values())
    124439808
    """
    counts: Counter[str] = Counter()

    def count(path: str, shape: tuple[int, ...]) -> None:
        match path.split("."):
            case ["wte"]:
                part = "token embeddings"
            case ["wpe"]:
                part = "position embeddings"
            case [*_, "attn", _, leaf]:
                part = "attention weights" if leaf == "w" else "attention biases"
            case [*_, "mlp", _, leaf]:
                part = "feed-forward weights" if leaf == "w" else "feed-forward biases"
            case _:
                part = "layer norms"
        counts[part] += math.prod(shape)

    map_tree(count, param_shapes(config))
    return dict(counts)
