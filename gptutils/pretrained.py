"""GPT-2's weights in our own model: OpenAI's files, Hugging Face's file, and back.

OpenAI published GPT-2 (Radford et al. 2019) as TensorFlow checkpoints of four sizes. A checkpoint maps names of
variables to arrays; `load_tf_checkpoint` finds in it the parameter tree of `gptutils.numpy_gpt`. Hugging Face's
transformers keep the same arrays under other names in one file, ``model.safetensors``, which is read without TensorFlow
and without being copied into memory (`load_safetensors`), and written by `save_safetensors`.

All names and shapes are checked before the first weight is read, and a model is handed out whole or not at all.

Lesson: ``chapters/11_pretrained_weights.ipynb`` builds every piece of this module by hand; each docstring names the
section.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.overrides import TorchFunctionMode

from gptutils.config import GPT2_CONFIGS, OPENAI_NAMES, GPTConfig
from gptutils.files import atomic_write_text, replacing
from gptutils.model import GPT, _state_name
from gptutils.numpy_gpt import count_params, map_tree, param_shapes
from gptutils.texts.downloads import RemoteFile, cache_folder, download_folder

OPENAI_ADDRESS = "https://openaipublic.blob.core.windows.net/gpt-2/models"
"""Where OpenAI keeps GPT-2: ``<address>/<size>/<file>``."""

MIRRORS = "GPTUTILS_GPT2_MIRRORS"
"""The environment variable with other addresses of the same form, separated by spaces, which are asked first."""

_TOKENIZER_FILES = [  # the same for all sizes
    RemoteFile("encoder.json", 1_042_301, "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"),
    RemoteFile("vocab.bpe", 456_318, "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"),
]


def _model_files(size: str, **sha256: str) -> list[RemoteFile]:
    """The seven files of a size. Its data are nothing but the weights, in four bytes each."""
    data_bytes = 4 * sum(count_params(GPT2_CONFIGS[size]).values())
    return [
        RemoteFile("checkpoint", None, sha256.get("checkpoint")),
        RemoteFile("hparams.json", None, sha256.get("hparams")),
        *_TOKENIZER_FILES,
        RemoteFile("model.ckpt.index", None, sha256.get("index")),
        RemoteFile("model.ckpt.meta", None, sha256.get("meta")),
        RemoteFile("model.ckpt.data-00000-of-00001", data_bytes, sha256.get("data")),
    ]


GPT2_FILES: dict[str, list[RemoteFile]] = {
    "124M": _model_files(
        "124M",
        checkpoint="dd1b025d2e155283f5e300ce95bf6d5b6bc0f7fe010db73daa6975eb896ab9cb",
        hparams="d9d56e4121c427164e0c55c6f03c08e1daf9002b9b672825112d19097b680318",
        index="71916f763f9746f9b2a06b12d91996cf1084ae008d0424543d39391c5f2dc687",
        meta="4668c448fa11531fd6700460487f73e82d3272960cea942252f8744bf225c77b",
        data="2060c885360cc0cf41d7a6dbc4d24b5127aae20260c8b5ae521b5a6578407118",
    ),
    "355M": _model_files("355M"),
    "774M": _model_files("774M"),
    "1558M": _model_files("1558M"),
}
"""The files of each size, with what is known of their contents."""

# ---------------------------------------------------------------------------------------------- where weights come from


@dataclass(frozen=True)
class Weights:
    """The weights in a file whose names and shapes are right (section "From names to the tree").

    The file is open, and nothing has been read: `to_numpy` and `to_torch` read what they return, array by array.

    Parameters
    ----------
    config : the sizes.
    read : gives the array at a path of the parameter tree, such as ``blocks.0.attn.c_attn.w``, which is [in, out].
    fresh : whether each call of ``read`` gives an array of its own, which a model may keep.

    Examples
    --------
    >>> from gptutils.numpy_gpt import init_params
    >>> config = GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=2, qkv_bias=True)
    >>> arrays = {}
    >>> _ = map_tree(arrays.__setitem__, init_params(config))
    >>> Weights(config, arrays.__getitem__).to_torch()(torch.tensor([[7, 1, 49]])).shape
    torch.Size([1, 3, 50])
    """

    config: GPTConfig
    read: Callable[[str], np.ndarray]
    fresh: bool = False

    def to_numpy(self) -> dict:
        """The parameter tree of `gptutils.numpy_gpt` (section "From names to the tree").

        Arrays of a ``model.safetensors`` in float32 are views of the file.
        """
        return map_tree(lambda path, _: self.read(path), param_shapes(self.config))

    def to_torch(self) -> GPT:
        """The model, in eval mode and on the CPU, in float32 (section "Into the torch model").

        Matrices are transposed: a Linear keeps its weight as [out, in]. No weight is drawn at random first, and besides
        the model, memory holds one array at a time.
        """
        with _NothingDrawn():
            model = GPT(self.config)
        empty = dict(model.named_parameters())

        def fill(path: str, _: tuple[int, ...]) -> None:
            tensor = torch.from_numpy(self.read(path))
            parameter = empty.pop(_state_name(path))
            if self.fresh and not path.endswith(".w"):
                parameter.data = tensor  # the array's memory becomes the parameter's
            else:
                parameter.data.copy_(tensor.T if path.endswith(".w") else tensor)

        map_tree(fill, param_shapes(self.config))
        assert not empty, f"{list(empty)} of the model were not filled"
        return model.eval()


class _NothingDrawn(TorchFunctionMode):
    """Inside, modules keep what happens to be in their memory, in place of random weights."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function.__name__ in ("normal_", "uniform_", "kaiming_uniform_"):
            return kwargs["tensor"] if kwargs and "tensor" in kwargs else args[0]
        return function(*args, **(kwargs or {}))


