"""Checks that explain: the visible tests of the exercises, and the lessons' comparisons.

Every function returns when the check holds and raises an AssertionError that says what was expected, what came
instead, and, where the wrong value is that of one known mistake alone, which mistake that is.

Known mistakes are given as ``{what was done wrong: the value to which it leads}``. Where such a value is the expected
one, the check raises a ValueError for its author: the mistake could not be told from a right answer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from . import differences
from .differences import article, name_of, short, shown_call


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


# -- Calls ---------------------------------------------------------------------------------------------------------


@_explains
def call(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call a learner's function and return its result, with a clear message where that fails.

    Where the result is a generator or another iterator, errors on the way through it are explained in the same words;
    it stays as lazy as it is.

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
    shown = _shown(function, args, kwargs)
    result = _attempt(shown, function, function, *args, **kwargs)
    if result is None:
        raise AssertionError(f"{shown} returned None: is a return (or yield) statement missing?")
    return _Explained(result, shown, function) if isinstance(result, Iterator) else result


def _attempt(shown: str, function: Callable, step: Callable, *args: Any, **kwargs: Any) -> Any:
    """step(*args, **kwargs), a part of the call of ``function`` that ``shown`` shows."""
    try:
        return step(*args, **kwargs)
    except (NotAttempted, StopIteration):  # of a call inside the function; the end of an iterator
        raise
    except NotImplementedError:
        raise NotAttempted(
            f"{name_of(function)} is not written yet: replace 'raise NotImplementedError()' in the cell above, "
            "run it, then this one again"
        ) from None
    except Exception as error:
        raise AssertionError(f"{shown} raised {type(error).__name__}: {error}") from error


class _Explained(Iterator):
    """An iterator whose errors are those of the call that made it; in all else the iterator itself."""

    def __init__(self, iterator: Iterator, shown: str, function: Callable):
        self.explained, self._shown, self._function = iterator, shown, function

    @_explains
    def __next__(self) -> Any:
        return _attempt(self._shown, self._function, next, self.explained)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.explained, name)

    def __repr__(self) -> str:
        return f"<{type(self.explained).__name__} of {self._shown}>"


def _shown(function: Any, args: Sequence, kwargs: Mapping[str, Any]) -> str:
    if not callable(function):
        raise AssertionError(f"expected a function, got {article(function)}: {short(function)}")
    return shown_call(function, args, kwargs)


@_explains
def raises(
    name: str,
    function: Callable,
    *args: Any,
    error: type[Exception] = ValueError,
    says: Collection[str] = (),
    **kwargs: Any,
) -> None:
    """The call raises ``error``, its message holds every string of ``says``; a generator raises with its first item.

    Examples
    --------
    >>> raises("int of a word", int, "two", says=["two"])
    >>> raises("int of a digit", int, "2")
    Traceback (most recent call last):
    ...
    AssertionError: int of a digit: expected a ValueError, but int('2') returned 2.
    """
    shown = _shown(function, args, kwargs)
    try:
        result = function(*args, **kwargs)
        if isinstance(result, Iterator):
            next(result, None)
    except NotImplementedError as caught:
        if error is not NotImplementedError:
            raise NotAttempted(f"{name_of(function)} is not written yet.") from caught
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
        raise AssertionError(f"{name}: expected a {error.__name__}, but {shown} returned {short(result)}.")


# -- Values --------------------------------------------------------------------------------------------------------


@_explains
def equal(name: str, actual: Any, expected: Any, mistakes: Mapping[str, Any] | None = None) -> None:
    """``actual`` equals ``expected`` exactly: numbers, text, arrays and tensors, and lists, tuples, dicts of them.

    A tuple may stand for a list and a tensor for an array, but not a list for an array. The shape counts, the number
    format does not (`dtype` compares it). True is not 1, and not-a-number equals nothing.

    Parameters
    ----------
    name : what is compared, as it stands in the message.
    mistakes : what was done wrong -> the value to which it leads.

    Examples
    --------
    >>> equal("count", 3, 2, mistakes={"overlapping pairs were counted twice": 3})
    Traceback (most recent call last):
    ...
    AssertionError: count: expected 2, got 3.
    This looks like a known mistake: overlapping pairs were counted twice.
    >>> equal("mask", np.ones((3, 3), dtype=bool), np.tri(3, dtype=bool))
    Traceback (most recent call last):
    ...
    AssertionError: mask: 3 of 9 differ, the first at [0, 1]: expected False, got True (shape [3, 3]).
    expected   got
    X . .      X X X
    X X .      X X X
    X X X      X X X
    (X stands for True, . for False)
    """
    _compare(name, actual, expected, mistakes, differences.unequal)


@_explains
def close(
    name: str,
    actual: Any,
    expected: Any,
    *,
    scale_tol: float = 1e-4,
    atol: float = 0.0,
    equal_nan: bool = False,
    mistakes: Mapping[str, Any] | None = None,
) -> None:
    """Numbers, arrays or tensors agree; also dicts and lists of them, part by part, for gradients by name and the like.

    The largest allowed error is the same for all numbers of an array: ``scale_tol`` times the largest finite magnitude
    expected in it, plus ``atol``. So a zero among large numbers may be missed a little, and an answer of zeros or of
    half the size never passes.

    **This is not the rtol of numpy.testing and torch.testing**, which multiplies each expected number by itself.
    As there, infinities must be the same at the same indices, and ``atol`` is in the unit of the numbers.

    Parameters
    ----------
    scale_tol : allowed error as a fraction of the largest finite magnitude expected.
    atol : what is allowed in addition. Zero by default: an expected value of zeros alone must then be met exactly.
    equal_nan : whether not-a-number may and must stand where it is expected; otherwise it never passes.
    mistakes : what was done wrong -> the value to which it leads.

    Examples
    --------
    >>> close("mean", 2.5, 2.50001)
    >>> close("scores", [0.5, -np.inf], [0.5, -np.inf])
    >>> close("loss", 1.2, 2.4, mistakes={"the sum was divided by 2 B instead of B": 1.2})
    Traceback (most recent call last):
    ...
    AssertionError: loss: expected 2.4, got 1.2 (error 1.2, allowed 0.00024).
    This looks like a known mistake: the sum was divided by 2 B instead of B.
    """
    apart = functools.partial(differences.apart, scale_tol=scale_tol, atol=atol, equal_nan=equal_nan)
    _compare(name, actual, expected, mistakes, apart)


def _compare(
    name: str, actual: Any, expected: Any, mistakes: Mapping[str, Any] | None, difference: Callable[..., str | None]
) -> None:
    for mistake, wrong in (mistakes or {}).items():
        if difference(wrong, expected) is None:
            raise ValueError(
                f"{name}: for the author of this check: the value given for the mistake {mistake!r} is the expected "
                "one; "
                "choose an example in which they differ, or leave this mistake out"
            )
    if said := difference(actual, expected):
        names = [mistake for mistake, wrong in (mistakes or {}).items() if difference(actual, wrong) is None]
        known = f"\nThis looks like a known mistake: {names[0]}." if len(names) == 1 else ""
        raise AssertionError(f"{name}: {said}{known}")


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
        raise AssertionError(f"{name}: expected an array of shape {list(expected)}, got {article(actual)}.")
    if list(actual.shape) != list(expected):
        raise AssertionError(f"{name}: expected shape {list(expected)}, got {list(actual.shape)}.")


@_explains
def dtype(name: str, actual: Any, expected: Any) -> None:
    """``actual`` has the number format ``expected``: an array, a tensor, or a number of NumPy, torch or Python.

    Parameters
    ----------
    expected : one format, as "float32", np.float32, torch.float32 or another array's ``dtype``; or ``int``, ``float``
        or ``bool`` for any format of whole numbers, of fractions, of truth values. A Python float is a float64.

    Examples
    --------
    >>> dtype("n", 3, int)
    >>> dtype("table", np.zeros(3, dtype=np.float32), "float64")
    Traceback (most recent call last):
    ...
    AssertionError: table: expected the number format float64, got float32. The digits that float32 lacks cannot be ...
    """
    families = {int: "int", float: "float", bool: "bool"}
    anything = expected in families if isinstance(expected, type) else False
    wanted = families[expected] if anything else _format_name(expected)
    found = differences.number_format(actual)
    what = f"numbers of the kind {wanted}" if anything else f"the number format {wanted}"
    if found is None:
        raise AssertionError(f"{name}: expected {what}, got {article(actual)}: {short(actual)}.")
    if found != wanted and not (anything and _family(found) == wanted):
        raise AssertionError(f"{name}: expected {what}, got {found}.{_reason(found, wanted)}")


def _format_name(expected: Any) -> str:
    name = str(expected)
    if isinstance(expected, str) or name.startswith("torch."):  # NumPy does not know bfloat16
        return name.removeprefix("torch.")
    return np.dtype(expected).name


def _family(name: str) -> str:
    return "int" if name.startswith(("int", "uint")) else "float" if "float" in name else name


def _reason(found: str, wanted: str) -> str:
    """What usually leads from the one format to the other."""
    pair = (_family(found), _family(wanted))
    if pair == ("float", "float"):
        if _bits(found) > _bits(wanted):
            return (
                f" Something of {found} took part, as NumPy's float64 for every new array, or the result of a "
                f"calculation in {found} was not brought back to {wanted}."
            )
        return (
            f" The digits that {found} lacks cannot be brought back at the end: compute in {wanted} from the start "
            "(torch makes float32 where it is not told otherwise)."
        )
    if pair == ("float", "int"):
        return (
            " A division with / and new arrays such as np.zeros(3) or np.array([]) make floats: use //, or dtype=int."
        )
    if found == "int" and pair == ("int", "float"):
        return " One of Python's whole numbers is no float: write 0.0 instead of 0, or convert it with float()."
    if pair == ("int", "float"):
        return " Arrays of whole numbers stay whole numbers where no dtype is given, and what is stored in them is cut."
    if pair == ("int", "int"):
        return f" Whole numbers of another size (of {found}) were asked for, or taken over from an argument."
    if wanted == "bool":
        return " Comparisons make truth values; sums and products of them make numbers."
    return ""


def _bits(name: str) -> int:
    digits = "".join(filter(str.isdigit, name))
    return int(digits or 64)


@_explains
def kind(name: str, actual: Any, expected: type | tuple[type, ...]) -> None:
    """``actual`` is of the type ``expected``, or of one of several: int, dict, (list, tuple), np.ndarray ...

    A bool is no int, and one of NumPy's numbers is none of Python's.

    Examples
    --------
    >>> kind("width", 64.0, int)
    Traceback (most recent call last):
    ...
    AssertionError: width: expected an int, got a float: 64.0.
    """
    types = expected if isinstance(expected, tuple) else (expected,)
    if not isinstance(actual, types) or (isinstance(actual, bool) and bool not in types):
        wanted = " or ".join(("an " if t.__name__[0] in "aeiou" else "a ") + t.__name__ for t in types)
        raise AssertionError(f"{name}: expected {wanted}, got {article(actual)}: {short(actual)}.")


@_explains
def parts(name: str, result: Any, names: Sequence[str]) -> tuple:
    """What a function returned with ``return a, b``, taken apart; ``names`` are those of its parts.

    Examples
    --------
    >>> train, validation = parts("split", ([1], [2, 3]), ["train", "validation"])
    >>> parts("split", [1, 2, 3], ["train", "validation"])
    Traceback (most recent call last):
    ...
    AssertionError: split must return 2 things, `return train, validation`; it returned a list of length 3.
    """
    if isinstance(result, list | tuple) and len(result) == len(names):
        return tuple(result)
    length = f" of length {len(result)}" if isinstance(result, list | tuple) else ""
    raise AssertionError(
        f"{name} must return {len(names)} things, `return {', '.join(names)}`; it returned {article(result)}{length}."
    )


# -- What goes on inside -------------------------------------------------------------------------------------------


class unchanged:
    """``with unchanged("name of the function", argument=value):`` what is called inside leaves the values as they were.

    Values are arrays, tensors (their numbers, number format, ``requires_grad`` and ``grad``), torch modules (all
    parameters, buffers and attributes, as ``training`` or ``_last``), other objects (public attributes), and lists,
    dicts and sets of them. A way back with ``backward`` fills ``grad``: take it outside, or use
    ``torch.autograd.grad``.

    Examples
    --------
    >>> sizes = [3, 1, 2]
    >>> with unchanged("sorted", sizes=sizes):
    ...     ordered = sorted(sizes)
    >>> with unchanged("sort", sizes=sizes):
    ...     sizes.sort()
    Traceback (most recent call last):
    ...
    AssertionError: sort changed sizes[0]: it was 3, and is 1.
    """

    def __init__(self, name: str, /, **values: Any):
        self.name, self.values = name, values
        self.before = self._snapshot()

    def _snapshot(self) -> dict[str, Any]:
        return {path: part for name, value in self.values.items() for path, part in differences.snapshot(name, value)}

    def __enter__(self) -> None:
        pass

    @_explains
    def __exit__(self, kind: type[BaseException] | None, error: Any, traceback: Any) -> None:
        if kind is None and (said := differences.changed(self.before, self._snapshot())):
            raise AssertionError(f"{self.name} changed {said}.")


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
