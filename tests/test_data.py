"""gptutils.data against plain Python loops, torch's own DataLoader and randperm, tiktoken and safetensors."""

import json
import math
import os
import random
import tracemalloc
from collections import Counter
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from torch.utils.data import DataLoader

from gptutils.data import (
    TokenDataset,
    TokenLoader,
    as_token_array,
    check_vocabulary,
    encode_documents,
    make_loader,
    open_token_file,
    random_order,
    read_documents,
    train_val_split,
    write_token_file,
)
from gptutils.tokenizer import END_OF_TEXT, BPETokenizer, gpt2_tokenizer


def naive_windows(token_ids: list[int], context_length: int, stride: int) -> list[tuple[list[int], list[int]]]:
    windows, start = [], 0
    while start + context_length < len(token_ids):  # the last target is token start + context_length
        inputs = [token_ids[start + i] for i in range(context_length)]
        targets = [token_ids[start + i + 1] for i in range(context_length)]
        windows.append((inputs, targets))
        start += stride
    return windows


def in_lists(batches) -> list:
    return [(inputs.tolist(), targets.tolist()) for inputs, targets in batches]


some_windows = st.tuples(st.integers(2, 60), st.integers(1, 12), st.integers(1, 15)).filter(lambda s: s[0] > s[1])


# ---------------------------------------------------------------------------------------------- documents


def test_documents_are_the_folders_text_files_in_order(tmp_path):
    files = {
        "b.txt": b"second",
        "a.txt": b"first",
        "B.TXT": b"upper case sorts first",
        "c.md": b"no",
        ".d.txt": b"\xff",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "a-checkpoint.txt").write_text("no")
    assert list(read_documents(tmp_path)) == ["upper case sorts first", "first", "second"]
    assert list(read_documents(str(tmp_path))) == ["upper case sorts first", "first", "second"]


def test_documents_lose_byte_order_marks_and_carriage_returns_only(tmp_path):
    (tmp_path / "windows.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo  \r\n\r\n")
    assert list(read_documents(tmp_path)) == ["one\ntwo  \n\n"]


def test_documents_are_read_one_at_a_time(tmp_path):
    for i in range(20):
        (tmp_path / f"{i:02}.txt").write_text("x" * 1_000_000)
    tracemalloc.start()
    assert sum(map(len, read_documents(tmp_path))) == 20_000_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"caf\xe9 au lait", r"bad\.txt is not UTF-8: byte 0xe9 at position 3;"),
        (b"\xef\xbb\xbfabc\xff", r"bad\.txt is not UTF-8: byte 0xff at position 6;"),
        (b"a long line\n" * 20_000 + b"\x80", r"bad\.txt is not UTF-8: byte 0x80 at position 240000;"),
        ("UTF-16".encode("utf-16"), r"bad\.txt is not UTF-8: byte 0xff at position 0;"),
    ],
)
def test_files_that_are_not_utf8_are_named(content, message, tmp_path):
    (tmp_path / "a.txt").write_text("good")
    (tmp_path / "bad.txt").write_bytes(content)
    documents = read_documents(tmp_path)
    assert next(documents) == "good"
    with pytest.raises(ValueError, match=message):
        next(documents)


