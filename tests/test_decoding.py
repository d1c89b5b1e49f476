"""gptutils.decoding: random tiny models against themselves, one token at a time; transformers; exact distributions."""

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from gptutils.config import GPTConfig
from gptutils.decoding import (
    apply_temperature,
    draw,
    generate,
    keep_min_p,
    keep_top_k,
    keep_top_p,
    next_logits,
    next_token_probs,
    pad_left,
    penalize_repetition,
    speculative,
    stream,
    stream_text,
)
from gptutils.model import GPT
from gptutils.tokenizer import BPETokenizer, gpt2_tokenizer
from tests.huggingface import huggingface_twin, random_model

VOCAB, CONTEXT = 13, 12
MODELS = [
    random_model(GPTConfig(VOCAB, CONTEXT, emb_dim, n_heads, n_layers, 0.1, qkv_bias), torch.float64, seed).eval()
    for seed, (emb_dim, n_heads, n_layers, qkv_bias) in enumerate([(8, 1, 1, False), (12, 3, 2, True), (8, 2, 3, True)])
]
models = st.sampled_from(MODELS)
prompts = st.lists(st.integers(0, VOCAB - 1), min_size=1, max_size=CONTEXT + 3)
seeds = st.integers(0, 2**32 - 1)
sampled = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.sampled_from([0.0, 0.3, 1.0, 2.0]),
        "top_k": st.integers(1, VOCAB + 2),
        "top_p": st.sampled_from([0.1, 0.5, 0.9, 1.0]),
        "min_p": st.sampled_from([0.0, 0.1, 0.9]),
        "repetition_penalty": st.sampled_from([0.8, 1.0, 1.3]),
    },
)
few = settings(max_examples=15, deadline=None)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@torch.no_grad()
def plainly(model: GPT, ids: list[int], n: int, eos_id: int | None = None) -> list[int]:
    """Greedy, one prompt, everything anew for each token."""
    ids = list(ids)
    for _ in range(n):
        ids.append(int(model(torch.tensor([ids[-model.config.context_length :]]))[0, -1].argmax()))
        if ids[-1] == eos_id:
            break
    return ids


# ---------------------------------------------------------------------------------------------- the contract


@few
@given(model=models, prompt=prompts, n=st.integers(0, 8))
def test_greedy_is_the_largest_logit_each_time_and_the_window_slides(model, prompt, n):
    expected = plainly(model, prompt, n)
    assert generate(model, [prompt], n) == [expected]
    assert generate(model, torch.tensor([prompt]), n).tolist() == [expected]
    assert len(expected) == len(prompt) + n  # in many examples longer than the context


@few
@given(model=models, rows=st.lists(prompts, min_size=1, max_size=4), options=sampled, seed=seeds)
def test_with_and_without_cache_the_same_tokens(model, rows, options, seed):
    with_cache, without = (
        generate(model, rows, 8, **options, eos_id=3, use_cache=use_cache, generator=seeded(seed))
        for use_cache in (True, False)
    )
    assert with_cache == without


@few
@given(model=models, rows=st.lists(prompts, min_size=2, max_size=4), penalty=st.sampled_from([1.0, 1.5]))
def test_prompts_of_different_length_give_what_each_gives_alone(model, rows, penalty):
    together = generate(model, rows, 8, eos_id=3, repetition_penalty=penalty)
    assert together == [generate(model, [row], 8, eos_id=3, repetition_penalty=penalty)[0] for row in rows]
    if penalty == 1:
        assert together == [plainly(model, row, 8, eos_id=3) for row in rows]


@few
@given(model=models, rows=st.lists(prompts, min_size=2, max_size=4), explicit=st.booleans())
def test_padding_changes_no_logit(model, rows, explicit):
    rows = [row[:CONTEXT] for row in rows]
    token_ids, n_padding = pad_left(rows)
    for block in model.blocks:
        block.attn.explicit = explicit
    for use_cache in (False, True):
        cache = model.new_cache(len(rows), token_ids.shape[1]) if use_cache else None
        with torch.no_grad():
            together = next_logits(model, token_ids, cache, n_padding)
            alone = torch.stack([model(torch.tensor([row]))[0, -1] for row in rows])
        torch.testing.assert_close(together, alone)
    for block in model.blocks:
        block.attn.explicit = False


