"""Progress of long computations: a bar in a terminal or a notebook, a log line every few seconds elsewhere."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

EVERY = 5.0
"""Seconds between two log lines of one computation."""


class Progress(Protocol):
    """What `progress` yields."""

    def update(self, done: float = 1, note: str = "") -> None:
        """Count `done` more units; `note` says what was reached, such as the loss of an epoch."""


@contextmanager
def progress(what: str, total: float | None = None, *, unit: str = "steps") -> Iterator[Progress]:
    """Report the progress of a computation.

    A terminal or a notebook shows a bar, if the program asked for messages of level INFO (`logging`). Elsewhere a line
    is logged at most every `EVERY` seconds, so that log files stay short.

    Parameters
    ----------
    what : str
        What is done, such as "train cnn3d".
    total : float, optional
        Units in all, where that is known.
    unit : str
        What is counted, in the plural.

    Examples
    --------
    >>> with progress("map the scene", total=3, unit="rows") as bar:
    ...     for row in range(3):
    ...         bar.update()
    """
    log = logging.getLogger(__name__)
    if log.isEnabledFor(logging.INFO) and (sys.stderr.isatty() or "ipykernel" in sys.modules):
        from tqdm.auto import tqdm

        with tqdm(total=total, desc=what, unit=f" {unit}", leave=False) as bar:
            yield _Bar(bar)
    else:
        yield _Lines(log, what, total, unit)


class _Bar:
    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def update(self, done: float = 1, note: str = "") -> None:
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(done)


class _Lines:
    def __init__(self, log: logging.Logger, what: str, total: float | None, unit: str) -> None:
        self._log, self._what, self._unit = log, what, unit
        self._of = "" if total is None else f" of {total:g}"
        self._done, self._last = 0.0, time.monotonic()

    def update(self, done: float = 1, note: str = "") -> None:
        self._done += done
        if time.monotonic() - self._last >= EVERY:
            self._last = time.monotonic()
            text = f": {note}" if note else ""
            self._log.info("%s: %g%s %s%s", self._what, self._done, self._of, self._unit, text)
