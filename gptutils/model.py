"""GPT as a PyTorch module: the model of `gptutils.numpy_gpt`, for batches, on any device, and trainable.

`GPT` is the architecture of GPT-2 (Radford et al. 2019): token and position embeddings; blocks of causal self-attention
and a feed-forward network, each behind a layer norm (pre-norm) and added to the residual stream; a last layer norm; and
the token embeddings once more as the output projection (tied weights, Press and Wolf 2017). The modules are named like
the parameters of `gptutils.numpy_gpt`: ``wte, wpe, blocks, ln_1, attn.c_attn, attn.c_proj, ln_2, mlp.c_fc, mlp.c_proj,
ln_f``. The comment behind a line gives the shape of what comes out.

Lesson: ``chapters/04_torch_gpt.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gptutils.config import GPTConfig
from gptutils.numpy_gpt import map_tree, param_shapes


class LayerNorm(nn.Module):
    """Mean 0 and variance 1 for every vector, then weight and bias (section "Modules").

    Source: Ba et al. 2016.

    Parameters
    ----------
    emb_dim : size of the last axis, which is normalized.
    eps : added to the variance, inside the square root.

    Examples
    --------
    >>> LayerNorm(3)(torch.tensor([[2.0, 2.0, 3.0], [-5.0, 0.0, 1.0]])).detach()
    tensor([[-0.7071, -0.7071,  1.4142],
            [-1.3970,  0.5080,  0.8890]])
    """

    def __init__(self, emb_dim: int, eps: float = 1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(emb_dim))
        self.bias = nn.Parameter(torch.zeros(emb_dim))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Each vector by itself: [..., emb] -> [..., emb]."""
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


class Dropout(nn.Dropout):
    """In training, set numbers to 0 with probability ``p``, divide the others by 1 - p (section "Dropout").

    Source: Srivastava et al. 2014. On the CPU it draws its own random numbers, so that a seed gives the same ones on
    every processor: torch's dropout draws with Intel's library on Intel's processors, and on all others one by one,
    which takes four times as long. One random integer of 64 bits serves four numbers here, with 16 bits for each, and
    so ``p`` counts in steps of 1/65536.

    Parameters
    ----------
    p : probability, 0 <= p <= 1; may be changed at any time.

    Examples
    --------
    >>> _ = torch.manual_seed(4)
    >>> Dropout(0.5)(torch.ones(8))
    tensor([2., 0., 2., 0., 0., 2., 2., 0.])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Each number by itself: [...] -> [...]."""
        n_dropped = round(65536 * self.p)  # so many of the 65536 values of 16 bits mean "drop": the lowest ones
        own = self.training and 0 < n_dropped < 65536 and x.device.type == "cpu"
        if not own or torch.compiler.is_compiling():
            return F.dropout(x, self.p, self.training)
        # Integers from the whole range of 64 bits, each then read as four of 16 bits, which are -32768 to 32767.
        four_at_once = torch.empty(math.ceil(x.numel() / 4), dtype=torch.int64).random_(-(2**63), None)
        random = four_at_once.view(torch.int16)[: x.numel()].view(x.shape)
        keep = random >= -32768 + n_dropped
        scale = 65536 / (65536 - n_dropped)  # 1 / (1 - p)
        return x * (keep.to(x.dtype) * scale)