@few
@given(model=models, ids=prompts, cuts=st.sets(st.integers(1, CONTEXT - 1)), explicit=st.booleans())
def test_a_cache_takes_the_tokens_in_pieces_of_any_size(model, ids, cuts, explicit):
    ids = torch.tensor([ids[:CONTEXT]])
    expected, cache = model(ids), model.new_cache(1)
    for block in model.blocks:
        block.attn.explicit = explicit
    bounds = [0, *sorted(cut for cut in cuts if cut < ids.shape[1]), ids.shape[1]]
    pieces = [model(ids[:, start:end], cache) for start, end in itertools.pairwise(bounds)]
    for block in model.blocks:
        block.attn.explicit = False
    torch.testing.assert_close(torch.cat(pieces, dim=1), expected)


@few
@given(model=models, prompt=prompts, seed=seeds)
def test_settings_that_filter_nothing_change_nothing(model, prompt, seed):
    def tokens(**options: float) -> list[list[int]]:
        return generate(model, [prompt], 6, temperature=0.9, generator=seeded(seed), **options)

    plain = tokens()
    for options in {"top_k": VOCAB}, {"top_p": 1.0}, {"min_p": 0.0}, {"repetition_penalty": 1.0}:
        assert tokens(**options) == plain


@few
@given(model=models, prompt=prompts, seed=seeds)
def test_settings_that_leave_one_token_are_greedy(model, prompt, seed):
    greedy = generate(model, [prompt], 6)
    for options in {"temperature": 1e-6}, {"top_k": 1}, {"top_p": 1e-9}, {"min_p": 1.0}:
        assert generate(model, [prompt], 6, generator=seeded(seed), **{"temperature": 1.0, **options}) == greedy


@few
@given(model=models, rows=st.lists(prompts, min_size=1, max_size=4), options=sampled, seed=seeds)
def test_each_row_stops_at_its_own_end(model, rows, options, seed):
    eos_id = 3
    lists = generate(model, rows, 10, **options, eos_id=eos_id, generator=seeded(seed))
    endless = generate(model, rows, 10, **options, generator=seeded(seed))
    for prompt, row, longer in zip(rows, lists, endless, strict=True):
        new = row[len(prompt) :]
        assert row[: len(prompt)] == prompt
        assert eos_id not in new[:-1]
        assert len(new) == 10 or new[-1] == eos_id
        assert row == longer[: len(row)]  # what the others do, ended or not, changes nothing


def test_tensor_is_filled_with_the_end_token_and_as_long_as_the_longest_row():
    model, rows = MODELS[0], torch.arange(6)[:, None]
    endless = generate(model, rows, 10)
    ends = [row.index(11) if 11 in row else 10 for row in endless[:, 1:].tolist()]
    assert len(set(ends)) > 1, "choose another end token: the rows should end at different steps"
    found = generate(model, rows, 10, eos_id=11)
    assert found.shape == (6, 1 + min(10, max(ends) + 1))
    for row, longer, end in zip(found[:, 1:].tolist(), endless[:, 1:].tolist(), ends, strict=True):
        assert row == longer[:end] + [11] * (len(row) - end)


@few
@given(model=models, rows=st.lists(prompts, min_size=1, max_size=3), options=sampled, seed=seeds)
def test_the_same_seed_gives_the_same_tokens_and_streams_them(model, rows, options, seed):
    first, second = (generate(model, rows, 6, **options, generator=seeded(seed)) for _ in range(2))
    streamed = stream(model, rows, 6, **options, generator=seeded(seed))
    assert first == second == [a + b for a, b in zip(rows, torch.stack(list(streamed), 1).tolist(), strict=True)]


def test_seeds_differ_and_a_generator_leaves_torchs_own_numbers_alone():
    state = torch.get_rng_state()
    found = {str(generate(MODELS[1], [[1]], 6, temperature=1.0, generator=seeded(seed))) for seed in range(5)}
    assert len(found) > 1
    assert torch.equal(torch.get_rng_state(), state)


def test_stream_computes_a_token_only_when_it_is_asked_for(monkeypatch):
    calls = []
    monkeypatch.setattr("gptutils.decoding.next_logits", lambda *a: calls.append(a) or next_logits(*a))
    tokens = stream(MODELS[0], [[1, 2, 3]], 5)
    assert not calls
    next(tokens), next(tokens)
    assert [list(call[1].shape) for call in calls] == [[1, 3], [1, 1]]  # with a cache, only the new token


