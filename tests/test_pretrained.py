"""gptutils.pretrained against TensorFlow, which writes the checkpoints, and transformers, which compute the logits."""

import dataclasses
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import GPT2LMHeadModel

from gptutils import pretrained
from gptutils.config import GPT2_CONFIGS, GPTConfig
from gptutils.model import GPT
from gptutils.numpy_gpt import gpt2, map_tree
from gptutils.pretrained import (
    GPT2_FILES,
    OPENAI_ADDRESS,
    download_gpt2,
    from_pretrained,
    load_safetensors,
    load_tf_checkpoint,
    save_safetensors,
)
from gptutils.texts import downloads
from gptutils.texts.downloads import DownloadError, RemoteFile
from tests.file_server import FileServer
from tests.huggingface import gpt2_of
from tests.openai_files import openai_variables, random_params, write_openai_files

# The four published shapes, with heads of width 2 instead of 64 and a twelfth of the layers.
SMALL = {
    size: GPTConfig(
        vocab_size=61,
        context_length=12,
        emb_dim=2 * config.n_heads,
        n_heads=config.n_heads,
        n_layers=config.n_layers // 12,
        qkv_bias=True,
    )
    for size, config in GPT2_CONFIGS.items()
}
SIZES = list(SMALL)
IDS = [[7, 0, 60, 3, 3, 19, 44, 1, 1, 5, 8, 2]]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The files of each size, written once for all tests, which do not change them."""
    folder = tmp_path_factory.mktemp("openai")
    for seed, (size, config) in enumerate(SMALL.items()):
        write_openai_files(folder / size, config, openai_variables(random_params(config, seed)))
    return folder


@pytest.fixture
def copy(written, tmp_path):
    """A copy of the first size, to be changed."""
    return shutil.copytree(written / "124M", tmp_path / "124M")


@pytest.fixture
def server(written, monkeypatch):
    """Serves the small files in place of OpenAI, whose sizes and hashes become theirs."""
    content = {str(path.relative_to(written)): path.read_bytes() for path in written.rglob("*") if path.is_file()}
    files = FileServer(content)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv(pretrained.MIRRORS, raising=False)
    monkeypatch.setattr(pretrained, "OPENAI_ADDRESS", files.address)
    monkeypatch.setattr(downloads, "PAUSE", 0.0)
    for size in SIZES:
        monkeypatch.setitem(GPT2_CONFIGS, size, SMALL[size])
        known = [
            RemoteFile(file.name, len(data := content[f"{size}/{file.name}"]), hashlib.sha256(data).hexdigest())
            for file in GPT2_FILES[size]
        ]
        monkeypatch.setitem(GPT2_FILES, size, known)
    yield files
    files.stop()


def transformers_model(config, params) -> GPT2LMHeadModel:
    """transformers' GPT-2 with these weights, put in by names that are written down here once more."""
    model = gpt2_of(config).eval()
    state = {"transformer.wte.weight": params["wte"], "transformer.wpe.weight": params["wpe"]}
    state["lm_head.weight"] = params["wte"]
    map_tree(
        lambda path, array: state.update(
            {f"transformer.{path[:-1]}{'bias' if path.endswith('b') else 'weight'}".replace("blocks", "h"): array}
        ),
        {"blocks": params["blocks"], "ln_f": params["ln_f"]},
    )
    model.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    return model


@torch.no_grad()
def logits_of(model) -> np.ndarray:
    found = model(torch.tensor(IDS))
    return getattr(found, "logits", found)[0].numpy()


def assert_same_state(ours: GPT, theirs: GPT) -> None:
    theirs = theirs.state_dict()
    assert ours.state_dict().keys() == theirs.keys()
    for name, tensor in ours.state_dict().items():
        assert torch.equal(tensor, theirs[name]), name


# The same logits as transformers


@pytest.mark.parametrize("size", SIZES)
def test_a_checkpoint_gives_transformers_logits_in_torch_and_in_numpy(written, size):
    config, params = SMALL[size], random_params(SMALL[size], SIZES.index(size))
    expected = logits_of(transformers_model(config, params))
    assert np.abs(expected).max() > 0.5  # something to compare
    weights = load_tf_checkpoint(written / size)
    assert weights.config == config
    model = weights.to_torch()
    np.testing.assert_allclose(logits_of(model), expected, atol=1e-4, rtol=0)
    tree = weights.to_numpy()
    np.testing.assert_allclose(gpt2(IDS[0], **tree, n_heads=config.n_heads), expected, atol=1e-4, rtol=0)
    map_tree(lambda path, array: np.testing.assert_array_equal(array, dict_of(params)[path]), tree)


