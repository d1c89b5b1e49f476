"""Configurations of GPT models, with the field's names, checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GPTConfig:
    """Sizes of a GPT.

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


GPT2_CONFIGS: dict[str, GPTConfig] = {
    "124M": GPTConfig(emb_dim=768, n_heads=12, n_layers=12, qkv_bias=True),
    "355M": GPTConfig(emb_dim=1024, n_heads=16, n_layers=24, qkv_bias=True),
    "774M": GPTConfig(emb_dim=1280, n_heads=20, n_layers=36, qkv_bias=True),
    "1558M": GPTConfig(emb_dim=1600, n_heads=25, n_layers=48, qkv_bias=True),
}
"""The four sizes that OpenAI published (Radford et al. 2019)."""