def test_model_keeps_its_mode_and_no_graph_is_made():
    model = random_model(MODELS[1].config).train()
    model.blocks[0].eval()
    modes = [module.training for module in model.modules()]
    tokens = stream(model, torch.tensor([[1]]), 3)
    next(tokens)
    assert [module.training for module in model.modules()] == modes
    assert torch.is_grad_enabled()
    prompt = torch.tensor([[1, 2]])
    found = generate(model, prompt, 3)
    assert [module.training for module in model.modules()] == modes
    assert prompt.tolist() == [[1, 2]]
    model(found).sum().backward()  # tokens can be trained on
    assert found.tolist() == plainly(model.eval(), [1, 2], 3) or found.tolist() == [plainly(model, [1, 2], 3)]


def test_weights_of_a_model_are_the_same_as_before_there_was_a_cache():
    assert not any("cache" in name for name in MODELS[0].state_dict())


# ---------------------------------------------------------------------------------------------- transformers


@pytest.mark.parametrize("seed", range(3))
def test_filters_equal_those_of_transformers(seed):
    logits = torch.randn(4, 50, generator=seeded(seed), dtype=torch.float64) * 3
    logits[0, 5], logits[1, :20] = logits[0].max() + 1, -torch.inf
    ids = torch.randint(50, (4, 9), generator=seeded(seed))
    pairs = [
        (apply_temperature(logits, 0.7), TemperatureLogitsWarper(0.7)),
        (penalize_repetition(logits, ids, 1.3), RepetitionPenaltyLogitsProcessor(1.3)),
        (penalize_repetition(logits, ids, 0.7), RepetitionPenaltyLogitsProcessor(0.7)),
        *((keep_top_k(logits, k), TopKLogitsWarper(k)) for k in (1, 7, 50, 60)),
        *((keep_top_p(logits, p), TopPLogitsWarper(p)) for p in (0.05, 0.6, 0.95)),
        *((keep_min_p(logits, p), MinPLogitsWarper(p)) for p in (0.001, 0.2, 1.0)),
    ]
    before = logits.clone()
    for ours, theirs in pairs:
        expected = theirs(ids, logits.clone())
        assert torch.equal(ours, expected), theirs
    assert torch.equal(logits, before)
    chain = [TemperatureLogitsWarper(1.4), TopKLogitsWarper(20), TopPLogitsWarper(0.9), MinPLogitsWarper(0.05)]
    expected = logits
    for processor in chain:
        expected = processor(ids, expected)
    found = next_token_probs(logits, temperature=1.4, top_k=20, top_p=0.9, min_p=0.05)
    torch.testing.assert_close(found, expected.softmax(-1))
    assert 1 < (found > 0).sum(-1).min() <= (found > 0).sum(-1).max() < 20


def test_nine_logits_keep_three():
    """The example of many courses: 6.75, 6.28 and 4.51 are the largest."""
    logits = torch.tensor([4.51, 0.89, -1.90, 6.75, 1.63, -1.62, -1.89, 6.28, 1.79])
    expected = torch.zeros(9)
    expected[[3, 7, 0]] = torch.tensor([0.5775, 0.3610, 0.0615])
    torch.testing.assert_close(keep_top_k(logits, 3).softmax(-1), expected, atol=5e-5, rtol=0)


def test_equal_logits_at_the_border_of_top_k_stay_together():
    assert keep_top_k(torch.tensor([[1.0, 2.0, 1.0, 0.0]]), 2).isfinite().tolist() == [[True, True, True, False]]