def dict_of(tree) -> dict:
    found = {}
    map_tree(found.__setitem__, tree)
    return found


@pytest.mark.parametrize("size", SIZES)
def test_the_way_through_safetensors_and_transformers_and_back_changes_no_bit(written, tmp_path, size):
    model = from_pretrained(written / size)
    save_safetensors(model, tmp_path / "ours" / "model.safetensors")
    theirs, told = GPT2LMHeadModel.from_pretrained(tmp_path / "ours", output_loading_info=True)
    assert not any(told.values()), told  # nothing missing, left over or of another shape
    np.testing.assert_allclose(logits_of(theirs.eval()), logits_of(model), atol=1e-4, rtol=0)
    theirs.save_pretrained(tmp_path / "theirs")
    again = load_safetensors(tmp_path / "theirs")
    assert again.config == model.config
    assert_same_state(again.to_torch(), model)
    assert_same_state(from_pretrained(tmp_path / "ours" / "model.safetensors"), model)


def test_the_model_is_whole_in_eval_mode_and_can_be_trained(written):
    model = from_pretrained(written / "124M")
    assert isinstance(model, GPT)
    assert not any(module.training for module in model.modules())
    for name, parameter in [*model.named_parameters(), *model.named_buffers()]:
        assert parameter.device.type == "cpu", name
        assert parameter.is_contiguous(), name
        assert parameter.dtype == torch.float32, name
    model.train()(torch.tensor(IDS)).sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_no_random_number_is_drawn_for_weights_that_are_replaced_at_once(written):
    before = torch.get_rng_state()
    from_pretrained(written / "355M")
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.nn.Linear(3, 2).weight.abs().max() > 0  # and afterwards modules begin as they always do
    assert not torch.equal(torch.get_rng_state(), before)


def test_what_is_done_to_a_model_does_not_reach_the_file_or_another_model(written, tmp_path):
    model = from_pretrained(written / "124M")
    save_safetensors(model, tmp_path / "model.safetensors")
    weights = load_safetensors(tmp_path)
    first, tree = weights.to_torch(), weights.to_numpy()
    with torch.no_grad():
        for parameter in first.parameters():
            parameter.zero_()
    tree["wte"][:] = 7
    assert_same_state(load_safetensors(tmp_path).to_torch(), model)


def test_safetensors_are_mapped_not_copied(tmp_path):
    wide = GPTConfig(vocab_size=20_000, context_length=8, emb_dim=256, n_heads=4, n_layers=1, qkv_bias=True)
    torch.manual_seed(0)
    save_safetensors(GPT(wide), tmp_path / "model.safetensors")
    tree = load_safetensors(tmp_path).to_numpy()
    address = tree["wte"].__array_interface__["data"][0]
    with open("/proc/self/maps") as maps:
        holding = [line for line in maps if holds(line, address)]
    assert len(holding) == 1
    assert holding[0].rstrip().endswith("model.safetensors")


def holds(line: str, address: int) -> bool:
    start, end = (int(part, 16) for part in line.split()[0].split("-"))
    return start <= address < end


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_number_formats_are_kept_in_the_file_and_read_as_float32(written, tmp_path, dtype):
    model = from_pretrained(written / "124M").to(dtype)
    save_safetensors(model, tmp_path / "model.safetensors")
    assert {tensor.dtype for tensor in load_file(tmp_path / "model.safetensors").values()} == {dtype}
    assert_same_state(from_pretrained(tmp_path), model.float())


