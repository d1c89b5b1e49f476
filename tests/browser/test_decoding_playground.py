"""The decoding playground in a browser: its probabilities are those of gptutils.decoding, its draws follow them; it
works by keyboard, in dark mode, on a telephone, and without any request."""

from __future__ import annotations

import json

import pytest
import torch
from axe_playwright_python.base import AXE_SCRIPT

from gptutils.decoding import next_token_probs
from gptutils.notebook.playground import playground

VOCAB = 60
HOST = """<!DOCTYPE html><html lang="en" data-theme="light"><head><title>A lesson</title><style>
    html {{ color: #20262b }} html[data-theme=dark] {{ color: #dfe5e8 }}
</style></head><body>{frame}</body></html>"""
SETTINGS = [
    {},
    {"temperature": 0},
    {"temperature": 0.5},
    {"temperature": 2.5},
    {"k": 4},
    {"p": 0.8},
    {"min": 0.1},
    {"temperature": 1.7, "k": 20, "p": 0.9, "min": 0.05},
    {"min": 1},
    {"p": 0.05},
]


def distribution(seed: int, scale: float) -> dict:
    logits = torch.randn(VOCAB, generator=torch.Generator().manual_seed(seed)) * scale
    tokens = [" a", "\n", "", "<b>bold</b>", "猫", *(f" token{i}" for i in range(VOCAB - 5))]
    return {"text": f"text {seed}", "tokens": tokens, "logits": [round(z, 3) for z in logits.tolist()]}


DISTRIBUTIONS = [distribution(0, 3.0), distribution(1, 0.7)]


@pytest.fixture
def frame(page):
    """The playground inside a page, and no request made for it."""
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(HOST.format(frame=playground("decoding", distributions=DISTRIBUTIONS)._repr_html_()))
    yield page.frames[1]
    assert requests == []


def choose(frame, settings: dict) -> None:
    frame.click("#reset")
    for name, value in settings.items():
        frame.fill(f"#{name}", str(value))


def expected(shown: dict, settings: dict) -> torch.Tensor:
    """As the package computes it; what stands at the end of a slider is off."""
    temperature, k, p, minimum = (
        settings.get(name, off)
        for name, off in zip(("temperature", "k", "p", "min"), (1.0, None, None, None), strict=True)
    )
    logits = torch.tensor([shown["logits"]], dtype=torch.float64)
    return next_token_probs(logits, temperature=temperature, top_k=k, top_p=p, min_p=minimum)[0]


def rows(frame) -> list[dict]:
    return frame.evaluate(
        "[...document.querySelectorAll('#rows tr')].map(row => ({...row.dataset, cut: row.className}))"
    )


@pytest.mark.parametrize("index", [0, 1])
def test_probabilities_are_those_of_the_package(frame, index):
    shown = DISTRIBUTIONS[index]
    frame.click(f".text >> nth={index}")
    before = expected(shown, {})
    for settings in SETTINGS:
        choose(frame, settings)
        after = expected(shown, settings)
        found = rows(frame)
        assert len(found) == 12
        assert [int(row["token"]) for row in found] == before.topk(12).indices.tolist()
        for row in found:
            i = int(row["token"])
            assert float(row["before"]) == pytest.approx(before[i].item(), abs=1e-9)
            assert float(row["after"]) == pytest.approx(after[i].item(), abs=1e-9)
            assert row["cut"] == ("" if after[i] else "cut")
        kept = int((after > 0).sum())
        told = frame.inner_text("#told")
        assert told.startswith("1 token can" if kept == 1 else f"{kept} of {VOCAB} tokens can")


def test_draws_follow_the_probabilities(frame):
    settings = {"temperature": 1.5, "k": 8}
    choose(frame, settings)
    for _ in range(10):
        frame.click("#hundred")
    counts = torch.tensor(frame.evaluate("counts"))
    after = expected(DISTRIBUTIONS[0], settings)
    assert counts.sum() == 1000
    assert not counts[after == 0].any()
    error = (counts - 1000 * after).abs() / (1000 * after * (1 - after)).sqrt().clamp(min=1)
    assert error.max() < 4.5
    frame.click("#one")
    assert frame.evaluate("counts.reduce((a, b) => a + b)") == 1001
    assert frame.inner_text("#drawn").strip()
    frame.fill("#p", "0.5")  # other settings: the count begins anew
    assert frame.evaluate("counts.reduce((a, b) => a + b)") == 0
    choose(frame, {"temperature": 0})
    frame.click("#hundred")
    assert frame.evaluate("counts.filter(n => n).length") == 1


def test_a_random_number_of_one_never_leaves_the_line(frame):
    assert frame.evaluate("pick([0.2, 0.8, 0], 1)") == 1
    assert frame.evaluate("pick([0, 0.2, 0.8], 0)") == 1
    assert frame.evaluate("pick([0.2, 0.3, 0.5], 0.5)") == 2


def test_it_works_by_keyboard(frame):
    frame.focus("#temperature")
    frame.press("#temperature", "ArrowRight")
    assert frame.inner_text("#temperature-value") == "1.1"
    assert frame.get_attribute("#temperature", "aria-valuetext") == "1.1"
    frame.press("#k", "Home")
    assert frame.inner_text("#k-value") == "1"
    assert "nothing is left to chance" in frame.inner_text("#told")
    frame.press("#one", "Enter")
    assert frame.evaluate("counts.reduce((a, b) => a + b)") == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_cut_and_axe_finds_nothing(page, frame, theme, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    frame.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
    choose(frame, {"k": 5})
    frame.click("#hundred")
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    frame.evaluate(AXE_SCRIPT)
    found = frame.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert not [(v["id"], [n["html"] for n in v["nodes"]]) for v in found]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "no distribution yet"),
        ({"distributions": []}, "no distribution yet"),
        ({"distributions": [{"text": 1, "tokens": ["a"], "logits": [0]}]}, '["text"] must be a string'),
        ({"distributions": [{"text": "", "tokens": [], "logits": []}]}, '["tokens"] must be a list'),
        ({"distributions": [{"text": "", "tokens": ["a", "b"], "logits": [0]}]}, "a number for each of the 2 tokens"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_bad_data_is_named_and_nothing_else_is_shown(page, data, says):
    page.set_content(playground("decoding", **data).page)
    assert says in page.inner_text("[role=alert]")
    assert page.locator("main > *:visible").count() == 1
