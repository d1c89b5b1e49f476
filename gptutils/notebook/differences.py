"""Where two values differ, and how a message says it: what stands behind `gptutils.notebook.check`.

Values are numbers, text, arrays, tensors, and lists, tuples and dicts of them. torch is never imported: a tensor is
what has a method ``detach``.
"""

from __future__ import annotations

import functools
import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

LONGEST = 200  # characters of a value in a message
WHOLE = 8  # numbers of an array that a message shows in full
WIDEST = 16  # rows and columns of a mask that a message draws

# -- Arrays and tensors --------------------------------------------------------------------------------------------


def is_tensor(value: Any) -> bool:
    return hasattr(value, "detach")


def is_array(value: Any) -> bool:
    """Whether this is an array or tensor with axes; one without is a number."""
    return (isinstance(value, np.ndarray) or is_tensor(value)) and value.ndim > 0


def as_array(value: Any) -> np.ndarray:
    """An array or tensor as a NumPy array, without loss: NumPy does not know bfloat16."""
    if is_tensor(value):
        value = value.detach().cpu()
        value = (value.double() if value.is_floating_point() else value).numpy()
    return np.asarray(value)


def plain(value: Any) -> Any:
    """Python's own number for one of NumPy's or torch's; NumPy's array for a tensor; also inside a list."""
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.generic | np.ndarray) or is_tensor(value):
        array = as_array(value)
        return array if array.ndim else array.item()
    return value


def as_numbers(value: Any) -> np.ndarray:
    """Numbers as an array of float64; TypeError or ValueError where they are none, or rows differ in length."""
    array = np.asarray(plain(value))
    if array.dtype.kind not in "iufb":
        raise TypeError("not numbers")
    return array.astype(np.float64)


def _holds_arrays(value: Any) -> bool:
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return any(is_array(part) or _holds_arrays(part) for part in parts)


# -- Exactly equal -------------------------------------------------------------------------------------------------


def same(actual: Any, expected: Any) -> bool:
    """Exactly equal: a tuple may stand for a list, a tensor for an array; True is not 1, and nan equals nothing."""
    if type(actual) is type(expected) and isinstance(expected, int | str | bytes):
        return actual == expected
    if is_array(actual) or is_array(expected):
        if not (is_array(actual) and is_array(expected)) or actual.shape != expected.shape:
            return False
        return bool(np.all(as_array(actual) == as_array(expected)))
    if isinstance(expected, list | tuple):
        return isinstance(actual, list | tuple) and len(actual) == len(expected) and all(map(same, actual, expected))
    if isinstance(expected, Mapping):
        keys = isinstance(actual, Mapping) and actual.keys() == expected.keys()
        return keys and all(same(actual[key], expected[key]) for key in expected)
    actual, expected = plain(actual), plain(expected)
    if isinstance(actual, bool) != isinstance(expected, bool):
        return False
    try:
        return bool(actual == expected)
    except Exception:  # an object that cannot be compared
        return False


def unequal(actual: Any, expected: Any, path: str = "") -> str | None:
    """Where and how ``actual`` is not exactly ``expected``, as the end of a message; None where it is."""
    if same(actual, expected):
        return None
    if is_array(expected):
        return _at(path) + _unequal_arrays(actual, expected)
    if _holds_arrays(expected) or len(repr(expected)) > LONGEST:  # point at the first part that differs
        if other := _other_parts(actual, expected):
            return _at(path) + other
        for key, found, wanted in _pairs(actual, expected):
            if said := unequal(found, wanted, f"{path}[{key!r}]"):
                return said
    if isinstance(expected, str | bytes) and type(actual) is type(expected) and len(expected) > LONGEST:
        i = next((i for i, (a, b) in enumerate(zip(actual, expected, strict=False)) if a != b), len(actual))
        here = f"expected ...{expected[i : i + 20]!r}, got ...{actual[i : i + 20]!r}"
        return f"{_at(path)}different from index {i} on: {here} (length {len(actual)}, expected {len(expected)})."
    return f"{_at(path)}expected {short(expected)}, got {short(actual)}{_kind(actual, expected)}."