def load_tf_checkpoint(folder: str | os.PathLike) -> Weights:
    """Open one of OpenAI's checkpoints: the files that `download_gpt2` fetches (section "From names to the tree").

    TensorFlow is imported here and nowhere else. It checks a sum for each variable that it reads.

    Parameters
    ----------
    folder : with ``hparams.json``, ``checkpoint``, ``model.ckpt.index`` and ``model.ckpt.data-00000-of-00001``.

    Returns
    -------
    The weights, open. `Weights.to_numpy` and `Weights.to_torch` raise a ``ValueError`` where the data are damaged.

    Raises
    ------
    ValueError : no checkpoint in the folder; sizes in ``hparams.json`` that cannot be; a variable that is missing, left
        over, or of another shape or number format than these sizes ask for.
    ImportError : TensorFlow is not installed.
    """
    folder = Path(folder)
    config = _read_config(folder / "hparams.json", OPENAI_NAMES)
    tf = _tensorflow()
    if (prefix := tf.train.latest_checkpoint(str(folder))) is None:
        what_to_do = "download the files with download_gpt2"
        raise ValueError(f"{folder} holds no TensorFlow checkpoint: {what_to_do}")
    try:
        reader = tf.train.load_checkpoint(prefix)
    except (tf.errors.OpError, RuntimeError) as error:
        what_to_do = "remove it, and download it again"
        raise ValueError(f"{prefix}.index cannot be read: {what_to_do}") from error
    names = _by_path(config, _tf_name)
    expected = {}
    for path, shape in _by_path(config).items():
        # The matrices have an axis of length 1 in front: they were convolutions.
        expected[names[path]] = (1, *shape) if path.endswith(".w") else shape
    found = reader.get_variable_to_shape_map()
    _check_shapes(found, expected, where=prefix, sizes="hparams.json")
    for name, number_format in reader.get_variable_to_dtype_map().items():
        if number_format != tf.float32:
            found = number_format.name
            raise ValueError(f"{prefix}: {name} is {found}, expected float32")

    def read(path: str) -> np.ndarray:
        try:
            array = reader.get_tensor(names[path])
        # An IndexError comes where the data end too early.
        except (tf.errors.OpError, RuntimeError, IndexError) as error:
            what_to_do = "remove the file with the data, and download it again"
            damaged = f"{prefix} is damaged, in {names[path]}"
            raise ValueError(f"{damaged}: {what_to_do}") from error
        return array[0] if path.endswith(".w") else array

    return Weights(config, read, fresh=True)