def test_a_model_without_biases_of_the_queries_is_saved_with_zeros(tmp_path):
    config = dataclasses.replace(SMALL["124M"], qkv_bias=False, drop_rate=0.25)
    torch.manual_seed(3)
    model = GPT(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_()
    save_safetensors(model, tmp_path / "model.safetensors")
    theirs = GPT2LMHeadModel.from_pretrained(tmp_path).eval()
    np.testing.assert_allclose(logits_of(theirs), logits_of(model), rtol=0, atol=1e-4 * np.abs(logits_of(model)).max())
    assert theirs.config.resid_pdrop == 0.25
    again = from_pretrained(tmp_path)
    assert again.config == dataclasses.replace(config, qkv_bias=True)
    np.testing.assert_array_equal(logits_of(again), logits_of(model))


def test_a_file_alone_needs_the_number_of_heads_unless_it_is_one_of_openais(written, tmp_path, monkeypatch):
    model = from_pretrained(written / "355M")
    save_safetensors(model, tmp_path / "model.safetensors")
    (tmp_path / "config.json").unlink()
    with pytest.raises(ValueError, match=r"no config\.json beside .*: give n_heads"):
        load_safetensors(tmp_path)
    assert_same_state(load_safetensors(tmp_path, n_heads=16).to_torch(), model)
    monkeypatch.setitem(GPT2_CONFIGS, "355M", SMALL["355M"])
    assert load_safetensors(tmp_path).config == SMALL["355M"]


def test_the_masks_and_the_second_name_of_older_files_are_understood(written, tmp_path):
    model = from_pretrained(written / "124M")
    path = tmp_path / "model.safetensors"
    save_safetensors(model, path)
    older = load_file(path) | {
        "h.0.attn.bias": torch.ones(1, 1, 12, 12).tril(),
        "h.0.attn.masked_bias": torch.tensor(-1e4),
        "lm_head.weight": model.state_dict()["wte.weight"].clone(),
    }
    save_file(older, path)
    assert_same_state(from_pretrained(path), model)
    older["lm_head.weight"][3, 4] += 1
    save_file(older, path)
    with pytest.raises(ValueError, match=r"lm_head\.weight is not wte\.weight"):
        load_safetensors(path)


# What does not fit is refused, and the name of the variable is said


@pytest.mark.parametrize(
    ("name", "changed", "says"),
    [
        ("model/h0/mlp/c_fc/w", None, r"lacks model/h0/mlp/c_fc/w, which the sizes in hparams\.json ask for"),
        ("model/ln_f/b", None, r"lacks model/ln_f/b"),
        (
            "model/h1/ln_1/g",
            np.ones(24, np.float32),
            r"holds model/h1/ln_1/g, for which .* hparams\.json have no place",
        ),
        ("global_step", np.ones(1, np.float32), r"holds global_step"),
        ("model/wte", np.ones((60, 24), np.float32), r"model/wte has the shape \[60, 24\], expected \[61, 24\]"),
        (
            "model/h0/attn/c_attn/w",
            np.ones((1, 72, 24), np.float32),
            r"model/h0/attn/c_attn/w has the shape \[1, 72, 24\], expected \[1, 24, 72\]",
        ),
        ("model/h0/ln_2/b", np.ones(24), r"model/h0/ln_2/b is float64, expected float32"),
    ],
)
def test_a_variable_that_is_missing_left_over_or_wrong_is_named(tmp_path, name, changed, says):
    variables = openai_variables(random_params(SMALL["124M"]))
    if changed is None:
        del variables[name]
    else:
        variables[name] = changed
    write_openai_files(tmp_path, SMALL["124M"], variables)
    with pytest.raises(ValueError, match=says):
        load_tf_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("hparams", "says"),
    [
        ({"n_vocab": 62}, r"model/wte has the shape \[61, 24\], expected \[62, 24\] by the sizes in hparams\.json"),
        ({"n_ctx": 13}, r"model/wpe has the shape \[12, 24\], expected \[13, 24\]"),
        ({"n_embd": 36}, r"model/\S+ has the shape .* by the sizes in hparams\.json"),
        ({"n_layer": 2}, r"lacks model/h1/\S+, which the sizes in hparams\.json ask for"),
        ({"n_head": 5}, r"hparams\.json does not describe a GPT: emb_dim 24 is not divisible by n_heads 5"),
        ({"n_head": "12"}, r"hparams\.json does not describe a GPT: n_heads must be an int"),
        ({"n_layer": None}, r"hparams\.json has no n_layer"),
        ("[1, 2]", r"hparams\.json holds a list, expected the sizes by their names"),
        ('{"n_vocab"', r"hparams\.json is no JSON"),
        ("", r"hparams\.json is no JSON"),
    ],
)
def test_hparams_that_do_not_match_are_refused(copy, hparams, says):
    path = copy / "hparams.json"
    if isinstance(hparams, dict):
        content = json.loads(path.read_text()) | hparams
        hparams = json.dumps({name: value for name, value in content.items() if value is not None})
    path.write_text(hparams)
    with pytest.raises(ValueError, match=says):
        load_tf_checkpoint(copy)


