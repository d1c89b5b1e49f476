"""The machine that the code runs on: device, number format, seeds, Colab."""

from __future__ import annotations

import os
import random
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def best_device() -> torch.device:
    """The fastest device at hand: ``cuda``, else Apple's ``mps``, else ``cpu``.

    The environment variable ``GPTUTILS_DEVICE`` (for example ``cpu``) overrides the choice.

    Examples
    --------
    >>> best_device().type in {"cuda", "mps", "cpu"}
    True
    """
    import torch

    if name := os.environ.get("GPTUTILS_DEVICE"):
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def compute_dtype(device: torch.device | str) -> torch.dtype:
    """The number format for matrix products: the fastest that the device has in hardware.

    CUDA from compute capability 8.0 up (A100, RTX 30, ...): bfloat16. Older CUDA devices, such as Colab's T4: float16,
    which needs a gradient scaler. ``torch.cuda.is_bf16_supported()`` is not asked: it says True on a T4, where
    bfloat16 is emulated and slow. MPS and CPU: float32.

    Examples
    --------
    >>> compute_dtype("cpu")
    torch.float32
    """
    import torch

    device = torch.device(device)
    if device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float16


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and torch's random numbers, torch's on all devices.

    Parameters
    ----------
    seed : 0 to 2**32 - 1, NumPy's range; anything else is a ValueError.

    Examples
    --------
    >>> seed_everything(123)
    >>> first = random.random()
    >>> seed_everything(123)
    >>> random.random() == first
    True
    """
    import numpy as np

    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed!r}; choose an int from 0 to {2**32 - 1}")
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def in_colab() -> bool:
    """Whether the code runs in Google Colab.

    Examples
    --------
    >>> in_colab()
    False
    """
    return "google.colab" in sys.modules