def load_safetensors(path: str | os.PathLike, *, n_heads: int | None = None) -> Weights:
    """Open the weights of a GPT-2 of transformers: ``model.safetensors`` (section "Hugging Face's file").

    The file is mapped into memory: what is read comes from the disk when it is used, and is not copied.

    Parameters
    ----------
    path : the file, or the folder with ``model.safetensors``. The sizes come from ``config.json`` beside it.
    n_heads : attention heads, where there is no ``config.json``; no shape tells them. Not needed for OpenAI's four
        sizes.

    Returns
    -------
    The weights, open; in other formats than float32 they are converted when they are read.

    Raises
    ------
    FileNotFoundError : no such file.
    ValueError : no or a damaged safetensors file; a model that is no GPT-2, or whose output projection is not the token
        embeddings; a tensor that is missing, left over, or of another shape than the sizes ask for.
    """
    path = Path(path)
    path = path / "model.safetensors" if path.is_dir() else path
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        file = safe_open(path, framework="pt")
    except SafetensorError as error:
        raise ValueError(f"{path} is no safetensors file, or is cut short ({error})") from error
    # A language model's names begin with its part: transformer.wte.weight, and lm_head.weight.
    names = {name.removeprefix("transformer."): name for name in file.keys()}  # noqa: SIM118
    shapes = {
        name: tuple(file.get_slice(full_name).get_shape())
        for name, full_name in names.items()
        if not name.endswith((".attn.bias", ".attn.masked_bias"))  # the causal mask, in older files
    }
    head = shapes.pop("lm_head.weight", None)
    config_path = path.with_name("config.json")
    if config_path.exists():
        config, sizes = _read_config(config_path, _TRANSFORMERS_NAMES), "config.json"
    else:
        config, sizes = _config_from_shapes(path, shapes, n_heads), "the other tensors"
    hf_names = _by_path(config, _hf_name)
    expected = {hf_names[path]: shape for path, shape in _by_path(config).items()}
    _check_shapes(found=shapes, expected=expected, where=path, sizes=sizes)
    if head is not None and not torch.equal(
        file.get_tensor(names["lm_head.weight"]), file.get_tensor(names["wte.weight"])
    ):
        raise ValueError(f"{path}: lm_head.weight is not wte.weight, but a GPT-2's output projection is")

    def read(path: str) -> np.ndarray:
        return file.get_tensor(names[hf_names[path]]).to(torch.float32).numpy()

    return Weights(config, read)


def from_pretrained(
    size: str | os.PathLike, folder: str | os.PathLike | None = None, *, mirrors: Sequence[str] | None = None
) -> GPT:
    """GPT-2 in our own model, in eval mode (section "The real GPT-2").

    Parameters
    ----------
    size : ``"124M"``, ``"355M"``, ``"774M"`` or ``"1558M"``, downloaded unless it is there; or the path of a folder
        with the files of OpenAI or of transformers, or of a file of safetensors.
    folder : where the files of a size are, or go to: by default ``gpt2/<size>`` in the folder of
        `gptutils.texts.downloads.cache_folder`.
    mirrors : as in `download_gpt2`.

    Raises
    ------
    ValueError : neither a size nor a path; files that do not fit (as in `load_tf_checkpoint` and `load_safetensors`),
        or that are of another size than asked for.
    gptutils.texts.downloads.DownloadError : as in `download_gpt2`.
    """
    if size in GPT2_CONFIGS:
        folder = download_gpt2(size, folder or cache_folder() / "gpt2" / size, mirrors=mirrors)
        weights = load_tf_checkpoint(folder)
        if weights.config != GPT2_CONFIGS[size]:
            raise ValueError(f"{folder} holds another model than GPT-2 {size}: {weights.config}. Use another folder")
        return weights.to_torch()
    path = Path(size)
    if (path / "hparams.json").exists():
        return load_tf_checkpoint(path).to_torch()
    if (path / "model.safetensors").exists() or path.is_file():
        return load_safetensors(path).to_torch()
    raise ValueError(
        f"{size} is neither a size of GPT-2 ({', '.join(GPT2_CONFIGS)}) nor a path with its weights: a folder with "
        "hparams.json or model.safetensors, or a file of safetensors"
    )