def test_unreadable_files_are_named(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone")
    with pytest.raises(ValueError, match=r"a\.txt cannot be read: No such file"):
        list(read_documents(tmp_path))


def test_a_folder_without_documents_is_refused_at_once(tmp_path):
    with pytest.raises(ValueError, match="nowhere is not a folder"):
        read_documents(tmp_path / "nowhere")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("a")
    with pytest.raises(ValueError, match=r"holds no \.txt file"):
        read_documents(tmp_path)


def test_encoded_documents_are_the_text_joined_by_end_of_text():
    documents = ["One day,", "", " a 饕餮\n", "the end."]
    own = BPETokenizer([(b"a", b" ")])
    for tokenizer in (gpt2_tokenizer(), own):
        joined = "".join(document + END_OF_TEXT for document in documents)
        pieces = list(encode_documents(documents, tokenizer))
        assert np.concatenate(pieces).tolist() == tokenizer.encode(joined, allowed_special="all")
        assert [piece.dtype for piece in pieces] == [np.int64] * 4
        assert len(pieces[1]) == 1


def test_no_document_can_smuggle_in_an_end_of_text():
    (ids,) = encode_documents([f"one{END_OF_TEXT}two"], gpt2_tokenizer())
    assert np.flatnonzero(ids == 50256).tolist() == [len(ids) - 1]
    assert gpt2_tokenizer().decode(ids[:-1].tolist()) == f"one{END_OF_TEXT}two"


def test_one_text_is_not_several_documents():
    with pytest.raises(TypeError, match=r"not one str: pass \[text\]"):
        encode_documents("text", gpt2_tokenizer())


# ---------------------------------------------------------------------------------------------- token ids


def test_arrays_tensors_and_memory_maps_are_not_copied(tmp_path):
    array = np.arange(20, dtype=np.uint16)
    write_token_file(tmp_path / "tokens", array, vocab_size=20)
    tensor = torch.arange(20)
    for tokens, memory in [
        (array, array),
        (tensor, tensor.numpy()),
        (mapped := open_token_file(tmp_path / "tokens"), mapped),
    ]:
        assert np.shares_memory(as_token_array(tokens), memory)
        dataset = TokenDataset(tokens, context_length=3, stride=2)
        assert np.shares_memory(dataset.token_ids, memory)
        assert np.shares_memory(dataset.windows, memory)
        for part, expected in zip(train_val_split(tokens, 0.7), (range(14), range(14, 20)), strict=True):
            assert np.shares_memory(as_token_array(part), memory)
            assert part.tolist() == list(expected)


@pytest.mark.parametrize(
    ("token_ids", "error", "message"),
    [
        ([1.0, 2.0, 3.0], TypeError, "must be integers, not float64"),
        (torch.ones(5), TypeError, "must be integers, not float32"),
        ([True, False, True], TypeError, "must be integers, not bool"),
        ("a text", TypeError, "encode text with a tokenizer first"),
        (["a", "b"], TypeError, "encode text with a tokenizer first"),
        ([1, None], TypeError, "must be integers, not object"),
        ([[1, 2], [3, 4]], ValueError, r"shape \[2, 2\]; expected one row"),
        (torch.ones(1, 5, dtype=torch.int64), ValueError, r"shape \[1, 5\]; expected one row"),
        (3, ValueError, r"shape \[\]; expected one row"),
    ],
)
def test_token_ids_of_another_kind_are_refused(token_ids, error, message, tmp_path):
    with pytest.raises(error, match=message):
        as_token_array(token_ids)
    with pytest.raises(error, match=message):
        TokenDataset(token_ids, context_length=1, stride=1)
    with pytest.raises(error, match=message):
        check_vocabulary(token_ids, 100)
    with pytest.raises(error, match=message):
        write_token_file(tmp_path / "tokens", token_ids, vocab_size=100)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("bad", [-1, 10, 2**40])
def test_ids_outside_the_vocabulary_are_named(bad):
    check_vocabulary([0, 9, 5], 10)
    check_vocabulary([], 10)
    with pytest.raises(ValueError, match=f"token id {bad} at position 102 is outside .* of 10 tokens: ids are 0 to 9"):
        check_vocabulary([0, 9, bad, 5, bad], 10, start=100)


# ---------------------------------------------------------------------------------------------- split


@given(n_tokens=st.integers(0, 200), train_fraction=st.floats(0.001, 0.999))
@settings(deadline=None)
def test_split_is_the_whole_in_two_parts(n_tokens, train_fraction):
    tokens = list(range(n_tokens))
    border = math.floor(train_fraction * n_tokens + 0.5)
    if abs(train_fraction * n_tokens % 1 - 0.5) < 1e-9:  # exactly between two borders, both are right
        return
    if 0 < border < n_tokens:
        assert train_val_split(tokens, train_fraction) == (tokens[:border], tokens[border:])
    else:
        with pytest.raises(ValueError, match=f"of {n_tokens} tokens leaves {border} for training"):
            train_val_split(tokens, train_fraction)


def test_split_does_not_lose_a_token_to_rounding():
    assert 0.29 * 100 < 29  # in binary floating point
    assert len(train_val_split(range(100), 0.29)[0]) == 29


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.1, 90, float("nan")])
def test_split_refuses_other_fractions(fraction):
    with pytest.raises(ValueError, match="choose a number between 0 and 1"):
        train_val_split(list(range(100)), fraction)