@pytest.mark.parametrize("name", ["hparams.json", "checkpoint", "model.ckpt.index", "model.ckpt.data-00000-of-00001"])
def test_a_file_that_is_not_there_is_a_clear_error(copy, name):
    (copy / name).unlink()
    with pytest.raises(
        ValueError, match=r"there is no .*hparams\.json|holds no TensorFlow checkpoint|download it again"
    ):
        load_tf_checkpoint(copy).to_torch()


@pytest.mark.parametrize("name", ["model.ckpt.index", "model.ckpt.data-00000-of-00001"])
@pytest.mark.parametrize("damage", ["cut", "one bit"])
def test_a_damaged_checkpoint_gives_no_model(copy, name, damage):
    data = bytearray((copy / name).read_bytes())
    if damage == "cut":
        del data[len(data) // 2 :]
    else:
        data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    for make in ("to_torch", "to_numpy"):
        with pytest.raises(ValueError, match=r"damaged, in model/|index cannot be read|lacks|shape"):
            getattr(load_tf_checkpoint(copy), make)()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda tensors: tensors.pop("h.0.ln_1.bias"), r"lacks h\.0\.ln_1\.bias, which the sizes in config\.json"),
        (lambda tensors: tensors.update(extra=torch.ones(1)), r"holds extra, for which the sizes in config\.json"),
        (
            lambda tensors: tensors.update({"h.0.attn.c_attn.weight": torch.ones(72, 24)}),
            r"h\.0\.attn\.c_attn\.weight has the shape \[72, 24\], expected \[24, 72\] by the sizes in config\.json",
        ),
    ],
)
def test_a_tensor_that_is_missing_left_over_or_wrong_is_named(written, tmp_path, change, says):
    path = tmp_path / "model.safetensors"
    save_safetensors(from_pretrained(written / "124M"), path)
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)
    with pytest.raises(ValueError, match=says):
        load_safetensors(path)


@pytest.mark.parametrize("keep", [0, 5, 200, -1])
def test_a_safetensors_file_that_is_cut_is_refused(written, tmp_path, keep):
    path = tmp_path / "model.safetensors"
    save_safetensors(from_pretrained(written / "124M"), path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"no safetensors file, or is cut short"):
        load_safetensors(path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"n_embd": 48}, "by the sizes in config.json"),
        ({"activation_function": "relu"}, "activation_function 'relu'; a GPT-2 has 'gelu_new'"),
        ({"layer_norm_epsilon": 1e-6}, "layer_norm_epsilon 1e-06"),
        ({"tie_word_embeddings": False}, "tie_word_embeddings False"),
    ],
)
def test_a_config_of_another_model_is_refused(written, tmp_path, changes, says):
    save_safetensors(from_pretrained(written / "124M"), tmp_path / "model.safetensors")
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(ValueError, match=re.escape(says)):
        from_pretrained(tmp_path)


