"""The state of a training on disk, so that a killed one goes on from its last epoch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Checkpoint:
    """Where a training keeps its state.

    Attributes
    ----------
    folder : path
        Written anew, atomically, at the end of an epoch; removed when the training is done.
    key : mapping
        What the training is a training of: a state under another key is not taken up.
    """

    folder: Path
    key: Mapping[str, Any] = field(default_factory=dict)
