"""gptutils.notebook.check: what is right passes, what is wrong fails with words that help."""

from functools import partial

import numpy as np
import pytest
import torch

from gptutils.notebook import check


def message(function, *args, **kwargs) -> str:
    with pytest.raises(AssertionError) as caught:
        function(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (3, 3),
        ([1, 2], [1, 2]),
        ((1, 2), [1, 2]),
        ([[1], (2,)], [[1], [2]]),
        ("a", "a"),
        (b"a", b"a"),
        (np.int64(3), 3),
        (True, True),
    ],
)
def test_equal_accepts(actual, expected):
    check.equal("answer", actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (4, 3),
        ([1], [1, 2]),
        ([2, 1], [1, 2]),
        ("a", b"a"),
        (None, 3),
        (True, 1),
        (1, True),
        (float("nan"), float("nan")),
        (np.zeros(2), 0),
    ],
)
def test_equal_rejects(actual, expected):
    assert "expected" in message(check.equal, "answer", actual, expected)


def test_equal_explains():
    assert message(check.equal, "ids", [1], [1, 2]) == "ids: expected [1, 2], got [1] (length 1, expected 2)."
    assert message(check.equal, "text", None, "a") == "text: expected 'a', got None (None, expected a str)."
    assert message(check.equal, "n", 3, 2, mistakes={"off by one": 3, "doubled": 4}).endswith(
        "known mistake: off by one."
    )
    assert "known mistake" not in message(check.equal, "n", 5, 2, mistakes={"off by one": 3})


def test_close_accepts_within_the_scale():
    check.close("x", [1.0, 100.0], [1.001, 100.0])
    check.close("x", torch.tensor([0.5], dtype=torch.bfloat16), [0.5])
    check.close("x", torch.ones(2, requires_grad=True), np.ones(2))
    check.close("x", np.zeros(3), np.zeros(3))


@pytest.mark.parametrize("wrong", [0, 0.5, -1, float("nan"), float("inf"), 1.001])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_close_rejects_zeros_halves_and_nan_at_every_scale(wrong, scale):
    expected = scale * np.array([1.0, -2.0, 3.0])
    assert "largest error" in message(check.close, "x", wrong * expected, expected)


def test_close_explains():
    assert message(check.close, "x", np.zeros((2, 3)), np.zeros((3, 2))) == "x: expected shape [3, 2], got [2, 3]."
    assert message(check.close, "x", "word", 1.0) == "x: expected numbers, got a str."
    assert message(check.close, "x", None, 1.0) == "x: expected numbers, got None."
    assert message(check.close, "x", 1.2, 2.4, mistakes={"half": 1.2}).endswith("known mistake: half.")
    assert "known" not in message(check.close, "x", [1.0, 2.0], [3.0, 4.0], mistakes={"other shape": [1.0]})


def test_close_of_empty_arrays():
    check.close("x", [], [])


def test_shape():
    check.shape("logits", torch.zeros(2, 3), (2, 3))
    assert message(check.shape, "logits", torch.zeros(2, 3), [3, 2]) == "logits: expected shape [3, 2], got [2, 3]."
    assert message(check.shape, "logits", None, [3, 2]) == "logits: expected an array of shape [3, 2], got None."


def test_call():
    def unwritten():
        raise NotImplementedError

    def broken(x):
        return x[5]

    assert check.call(lambda x: x + 1, 1) == 2
    with pytest.raises(check.NotAttempted, match="not written yet"):
        check.call(unwritten)
    assert message(check.call, broken, [1]) == "broken([1]) raised IndexError: list index out of range"
    assert "is a return (or yield) statement missing" in message(check.call, lambda: None)
    assert check.call(partial(max, 1), 2) == 2
    assert "expected a function, got a list" in message(check.call, [1])