@pytest.mark.parametrize("eos_id", [None, 5])
def test_greedy_tokens_equal_those_of_transformers(eos_id):
    config = GPTConfig(30, context_length=40, emb_dim=24, n_heads=3, n_layers=2, drop_rate=0.0, qkv_bias=True)
    model = random_model(config, torch.float64, seed=5).eval()
    twin = huggingface_twin(model).eval()
    lists = [[4, 9, 7, 1], [2], [11, 3]]
    token_ids, n_padding = pad_left(lists)
    seen = (torch.arange(4) >= n_padding[:, None]).long()
    for penalty in (1.0, 1.4):
        theirs = twin.generate(
            token_ids,
            attention_mask=seen,
            max_new_tokens=20,
            do_sample=False,
            eos_token_id=eos_id,
            pad_token_id=5,
            repetition_penalty=penalty,
        )
        found = generate(model, lists, 20, eos_id=eos_id, repetition_penalty=penalty)
        for ours, row, padding in zip(found, theirs.tolist(), n_padding.tolist(), strict=True):
            assert ours == row[padding:][: len(ours)]
            assert set(row[padding:][len(ours) :]) <= {5}
        if penalty == 1 and eos_id:
            assert len({len(row) for row in found}) > 1


# ---------------------------------------------------------------------------------------------- drawing


def frequencies_fit(counts: np.ndarray, probabilities: np.ndarray) -> bool:
    """Whether chi-squared is below what it exceeds once in about 30,000 cases."""
    expected = counts.sum() * probabilities
    assert not counts[expected == 0].any()
    rare = expected < 5  # counted together
    counts, expected = (np.append(x[~rare], x[rare].sum()) for x in (counts, expected))
    statistic = ((counts - expected) ** 2 / expected.clip(1e-9)).sum()
    halves = torch.tensor([(len(counts) - 1) / 2, statistic / 2], dtype=torch.float64)
    return torch.special.gammaincc(*halves) > 3e-5  # probability of at least this value


def test_draws_have_the_probabilities():
    probabilities = torch.tensor([0.0, 0.5, 0.0, 0.3, 0.15, 0.05, 0.0])
    drawn = draw(probabilities.expand(20_000, -1), seeded(1))
    assert frequencies_fit(drawn.bincount(minlength=7).numpy(), probabilities.numpy().astype(float))
    assert not frequencies_fit(drawn.bincount(minlength=7).numpy(), np.array([0, 0.47, 0, 0.3, 0.15, 0.08, 0]))


@pytest.mark.parametrize("u", [0.0, 1 - 2**-53])
def test_the_ends_of_the_line_draw_nothing_impossible(u, monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *shape, **_: torch.full(shape, u, dtype=torch.float64))
    probabilities = torch.tensor([[0.0, 0.1, 0.2, 0.7, 0.0]])
    assert draw(probabilities).tolist() == [1 if u == 0 else 3]
    assert draw(probabilities * 0.999).tolist() == [1 if u == 0 else 3]  # sums that are not quite 1


def all_sequences(model: GPT, prompt: list[int], n: int, **filters: float) -> dict[tuple[int, ...], float]:
    """Every continuation and its exact probability."""
    found = {(): 1.0}
    for _ in range(n):
        longer = {}
        for ids, p in found.items():
            with torch.no_grad():
                probs = next_token_probs(model(torch.tensor([[*prompt, *ids]]))[:, -1], **filters)[0]
            longer |= {(*ids, i): p * float(q) for i, q in enumerate(probs) if q > 0}
        found = longer
    return found


@pytest.mark.parametrize("filters", [{}, {"temperature": 0.8, "top_k": 3}], ids=["plain", "filtered"])
def test_speculative_decoding_has_the_distribution_of_the_model(filters):
    """All sequences of three tokens: their frequencies against the exact probabilities."""
    config = GPTConfig(4, context_length=8, emb_dim=8, n_heads=2, n_layers=1)
    model, draft = (random_model(config, torch.float64, seed).eval() for seed in (1, 2))
    with torch.no_grad():
        for m in (model, draft):
            m.wte.weight *= 4  # far from equal probabilities, and from one another
    expected = all_sequences(model, [1, 0], 3, **filters)
    assert abs(sum(expected.values()) - 1) < 1e-9
    generator, n_draws = seeded(3), 300
    drawn = Counter()
    for _ in range(n_draws):
        ids, per_check = speculative(model, draft, [1, 0], 3, n_drafted=2, **filters, generator=generator)
        assert ids[:2] == [1, 0]
        assert 1 <= per_check <= 3
        drawn[tuple(ids[2:])] += 1
    assert drawn.keys() <= expected.keys()
    counts = np.array([drawn[ids] for ids in expected])
    assert frequencies_fit(counts, np.array(list(expected.values())))
    others = all_sequences(draft, [1, 0], 3, **filters)
    assert not frequencies_fit(counts, np.array([0.9 * others.get(ids, 0) + 0.1 * p for ids, p in expected.items()]))


