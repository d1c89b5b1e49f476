"""Checks that explain: the visible tests of the exercises, and the lessons' comparisons.

Every function returns None when the check holds and raises an AssertionError that says what was expected, what came
instead, and, where the wrong value matches a known mistake, its name.
"""

from __future__ import annotations

import functools
import math
import reprlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

LONGEST = 200  # characters of a value in a message


class NotAttempted(AssertionError):
    """The answer has not been written yet."""


def _explains(check: Callable) -> Callable:
    """End the traceback at the call of the check: what went wrong inside it is nothing for a learner to read."""

    @functools.wraps(check)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return check(*args, **kwargs)
        except AssertionError as error:
            raise error.with_traceback(None) from error.__cause__

    return checked


@_explains
def call(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call a learner's function and return its result, with a clear message where that fails.

    Raises
    ------
    NotAttempted : the function raises NotImplementedError.
    AssertionError : it raises anything else, or returns None.

    Examples
    --------
    >>> call(len, [1, 2])
    2
    >>> call(print, end="")
    Traceback (most recent call last):
    ...
    AssertionError: print(end='') returned None: is a return (or yield) statement missing?
    """
    shown = _shown_call(function, args, kwargs)
    try:
        result = function(*args, **kwargs)
    except NotAttempted:  # of a call inside the function
        raise
    except NotImplementedError:
        raise NotAttempted(
            f"{_name(function)} is not written yet: replace 'raise NotImplementedError()' in the cell above, "
            "run it, then this one again"
        ) from None
    except Exception as error:
        raise AssertionError(f"{shown} raised {type(error).__name__}: {error}") from error
    if result is None:
        raise AssertionError(f"{shown} returned None: is a return (or yield) statement missing?")
    return result


@_explains
def equal(name: str, actual: Any, expected: Any, mistakes: Mapping[str, Any] | None = None) -> None:
    """``actual`` equals ``expected``: for ints, strings, bytes, lists and the like; a tuple may stand for a list.

    Parameters
    ----------
    name : what is compared, as it stands in the message.
    mistakes : description of a known mistake -> the value to which it leads.

    Examples
    --------
    >>> equal("count", 3, 2, mistakes={"overlapping pairs are counted twice": 3})
    Traceback (most recent call last):
    ...
    AssertionError: count: expected 2, got 3.
    This looks like a known mistake: overlapping pairs are counted twice.
    """
    if not _same(actual, expected):
        raise AssertionError(
            f"{name}: expected {_short(expected)}, got {_short(actual)}{_kind(actual, expected)}."
            + _known(actual, mistakes, _same)
        )


@_explains
def shape(name: str, actual: Any, expected: Sequence[int]) -> None:
    """``actual`` is an array or tensor of the shape ``expected``.

    Examples
    --------
    >>> shape("logits", np.zeros((2, 3)), (2, 4))
    Traceback (most recent call last):
    ...
    AssertionError: logits: expected shape [2, 4], got [2, 3].
    """
    if not hasattr(actual, "shape"):
        raise AssertionError(f"{name}: expected an array of shape {list(expected)}, got {_article(actual)}.")
    if list(actual.shape) != list(expected):
        raise AssertionError(f"{name}: expected shape {list(expected)}, got {list(actual.shape)}.")


@_explains
def close(name: str, actual: Any, expected: Any, rtol: float = 1e-4, mistakes: Mapping[str, Any] | None = None) -> None:
    """Numbers, arrays or tensors agree; the tolerance is ``rtol`` times the largest expected magnitude.

    The tolerance follows the scale of what is expected, so that an answer of zeros or of half the size never passes.
    Not-a-number passes nowhere. An expected value that is zero everywhere must be met exactly.

    Examples
    --------
    >>> close("mean", 2.5, 2.50001)
    >>> close("loss", 1.2, 2.4, mistakes={"the sum was divided by 2 B instead of B": 1.2})
    Traceback (most recent call last):
    ...
    AssertionError: loss: expected 2.4, got 1.2 (largest error 1.2, allowed 0.00024).
    This looks like a known mistake: the sum was divided by 2 B instead of B.
    """

    def agrees(value: np.ndarray, other: Any) -> bool:
        other = _array(other)
        if value.shape != other.shape:
            return False
        allowed = rtol * np.abs(other).max(initial=0.0)
        return bool((np.abs(value - other) <= allowed).all())

    wanted = _array(expected)
    try:
        found = _array(actual)
    except (TypeError, ValueError):
        raise AssertionError(f"{name}: expected numbers, got {_article(actual)}.") from None
    if found.shape != wanted.shape:
        raise AssertionError(
            f"{name}: expected shape {list(wanted.shape)}, got {list(found.shape)}." + _known(found, mistakes, agrees)
        )
    if not agrees(found, wanted):
        error, allowed = np.abs(found - wanted).max(), rtol * np.abs(wanted).max(initial=0.0)
        raise AssertionError(
            f"{name}: expected {_short(expected)}, got {_short(actual)} "
            f"(largest error {error:.4g}, allowed {allowed:.4g})." + _known(found, mistakes, agrees)
        )


@_explains
def raises(
    name: str,
    function: Callable,
    *args: Any,
    error: type[Exception] = ValueError,
    says: Collection[str] = (),
    **kwargs: Any,
) -> None:
    """The call raises ``error``, and its message holds every string of ``says``.

    Examples
    --------
    >>> raises("int of a word", int, "two", says=["two"])
    >>> raises("int of a digit", int, "2")
    Traceback (most recent call last):
    ...
    AssertionError: int of a digit: expected a ValueError, but int('2') returned 2.
    """
    shown = _shown_call(function, args, kwargs)
    try:
        result = function(*args, **kwargs)
    except NotImplementedError as caught:
        if error is not NotImplementedError:
            raise NotAttempted(f"{_name(function)} is not written yet.") from caught
    except error as caught:
        missing = [part for part in says if part not in str(caught)]
        if missing:
            raise AssertionError(
                f"{name}: the {error.__name__}'s message should name {missing[0]!r}; it is {str(caught)!r}."
            ) from None
    except Exception as caught:
        raise AssertionError(
            f"{name}: expected a {error.__name__}, but {shown} raised {type(caught).__name__}: {caught}"
        ) from caught
    else:
        raise AssertionError(f"{name}: expected a {error.__name__}, but {shown} returned {_short(result)}.")


class Lookups:
    """Counts the numbers that are looked up in arrays, and stops what looks up too many: a search, a walk without end.

    Parameters
    ----------
    limit : how many numbers may be made and looked up.
    says : the message of the AssertionError that the first number beyond raises.

    Examples
    --------
    >>> ten = Lookups(15, "the table is searched").of(np.arange)(10)
    >>> int(ten[4])
    4
    >>> int(ten[[1, 3, 5, 7, 9]].max())
    Traceback (most recent call last):
    ...
    AssertionError: the table is searched
    """

    def __init__(self, limit: int, says: str):
        self.left, self.says = limit, says

    def count(self, n: int) -> None:
        """Take n off what is left; raises the AssertionError where nothing is left."""
        self.left -= n
        if self.left < 0:
            raise AssertionError(self.says)

    def watch(self, array: np.ndarray) -> np.ndarray:
        """The same array, counted now as made, and whenever something is looked up in it."""
        self.count(array.size)
        watched = array.view(_Watched)
        watched.lookups = self
        return watched

    def of(self, function: Callable) -> Callable:
        """The same function, with every array that it returns, alone or in a tuple, watched."""

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            if isinstance(result, tuple):
                return tuple(self.watch(part) if isinstance(part, np.ndarray) else part for part in result)
            return self.watch(result)

        return call


class _Watched(np.ndarray):
    lookups: Lookups | None = None

    def __array_finalize__(self, other: Any) -> None:  # parts and results are watched, too
        self.lookups = getattr(other, "lookups", None)

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        if self.lookups is not None:
            self.lookups.count(np.size(found))
        return found


def _name(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _shown_call(function: Any, args: Sequence, kwargs: Mapping[str, Any]) -> str:
    """The call as the learner would write it."""
    if not callable(function):
        raise AssertionError(f"expected a function, got {_article(function)}: {_short(function)}")
    # Before the call, since the function may change its arguments; so this must cost little, whatever they are.
    with np.printoptions(threshold=12):
        shown = ", ".join([*map(_brief, args), *(f"{name}={_brief(value)}" for name, value in kwargs.items())])
    return f"{_name(function)}({_cut(shown)})"


def _array(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):  # a torch tensor, also one on a GPU or of bfloat16
        value = value.detach().cpu().double()
    array = np.asarray(value)
    if array.dtype.kind not in "iufb":
        raise TypeError("not numbers")
    return array.astype(np.float64)


def _same(actual: Any, expected: Any) -> bool:
    if isinstance(expected, list | tuple):
        return isinstance(actual, list | tuple) and len(actual) == len(expected) and all(map(_same, actual, expected))
    if isinstance(expected, bool) or isinstance(actual, bool):
        return isinstance(actual, bool | np.bool_) and isinstance(expected, bool) and bool(actual) == expected
    if isinstance(expected, float) and math.isnan(expected):
        return False
    try:
        return bool(actual == expected)
    except Exception:  # an array against a number and the like
        return False


def _known(actual: Any, mistakes: Mapping[str, Any] | None, same: Callable[[Any, Any], bool]) -> str:
    names = [name for name, wrong in (mistakes or {}).items() if same(actual, wrong)]
    return f"\nThis looks like a known mistake: {names[0]}." if names else ""


def _kind(actual: Any, expected: Any) -> str:
    """The types, where they differ and so explain the difference."""
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        return f" (length {len(actual)}, expected {len(expected)})" if len(actual) != len(expected) else ""
    return "" if isinstance(actual, type(expected)) else f" ({_article(actual)}, expected {_article(expected)})"


def _article(value: Any) -> str:
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


class _Brief(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxdict, self.maxset = 3, 4, 20
        self.maxlist = self.maxtuple = 40
        self.maxstring = self.maxlong = self.maxother = LONGEST

    def repr_instance(self, x: Any, level: int) -> str:
        return super().repr_instance(x.item() if isinstance(x, np.generic) else x, level)


def _brief(value: Any) -> str:
    """An argument in little time: the beginning of long lists and dicts, the edges of large arrays."""
    return _cut(_Brief().repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 20]} ..."


def _short(value: Any) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= LONGEST else f"{_cut(text)} ({len(text)} characters)"
