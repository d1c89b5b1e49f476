"""gptutils.notebook.check: what is right passes, what is wrong fails with words that help."""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from functools import partial
from itertools import count, islice

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
        (np.bool_(True), True),
        (torch.tensor(3), 3),
        (np.array([1, 2]), np.array([1, 2])),
        (torch.tensor([1, 2]), np.array([1.0, 2.0])),  # the format is not compared
        (torch.tensor([0.5], dtype=torch.bfloat16, requires_grad=True), torch.tensor([0.5])),
        (np.array([-np.inf, 0.0]), np.array([-np.inf, 0.0])),
        (np.array([2**63 - 1]), np.array([2**63 - 1])),  # exact, where float64 would round
        (np.zeros((0, 3)), torch.zeros(0, 3)),
        ({"a": [np.arange(2), (1,)], "b": None}, {"b": None, "a": (torch.arange(2), [1])}),
        ([], []),
        ({}, {}),
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
        (0, np.zeros(2)),
        ([1, 2], np.array([1, 2])),
        (np.array([1, 2]), [1, 2]),
        (np.array([1, 2]), np.array([[1, 2]])),
        (np.array([1, 3]), np.array([1, 2])),
        (np.array([np.nan]), np.array([np.nan])),
        (np.array([2**63 - 2]), np.array([2**63 - 1])),
        ([np.arange(2), np.arange(2)], [np.arange(2), np.arange(3)]),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": True}, {"a": 1}),
        ("a" * 300, "a" * 299 + "b"),
        ("a" * 299, "a" * 300),
        (list(range(100)), list(range(101))),
        (np.array(["a"]), np.array([1])),
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


def test_equal_points_at_the_first_difference():
    ids = np.arange(20).reshape(4, 5)
    other = ids.copy()
    other[2, 3], other[3, 0] = -1, -1
    assert message(check.equal, "ids", other, ids) == (
        "ids: 2 of 20 differ, the first at [2, 3]: expected 13, got -1 (shape [4, 5])."
    )
    assert message(check.equal, "ids", torch.tensor([1, 3]), np.array([1, 2])) == (
        "ids: expected [1, 2], got [1, 3] (first difference at [1])."
    )
    assert message(check.equal, "ids", ids.T, ids) == "ids: expected shape [4, 5], got [5, 4]."
    assert message(check.equal, "ids", [1, 2], ids[0, :2]) == (
        "ids: expected an array of shape [2], got a list: [1, 2]."
    )
    assert message(check.equal, "packed", {"x": [ids, other]}, {"x": [ids, ids]}).startswith(
        "packed: at ['x'][1]: 2 of 20 differ"
    )
    rows = [[i, i + 1] for i in range(50)]
    assert message(check.equal, "rows", [*rows[:30], [30, 0], *rows[31:]], rows) == (
        "rows: at [30]: expected [30, 31], got [30, 0]."
    )
    assert message(check.equal, "rows", rows[:49], rows) == (
        "rows: expected 50 items, got 49; those that both have are the same."
    )
    assert message(check.equal, "packed", {"x": ids}, {"x": ids, "y": ids}) == (
        "packed: expected the keys ['x', 'y'], got ['x']."
    )
    assert message(check.equal, "text", "a" * 250 + "b" * 50, "a" * 300) == (
        f"text: different from index 250 on: expected ...{'a' * 20!r}, got ...{'b' * 20!r} (length 300, expected 300)."
    )


def test_masks_are_shown_as_masks():
    expected = torch.ones(2, 1, 3, 3, dtype=torch.bool).tril()
    found = expected.clone()
    found[1, 0, 0, 2] = True
    assert message(check.equal, "mask", found, expected).splitlines() == [
        "mask: 1 of 18 differ, the first at [1, 0, 0, 2]: expected False, got True (shape [2, 1, 3, 3]).",
        "expected   got",
        "X . .      X . X",
        "X X .      X X .",
        "X X X      X X X",
        "(X stands for True, . for False)",
    ]
    assert message(check.equal, "mask", np.array([True, True]), np.array([True, False])) == (
        "mask: expected [True, False], got [True, True] (first difference at [1])."
    )
    line = np.zeros(12, dtype=bool)
    assert ". . . . . . . . . . . .   X X X" in message(check.equal, "mask", ~line, line)
    assert "\n" not in message(check.equal, "mask", np.ones((9, 40), dtype=bool), np.zeros((9, 40), dtype=bool))


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