def _unequal_arrays(actual: Any, expected: Any) -> str:
    if not is_array(actual):
        return f"expected an array of shape {list(expected.shape)}, got {article(actual)}: {short(actual)}."
    found, wanted = as_array(actual), as_array(expected)
    if said := _other_shape(found, wanted):
        return said
    wrong = np.argwhere(np.atleast_1d(found != wanted))
    first = tuple(wrong[0].tolist())
    here = f"at {list(first)}: expected {_number(wanted[first])}, got {_number(found[first])}"
    if wanted.size <= WHOLE:
        return f"expected {_nested(wanted)}, got {_nested(found)} (first difference at {list(first)})."
    said = f"{len(wrong)} of {wanted.size} differ, the first {here} (shape {list(wanted.shape)})."
    if wanted.dtype == bool and max(wanted.shape[-2:]) <= WIDEST:
        said += _drawn(*(np.atleast_2d(mask[first[:-2]]) for mask in (wanted, found)))
    return said


def _drawn(wanted: np.ndarray, found: np.ndarray) -> str:
    """Two masks side by side: X for True, . for False."""
    left, right = ([" ".join(".X"[int(bool(x))] for x in row) for row in mask] for mask in (wanted, found))
    width = max(len("expected"), len(left[0]))
    rows = [f"{'expected':{width}}   got", *(f"{a:{width}}   {b}" for a, b in zip(left, right, strict=True))]
    return "\n" + "\n".join(rows) + "\n(X stands for True, . for False)"


# -- Equal up to an error ------------------------------------------------------------------------------------------


def apart(actual: Any, expected: Any, scale_tol: float, atol: float, equal_nan: bool, path: str = "") -> str | None:
    """Where and how ``actual`` is too far from ``expected``, as the end of a message; None where it is close."""
    try:
        wanted = None if isinstance(expected, Mapping) else as_numbers(expected)
    except (TypeError, ValueError):
        if not isinstance(expected, list | tuple):
            raise
        wanted = None
    if wanted is None:  # part by part, each with a scale of its own
        if not isinstance(actual, Mapping if isinstance(expected, Mapping) else list | tuple):
            return f"{_at(path)}expected {article(expected)}, got {article(actual)}."
        if other := _other_parts(actual, expected):
            return _at(path) + other
        parts = (
            apart(found, part, scale_tol, atol, equal_nan, f"{path}[{key!r}]")
            for key, found, part in _pairs(actual, expected)
        )
        return next(filter(None, parts), None)
    try:
        found = as_numbers(actual)
    except (TypeError, ValueError):
        return f"{_at(path)}expected numbers, got {article(actual)}."
    if said := _other_shape(found, wanted):
        return _at(path) + said
    finite = np.isfinite(wanted)
    scale = np.abs(wanted[finite]).max(initial=0.0)
    allowed = scale_tol * scale + atol
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(found - wanted)
    met = (found == wanted) | (equal_nan & np.isnan(found) & np.isnan(wanted))
    # Infinities and not-a-number are met or missed, never nearly met.
    error = np.where(met, 0.0, np.where(finite & np.isfinite(found), error, np.inf))
    n_wrong = int((error > allowed).sum())
    if not n_wrong:
        return None
    worst = np.unravel_index(error.argmax(), error.shape)
    where, size = [int(i) for i in worst], error[worst]
    here = f"expected {_number(wanted[worst], found[worst])}, got {_number(found[worst], wanted[worst])}"
    bound = f"error {size:.4g}, allowed {allowed:.4g}"
    hint = ""
    if allowed < 1e-7 * scale and 1e-9 * scale < size < 1e-6 * scale:
        hint = " Float32 leaves an error of this size: compute in float64 from the start; at the end it is too late."
    if not where:
        return f"{_at(path)}{here} ({bound}).{hint}"
    if wanted.size <= WHOLE:
        precise = _nested(wanted) == _nested(found)
        said = f"expected {_nested(wanted, precise)}, got {_nested(found, precise)}"
        return f"{_at(path)}{said} (largest error {size:.4g} at {where}, allowed {allowed:.4g}).{hint}"
    return (
        f"{_at(path)}the largest error is at {where}: {here} ({bound}); "
        f"{n_wrong} of {wanted.size} numbers are off, shape {list(wanted.shape)}.{hint}"
    )