class FeedForward(nn.Module):
    """Four times wider, GELU in the tanh form, and back; dropout on the result (section "Modules")."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.c_fc = nn.Linear(config.emb_dim, 4 * config.emb_dim)
        self.c_proj = nn.Linear(4 * config.emb_dim, config.emb_dim)
        self.drop = Dropout(config.drop_rate)

    def forward(self, x: Tensor) -> Tensor:
        """Each position by itself: [batch, seq, emb] -> [batch, seq, emb]."""
        up = F.gelu(self.c_fc(x), approximate="tanh")  # -> [batch, seq, 4*emb]
        return self.drop(self.c_proj(up))  # -> [batch, seq, emb]


def causal_attention_weights(q: Tensor, k: Tensor, visible: Tensor | None = None) -> Tensor:  # -> [..., seq, all seq]
    """How much each position takes from itself and each earlier one (section "Attention").

    softmax(q k^T / sqrt(head_dim)), masked. Where there are more keys than queries, the queries are the last positions.
    ``visible``, True or False for each pair of positions, is another mask.

    Examples
    --------
    >>> causal_attention_weights(torch.zeros(3, 4), torch.zeros(3, 4))
    tensor([[1.0000, 0.0000, 0.0000],
            [0.5000, 0.5000, 0.0000],
            [0.3333, 0.3333, 0.3333]])
    """
    seq, head_dim = q.shape[-2:]
    mask = q.new_full((seq, k.shape[-2]), -torch.inf)
    # What comes later is hidden, or what is not visible.
    mask = mask.triu(1 + k.shape[-2] - seq) if visible is None else mask.where(~visible, 0.0)
    scores = (q / math.sqrt(head_dim)) @ k.transpose(-2, -1) + mask  # -> [..., seq, all seq]
    return scores.softmax(dim=-1)  # -> [..., seq, all seq]


class KVCache:
    """Keys and values that one block has computed so far, so that none is computed twice (chapter 9).

    The memory is taken once, for the longest sequence that will come; what is behind ``n_tokens`` is not yet filled.
    To forget the last tokens, lower ``n_tokens``.

    Parameters
    ----------
    shape : [batch, heads, longest seq, head_dim].
    like : a tensor with the number format and device of the keys.

    Examples
    --------
    >>> cache = KVCache((1, 2, 10, 4), like=torch.zeros(1))
    >>> k, v = cache.append(torch.ones(1, 2, 3, 4), torch.ones(1, 2, 3, 4))
    >>> k, v = cache.append(torch.ones(1, 2, 1, 4), torch.ones(1, 2, 1, 4))
    >>> k.shape
    torch.Size([1, 2, 4, 4])
    """

    def __init__(self, shape: tuple[int, int, int, int], like: Tensor):
        self.keys, self.values = like.new_empty(shape), like.new_empty(shape)
        self.n_tokens = 0

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Add keys and values of the next tokens; returns those of all tokens so far, as views."""
        start, self.n_tokens = self.n_tokens, self.n_tokens + k.shape[2]
        for cached, new in (self.keys, k), (self.values, v):
            cached[:, :, start : self.n_tokens] = new
        return self.keys[:, :, : self.n_tokens], self.values[:, :, : self.n_tokens]