def test_no_window_crosses_the_border():
    train, val = train_val_split(np.arange(100), 0.9)
    for inputs, targets in TokenDataset(train, 4, 1):
        assert max(*inputs, *targets) < 90
    for inputs, targets in TokenDataset(val, 4, 1):
        assert min(*inputs, *targets) >= 90


# ---------------------------------------------------------------------------------------------- windows


@given(some_windows, st.integers(0, 2**16 - 1))
@settings(deadline=None)
def test_windows_are_those_of_a_plain_loop(sizes, first):
    n_tokens, context_length, stride = sizes
    tokens = [(first + 7919 * i) % 2**16 for i in range(n_tokens)]
    expected = naive_windows(tokens, context_length, stride)
    for kind in (list, np.uint16, np.int32, torch.tensor):
        dataset = TokenDataset(
            kind(tokens) if kind in (list, torch.tensor) else np.array(tokens, kind), context_length, stride
        )
        assert len(dataset) == len(expected) == (n_tokens - context_length - 1) // stride + 1
        assert in_lists(dataset) == expected
        assert all(t.dtype == torch.int64 and t.shape == (context_length,) for window in dataset for t in window)


def test_windows_begin_where_starts_says():
    tokens = np.arange(30, dtype=np.uint16)
    dataset = TokenDataset(tokens, context_length=4, starts=[0, 7, 25, 26, 29])  # the last two have no whole window
    assert len(dataset) == 3
    inputs, targets = dataset[np.array([2, 0])]
    assert inputs.tolist() == [[25, 26, 27, 28], [0, 1, 2, 3]]
    assert targets.tolist() == [[26, 27, 28, 29], [1, 2, 3, 4]]
    assert [row.tolist() for row in dataset[1]] == [[7, 8, 9, 10], [8, 9, 10, 11]]
    assert np.shares_memory(dataset.windows, tokens)
    options = {"batch_size": 2, "shuffle": False, "drop_last": False}
    state = TokenLoader(dataset, **options).state_dict()
    with pytest.raises(ValueError, match="saved with n_windows 3"):
        TokenLoader(TokenDataset(tokens, context_length=4, starts=[0, 7]), **options).load_state_dict(state)


@given(some_windows)
@settings(deadline=None)
def test_with_the_context_as_stride_every_token_is_an_input_once(sizes):
    n_tokens, context_length, _ = sizes
    inputs = [
        token
        for window, _ in TokenDataset(range(n_tokens), context_length, context_length)
        for token in window.tolist()
    ]
    assert inputs == list(range(len(inputs)))
    assert n_tokens - 1 - context_length < len(inputs) <= n_tokens - 1  # only the rest that fills no window is missing


def test_an_array_of_numbers_gives_a_batch():
    dataset = TokenDataset(np.arange(50, dtype=np.uint16), context_length=4, stride=3)
    numbers = np.array([7, 0, 7, 15])
    inputs, targets = dataset[numbers]
    assert inputs.dtype == targets.dtype == torch.int64
    assert torch.equal(inputs, torch.stack([dataset[int(i)][0] for i in numbers]))
    assert torch.equal(targets, torch.stack([dataset[int(i)][1] for i in numbers]))
    targets.view(-1)  # contiguous, as loss functions like it
    inputs.view(-1)