# -- Number formats ------------------------------------------------------------------------------------------------


def number_format(value: Any) -> str | None:
    """The name of the number format, as "float32"; "int" of Python's whole numbers; None where there is none."""
    if hasattr(value, "dtype"):
        return str(value.dtype).removeprefix("torch.")
    return {bool: "bool", int: "int", float: "float64"}.get(type(value))


# -- Before and after ----------------------------------------------------------------------------------------------


def snapshot(path: str, value: Any, seen: frozenset[int] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Copies of everything that can change in a value: (name of the part, its copy).

    Of an object these are its public attributes; of a torch module all attributes that torch has not made itself, and
    its parameters, buffers and submodules; of a tensor also its number format, ``requires_grad`` and ``grad``.
    """
    if id(value) in seen:  # an object that holds itself
        return
    seen = seen | {id(value)}
    if isinstance(value, np.ndarray) or is_tensor(value):
        yield f"{path}.dtype", str(value.dtype)
        yield path, value.detach().clone() if is_tensor(value) else np.array(value)
        if is_tensor(value):
            yield f"{path}.requires_grad", value.requires_grad
            if value.is_leaf:  # torch warns where another tensor's grad is asked for
                yield from [(f"{path}.grad", None)] if value.grad is None else snapshot(f"{path}.grad", value.grad)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from snapshot(f"{path}[{key!r}]", part, seen)
    elif isinstance(value, list | tuple):
        if all(isinstance(part, int | float | str | bytes | None) for part in value):
            yield path, list(value)
        else:
            yield f"len({path})", len(value)
            for i, part in enumerate(value):
                yield from snapshot(f"{path}[{i}]", part, seen)
    elif isinstance(value, set | bytearray):
        yield path, value.copy()
    elif hasattr(value, "__dict__") and (hasattr(value, "_parameters") or not callable(value)):
        parts = {name: part for name, part in vars(value).items() if _is_own(name, value)}
        for group in ("_parameters", "_buffers", "_modules"):
            parts |= vars(value).get(group, {})
        for name, part in parts.items():
            yield from snapshot(f"{path}.{name}", part, seen)
    else:
        yield path, value


def _is_own(name: str, value: Any) -> bool:
    """Whether an attribute is a part of the object: the public ones, of a torch module all but torch's own."""
    if not name.startswith("_"):
        return True
    module = next((kind for kind in type(value).__mro__ if kind.__module__ == "torch.nn.modules.module"), None)
    return module is not None and name not in _made_by_torch(module)


@functools.cache
def _made_by_torch(module: type) -> frozenset[str]:
    return frozenset(vars(module()))


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """The first part that differs between two snapshots, and how; None where all are the same."""
    for path in [*before, *(path for path in after if path not in before)]:
        if path not in after:
            return f"{path}: it was {short(before[path])}, and is gone"
        if path not in before:
            return f"{path}: it was not there, and is {short(after[path])}"
        old, new = before[path], after[path]
        if _still(old, new):
            continue
        if is_array(old) and is_array(new) and old.shape == new.shape:
            a, b = as_array(old), as_array(new)
            first = tuple(np.argwhere((a != b) & ((a == a) | (b == b)))[0].tolist())
            return f"{path}, at {list(first)}: it was {_number(a[first])}, and is {_number(b[first])}"
        if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            i = next(i for i, (a, b) in enumerate(zip(old, new, strict=True)) if not _still(a, b))
            return f"{path}[{i}]: it was {short(old[i])}, and is {short(new[i])}"
        return f"{path}: it was {short(old)}, and is {short(new)}"
    return None


def _still(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray) or is_tensor(old):
        if not (isinstance(new, np.ndarray) or is_tensor(new)) or old.shape != new.shape:
            return False
        a, b = as_array(old), as_array(new)
        return bool(np.all((a == b) | ((a != a) & (b != b))))  # nan stays nan
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(_still, old, new))
    try:
        return old is new or (type(old) is type(new) and bool(old == new or (old != old and new != new)))
    except Exception:  # an object that cannot be compared
        return False