def test_close_of_zeros_among_large_numbers_and_alone():
    check.close("x", [1e-6, 1.0], [0.0, 1.0])
    assert "allowed 0" in message(check.close, "gradient", [1e-17, 0.0], [0.0, 0.0])
    check.close("gradient", [1e-17, 0.0], [0.0, 0.0], atol=1e-12)
    assert "error 2e-12" in message(check.close, "gradient", 2e-12, 0.0, atol=1e-12)
    assert "allowed 0.011" in message(check.close, "x", 2.0, 1.0, scale_tol=0.01, atol=0.001)


@pytest.mark.filterwarnings("error")
def test_close_of_infinities_and_nan():
    mask = np.triu(np.full((3, 3), -np.inf), 1)
    check.close("mask", mask, mask)
    check.close("mask", torch.from_numpy(mask), mask)
    check.close("x", [np.inf, -np.inf], [np.inf, -np.inf])
    assert message(check.close, "x", [0.5, np.inf], [0.5, -np.inf]) == (
        "x: expected [0.5, -inf], got [0.5, inf] (largest error inf at [1], allowed 5e-05)."
    )
    assert "at [0, 1]: expected -inf, got -1e+09 (error inf, allowed 0)" in message(
        check.close, "mask", np.where(np.isinf(mask), -1e9, mask), mask
    )
    for wrong in (np.inf, np.nan):
        assert f"got [{wrong:g}, 1]" in message(check.close, "x", [wrong, 1.0], [1.0, 1.0])
    check.close("x", [np.nan, 1.0], [np.nan, 1.0], equal_nan=True)
    assert "nan" in message(check.close, "x", [np.nan, 1.0], [np.nan, 1.0])
    assert "nan" in message(check.close, "x", [0.0, 1.0], [np.nan, 1.0], equal_nan=True)
    assert "nan" in message(check.close, "x", [np.nan, 1.0], [0.0, 1.0], equal_nan=True)
    assert "error inf" in message(check.close, "x", -1e308, 1.7e308)


def test_close_says_where_the_largest_error_is():
    expected = np.arange(12.0).reshape(3, 4)
    found = expected.copy()
    found[1, 2] += 0.5
    found[2, 0] -= 0.01
    assert message(check.close, "x", found, expected) == (
        "x: the largest error is at [1, 2]: expected 6, got 6.5 (error 0.5, allowed 0.0011); "
        "2 of 12 numbers are off, shape [3, 4]."
    )
    assert message(check.close, "x", [1.0, -2.5], [1.0, 2.5]) == (
        "x: expected [1, 2.5], got [1, -2.5] (largest error 5 at [1], allowed 0.00025)."
    )


def test_digits_that_tell_two_numbers_apart_are_shown():
    said = message(check.close, "x", np.float32(0.1).item(), 0.1, scale_tol=1e-12)
    assert "expected 0.1, got 0.10000000149011612" in said
    assert "compute in float64 from the start" in said
    assert "float64" not in message(check.close, "x", 0.1001, 0.1, scale_tol=1e-12)
    assert "float64" not in message(check.close, "x", 0.1002, 0.1)


def test_close_by_name_and_item():
    weights = {"up": np.full((2, 3), 100.0), "down": np.full(4, 1e-3)}
    check.close("gradients", {name: torch.from_numpy(w) for name, w in weights.items()}, weights)
    check.close("ragged", [np.ones(2), (np.ones((2, 3)),)], [torch.ones(2), [torch.ones(2, 3)]])
    halved = {**weights, "down": weights["down"] / 2}  # each has a scale of its own
    assert message(check.close, "gradients", halved, weights).startswith(
        "gradients: at ['down']: expected [0.001, 0.001, 0.001, 0.001]"
    )
    assert message(check.close, "gradients", {**weights, "up": None}, weights) == (
        "gradients: at ['up']: expected numbers, got None."
    )
    assert "expected the keys" in message(check.close, "gradients", {"up": weights["up"]}, weights)
    assert "expected a dict, got a list" in message(check.close, "gradients", [1.0], weights)