def test_batches_are_the_callers_own():
    tokens = np.arange(20)
    dataset = TokenDataset(tokens, context_length=4, stride=4)
    for index in (0, np.array([0, 1])):
        inputs, targets = dataset[index]
        inputs += 100
        targets += 100
    assert tokens.tolist() == list(range(20))


def test_works_with_torchs_own_dataloader():
    dataset = TokenDataset(range(50), context_length=4, stride=3)
    plain = DataLoader(dataset, batch_size=3, shuffle=False, drop_last=True)
    ours = make_loader(range(50), context_length=4, batch_size=3, stride=3, shuffle=False, drop_last=True)
    assert in_lists(plain) == in_lists(ours)


def test_windows_beyond_the_end_are_an_index_error():
    with pytest.raises(IndexError):
        TokenDataset(range(10), 4, 1)[6]


# ---------------------------------------------------------------------------------------------- order


@given(st.integers(1, 2000), st.integers(0, 2**70), st.integers(0, 10**6))
@settings(deadline=None)
def test_order_is_a_permutation_that_seed_and_epoch_fix(n, seed, epoch):
    order = random_order(n, seed, epoch)
    assert order.dtype == np.int64
    assert np.array_equal(np.sort(order), np.arange(n))
    assert np.array_equal(order, random_order(n, seed, epoch))


def test_order_is_that_of_sorted_draws():
    """Written down, so that a change of the order, which breaks every saved position, cannot pass unseen."""
    draws = np.random.PCG64([7, 3]).random_raw(1000).tolist()
    assert random_order(1000, seed=7, epoch=3).tolist() == sorted(range(1000), key=draws.__getitem__)
    assert random_order(10, seed=1, epoch=0).tolist() == [9, 2, 4, 7, 5, 0, 8, 6, 3, 1]


def excess(counts: np.ndarray) -> float:
    """Chi-square against equal counts, in standard deviations above its expectation."""
    expected, freedom = counts.mean(), counts.size - 1
    return (((counts - expected) ** 2 / expected).sum() - freedom) / math.sqrt(2 * freedom)


def statistics(orders: np.ndarray) -> dict[str, float]:
    """How far many orders [n_orders, n] of the same n are from random, each as a standard normal number or above it."""
    n_orders, n = orders.shape
    where = np.zeros((n, n))
    np.add.at(where, (np.broadcast_to(np.arange(n), orders.shape), orders), 1)
    steps = np.bincount(((orders[:, 1:] - orders[:, :-1]) % n).ravel(), minlength=n)[1:]
    values = orders - (n - 1) / 2
    correlation = (values[:, 1:] * values[:, :-1]).mean() / values.var() + 1 / (n - 1)  # expected: -1 / (n - 1)
    fixed = (orders == np.arange(n)).sum(axis=1)  # in theory nearly Poisson: mean 1, variance 1
    return {
        "every number anywhere": excess(where),
        "steps to the next number": excess(steps),
        "serial correlation": correlation * math.sqrt(n * n_orders),
        "fixed points": (fixed.mean() - 1) * math.sqrt(n_orders),
        "their variance": (fixed.var() - 1) * math.sqrt(n_orders / 3),
    }


@pytest.mark.parametrize("n", [10, 31, 100, 256, 1000])
def test_order_looks_as_random_as_torchs(n):
    torch_generator = torch.Generator().manual_seed(0)
    torchs = np.stack([torch.randperm(n, generator=torch_generator).numpy() for _ in range(1500)])
    by_seed = np.stack([random_order(n, seed, 0) for seed in range(1500)])
    by_epoch = np.stack([random_order(n, 0, epoch) for epoch in range(1500)])
    for orders in (torchs, by_seed, by_epoch):
        assert all(abs(z) < 4.5 for z in statistics(orders).values()), statistics(orders)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_every_small_permutation_is_equally_likely(n):
    n_orders = 50 * math.factorial(n)
    counts = Counter(tuple(random_order(n, seed, 0).tolist()) for seed in range(n_orders))
    assert abs(excess(np.array([counts[p] for p in permutations(range(n))]))) < 4


