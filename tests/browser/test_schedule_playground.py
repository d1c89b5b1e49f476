"""The schedule playground in a browser: its rates are those of gptutils.schedule, its ball moves as gradient descent in
Python does; it works by keyboard, in dark mode, on a telephone, and without any request."""

from __future__ import annotations

import math

import pytest
import torch
from axe_playwright_python.base import AXE_SCRIPT

from gptutils.notebook.playground import playground
from gptutils.schedule import warmup_cosine

HOST = """<!DOCTYPE html><html lang="en" data-theme="light"><head><title>A lesson</title><style>
    html {{ color: #20262b }} html[data-theme=dark] {{ color: #dfe5e8 }}
</style></head><body>{frame}</body></html>"""
EDGE = 7.5


@pytest.fixture
def frame(page):
    """The playground inside a page, and no request made for it."""
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(HOST.format(frame=playground("schedule", start=-6.0)._repr_html_()))
    yield page.frames[1]
    assert requests == []


def move(frame, **sliders) -> None:
    for name, value in sliders.items():
        frame.fill(f"#{name}", str(value))


def schedule(peak, floor, warmup, total) -> list[float]:
    rates = {"peak_lr": peak, "initial_lr": peak / 100, "min_lr": floor}
    return [warmup_cosine(step, **rates, warmup_steps=min(warmup, total), total_steps=total) for step in range(total)]


def descent(rates: list[float], start: float = -6.0) -> list[float]:
    """Gradient descent on the lesson's valley, the derivative by torch, until the ball leaves it."""
    path = [start]
    for rate in rates:
        w = torch.tensor(path[-1], dtype=torch.float64, requires_grad=True)
        loss = torch.sqrt(w**2 + 0.01) + (w / 5) ** 8
        loss.backward()
        path.append(w.item() - rate * w.grad.item())
        if abs(path[-1]) > EDGE:
            break
    return path


@pytest.mark.parametrize(
    ("warmup", "peak", "floor", "total"),
    [
        (0, 3, 100, 60),
        (12, 3, 100, 60),
        (0, 3, 0, 60),
        (12, 3, 0, 60),
        (5, -8, 35, 24),
        (60, -20, 10, 10),
        (1, 6, 5, 120),
    ],
)
def test_rates_and_path_are_pythons(frame, warmup, peak, floor, total):
    move(frame, warmup=warmup, peak=peak, floor=floor, total=total)
    height = 10 ** (peak / 10)
    expected = schedule(height, height * floor / 100, warmup, total)
    assert frame.evaluate("rates") == pytest.approx(expected, rel=1e-12)
    path = descent(expected)
    shown = frame.evaluate("path")
    # A ball that jumps from side to side doubles the rounding of the last digit.
    assert len(shown) == len(path)
    assert shown[:20] == pytest.approx(path[:20], rel=1e-6, abs=1e-9)
    # The picture: from the lower left corner, in its own units.
    points = [tuple(map(float, p.split(","))) for p in frame.get_attribute("#rates .rates", "points").split()]
    assert len(points) == total
    for step, (x, y) in enumerate(points):
        assert x == pytest.approx(42 + step / total * 288, abs=0.006)
        assert y == pytest.approx(190 - expected[step] / height * 172, abs=0.006)
    assert frame.locator("#ball .past").count() == len(shown) - 1
    end = shown[-1]
    told = frame.inner_text("#told")
    if abs(end) > EDGE:
        assert told.startswith(f"Step {len(shown) - 1} threw the ball out of the valley")
    else:
        loss = math.sqrt(end**2 + 0.01) + (end / 5) ** 8
        assert told.startswith(f"After {total} steps the ball is at w = {end:.2f}, with a loss of {loss:.2f};")


def test_four_schedules_and_what_becomes_of_the_ball(frame):
    move(frame, peak=3, total=60)
    says = {
        "Constant": "threw the ball out of the valley",
        "Warmup only": "It still jumps from side to side.",
        "Cosine only": "threw the ball out of the valley",
        "Both": "It has come to rest at the bottom.",
    }
    for name, end in says.items():
        frame.click(f"text='{name}'")
        assert frame.get_attribute(f"text='{name}'", "aria-pressed") == "true"
        assert frame.locator("[aria-pressed=true]").count() == 1
        assert end in frame.inner_text("#told")
    move(frame, peak=-15)
    assert "come to rest on the way" in frame.inner_text("#told")


def test_the_step_goes_back_along_the_path(frame):
    move(frame, step=3)
    assert frame.inner_text("#step-text") == "3 of 60"
    assert frame.locator("#ball .past").count() == 3
    w = frame.evaluate("path")[3]
    assert f"After 3 steps the ball is at w = {w:.2f}" in frame.inner_text("#told")
    x = float(frame.get_attribute("#ball .ball", "cx"))
    assert x == pytest.approx(42 + (w + EDGE) / (2 * EDGE) * 288, abs=0.01)
    move(frame, total=40)
    assert frame.inner_text("#step-text") == "40 of 40"


def test_the_keyboard_is_enough(frame, page):
    frame.focus("#warmup")
    for key, name, text in (
        ("ArrowRight", "warmup", "13 steps"),
        ("ArrowLeft", "peak", "0.25"),
        ("End", "floor", "100 %"),
    ):
        page.keyboard.press(key)
        assert text in frame.inner_text(f"#{name}-text")
        assert frame.evaluate("getComputedStyle(document.activeElement).outlineStyle") in ("solid", "auto")
        page.keyboard.press("Tab")
    frame.wait_for_function("document.getElementById('announcement').textContent.startsWith('After')")


def test_the_frame_follows_the_mode_and_the_width_of_the_page(frame, page):
    for mode, ground in (("light", "rgb(255, 253, 250)"), ("dark", "rgb(20, 25, 28)")):
        page.evaluate("mode => { document.documentElement.dataset.theme = mode; }", mode)
        frame.wait_for_function("mode => document.documentElement.dataset.theme === mode", arg=mode)
        assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        frame.wait_for_function("document.documentElement.scrollHeight === innerHeight")
        sizes = frame.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert sizes[0] == sizes[1] <= width
        heights = set()
        for name in ("Constant", "Both"):  # what is said changes no height
            frame.click(f"text='{name}'")
            heights.add(frame.evaluate("document.documentElement.scrollHeight"))
        assert len(heights) == 1 or width < 390


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_no_fault(guarded_context, mode):
    context = guarded_context(color_scheme=mode)
    page = context.new_page()
    page.set_content(playground("schedule").page)
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate("document.documentElement.dataset.theme") == mode
    found = page.evaluate("axe.run().then(result => result.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
    assert found == []
    assert (context.guard.left, context.guard.errors) == ([], [])
    context.close()