def test_tolerances_are_named():
    with pytest.raises(TypeError):
        check.close("x", 1.0, 1.0, 1e-4)


# -- Known mistakes --------------------------------------------------------------------------------------------------


def test_a_mistake_is_named_only_where_no_other_has_its_value():
    mistakes = {"one": [1.0, 2.0], "another": [1.0, 2.0], "a third": [5.0, 6.0]}
    for compare in (check.equal, check.close):
        assert "known" not in message(compare, "x", [1.0, 2.0], [0.0, 0.0], mistakes=mistakes)
        assert message(compare, "x", [5.0, 6.0], [0.0, 0.0], mistakes=mistakes).endswith("known mistake: a third.")
    arrays = {"transposed": np.arange(6).reshape(2, 3).T}
    assert "known mistake: transposed" in message(
        check.equal, "x", torch.arange(6).reshape(2, 3).T, np.arange(6).reshape(2, 3), mistakes=arrays
    )


@pytest.mark.parametrize("found", [1.0, 2.0])
def test_a_mistake_with_the_expected_value_is_an_error_of_the_author(found):
    for compare, wrong in [(check.equal, 1.0), (check.close, 1.00001)]:
        with pytest.raises(ValueError, match=r"for the author of this check: .*'nothing is done'"):
            compare("x", found, 1.0, mistakes={"nothing is done": wrong})


# -- Shapes, formats, types ------------------------------------------------------------------------------------------


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


def test_dtype_accepts():
    for value in (np.zeros(2, dtype=np.float32), torch.zeros(2), np.float32(1), torch.tensor(1.0)):
        for wanted in ("float32", np.float32, torch.float32, np.dtype("float32"), float):
            check.dtype("x", value, wanted)
    check.dtype("x", torch.zeros(1, dtype=torch.bfloat16), torch.bfloat16)
    check.dtype("x", torch.zeros(1, dtype=torch.bfloat16), float)
    check.dtype("x", 0.5, "float64")
    for value in (3, np.int8(3), torch.tensor([3]), np.zeros(2, dtype=np.uint16), np.zeros(0, dtype=int)):
        check.dtype("n", value, int)
    for value in (True, np.bool_(True), torch.tensor([True])):
        check.dtype("mask", value, bool)


@pytest.mark.parametrize(
    ("value", "wanted", "says"),
    [
        (np.zeros(2, dtype=np.float32), "float64", "expected the number format float64, got float32. The digits"),
        (np.zeros(2), torch.float32, "expected the number format float32, got float64. Something of float64"),
        (torch.zeros(2), torch.float16, "got float32. Something of float32"),
        (torch.zeros(2), torch.bfloat16, "got float32. Something of float32"),
        (torch.zeros(2, dtype=torch.float16), "bfloat16", "got float16."),
        (3.0, int, "expected numbers of the kind int, got float64. A division"),
        (np.array([]), int, "got float64. A division"),
        (True, int, "got bool"),
        (np.array([1]), bool, "got int64. Comparisons"),
        (1, float, "got int. One of Python's whole numbers"),
        (np.array([1], dtype=np.int8), "int64", "expected the number format int64, got int8. Whole numbers"),
        ([1.0], "float64", "expected the number format float64, got a list: [1.0]."),
        (None, int, "got None"),
    ],
)
def test_dtype_rejects_and_gives_a_reason(value, wanted, says):
    assert says in message(check.dtype, "x", value, wanted)


def test_kind():
    check.kind("n", 3, int)
    check.kind("pair", (1, 2), (list, tuple))
    check.kind("flag", True, (int, bool))
    assert message(check.kind, "n", True, int) == "n: expected an int, got a bool: True."
    assert message(check.kind, "n", np.int64(3), int) == "n: expected an int, got an int64: 3."
    assert message(check.kind, "ids", [1], np.ndarray) == "ids: expected a ndarray, got a list: [1]."
    assert message(check.kind, "pair", {1}, (list, tuple)) == "pair: expected a list or a tuple, got a set: {1}."


def test_parts():
    assert check.parts("heal", [1, 2], ["kept", "allowed"]) == (1, 2)
    assert message(check.parts, "heal", np.zeros(2), ["kept", "allowed"]) == (
        "heal must return 2 things, `return kept, allowed`; it returned a ndarray."
    )
    assert "a tuple of length 3" in message(check.parts, "heal", (1, 2, 3), ["kept", "allowed"])


