"""Curves for TensorBoard: a run's numbers as event files, which TensorFlow writes."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any


def import_tensorflow() -> Any:
    """TensorFlow without its messages; an ImportError that says what to do where it is missing."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, while it is imported
    try:
        import tensorflow
    except ImportError as error:
        raise ImportError(
            f"TensorBoard's events are written by TensorFlow, which cannot be imported ({error}): install it, "
            "python -m pip install tensorflow, or leave --tensorboard out"
        ) from error
    return tensorflow


class EventFile:
    """An event file of numbers by name and step.

    Events are written as records, not through ``tf.summary``, which would first take hold of a GPU's memory.

    Parameters
    ----------
    folder : made when it does not exist.
    first_step : the step that is written first. A run that goes on after an interruption begins another file;
        TensorBoard then leaves out what older files hold of this step and of later ones.

    Examples
    --------
    >>> import tempfile
    >>> with EventFile(tempfile.mkdtemp(), first_step=1) as events:
    ...     events.add(1, {"loss/training": 3.9})
    """

    def __init__(self, folder: str | os.PathLike, first_step: int):
        tf = import_tensorflow()
        self._Event, self._Summary = tf.compat.v1.Event, tf.compat.v1.Summary
        Path(folder).mkdir(parents=True, exist_ok=True)
        # TensorBoard reads the files of a folder in the order of their names.
        self._file = tf.io.TFRecordWriter(str(Path(folder) / f"events.out.tfevents.{first_step:010d}"))
        self._write(file_version="brain.Event:2")
        self._write(step=first_step, session_log=tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START))

    def add(self, step: int, numbers: dict[str, float]) -> None:
        """Write the numbers of one step; TensorBoard sees them at once."""
        values = [self._Summary.Value(tag=name, simple_value=number) for name, number in numbers.items()]
        self._write(step=step, summary=self._Summary(value=values))
        self._file.flush()

    def _write(self, **content: Any) -> None:
        self._file.write(self._Event(wall_time=time.time(), **content).SerializeToString())

    def close(self) -> None:
        """Write what is left and close the file."""
        self._file.close()

    def __enter__(self) -> EventFile:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
