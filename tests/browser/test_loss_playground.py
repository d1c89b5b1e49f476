"""The loss playground in a browser: its probabilities, loss, bits and perplexity are torch's, for any logits and
target; it works by keyboard, in dark mode, on a telephone, and without any request."""

from __future__ import annotations

import math
import random

import pytest
import torch
import torch.nn.functional as F
from axe_playwright_python.base import AXE_SCRIPT

from gptutils.notebook.playground import playground

DATA = {"before": "the old", "tokens": ["dog", "clock", "sleeps", "the"], "logits": [2.3, 1.8, 0, 0], "target": 0}
HOST = """<!DOCTYPE html><html lang="en" data-theme="light"><head><title>A lesson</title><style>
    html {{ color: #20262b }} html[data-theme=dark] {{ color: #dfe5e8 }}
</style></head><body>{frame}</body></html>"""
READ = """() => ({
    logits: [...document.querySelectorAll('.logit')].map(node => node.textContent),
    probabilities: [...document.querySelectorAll('.token .probability')].map(node => node.textContent),
    bars: [...document.querySelectorAll('.bar')].map(bar => parseFloat(bar.style.width) / 100),
    chosen: [...document.querySelectorAll('.token')].map(row => row.classList.contains('target')),
    radios: [...document.querySelectorAll('input[type=radio]')].map(radio => radio.checked),
    ...Object.fromEntries(['p', 'loss', 'bits', 'perplexity', 'told'].map(id =>
        [id, document.getElementById(id).textContent])),
    dot: ['cx', 'cy'].map(name => Number(document.getElementById('dot').getAttribute(name))),
})"""
SLIDE = "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }"


@pytest.fixture
def frame(page):
    """The playground inside a page, and no request made for it."""
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(HOST.format(frame=playground("loss", **DATA)._repr_html_()))
    yield page.frames[1]
    assert requests == []


def near(shown: str, value: float, error: float = 0.00051) -> bool:
    """Whether a number on the page, which has three decimals or two digits, is this one."""
    if shown == "> 0.999":
        return 0.9994 < value < 1
    return abs(float(shown.replace("−", "-")) - value) <= max(error, 0.051 * value if "e" in shown else 0)


def check(frame, logits: list[float], target: int) -> None:
    """Everything on the page is what torch computes."""
    shown = frame.evaluate(READ)
    x = torch.tensor(logits, dtype=torch.float64)
    probabilities = x.softmax(dim=-1).tolist()
    loss = F.cross_entropy(x, torch.tensor(target)).item()
    assert [float(text.replace("−", "-")) for text in shown["logits"]] == pytest.approx(logits)
    assert all(near(text, p) for text, p in zip(shown["probabilities"], probabilities, strict=True))
    assert shown["bars"] == pytest.approx(probabilities, abs=1e-5)
    assert near(shown["p"], probabilities[target])
    assert near(shown["loss"], loss)
    assert near(shown["bits"], loss / math.log(2))
    assert near(shown["perplexity"], math.exp(loss), 0.0051)
    assert shown["chosen"] == shown["radios"] == [i == target for i in range(len(logits))]
    # The dot is on the curve; losses above 6 stay at the upper edge.
    assert shown["dot"] == pytest.approx([40 + 340 * probabilities[target], 178 - 160 * min(loss, 6) / 6], abs=0.01)


def test_it_begins_with_the_data(frame):
    check(frame, DATA["logits"], 0)
    assert frame.inner_text("h2 >> nth=0") == "What comes after “the old”?"
    assert frame.locator(".name").all_inner_texts() == DATA["tokens"]


def test_every_number_is_torchs_for_any_logits_and_target(frame):
    rng = random.Random(5)
    for scale in (1, 4, 10):
        for _ in range(6):
            logits = [round(rng.uniform(-scale, scale), 1) for _ in DATA["tokens"]]
            target = rng.randrange(4)
            for i, logit in enumerate(logits):
                frame.eval_on_selector(f"#logit-{i}", SLIDE, logit)
            frame.check(f"#target-{target}")
            check(frame, logits, target)
    for logits in ([10, -10, -10, -10], [-10, 10, 10, 10], [10, 10, 10, 10]):
        for i, logit in enumerate(logits):
            frame.eval_on_selector(f"#logit-{i}", SLIDE, logit)
        frame.check("#target-0")
        check(frame, logits, 0)


