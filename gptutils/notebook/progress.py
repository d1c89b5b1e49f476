"""Progress bars that a person sees and that no committed notebook keeps."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm


def person_is_watching() -> bool:
    """Whether somebody looks at the output as it comes: in a terminal, or a notebook in JupyterLab, Colab or an editor.

    False for output that goes into a file or a pipe, and for notebooks that a program runs (nbclient, nbconvert, nbval,
    nbgrader): only a front end with a person before it tells the kernel that it may ask for input.

    Examples
    --------
    >>> person_is_watching() in {True, False}
    True
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if kernel := getattr(shell, "kernel", None):
        return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stderr is not None and sys.stderr.isatty()


def progress_bar(iterable: Iterable | None = None, *, enabled: bool = True, **options: Any) -> tqdm:
    """A tqdm bar that shows only while a person is watching, and that disappears when it is closed.

    Parameters
    ----------
    iterable : what to iterate over, or ``None`` for a bar that is moved by ``update(n)``.
    enabled : ``False`` shows nothing, not even to a person.
    options : tqdm's own (``total``, ``desc``, ``unit``, ...).

    Examples
    --------
    >>> [n * n for n in progress_bar([1, 2, 3], enabled=False)]
    [1, 4, 9]
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tqdm.auto warns where ipywidgets are missing, and then draws a text bar
        from tqdm.auto import tqdm
    if not (enabled and person_is_watching()):
        options["disable"] = True
    return tqdm(iterable, leave=False, **options)