# -- Parts and their names -----------------------------------------------------------------------------------------


def _at(path: str) -> str:
    return f"at {path}: " if path else ""


def _pairs(actual: Any, expected: Any) -> Iterator[tuple[Any, Any, Any]]:
    """(key or index, part of actual, part of expected) for all parts that both have."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        yield from ((key, actual[key], part) for key, part in expected.items() if key in actual)
    elif isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        yield from ((i, *pair) for i, pair in enumerate(zip(actual, expected, strict=False)))


def _other_parts(actual: Any, expected: Any) -> str | None:
    if isinstance(expected, Mapping) and isinstance(actual, Mapping) and actual.keys() != expected.keys():
        return f"expected the keys {short(list(expected))}, got {short(list(actual))}."
    return None if not isinstance(expected, list | tuple) else _other_length(actual, expected)


def _other_length(actual: Any, expected: Sequence) -> str | None:
    if not isinstance(actual, list | tuple) or len(actual) == len(expected):
        return None
    for i, found, part in _pairs(actual, expected):
        if not same(found, part):
            where = f"the first that differs is [{i}]: expected {short(part)}, got {short(found)}"
            break
    else:
        where = "those that both have are the same"
    return f"expected {len(expected)} items, got {len(actual)}; {where}."


def _other_shape(found: np.ndarray, wanted: np.ndarray) -> str | None:
    if found.shape == wanted.shape:
        return None
    return f"expected shape {list(wanted.shape)}, got {list(found.shape)}."


# -- Values in a message -------------------------------------------------------------------------------------------


def _kind(actual: Any, expected: Any) -> str:
    """The types, where they differ and so explain the difference."""
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        return f" (length {len(actual)}, expected {len(expected)})" if len(actual) != len(expected) else ""
    return "" if isinstance(actual, type(expected)) else f" ({article(actual)}, expected {article(expected)})"


def article(value: Any) -> str:
    """The type in words: an int, a list, None; of an iterator that `check.call` has wrapped, its own."""
    name = type(vars(value)["explained"] if type(value).__name__ == "_Explained" else value).__name__
    return "None" if value is None else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _number(value: Any, other: Any = None) -> str:
    """A number in seven digits, or in all where seven do not tell it from the other."""
    value = plain(value)
    if not isinstance(value, float):
        return repr(value)
    digits = f"{value:.7g}"
    return repr(value) if other is not None and digits == f"{plain(other):.7g}" else digits


def _nested(array: np.ndarray, precise: bool = False) -> str:
    """A small array as nested lists."""
    if array.ndim:
        return f"[{', '.join(_nested(row, precise) for row in array)}]"
    return repr(plain(array)) if precise else _number(array)


class _Brief(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxdict, self.maxset = 3, 4, 20
        self.maxlist = self.maxtuple = 40
        self.maxstring = self.maxlong = self.maxother = LONGEST

    def repr_instance(self, x: Any, level: int) -> str:
        if is_tensor(x) and x.numel() > WHOLE:  # torch takes 20 ms for its edges
            return f"<tensor of shape {list(x.shape)}>"
        return super().repr_instance(x.item() if isinstance(x, np.generic) else x, level)


def shown_call(function: Callable, args: Sequence, kwargs: Mapping[str, Any]) -> str:
    """The call as the learner would write it: the beginning of long lists and dicts, the edges of large arrays, the
    shapes of large tensors.

    It is made before the call, which may change its arguments; so it must cost little, whatever they are.
    """
    brief = _Brief()
    with np.printoptions(threshold=12):
        parts = [*map(brief.repr, args), *(f"{name}={brief.repr(value)}" for name, value in kwargs.items())]
    return f"{name_of(function)}({_cut(', '.join(map(_cut, parts)))})"


def name_of(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 20]} ..."


def short(value: Any) -> str:
    """A value, cut where it is long; a small array or tensor as nested lists."""
    if isinstance(value, np.ndarray) or is_tensor(value):
        array = as_array(value)
        return _nested(array) if array.size <= WHOLE else f"an array of shape {list(array.shape)}"
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= LONGEST else f"{_cut(text)} ({len(text)} characters)"