class CausalSelfAttention(nn.Module):
    """Multi-head attention in which every position sees itself and what came before it (section "Attention").

    Source: Vaswani et al. 2017.

    Parameters
    ----------
    config : the sizes; ``drop_rate`` is the dropout on the attention weights and on the result.
    explicit : compute `causal_attention_weights` and multiply them with the values, instead of calling
        `torch.nn.functional.scaled_dot_product_attention`, which gives the same without keeping all weights in memory
        (FlashAttention, Dao et al. 2022). The attribute of this name may be changed at any time.
    """

    def __init__(self, config: GPTConfig, *, explicit: bool = False):
        super().__init__()
        self.n_heads = config.n_heads
        self.explicit = explicit
        self.c_attn = nn.Linear(config.emb_dim, 3 * config.emb_dim, bias=config.qkv_bias)
        self.c_proj = nn.Linear(config.emb_dim, config.emb_dim)
        self.weight_drop = Dropout(config.drop_rate)
        self.drop = Dropout(config.drop_rate)

    def heads(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of each head: [batch, seq, emb] -> 3 times [batch, heads, seq, head_dim]."""
        q, k, v = self.c_attn(x).chunk(3, dim=-1)  # -> 3 times [batch, seq, emb]
        return tuple(t.unflatten(-1, (self.n_heads, -1)).transpose(1, 2) for t in (q, k, v))

    def forward(self, x: Tensor, cache: KVCache | None = None, visible: Tensor | None = None) -> Tensor:
        """All heads, joined again: [batch, seq, emb] -> [batch, seq, emb].

        Parameters
        ----------
        cache : of the tokens that stand before ``x``; those of ``x`` are added.
        visible : mask [batch or 1, 1, seq, all seq] of what each position sees, instead of itself and all before it.
        """
        q, k, v = self.heads(x)  # -> 3 times [batch, heads, seq, head_dim]
        if cache is not None:
            k, v = cache.append(k, v)  # -> twice [batch, heads, all seq, head_dim]
        drop_rate = self.weight_drop.p if self.training else 0.0
        # To drop some weights on the CPU, torch's function, too, computes them all,
        # and takes longer.
        if self.explicit or (drop_rate > 0 and x.device.type == "cpu"):
            weights = self.weight_drop(causal_attention_weights(q, k, visible))  # -> [batch, heads, seq, all seq]
            context = weights @ v  # -> [batch, heads, seq, head_dim]
        else:
            # A single new token sees all that is cached; torch would let it see the first position alone.
            is_causal = visible is None and (cache is None or q.shape[2] > 1)
            context = F.scaled_dot_product_attention(  # -> [batch, heads, seq, head_dim]
                q, k, v, attn_mask=visible, dropout_p=drop_rate, is_causal=is_causal
            )
        joined = context.transpose(1, 2).flatten(2)  # -> [batch, seq, emb]
        return self.drop(self.c_proj(joined))  # -> [batch, seq, emb]


class TransformerBlock(nn.Module):
    """Attention, then the feed-forward network; both are added to ``x`` (section "Block and model").

    The layer norms stand inside the branches (pre-norm): the sum itself is never normalized, and so gradients reach the
    first block along it unchanged (Xiong et al. 2020).
    """

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.ln_1 = LayerNorm(config.emb_dim)
        self.attn = CausalSelfAttention(config)
        self.ln_2 = LayerNorm(config.emb_dim)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor, cache: KVCache | None = None, visible: Tensor | None = None) -> Tensor:
        """The residual stream, one step further: [batch, seq, emb] -> [batch, seq, emb]."""
        x = x + self.attn(self.ln_1(x), cache, visible)  # -> [batch, seq, emb]
        return x + self.mlp(self.ln_2(x))  # -> [batch, seq, emb]


class GPT(nn.Module):
    """A GPT: token ids [batch, seq] -> logits [batch, seq, vocab] of the next token (section "Block and model").

    Parameters
    ----------
    config : the sizes.

    Raises
    ------
    ValueError : by the call, for token ids that are not [batch, seq] of int64 or int32, empty, longer than the context,
        or outside the vocabulary. The last is checked on the CPU alone, and not in compiled code: on a GPU the check
        would make every step wait for the device, whose own assertion reports such ids (without saying which).

    Examples
    --------
    >>> model = GPT(GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=2))
    >>> model(torch.tensor([[7, 1, 49]])).shape
    torch.Size([1, 3, 50])
    """

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config = config
        self.wte = nn.Embedding(config.vocab_size, config.emb_dim)
        self.wpe = nn.Embedding(config.context_length, config.emb_dim)
        self.drop = Dropout(config.drop_rate)
        self.blocks = nn.ModuleList(TransformerBlock(config) for _ in range(config.n_layers))
        self.ln_f = LayerNorm(config.emb_dim)
        self.init_weights()

    @torch.no_grad()
    def init_weights(self) -> None:
        """Start anew (section "How to begin").

        Weights come from N(0, 0.02), position embeddings from N(0, 0.01); biases are 0, layer norms 1. The projections
        that are added to the residual stream, two in each block, have a standard deviation smaller by
        1 / sqrt(2 n_layers): what all blocks add together weighs the same, however many they are (Radford et al. 2019).
        """
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                parameter.zero_()
            elif parameter.ndim == 1:  # the weight of a layer norm
                parameter.fill_(1.0)
            elif name.endswith("c_proj.weight"):
                parameter.normal_(0.0, 0.02 / math.sqrt(2 * self.config.n_layers))
            else:
                parameter.normal_(0.0, 0.01 if name == "wpe.weight" else 0.02)

    @property
    def n_parameters(self) -> int:
        """Number of parameters; the embeddings that are also the output projection count once."""
        return sum(parameter.numel() for parameter in self.parameters())

    def embed(self, token_ids: Tensor, positions: Tensor | slice | None = None) -> Tensor:
        """What enters the first block: token plus position embeddings, [batch, seq] -> [batch, seq, emb]."""
        self._check(token_ids)
        position_emb = self.wpe.weight[slice(token_ids.shape[1]) if positions is None else positions]
        return self.drop(self.wte(token_ids) + position_emb)  # -> [batch, seq, emb]

    def hidden_states(
        self, token_ids: Tensor, cache: list[KVCache] | None = None, n_padding: Tensor | None = None
    ) -> Tensor:
        """What the model knows at each position, before it is turned into logits: [batch, seq] -> [batch, seq, emb].

        Parameters
        ----------
        cache : of `new_cache`, with the tokens that stand before ``token_ids``; these are added (chapter 9).
        n_padding : [batch], how many tokens at the left of each row are padding: no other position sees them, and
            positions are counted from the first token behind them.
        """
        positions, visible = None, None  # from 0 on; itself and all before it
        if cache is not None or n_padding is not None:
            start = cache[0].n_tokens if cache else 0
            positions, visible = self._positions_and_mask(token_ids, start, n_padding)
        x = self.embed(token_ids, positions)  # -> [batch, seq, emb]
        for i, block in enumerate(self.blocks):
            x = block(x, cache[i] if cache else None, visible)  # -> [batch, seq, emb]
        return self.ln_f(x)

    def forward(self, token_ids: Tensor, cache: list[KVCache] | None = None, n_padding: Tensor | None = None) -> Tensor:
        """Logits of the next token after each position: [batch, seq] -> [batch, seq, vocab].

        ``cache`` and ``n_padding`` as in `hidden_states`.
        """
        return F.linear(self.hidden_states(token_ids, cache, n_padding), self.wte.weight)

    def new_cache(self, batch_size: int, longest: int | None = None) -> list[KVCache]:
        """An empty cache for each block, for sequences of up to ``longest`` tokens, by default the whole context.

        Examples
        --------
        >>> model = GPT(GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=2)).eval()
        >>> cache, token_ids = model.new_cache(batch_size=1), torch.tensor([[7, 1, 49]])
        >>> first, second = model(token_ids[:, :2], cache), model(token_ids[:, 2:], cache)
        >>> torch.allclose(torch.cat([first, second], dim=1), model(token_ids), atol=1e-6)
        True
        """
        config = self.config
        shape = batch_size, config.n_heads, longest or config.context_length, config.head_dim
        return [KVCache(shape, like=self.wte.weight) for _ in self.blocks]

    def _positions_and_mask(
        self, token_ids: Tensor, start: int, n_padding: Tensor | None
    ) -> tuple[Tensor | slice, Tensor | None]:
        """Of tokens that stand behind ``start`` others; the mask is None where nothing but the future is hidden."""
        seq, end = token_ids.shape[1], start + token_ids.shape[1]
        if end > self.config.context_length and start:
            raise ValueError(
                f"{start} tokens in the cache and {seq} more are longer than the context of "
                f"{self.config.context_length}: begin a new cache with the last tokens"
            )
        if n_padding is None and (start == 0 or seq == 1):
            return slice(start, end), None
        columns = torch.arange(end, device=token_ids.device)
        rows = columns[start:, None]
        visible = columns <= rows  # -> [seq, all seq]
        if n_padding is None:
            return slice(start, end), visible
        # Padding sees padding: with nothing to see at all, softmax would divide 0 by 0.
        is_padding = columns < n_padding[:, None]  # -> [batch, all seq]
        visible = visible & (is_padding[:, None] == is_padding[:, start:, None])  # -> [batch, seq, all seq]
        positions = (columns[start:] - n_padding[:, None]).clamp(min=0)  # -> [batch, seq]
        return positions, visible[:, None]

    def _check(self, token_ids: Tensor) -> None:
        if not isinstance(token_ids, Tensor):
            raise TypeError(f"token_ids are a {type(token_ids).__name__}, expected a tensor: torch.tensor(token_ids)")
        shape, vocab_size, context_length = list(token_ids.shape), self.config.vocab_size, self.config.context_length
        if token_ids.dtype not in (torch.int64, torch.int32):
            raise ValueError(f"token_ids are {token_ids.dtype}, expected torch.int64: token_ids.long()")
        if len(shape) != 2:
            raise ValueError(
                f"token_ids have the shape {shape}, expected [batch, seq]; token_ids[None] is a batch of one"
            )
        if 0 in shape:
            raise ValueError(f"token_ids are empty, of shape {shape}: give at least one id, such as <|endoftext|>'s")
        if shape[1] > context_length:
            raise ValueError(
                f"the sequence has {shape[1]} tokens, but the context is {context_length}: "
                f"keep the last ones, token_ids[:, -{context_length}:]"
            )
        if token_ids.device.type == "cpu" and not torch.compiler.is_compiling():
            for token_id in map(int, token_ids.aminmax()):
                if not 0 <= token_id < vocab_size:
                    raise ValueError(
                        f"token id {token_id} is outside the vocabulary of {vocab_size} tokens: "
                        f"ids are 0 to {vocab_size - 1}"
                    )


# ---------------------------------------------------------------------------------------------- weights as NumPy arrays


def to_numpy_params(model: GPT) -> dict:
    """The weights as the tree of `gptutils.numpy_gpt`: copies, float32 or float64 (section "Is it the same model?").

    Examples
    --------
    >>> from gptutils.numpy_gpt import gpt2
    >>> model = GPT(GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=2)).eval()
    >>> logits = gpt2([7, 1, 49], **to_numpy_params(model), n_heads=3)
    >>> torch.allclose(model(torch.tensor([[7, 1, 49]]))[0], torch.from_numpy(logits), atol=1e-6)
    True
    """
    state = model.state_dict()

    def array(path: str, shape: tuple[int, ...]):
        tensor = state[_state_name(path)].cpu()
        if tensor.dtype != torch.float64:
            tensor = tensor.float()  # NumPy has no bfloat16
        return (tensor.T if path.endswith(".w") else tensor).numpy().copy(order="C")

    return map_tree(array, param_shapes(model.config))


def load_numpy_params(model: GPT, params: dict) -> None:
    """Give the model the weights of a parameter tree (section "Is it the same model?").

    Every name and shape is checked before the first weight is changed.

    Raises
    ------
    ValueError : an array is missing, left over, or of another shape than the model's configuration asks for.
    """
    expected: dict[str, tuple[int, ...]] = {}
    arrays = {}
    map_tree(expected.__setitem__, param_shapes(model.config))
    map_tree(arrays.__setitem__, params)
    if missing := sorted(expected.keys() - arrays.keys()):
        raise ValueError(f"the parameters lack {missing[0]}, which the model's configuration asks for")
    if left_over := sorted(arrays.keys() - expected.keys()):
        raise ValueError(f"the parameters hold {left_over[0]}, which the model's configuration has no place for")
    for path, shape in expected.items():
        if arrays[path].shape != shape:
            raise ValueError(f"{path} has the shape {list(arrays[path].shape)}, expected {list(shape)}")
    state = model.state_dict()  # the model's own memory
    for path, array in arrays.items():
        tensor = torch.tensor(array)
        state[_state_name(path)].copy_(tensor.T if path.endswith(".w") else tensor)


def _state_name(path: str) -> str:
    """``blocks.0.ln_1.g`` -> ``blocks.0.ln_1.weight``. Linear keeps its weight as [out, in]: a ``w`` is transposed."""
    stem, _, leaf = path.rpartition(".")
    return f"{stem}.{ {'w': 'weight', 'g': 'weight', 'b': 'bias'}[leaf] }" if stem else f"{path}.weight"