# ---------------------------------------------------------------------------------------------- to and from the disk


def download_gpt2(
    size: str, folder: str | os.PathLike, *, mirrors: Sequence[str] | None = None, progress: bool = True
) -> Path:
    """Download the seven files of a GPT-2, unless they are there (section "Seven files").

    A download that was cut off goes on where it stopped. Sizes and SHA-256 are checked where they are known, once for
    each file. Several processes may call this at once: one downloads, the others wait.

    Parameters
    ----------
    size : ``"124M"``, ``"355M"``, ``"774M"`` or ``"1558M"``: 0.5, 1.4, 3.1 or 6.2 GB.
    folder : where the files go; made as needed.
    mirrors : addresses that are asked before OpenAI's, for ``<address>/<size>/<file>``. By default those in the
        environment variable ``GPTUTILS_GPT2_MIRRORS``, separated by spaces.
    progress : whether a person may see a progress bar for each file, with its speed.

    Returns
    -------
    ``folder``.

    Raises
    ------
    ValueError : no such size.
    gptutils.texts.downloads.DownloadError : a file is at none of the addresses, or the folder cannot take it.
    """
    if size not in GPT2_FILES:
        raise ValueError(f"there is no GPT-2 {size!r}: the sizes are {', '.join(GPT2_FILES)}")
    if mirrors is None:
        mirrors = os.environ.get(MIRRORS, "").split()
    addresses = [f"{address.rstrip('/')}/{size}" for address in [*mirrors, OPENAI_ADDRESS]]
    return download_folder(GPT2_FILES[size], folder, addresses, progress=progress)