# ---------------------------------------------------------------------------------------------- batches

loaders = st.fixed_dictionaries(
    {
        "context_length": st.integers(1, 5),
        "batch_size": st.integers(1, 7),
        "stride": st.integers(1, 6),
        "shuffle": st.booleans(),
        "drop_last": st.booleans(),
        "seed": st.integers(0, 2**63 - 1),
    }
)


def loader_or_none(n_tokens: int, options: dict) -> TokenLoader | None:
    try:
        return make_loader(range(n_tokens), **options)
    except ValueError:  # no window, or no full batch
        return None


@given(st.integers(2, 60), loaders)
@settings(deadline=None)
def test_an_epoch_holds_every_window_once(n_tokens, options):
    windows = naive_windows(list(range(n_tokens)), options["context_length"], options["stride"])
    full, rest = divmod(len(windows), options["batch_size"])
    sizes = [options["batch_size"]] * full + [rest] * (rest > 0 and not options["drop_last"])
    loader = loader_or_none(n_tokens, options)
    assert (loader is None) == (not sizes)
    for _ in range(2 if loader else 0):
        batches = in_lists(loader)
        assert [len(inputs) for inputs, _ in batches] == sizes
        assert len(loader) == len(sizes)
        seen = [window for inputs, targets in batches for window in zip(inputs, targets, strict=True)]
        if options["shuffle"]:
            assert len({inputs[0] for inputs, _ in seen}) == len(seen)  # tokens are positions: no window twice
            assert all(window in windows for window in seen)
        else:
            assert seen == windows[: sum(sizes)]


def batches_and_states(loader: TokenLoader, n_epochs: int) -> list:
    """The batches up to the end of an epoch, each with the state that could be saved after it."""
    found = []
    while loader.epoch < n_epochs:
        found += [(in_lists([batch]), loader.state_dict()) for batch in loader]
    return found


@given(st.integers(2, 60), loaders)
@settings(deadline=None)
def test_resuming_after_any_batch_gives_what_would_have_come(n_tokens, options):
    loader = loader_or_none(n_tokens, options)
    if loader is None:
        return
    start = loader.state_dict()
    whole = batches_and_states(loader, 3)
    positions = [(i + 1, state) for i, (_, state) in enumerate(whole)]
    positions += [(epoch * len(loader), start | {"epoch": epoch}) for epoch in range(4)]  # between two epochs
    for n_seen, state in positions:
        resumed = make_loader(range(n_tokens), **options)
        resumed.load_state_dict(json.loads(json.dumps(state)))
        assert resumed.state_dict() == state
        assert batches_and_states(resumed, 3) == whole[n_seen:]
        assert resumed.state_dict() == loader.state_dict() == start | {"epoch": 3}


def shuffled_loader(tokens=range(101), **options) -> TokenLoader:
    defaults = {"context_length": 4, "batch_size": 5, "stride": 2, "shuffle": True, "drop_last": False, "seed": 1}
    return make_loader(tokens, **(defaults | options))


def test_the_seed_fixes_the_order_and_every_epoch_has_its_own():
    one, same, other = shuffled_loader(), shuffled_loader(), shuffled_loader(seed=2)
    runs = [[in_lists(loader) for _ in range(3)] for loader in (one, same, other)]
    assert runs[0] == runs[1]
    assert len({str(epoch) for run in (runs[0], runs[2]) for epoch in run}) == 6
    in_order = shuffled_loader(shuffle=False)
    assert in_lists(in_order) == in_lists(in_order)


def test_no_global_random_numbers_are_used_or_moved():
    def states():
        return torch.get_rng_state().tolist(), str(np.random.get_state()), random.getstate()

    before = states()
    first = in_lists(shuffled_loader())
    assert states() == before
    torch.manual_seed(77)
    np.random.seed(77)
    random.seed(77)
    assert in_lists(shuffled_loader()) == first