# -- Calls -----------------------------------------------------------------------------------------------------------


def test_errors_inside_a_generator_are_explained_like_those_of_the_call():
    def stream(tokens):
        for token in tokens:
            yield 10 // token

    def unwritten(tokens):
        yield 1
        raise NotImplementedError

    strings = check.call(stream, [5, 0])
    assert next(strings) == 2
    assert message(next, strings) == "stream([5, 0]) raised ZeroDivisionError: integer division or modulo by zero"
    assert "map raised" not in message(list, check.call(map, int, ["1", "x"]))
    assert message(list, check.call(map, int, ["1", "x"])).endswith(
        "raised ValueError: invalid literal for int() with base 10: 'x'"
    )
    with pytest.raises(check.NotAttempted, match="unwritten is not written yet"):
        list(check.call(unwritten, [1]))
    with pytest.raises(AssertionError) as caught:
        list(check.call(stream, [0]))
    assert [frame.name for frame in caught.traceback][-1] == "checked"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_iterator_stays_itself_and_lazy():
    asked = []

    def numbers():
        for i in count():
            asked.append(i)
            yield i

    found = check.call(numbers)
    assert isinstance(found, Iterator)
    assert asked == []
    assert list(islice(found, 3)) == [0, 1, 2]
    assert asked == [0, 1, 2]
    found.close()
    assert list(found) == []
    assert list(check.call(iter, [])) == []
    assert check.call(list, "ab") == ["a", "b"]  # no iterator: as it is
    assert isinstance(check.call(range, 3), range)


def test_raises_in_a_generator():
    def refuse(x):
        if x < 0:
            raise ValueError("negative")
        yield x

    check.raises("refuse(-1)", refuse, -1, says=["negative"])
    assert "returned <generator" in message(check.raises, "refuse(1)", refuse, 1)


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


# -- Unchanged -------------------------------------------------------------------------------------------------------