def test_speculative_decoding_with_the_model_as_its_own_draft_refuses_nothing():
    ids, per_check = speculative(MODELS[1], MODELS[1], [1, 2], 10, n_drafted=4, generator=seeded(0))
    assert len(ids) == 12
    assert per_check == 5
    greedy, per_check = speculative(MODELS[1], MODELS[1], [1, 2], 10, n_drafted=4, temperature=0.0)
    assert (greedy, per_check) == (plainly(MODELS[1], [1, 2], 10), 5)
    assert speculative(MODELS[1], MODELS[2], [1, 2], 10, temperature=0.0)[0] == greedy


# ---------------------------------------------------------------------------------------------- text


@given(st.text(max_size=30))
@settings(max_examples=15, deadline=None)
def test_streamed_text_is_the_decoded_text(text):
    for tokenizer in (gpt2_tokenizer(), BPETokenizer([(b"a", b"b")])):
        ids = tokenizer.encode_ordinary(text)
        assert "".join(stream_text(ids, tokenizer)) == tokenizer.decode(ids)
        assert "".join(stream_text(ids[:-1], tokenizer)) == tokenizer.decode(ids[:-1])  # perhaps within a letter


# ---------------------------------------------------------------------------------------------- wrong input


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"temperature": -0.1}, ValueError, "temperature is -0.1; it must be a number from 0 up"),
        ({"temperature": float("nan")}, ValueError, "temperature is nan"),
        ({"temperature": None}, TypeError, "temperature is None"),
        ({"temperature": "1"}, TypeError, "temperature is '1'"),
        ({"top_k": 0}, ValueError, "top_k is 0"),
        ({"top_k": 2.0}, TypeError, "top_k is 2.0"),
        ({"top_p": 0.0}, ValueError, "top_p is 0.0"),
        ({"top_p": 1.1}, ValueError, "top_p is 1.1"),
        ({"min_p": -0.1}, ValueError, "min_p is -0.1"),
        ({"min_p": True}, TypeError, "min_p is True"),
        ({"repetition_penalty": 0}, ValueError, "repetition_penalty is 0"),
        ({"eos_id": VOCAB}, ValueError, "eos_id is 13, and the model's tokens are 0 to 12"),
        ({"max_new_tokens": -1}, ValueError, "max_new_tokens is -1"),
        ({"max_new_tokens": 1.5}, TypeError, "max_new_tokens is 1.5"),
        ({"token_ids": []}, ValueError, "no prompt"),
        ({"token_ids": [[1], []]}, ValueError, "an empty prompt"),
        ({"token_ids": [[1, VOCAB]]}, ValueError, "token id 13 is outside the vocabulary"),
        ({"token_ids": torch.tensor([1])}, ValueError, r"expected \[batch, seq\]"),
        ({"token_ids": torch.tensor([[1.0]])}, ValueError, "torch.int64"),
    ],
)
def test_wrong_input_is_refused_before_any_work(options, error, says, monkeypatch):
    monkeypatch.setattr("gptutils.decoding.next_logits", lambda *_: pytest.fail("the model was called"))
    arguments = {"token_ids": [[1]], "max_new_tokens": 3, **options}
    for function in generate, stream:
        with pytest.raises(error, match=says):
            function(MODELS[0], **arguments)


def test_more_than_the_cache_and_the_context_hold_is_refused():
    model = MODELS[0]
    cache = model.new_cache(1)
    model(torch.zeros(1, CONTEXT, dtype=torch.int64), cache)
    with pytest.raises(ValueError, match="12 tokens in the cache and 1 more are longer than the context of 12"):
        model(torch.tensor([[1]]), cache)
    with pytest.raises(ValueError, match="longer than the context of one of the models"):
        speculative(model, model, [1, 2], CONTEXT)
    other = GPT(GPTConfig(VOCAB + 1, CONTEXT, 8, 1, 1))
    with pytest.raises(ValueError, match="the vocabularies differ: 13 and 14"):
        speculative(model, other, [1], 2)
    with pytest.raises(ValueError, match="temperature is 0"):
        apply_temperature(torch.zeros(1, 2), 0)
    assert F.softmax(torch.zeros(2), -1).tolist() == [0.5, 0.5]