def test_state_lives_in_a_checkpoint_that_torch_loads_safely(tmp_path):
    loader = shuffled_loader()
    next(iter(loader))
    torch.save(loader.state_dict(), tmp_path / "checkpoint.pt")
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True) == loader.state_dict()


def test_an_epoch_that_is_broken_off_starts_over_unless_it_is_resumed():
    loader = shuffled_loader()
    whole = in_lists(shuffled_loader())
    assert in_lists([next(iter(loader))]) == in_lists([next(iter(loader))]) == whole[:1]  # a look changes nothing
    for i, _ in enumerate(loader):
        if i == 6:
            break
    assert (loader.epoch, loader.batch) == (0, 7)
    loader.load_state_dict(loader.state_dict())
    assert in_lists([next(iter(loader))]) == whole[7:8]
    assert in_lists([next(iter(loader))]) == whole[:1]  # a state is continued once
    loader.load_state_dict(loader.state_dict() | {"batch": 7})
    assert in_lists(loader) == whole[7:]
    assert (loader.epoch, loader.batch) == (1, 0)
    loader.load_state_dict(shuffled_loader().state_dict())
    assert in_lists(loader) == whole


def test_two_iterators_of_a_loader_do_not_disturb_each_other():
    loader = shuffled_loader()
    pairs = list(zip(loader, loader, strict=True))
    whole = in_lists(shuffled_loader())
    assert in_lists([one for one, _ in pairs]) == in_lists([other for _, other in pairs]) == whole
    assert (loader.epoch, loader.batch) == (1, 0)


def peak_of(work) -> int:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("n_tokens", [1_000_000, 10_000_000])
def test_a_corpus_in_a_file_costs_the_memory_of_its_order_alone(n_tokens, tmp_path):
    """The 2 or 20 MB of tokens stay on disk, and so does the table of windows, 64 times as large."""
    write_token_file(tmp_path / "tokens", np.zeros(n_tokens, np.uint16), vocab_size=50257)
    sizes = {"context_length": 64, "batch_size": 8, "drop_last": True}

    def read(**options):
        loader = make_loader(open_token_file(tmp_path / "tokens"), **sizes, **options)
        for _ in zip(range(200), loader, strict=False):
            pass
        return len(loader.dataset)

    n_windows = read(stride=16, shuffle=True)
    assert n_windows == (n_tokens - 65) // 16 + 1
    assert peak_of(lambda: read(stride=16, shuffle=True)) < 16.5 * n_windows + 500_000  # draws and order while it sorts
    assert peak_of(lambda: read(stride=16, shuffle=False)) < 8.5 * n_windows + 500_000


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"tokens": range(4)}, ValueError, r"has 4 tokens, .* context_length 4 needs 5.* context_length of at most 3"),
        ({"tokens": []}, ValueError, "has 0 tokens"),
        ({"stride": 0}, ValueError, "stride is 0; it must be at least 1"),
        ({"stride": -1}, ValueError, "stride is -1"),
        ({"stride": 1.5}, TypeError, "stride must be an int, not 1.5"),
        ({"context_length": 0}, ValueError, "context_length is 0"),
        ({"context_length": True}, TypeError, "context_length must be an int"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"batch_size": "8"}, TypeError, "batch_size must be an int"),
        ({"batch_size": 50, "drop_last": True}, ValueError, "batch_size is 50, but there are only 49 windows"),
        ({"seed": -1}, ValueError, "seed is -1"),
        ({"seed": 0.5}, TypeError, "seed must be an int, not 0.5"),
    ],
)
def test_loader_refuses(options, error, message):
    with pytest.raises(error, match=message):
        shuffled_loader(**options)


