"""Configurations of GPT models, with the field's names, checked when they are made.

Lesson: ``chapters/04_torch_gpt.ipynb``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GPTConfig:
    """Sizes of a GPT (section "Modules").

    Parameters
    ----------
    vocab_size : number of tokens.
    context_length : longest sequence, in tokens.
    emb_dim : width of the residual stream; divisible by ``n_heads``.
    n_heads : attention heads in a block.
    n_layers : transformer blocks.
    drop_rate : dropout probability in training, 0 <= drop_rate < 1.
    qkv_bias : whether the projections to queries, keys and values have a bias (GPT-2's have).

    Raises
    ------
    ValueError : a size below 1, ``drop_rate`` outside its range, or ``emb_dim`` not divisible by ``n_heads``.

    Examples
    --------
    >>> GPTConfig(emb_dim=100, n_heads=12)
    Traceback (most recent call last):
    ...
    ValueError: emb_dim 100 is not divisible by n_heads 12: choose for example emb_dim 96 or 108
    """

    vocab_size: int = 50257
    context_length: int = 1024
    emb_dim: int = 768
    n_heads: int = 12
    n_layers: int = 12
    drop_rate: float = 0.1
    qkv_bias: bool = False

    def __post_init__(self):
        for name in ("vocab_size", "context_length", "emb_dim", "n_heads", "n_layers"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{name} must be an int, not {value!r}")
            if value < 1:
                raise ValueError(f"{name} is {value}; it must be at least 1")
        if not 0 <= self.drop_rate < 1:
            raise ValueError(f"drop_rate is {self.drop_rate}; it is a probability: 0 <= drop_rate < 1")
        if self.emb_dim % self.n_heads:
            below = self.emb_dim - self.emb_dim % self.n_heads
            choices = " or ".join(str(dim) for dim in (below, below + self.n_heads) if dim)
            raise ValueError(
                f"emb_dim {self.emb_dim} is not divisible by n_heads {self.n_heads}: "
                f"choose for example emb_dim {choices}"
            )

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.emb_dim // self.n_heads


OPENAI_NAMES = {
    "vocab_size": "n_vocab",
    "context_length": "n_ctx",
    "emb_dim": "n_embd",
    "n_heads": "n_head",
    "n_layers": "n_layer",
}
"""The course's names of the sizes -> those in the ``hparams.json`` of GPT-2, for where its files are read."""

GPT2_CONFIGS: dict[str, GPTConfig] = {
    "124M": GPTConfig(emb_dim=768, n_heads=12, n_layers=12, qkv_bias=True),
    "355M": GPTConfig(emb_dim=1024, n_heads=16, n_layers=24, qkv_bias=True),
    "774M": GPTConfig(emb_dim=1280, n_heads=20, n_layers=36, qkv_bias=True),
    "1558M": GPTConfig(emb_dim=1600, n_heads=25, n_layers=48, qkv_bias=True),
}
"""The four sizes that OpenAI published (Radford et al. 2019)."""

GPT1_CONFIG = GPTConfig(vocab_size=40478, context_length=512, emb_dim=768, n_heads=12, n_layers=12, qkv_bias=True)
"""The sizes of the first GPT, 117M (Radford et al. 2018). Its layer norms stood behind the branches (post-norm)."""

GPT3_CONFIGS: dict[str, GPTConfig] = {
    name: GPTConfig(context_length=2048, emb_dim=emb_dim, n_heads=n_heads, n_layers=n_layers, qkv_bias=True)
    for name, emb_dim, n_heads, n_layers in [
        ("125M", 768, 12, 12),
        ("350M", 1024, 16, 24),
        ("760M", 1536, 16, 24),
        ("1.3B", 2048, 16, 24),
        ("2.7B", 2560, 32, 32),
        ("6.7B", 4096, 32, 32),
        ("13B", 5120, 40, 40),
        ("175B", 12288, 96, 96),
    ]
}
"""The eight sizes of GPT-3 (Brown et al. 2020, table 2.1), whose every second layer had banded sparse attention.

The paper prints 24 heads for 1.3B and width 5140 for 13B, which do not fit its own head width of 128; 16 and 5120 do.
"""
