"""The state of a training on disk, so that a killed training continues after its last epoch."""

import json
import logging
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from hsclass.atomic import atomic_path

FILE = "state.npz"

_LOG = logging.getLogger(__name__)
_SHARE = 0.02
_UNREADABLE = (OSError, EOFError, BadZipFile, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class State:
    """Everything that a training needs to continue as if it had not been stopped.

    Attributes
    ----------
    about : mapping
        Plain values: epochs done, whether the training is finished, history, best epoch.
    arrays : mapping of str to sequence of ndarray
        Values of variables, by group.
    """

    about: Mapping[str, Any]
    arrays: Mapping[str, Sequence[np.ndarray]]


class Checkpoint:
    """A folder with the state of one training.

    The state is written next to the old one and renamed, so that a kill leaves one or the other.

    Parameters
    ----------
    folder : path
        Need not exist.
    key : mapping
        Identifies the training, in values that JSON can represent: a state with another key is not used.
    share : float
        Largest share of the time that may be spent on writing: if epochs are too short for it, not all of them are
        written. 0 writes every epoch.
    writes : bool
        False for the processes of a shared training that only read what one of them writes.
    """

    def __init__(self, folder: Path, key: Mapping[str, Any], *, share: float = _SHARE, writes: bool = True) -> None:
        self.folder = Path(folder)
        self.key = json.loads(json.dumps(dict(key)))
        self.share = share
        self.writes = writes
        self._next = 0.0

    @property
    def due(self) -> bool:
        """Return whether enough time has passed since the state was last written."""
        return self.writes and time.monotonic() >= self._next

    def write(self, state: State) -> None:
        """Replace the last state by `state`."""
        if not self.writes:
            return
        start = time.monotonic()
        about = json.dumps({"key": self.key, **state.about}).encode()
        named: dict[str, Any] = {
            f"{group} {number}": array for group, arrays in state.arrays.items() for number, array in enumerate(arrays)
        }
        with atomic_path(self.folder / FILE) as partial, partial.open("wb") as file:
            np.savez(file, about=np.frombuffer(about, np.uint8), **named)
        now = time.monotonic()
        self._next = now + (now - start) / self.share if self.share else now

    def read(self) -> State | None:
        """Return the stored state, or None; if it cannot be used, log the reason."""
        if not (self.folder / FILE).exists():
            return None
        try:
            with np.load(self.folder / FILE, allow_pickle=False) as file:
                about = json.loads(file["about"].tobytes())
                key = about.pop("key")
                groups: dict[str, list[np.ndarray]] = {}
                for name in file.files:
                    group, _, number = name.partition(" ")
                    if number:
                        groups.setdefault(group, []).append(file[name])
        except _UNREADABLE as error:
            _LOG.warning("training begins anew: %s cannot be read (%s)", self.folder / FILE, error)
            return None
        other = sorted(name for name in {*key, *self.key} if key.get(name) != self.key.get(name))
        if other:
            _LOG.warning(
                "training begins anew: %s holds the state of a training with another %s",
                self.folder,
                " and ".join(other),
            )
            return None
        return State(about, groups)


def remove(folder: Path) -> None:
    """Remove the state of a training whose model is saved, if there is one."""
    shutil.rmtree(folder, ignore_errors=True)