def test_a_text_of_exactly_one_window_is_enough():
    (batch,) = in_lists(shuffled_loader(range(5)))
    assert batch == ([[0, 1, 2, 3]], [[1, 2, 3, 4]])
    assert len(shuffled_loader(batch_size=49, drop_last=True)) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 2}, "saved with seed 2, but this loader has seed 1"),
        ({"n_tokens": 100}, "saved with n_tokens 100"),
        ({"batch_size": 6}, "saved with batch_size 6"),
        ({"stride": 4}, "saved with stride 4"),
        ({"context_length": 8}, "saved with context_length 8"),
        ({"shuffle": False}, "saved with shuffle False"),
        ({"drop_last": True}, "saved with drop_last True"),
        ({"batch": 11}, "batch 11; an epoch has 10 batches"),
        ({"batch": -1}, "batch -1"),
        ({"epoch": -1}, "epoch -1"),
        ({"step": 7}, r"expected what state_dict returns"),
    ],
)
def test_a_state_of_another_loader_is_refused(change, message):
    loader = shuffled_loader()
    next(iter(loader))
    before = loader.state_dict()
    with pytest.raises(ValueError, match=message):
        loader.load_state_dict(shuffled_loader().state_dict() | change)
    assert loader.state_dict() == before


# ---------------------------------------------------------------------------------------------- token files


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "corpus.safetensors"


@pytest.mark.parametrize(
    ("vocab_size", "dtype", "n_bytes"),
    [(1, np.uint16, 2), (50257, np.uint16, 2), (65536, np.uint16, 2), (65537, np.uint32, 4), (2**32, np.uint32, 4)],
)
def test_files_hold_the_tokens_as_safetensors_reads_them(vocab_size, dtype, n_bytes, path):
    ids = [0, vocab_size - 1, vocab_size // 2]
    write_token_file(path, ids, vocab_size)
    tokens = open_token_file(path, vocab_size)
    assert isinstance(tokens, np.memmap)
    assert tokens.dtype == dtype
    assert tokens.tolist() == ids
    (name, read), *others = load_file(path).items()
    assert (name, others) == ("token_ids", [])
    assert read.dtype == dtype
    assert read.tolist() == ids
    with safe_open(path, framework="numpy") as file:
        assert file.metadata() == {"vocab_size": str(vocab_size)}
    assert path.stat().st_size == 256 + len(ids) * n_bytes


@pytest.mark.parametrize(
    "kind", [list, tuple, np.array, torch.tensor, lambda ids: np.array(ids, ">i4"), lambda ids: np.array(ids)[::1]]
)
def test_any_row_of_integers_can_be_written(kind, path):
    ids = list(range(0, 3000, 7))
    write_token_file(path, kind(ids), 3000)
    assert open_token_file(path).tolist() == ids


def test_rows_that_are_not_contiguous_can_be_written(path):
    write_token_file(path, np.arange(100, dtype=np.uint16)[::-3], 100)
    assert open_token_file(path).tolist() == list(range(99, -1, -3))


@given(st.lists(st.lists(st.integers(0, 99), max_size=6), max_size=6).filter(any))
@settings(deadline=None)
def test_pieces_are_written_one_behind_the_other(pieces):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus"
        write_token_file(path, iter(pieces), 100)
        assert open_token_file(path).tolist() == [token for piece in pieces for token in piece]


def test_writing_pieces_takes_the_memory_of_one(path):
    tracemalloc.start()
    write_token_file(path, (np.full(100_000, i, np.int64) for i in range(100)), 100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4e6  # a piece has 0.8 MB, the file 20 MB
    assert np.array_equal(open_token_file(path), np.repeat(np.arange(100), 100_000))


def test_a_folder_becomes_a_file_becomes_batches(tmp_path, path):
    for i in range(5):
        (tmp_path / f"{i}.txt").write_text(f"Story number {i}. " * 50)
    tokenizer = gpt2_tokenizer()
    write_token_file(path, encode_documents(read_documents(tmp_path), tokenizer), tokenizer.n_vocab)
    tokens = open_token_file(path, tokenizer.n_vocab)
    assert (tokens == tokenizer.eot_token).sum() == 5
    loader = make_loader(tokens, context_length=16, batch_size=4, stride=16, shuffle=False, drop_last=False)
    text = tokenizer.decode([token for inputs, _ in loader for token in inputs.flatten().tolist()])
    assert text.startswith("Story number 0. Story")
    assert f" {END_OF_TEXT}Story number 4." in text


def test_token_files_are_read_only(path):
    write_token_file(path, [1, 2, 3], 10)
    with pytest.raises(ValueError, match="read-only"):
        open_token_file(path)[0] = 5


def test_writing_names_the_id_outside_the_vocabulary_and_keeps_the_old_file(path):
    write_token_file(path, [1, 2, 3], 10)
    for bad in (10, -1, 65536 + 3):  # the last would be 3 in 16 bits
        with pytest.raises(ValueError, match=f"token id {bad} at position 7 is outside the vocabulary of 10 tokens"):
            write_token_file(path, iter([range(5), np.array([5, 6, bad])]), 10)
    assert open_token_file(path).tolist() == [1, 2, 3]
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([], 10), ValueError, "there are no token ids"),
        ((iter([]), 10), ValueError, "there are no token ids"),
        ((iter([[], []]), 10), ValueError, "there are no token ids"),
        ((iter([1, 2]), 10), ValueError, "expected one row"),
        (([0], 0), ValueError, "vocab_size is 0"),
        (([0], 2**32 + 1), ValueError, "at most 32 bits"),
        (([0], 10.0), TypeError, "vocab_size must be an int"),
    ],
)
def test_writing_refuses(arguments, error, message, path):
    with pytest.raises(error, match=message):
        write_token_file(path, *arguments)
    assert os.listdir(path.parent) == []