def test_raises():
    def refuse(x):
        raise ValueError(f"bad {x}")

    check.raises("refuse", refuse, 3, says=["bad", "3"])
    assert "should name 'worse'" in message(check.raises, "refuse", refuse, 3, says=["worse"])
    assert "expected a TypeError, but refuse(3) raised ValueError" in message(
        check.raises, "x", refuse, 3, error=TypeError
    )
    assert "returned 1" in message(check.raises, "x", abs, -1)
    with pytest.raises(check.NotAttempted):
        check.raises("x", lambda: (_ for _ in ()).throw(NotImplementedError()))


def test_tracebacks_end_at_the_check():
    """A learner sees the failing line of the cell and the message, not the inside of this module."""
    for broken in (lambda: check.equal("n", 1, 2), lambda: check.call(lambda: [][1])):
        with pytest.raises(AssertionError) as caught:
            broken()
        assert [frame.name for frame in caught.traceback][-1] == "checked"
        assert len(caught.traceback) == 3
    with pytest.raises(AssertionError) as caught:
        check.call(lambda: [][1])
    assert isinstance(caught.value.__cause__, IndexError)  # the learner's own mistake stays visible


def test_numpy_numbers_are_shown_plainly():
    assert message(check.equal, "n", np.float64(0.5), 1.0).startswith("n: expected 1.0, got 0.5")


def test_long_values_are_cut():
    assert len(message(check.equal, "x", "a" * 10_000, "b")) < 500


def test_a_call_is_shown_as_it_was_made_and_in_brief():
    def spoil(ids, params, *others):
        ids.clear()
        params["wte"][:] = 0
        raise IndexError("too late")

    block = {"attn": {"w": np.ones((300, 300))}}
    params = {"blocks": [block] * 12, "ln_f": 1, "wte": np.ones((400, 300)), "x": 2, "y": 3}
    said = message(check.call, spoil, [1, 2, 3], params, "a" * 500, "b" * 500)
    assert said.startswith("spoil([1, 2, 3], {")
    assert said.endswith(" raised IndexError: too late")
    assert len(said) < 250


def test_arguments_cost_little():
    class Costly:
        n_shown = 0

        def __repr__(self):
            Costly.n_shown += 1
            return "costly"

    assert check.call(len, [Costly() for _ in range(1000)]) == 1000
    assert 0 < Costly.n_shown <= 40
    nested = [[[[[Costly() for _ in range(30)]] * 30] * 30]]
    Costly.n_shown = 0
    assert check.call(len, nested) == 1
    assert Costly.n_shown == 0


def test_a_known_mistake_of_another_shape():
    with pytest.raises(AssertionError, match="known mistake: the last row is missing"):
        check.close(
            "rows", np.ones(3), np.ones(4), mistakes={"another": np.ones(2), "the last row is missing": np.ones(3)}
        )


def test_a_call_inside_a_call_that_is_not_attempted():
    def to_be_written():
        raise NotImplementedError

    def helper():
        return check.call(to_be_written)

    with pytest.raises(check.NotAttempted, match="to_be_written is not written yet"):
        check.call(helper)


def test_lookups_in_parts_and_results_are_counted():
    def make(n):
        return n, np.arange(n)

    lookups = check.Lookups(100, "too many")
    n, table = lookups.of(make)(20)
    assert (n, lookups.left) == (20, 80)
    for row in table.reshape(4, 5):  # 5 numbers each
        row[[0, 1]]
    assert lookups.left == 80 - 4 * (5 + 2)
    doubled = 2 * table
    assert doubled[3] == 6
    assert doubled.tolist() == list(range(0, 40, 2))  # not counted
    assert lookups.left == 51
    assert len(table[:20]) == 20
    assert len(table[:20]) == 20
    with pytest.raises(AssertionError, match="too many"):
        table[:20]


def test_lookups_of_a_call_end_it():
    def endless():
        table = watched(10)
        while True:
            table[3]

    watched = check.Lookups(1000, "it does not end").of(np.arange)
    with pytest.raises(AssertionError, match=r"endless\(\) raised AssertionError: it does not end"):
        check.call(endless)