def test_what_is_left_as_it_was_passes():
    layer, x = torch.nn.Linear(2, 2), torch.ones(2, requires_grad=True)
    nan = np.array([np.nan, 1.0])
    with check.unchanged(
        "f", layer=layer, x=x, nan=nan, ids=[1, 2], params={"a": (nan, None)}, name="a", n=float("nan")
    ):
        torch.autograd.grad(layer(x).sum(), x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # grad of a tensor that is no leaf
        with check.unchanged("f", y=layer(x)):
            pass


def _set(container, key, value):
    container[key] = value


CHANGES = {
    "array": (lambda: np.arange(3), lambda x: _set(x, 1, 7), "x, at [1]: it was 1, and is 7"),
    "array, two axes": (lambda: np.ones((3, 4)), lambda x: _set(x, (2, 1), 7), "x, at [2, 1]: it was 1, and is 7"),
    "nan": (lambda: np.array([np.nan, 1.0]), lambda x: _set(x, 0, 2.0), "x, at [0]: it was nan, and is 2"),
    "tensor": (lambda: torch.ones(2), lambda x: x.mul_(2), "x, at [0]: it was 1, and is 2"),
    "requires_grad": (
        lambda: torch.ones(2),
        lambda x: x.requires_grad_(),
        "x.requires_grad: it was False, and is True",
    ),
    "grad": (
        lambda: torch.ones(2, requires_grad=True),
        lambda x: x.sum().backward(),
        "x.grad: it was None, and is [1, 1]",
    ),
    "list": (lambda: [3, 1, 2], lambda x: x.sort(), "x[0]: it was 3, and is 1"),
    "longer list": (lambda: [3, 1], lambda x: x.append(2), "x: it was [3, 1], and is [3, 1, 2]"),
    "list of lists": (lambda: [[1], [2, 3]], lambda x: x[1].pop(), "x[1]: it was [2, 3], and is [2]"),
    "list of arrays": (lambda: [np.zeros(1)], lambda x: x.clear(), "len(x): it was 1, and is gone"),
    "dict": (lambda: {"a": 1}, lambda x: _set(x, "a", 2), "x['a']: it was 1, and is 2"),
    "new key": (lambda: {"a": 1}, lambda x: _set(x, "b", 2), "x['b']: it was not there, and is 2"),
    "lost key": (lambda: {"a": 1}, lambda x: x.pop("a"), "x['a']: it was 1, and is gone"),
    "array deep inside": (
        lambda: {"blocks": [{"w": np.zeros(2)}]},
        lambda x: _set(x["blocks"][0]["w"], 0, 1),
        "x['blocks'][0]['w'], at [0]: it was 0, and is 1",
    ),
    "set": (lambda: {1}, lambda x: x.add(2), "x: it was {1}, and is {1, 2}"),
    "parameter": (
        lambda: torch.nn.Sequential(torch.nn.Linear(1, 1)),
        lambda x: x[0].weight.data.fill_(9),
        "x.0.weight, at [0, 0]: it was ",
    ),
    "frozen": (
        lambda: torch.nn.Linear(1, 1),
        lambda x: x.requires_grad_(False),
        "x.weight.requires_grad: it was True, and is False",
    ),
    "buffer": (
        lambda: torch.nn.BatchNorm1d(2),
        lambda x: x(torch.ones(3, 2)),
        "x.running_mean, at [0]: it was 0, and is 0.1",
    ),
    "mode": (
        lambda: torch.nn.Sequential(torch.nn.Dropout()),
        lambda x: x.eval(),
        "x.training: it was True, and is False",
    ),
    "mode of a part": (
        lambda: torch.nn.Sequential(torch.nn.Dropout()),
        lambda x: x[0].eval(),
        "x.0.training: it was True, and is False",
    ),
    "format": (
        lambda: torch.nn.Linear(1, 1),
        lambda x: x.half(),
        ".dtype: it was 'torch.float32', and is 'torch.float16'",
    ),
    "setting": (lambda: torch.nn.Dropout(0.5), lambda x: setattr(x, "p", 0.0), "x.p: it was 0.5, and is 0.0"),
    "gradients": (
        lambda: torch.nn.Linear(1, 1),
        lambda x: x(torch.ones(1)).sum().backward(),
        "x.weight.grad: it was None, and is [[1]]",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_was_changed_is_named(case):
    make, change, says = CHANGES[case]
    value = make()

    def changing():
        with check.unchanged("f", other=[1], x=value):
            change(value)

    said = message(changing)
    assert said.startswith("f changed x") or said.startswith("f changed len(x)")
    assert says in said


def test_an_error_inside_is_not_hidden():
    x = [1]
    with pytest.raises(IndexError), check.unchanged("f", x=x):
        [x.pop() for _ in range(2)]


def test_an_object_that_holds_itself():
    class Node:
        pass

    node = Node()
    node.self, node.numbers = node, [1]
    with check.unchanged("f", node=node):
        pass
    with pytest.raises(AssertionError, match=r"node.numbers\[0\]"), check.unchanged("f", node=node):
        node.numbers[0] = 2


def test_torch_is_not_imported():
    code = "import sys; from gptutils.notebook import check; check.close('x', 1, 1); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_a_wrapped_generator_is_shown_as_one():
    def numbers(n):
        yield from range(n)

    found = check.call(numbers, 2)
    assert message(check.kind, "numbers", found, list) == (
        "numbers: expected a list, got a generator: <generator of numbers(2)>."
    )
    assert "(a generator, expected a list)" in message(check.equal, "numbers", found, [0, 1])


def test_dtype_says_how_a_python_zero_becomes_a_float():
    assert "write 0.0 instead of 0" in message(check.dtype, "log_prob", 0, float)
    assert "Arrays of whole numbers" in message(check.dtype, "table", np.zeros(2, dtype=int), float)


def test_unchanged_sees_what_a_module_keeps_under_a_name_of_its_own():
    class Keeps(torch.nn.Linear):
        def forward(self, x):
            self._last = x
            return super().forward(x)

    layer, x = Keeps(2, 2), torch.ones(1, 2)
    with pytest.raises(AssertionError, match=r"layer\._last.*it was not there"), check.unchanged("f", layer=layer):
        layer(x)
    plain = torch.nn.Linear(2, 2)
    with check.unchanged("f", layer=plain):
        plain(x)