def test_what_is_neither_a_size_nor_a_path_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"125M is neither a size of GPT-2 \(124M, 355M, 774M, 1558M\) nor a path"):
        from_pretrained("125M")
    with pytest.raises(ValueError, match=r"there is no GPT-2 '125M': the sizes are 124M, 355M"):
        download_gpt2("125M", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no file .*model\.safetensors"):
        load_safetensors(tmp_path)
    with pytest.raises(ValueError, match=r"is a folder, expected the path of the file: add model\.safetensors"):
        save_safetensors(GPT(SMALL["124M"]), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_tensorflow_the_error_says_what_to_do(written, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)  # importing it raises ImportError
    with pytest.raises(ImportError, match=r"pip install tensorflow-cpu .*A model\.safetensors needs none"):
        load_tf_checkpoint(written / "124M")


def test_a_disk_that_is_full_leaves_the_older_file(written, tmp_path):
    path = tmp_path / "model.safetensors"
    model = from_pretrained(written / "124M")
    save_safetensors(model, path)
    before = path.read_bytes()
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, unlimited[1]))  # a write beyond it fails
    try:
        with pytest.raises(OSError, match=r"could not be written: is the disk full\?"):
            save_safetensors(model, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["config.json", "model.safetensors"]


# Downloads


def test_all_files_of_a_size_arrive_and_become_a_model(server, tmp_path, monkeypatch):
    monkeypatch.setenv("GPTUTILS_CACHE", str(tmp_path))
    model = from_pretrained("355M")
    assert server.paths == [f"355M/{file.name}" for file in GPT2_FILES["355M"]]
    assert len(server.paths) == 7
    np.testing.assert_allclose(
        logits_of(model),
        logits_of(transformers_model(SMALL["355M"], random_params(SMALL["355M"], 1))),
        atol=1e-4,
        rtol=0,
    )
    assert sorted(path.name for path in (tmp_path / "gpt2" / "355M").iterdir() if path.name[0] != ".") == sorted(
        file.name for file in GPT2_FILES["355M"]
    )
    from_pretrained("355M")
    from_pretrained("355M", tmp_path / "gpt2" / "355M")
    assert len(server.paths) == 7  # the files were there


def test_the_published_files_are_those_of_the_sources():
    assert OPENAI_ADDRESS == "https://openaipublic.blob.core.windows.net/gpt-2/models"
    for size, files in GPT2_FILES.items():
        known = {file.name: file for file in files}
        assert len(known) == 7
        n_parameters = {"124M": 124_439_808, "355M": 354_823_168, "774M": 774_030_080, "1558M": 1_557_611_200}[size]
        assert known["model.ckpt.data-00000-of-00001"].size == 4 * n_parameters
        assert known["encoder.json"].sha256.startswith("19613966")
        assert (known["vocab.bpe"].size, known["encoder.json"].size) == (456_318, 1_042_301)
        for file in files:
            assert (size != "124M") or re.fullmatch("[0-9a-f]{64}", file.sha256)


def test_mirrors_are_asked_first_and_openai_after_them(server, written, tmp_path, monkeypatch):
    half = {name: data for name, data in server.content.items() if name.endswith((".json", ".bpe"))}
    mirror, broken = FileServer(half), FileServer(server.content)
    broken.status = 403
    try:
        monkeypatch.setenv(pretrained.MIRRORS, f"{broken.address}/ {mirror.address}")
        download_gpt2("124M", tmp_path)
        assert len(broken.paths) == len(mirror.paths) == 7
        assert server.paths == [f"124M/{f.name}" for f in GPT2_FILES["124M"] if not f.name.endswith((".json", ".bpe"))]
        download_gpt2("774M", tmp_path / "other", mirrors=[])  # the argument counts, not the setting
        assert len(mirror.paths) == 7
    finally:
        mirror.stop()
        broken.stop()
    assert (tmp_path / "model.ckpt.index").read_bytes() == (written / "124M" / "model.ckpt.index").read_bytes()


def test_another_model_in_the_folder_is_refused(server, written, monkeypatch):
    monkeypatch.setitem(GPT2_FILES, "124M", [])
    with pytest.raises(ValueError, match=r"holds another model than GPT-2 124M: .*n_heads=16"):
        from_pretrained("124M", written / "355M")


def test_a_download_that_fails_gives_no_model(server, tmp_path):
    del server.content["124M/model.ckpt.index"]
    with pytest.raises(DownloadError, match=r"124M/model\.ckpt\.index: the server answered 404 Not Found"):
        from_pretrained("124M", tmp_path)
    assert not (tmp_path / "model.ckpt.index").exists()


PROGRAM = """
import sys
from gptutils.pretrained import load_safetensors, load_tf_checkpoint
load_safetensors(sys.argv[2]).to_torch()
print("tensorflow" in sys.modules)
weights = load_tf_checkpoint(sys.argv[1])
print("tensorflow" in sys.modules, len(weights.to_numpy()["blocks"]))
"""


def test_tensorflow_is_imported_for_its_checkpoints_alone_and_says_nothing(written, tmp_path):
    save_safetensors(from_pretrained(written / "124M"), tmp_path / "model.safetensors")
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-c", PROGRAM, written / "124M", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (done.stdout, done.stderr) == ("False\nTrue 1\n", "")


# The real weights: `pytest -m pretrained`


@pytest.mark.pretrained
def test_gpt2_124m_goes_on_as_published():
    from gptutils.decoding import generate
    from gptutils.tokenizer import gpt2_tokenizer, text_to_token_ids, token_ids_to_text

    tokenizer = gpt2_tokenizer()
    prompt = text_to_token_ids("Alan Turing theorized that computers would one day become", tokenizer)
    found = generate(from_pretrained("124M"), prompt, 8)
    assert token_ids_to_text(found[:, prompt.shape[1] :], tokenizer) == " the most powerful machines on the planet."


@pytest.mark.pretrained
def test_gpt2_355m_loads():
    model = from_pretrained("355M")
    assert model.config == GPT2_CONFIGS["355M"]
    assert model.n_parameters == 354_823_168
    assert torch.isfinite(model(torch.tensor([[15496, 11, 995]]))).all()