def save_safetensors(model: GPT, path: str | os.PathLike) -> None:
    """Write a model as transformers keep a GPT-2, so that they load it (section "Back again").

    ``config.json`` with the sizes is written beside the file. For transformers both must be in a folder of their own,
    and the file must be named ``model.safetensors``. Each file is replaced whole or not at all.

    Parameters
    ----------
    model : in any number format, which is kept. A model without biases of queries, keys and values gets those of zeros.
    path : the file.

    Raises
    ------
    ValueError : the path is a folder.
    OSError : the files cannot be written; older ones are whole.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder, expected the path of the file: add model.safetensors")
    state = model.state_dict()
    config = {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        **{theirs: getattr(model.config, ours) for ours, theirs in _TRANSFORMERS_NAMES.items()},
        **dict.fromkeys(_DROPOUT, model.config.drop_rate),
        **_TRANSFORMERS_FIXED,
        # <|endoftext|> is the last token.
        **dict.fromkeys(("bos_token_id", "eos_token_id"), model.config.vocab_size - 1),
    }

    def tensor(path: str, shape: tuple[int, ...]) -> Tensor:
        if (name := _state_name(path)) not in state:  # the bias of a c_attn without one
            return torch.zeros(shape, dtype=state["wte.weight"].dtype)
        return (state[name].T if path.endswith(".w") else state[name]).contiguous()

    shapes = _by_path(replace(model.config, qkv_bias=True))
    tensors = {_hf_name(path): tensor(path, shape) for path, shape in shapes.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, durable=True) as temporary:
        try:
            save_file(tensors, temporary, metadata={"format": "pt"})
        except SafetensorError as error:
            raise OSError(f"{path} could not be written: is the disk full?") from error
    atomic_write_text(path.with_name("config.json"), json.dumps(config, indent=2) + "\n")


# ---------------------------------------------------------------------------------------------- names, sizes, shapes

_TRANSFORMERS_NAMES = {**OPENAI_NAMES, "vocab_size": "vocab_size", "context_length": "n_positions"}

_DROPOUT = ("resid_pdrop", "embd_pdrop", "attn_pdrop")

_TRANSFORMERS_FIXED = {"activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "tie_word_embeddings": True}
"""What transformers leave open and a GPT-2 has, as ours."""


def _by_path(config: GPTConfig, name: Callable[[str], str] | None = None) -> dict[str, Any]:
    """The paths of the parameter tree -> the shapes there, or the names of another project."""
    found: dict[str, Any] = {}
    map_tree(lambda path, shape: found.update({path: name(path) if name else shape}), param_shapes(config))
    return found


def _tf_name(path: str) -> str:
    """``blocks.0.attn.c_attn.w`` -> ``model/h0/attn/c_attn/w``."""
    return "model/" + path.replace("blocks.", "h").replace(".", "/")


def _hf_name(path: str) -> str:
    """``blocks.0.attn.c_attn.w`` -> ``h.0.attn.c_attn.weight``."""
    return _state_name(path).replace("blocks", "h")


def _check_shapes(found: Mapping, expected: Mapping, where: str | Path, sizes: str) -> None:
    for name in expected.keys() - found.keys():
        raise ValueError(f"{where} lacks {name}, which the sizes in {sizes} ask for")
    for name in found.keys() - expected.keys():
        raise ValueError(f"{where} holds {name}, for which the sizes in {sizes} have no place")
    for name, shape in expected.items():
        if tuple(found[name]) != shape:
            raise ValueError(
                f"{where}: {name} has the shape {list(found[name])}, expected {list(shape)} by the sizes in {sizes}"
            )


def _read_config(path: Path, names: Mapping[str, str]) -> GPTConfig:
    """The sizes in ``hparams.json`` or ``config.json``, where they have these names."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"there is no {path}: it has the sizes of the model") from None
    except ValueError as error:
        raise ValueError(f"{path} is no JSON ({error}): download it again") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds a {type(content).__name__}, expected the sizes by their names")
    if missing := [name for name in names.values() if name not in content]:
        raise ValueError(f"{path} has no {missing[0]}, one of the sizes of a GPT-2")
    for name, value in _TRANSFORMERS_FIXED.items():
        if content.get(name, value) != value:
            raise ValueError(f"{path} has {name} {content[name]!r}; a GPT-2 has {value!r}")
    sizes = {ours: content[theirs] for ours, theirs in names.items()}
    try:
        return GPTConfig(**sizes, drop_rate=content.get(_DROPOUT[0], GPTConfig.drop_rate), qkv_bias=True)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} does not describe a GPT: {error}") from error


def _config_from_shapes(path: Path, shapes: Mapping[str, tuple[int, ...]], n_heads: int | None) -> GPTConfig:
    for name in ("wte.weight", "wpe.weight"):
        if len(shapes.get(name, ())) != 2:
            raise ValueError(f"{path} has no matrix {name}: it is no GPT-2")
    (vocab_size, emb_dim), context_length = shapes["wte.weight"], shapes["wpe.weight"][0]
    n_layers = sum(name.endswith(".ln_1.weight") for name in shapes)
    known = {(c.vocab_size, c.emb_dim, c.n_layers): c.n_heads for c in GPT2_CONFIGS.values()}
    if n_heads is None and (n_heads := known.get((vocab_size, emb_dim, n_layers))) is None:
        raise ValueError(f"there is no config.json beside {path}, and no shape tells the number of heads: give n_heads")
    return GPTConfig(vocab_size, context_length, emb_dim, n_heads, n_layers, qkv_bias=True)


def _tensorflow() -> Any:
    """TensorFlow, without what it says about the machine while it is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import tensorflow
    except ImportError as error:
        raise ImportError(
            "OpenAI's files are read with TensorFlow, which is not installed here: pip install tensorflow-cpu "
            "(on macOS: tensorflow). A model.safetensors needs none: load_safetensors"
        ) from error
    return tensorflow