def test_the_buttons(frame):
    frame.click("#equal")
    check(frame, [0, 0, 0, 0], 0)
    assert frame.evaluate(READ)["told"].startswith("All 4 tokens have the same probability: the loss is log 4")
    frame.check("#target-2")
    frame.click("#right")
    check(frame, [-5, -5, 5, -5], 2)
    assert "right: the loss is close to 0" in frame.evaluate(READ)["told"]
    frame.click("#wrong")
    check(frame, [-5, -5, -5, 5], 2)
    assert "almost no probability: the loss is large" in frame.evaluate(READ)["told"]
    frame.click("#again")
    check(frame, DATA["logits"], 0)
    before = frame.evaluate(READ)
    for n in range(1, 8):
        frame.click("#add")
        check(frame, [logit + n for logit in DATA["logits"]], 0)
        shown = frame.evaluate(READ)
        assert (shown["loss"], shown["probabilities"]) == (before["loss"], before["probabilities"])
    assert frame.is_disabled("#add")  # the next one would leave the sliders' range


@pytest.mark.parametrize(("logits", "word"), [([1, 0, 0, 0], "lower"), ([-1, 0, 0, 0], "higher")])
def test_the_loss_is_compared_with_equal_probabilities(page, logits, word):
    page.set_content(playground("loss", **DATA | {"logits": logits}).page)
    assert page.inner_text("#told").startswith(f"The loss is {word} than log 4 = {math.log(4):.3f}")


def test_the_keyboard_is_enough(frame, page):
    def tab_to(selector):
        for _ in range(20):
            page.keyboard.press("Tab")
            if frame.evaluate("s => document.activeElement.matches(s)", selector):
                assert frame.evaluate("getComputedStyle(document.activeElement).outlineStyle") in ("solid", "auto")
                return
        raise AssertionError(f"{selector} was not reached by Tab")

    tab_to("#target-0")
    page.keyboard.press("ArrowDown")
    check(frame, DATA["logits"], 1)
    tab_to("#logit-1")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    check(frame, [2.3, 2.1, 0, 0], 1)
    tab_to("#logit-2")
    page.keyboard.press("Home")
    check(frame, [2.3, 2.1, -10, 0], 1)
    tab_to("#equal")
    page.keyboard.press("Enter")
    check(frame, [0, 0, 0, 0], 1)


def test_what_is_seen_is_announced_once_the_choice_rests(frame):
    frame.click("#equal")
    says = "t => document.getElementById('announcement').textContent.startsWith(t)"
    frame.wait_for_function(says, arg="Probability of “dog” 0.250, loss 1.386, perplexity 4.00. All 4 tokens")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_frame_is_as_high_as_its_content_and_never_wider_than_the_page(frame, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    frame.wait_for_function("document.documentElement.scrollHeight === innerHeight")
    sizes = frame.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert sizes[0] == sizes[1] <= width
    wide = "[...document.querySelectorAll('*')].filter(box => box.clientWidth && box.scrollWidth > box.clientWidth + 1)"
    assert frame.evaluate(f"{wide}.filter(box => !box.closest('.hidden')).map(box => box.outerHTML.slice(0, 80))") == []
    for selector in ("input[type=range]", "label.name", "button"):
        assert all(box["height"] >= 24 for box in (n.bounding_box() for n in frame.locator(selector).all()))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_no_fault(guarded_context, mode):
    context = guarded_context(color_scheme=mode)
    page = context.new_page()
    page.set_content(playground("loss", **DATA).page)
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate("document.documentElement.dataset.theme") == mode
    run = "axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations)"
    faults = [(fault["id"], fault["nodes"][0]["html"][:120]) for fault in page.evaluate(run)]
    assert faults == []
    context.close()


BAD = {
    "no tokens yet": {"tokens": ["dog"]},
    '"before" must be the text': {"before": " "},
    '"logits" must have 4 numbers': {"logits": [1, 2]},
    '"logits" must be numbers from -10 to 10': {"logits": [1, 2, 3, 11]},
    '"target" must be the index of a token, 0 to 3': {"target": 4},
}


@pytest.mark.parametrize("message", BAD)
def test_wrong_data_is_explained(page, message):
    page.set_content(playground("loss", **DATA | BAD[message]).page)
    assert message in page.inner_text("#problem")
    assert not page.is_visible("#tokens")
