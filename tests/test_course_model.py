"""The course's own model keeps what its card says, and its recipe still is the recipe it was made by."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import course_model as tool
from gptutils import course_model as recipe
from gptutils.loss import IGNORED
from gptutils.texts.tiny_language import tiny_stories_entropy, tiny_story_logprob


@pytest.fixture(scope="module")
def loaded():
    return recipe.load_course_model()


@pytest.fixture(scope="module")
def training_loader():
    return recipe.training_loader(recipe.train_tokenizer())


@pytest.fixture(scope="module")
def figures():
    return recipe.figures()


def test_it_is_as_good_as_its_card_says(loaded, figures):
    model, tokenizer = loaded
    measured = recipe.measure(model, tokenizer, recipe.stories(**recipe.FRESH_STORIES))
    assert measured["loss"] == pytest.approx(figures["loss"], abs=2e-4)
    assert measured["floor"] == pytest.approx(figures["floor"], abs=1e-6)
    assert measured["gap"] < 0.01


def test_on_stories_that_nobody_has_chosen_it_is_as_good(loaded, figures):
    measured = recipe.measure(*loaded, recipe.stories(300, seed=77))
    assert measured["gap"] == pytest.approx(figures["gap"], abs=0.005)


def test_the_floor_is_the_entropy_of_the_language(loaded):
    """The mean of -log(probability) of many stories comes close to the entropy that is known without sampling."""
    texts = recipe.stories(4_000, seed=2_000_000)
    nats = -sum(map(tiny_story_logprob, texts)) / sum(len(text) + 1 for text in texts)
    assert nats == pytest.approx(tiny_stories_entropy(), rel=0.01)


def test_fresh_stories_are_not_those_of_the_training(figures):
    seen = set(recipe.stories(**recipe.TRAINING_STORIES))
    fresh = recipe.stories(**recipe.FRESH_STORIES)
    assert not seen & set(fresh)


def test_a_short_run_begins_as_the_long_one_did(figures, training_loader):
    n_steps = 3
    losses = []

    def after_step(state):
        losses.extend(state.history.losses[-1:])
        if state.step == n_steps:
            raise tool.EnoughSteps

    with pytest.raises(tool.EnoughSteps):
        recipe.run_recipe(training_loader, after_step)
    assert losses == pytest.approx(figures["first_losses"][:n_steps], abs=2e-3)


def test_the_stored_tokenizer_is_the_one_that_the_recipe_trains(loaded):
    assert loaded[1].merges == recipe.train_tokenizer().merges


def test_files(loaded):
    path = tool.FOLDER / "model.safetensors"
    assert path.stat().st_size <= 3_000_000
    weights = load_file(path)
    assert {weight.dtype for weight in weights.values()} == {torch.float16}
    assert sum(weight.numel() for weight in weights.values()) == loaded[0].n_parameters
    assert loaded[0].config == recipe.CONFIG
    assert not loaded[0].training
    assert {parameter.dtype for parameter in loaded[0].parameters()} == {torch.float32}


def test_the_card_is_made_from_the_figures(loaded, figures, training_loader):
    n_tokens = len(training_loader.dataset.token_ids)
    assert (tool.FOLDER / "CARD.md").read_text() == tool.card(figures, loaded[0].n_parameters, n_tokens)


def test_it_goes_on_with_a_story(loaded):
    """Greedy decoding from the end-of-text token writes a whole story of the language."""
    model, tokenizer = loaded
    ids = [tokenizer.eot_token]
    with torch.no_grad():
        while len(ids) < 200:
            ids.append(int(model(torch.tensor([ids]))[0, -1].argmax()))
            if ids[-1] == tokenizer.eot_token:
                break
    assert np.isfinite(tiny_story_logprob(tokenizer.decode(ids[1:-1])))


def test_rate_rises_and_falls_to_zero():
    rates = [recipe.learning_rate(step) for step in range(recipe.TRAINING.n_steps)]
    peak = int(np.argmax(rates))
    assert recipe.WARMUP - 1 <= peak <= recipe.WARMUP
    assert max(rates) == pytest.approx(recipe.TRAINING.lr)
    assert np.all(np.diff(rates[: peak + 1]) > 0)
    assert np.all(np.diff(rates[peak:]) < 1e-12)
    assert 0 < rates[-1] < 1e-2 * recipe.TRAINING.lr


def test_rows_are_whole_stories(loaded):
    tokenizer = loaded[1]
    texts = recipe.stories(7, seed=3)
    batches = recipe.story_batches(texts, tokenizer, batch_size=3)
    read = []
    for inputs, targets in batches:
        assert (inputs[:, 0] == tokenizer.eot_token).all()
        for row, target in zip(inputs, targets, strict=True):
            counted = target[target != IGNORED]
            assert counted[-1] == tokenizer.eot_token
            assert (row[1 : len(counted)] == counted[:-1]).all()
            read.append(tokenizer.decode(counted[:-1].tolist()))
    assert sorted(read) == sorted(texts)


def test_a_saved_model_is_the_same_when_it_is_loaded(loaded, tmp_path, monkeypatch):
    model, tokenizer = loaded
    recipe.save_course_model(model, tokenizer, {"loss": 1.0}, tmp_path)
    assert json.loads((tmp_path / "figures.json").read_text()) == {"loss": 1.0}
    monkeypatch.setattr(recipe, "FOLDER", tmp_path)
    again, _ = recipe.load_course_model()
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), again.state_dict().values(), strict=True))