def test_a_file_of_a_larger_vocabulary_is_refused(path):
    write_token_file(path, [1, 2, 3], 50257)
    assert open_token_file(path, 50257).tolist() == open_token_file(path, 50304).tolist() == [1, 2, 3]
    with pytest.raises(
        ValueError, match=r"corpus\.safetensors was written with a vocabulary of 50257 .* more than 1000"
    ):
        open_token_file(path, 1000)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:5],
        lambda data: data[:8],
        lambda data: data[:100],
        lambda data: data[:256],
        lambda data: data[:-1],
        lambda data: data[:-2],
        lambda data: data + b"\0",
        lambda data: b"a text, and a long one: " * 20,
        lambda data: data.replace(b"U16", b"F16"),
        lambda data: data.replace(b"U16", b"U32"),
        lambda data: data.replace(b"token_ids", b"weights__"),
        lambda data: data.replace(b"vocab_size", b"vocab-size"),
        lambda data: data.replace(b'"100"', b'"ten"'),
        lambda data: data.replace(b"[50]", b'"50"'),
        lambda data: data.replace(b"[50]", b"[-5]"),
        lambda data: data.replace(b"[50]", b"[50,1]"),
        lambda data: data.replace(b"{", b"[", 1),
        lambda data: (248).to_bytes(8, "little") + b"[]".ljust(248) + data[256:],
        lambda data: (248).to_bytes(8, "little") + b"\xff".ljust(248) + data[256:],
        lambda data: (2**63).to_bytes(8, "little") + data[8:],
    ],
)
def test_damaged_and_foreign_files_are_named(damage, path):
    write_token_file(path, range(50), 100)
    data = path.read_bytes()
    assert damage(data) != data
    path.write_bytes(damage(data))
    with pytest.raises(ValueError, match=r"corpus\.safetensors is not a token file"):
        open_token_file(path)


def test_other_safetensors_and_numpy_files_are_refused(path):
    save_file({"weights": np.zeros(3, np.float32)}, path)
    with pytest.raises(ValueError, match="is not a token file"):
        open_token_file(path)
    with path.open("wb") as file:
        np.save(file, np.zeros(1000, np.uint16))
    with pytest.raises(ValueError, match="is not a token file"):
        open_token_file(path)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        open_token_file(path.with_name("nowhere"))
