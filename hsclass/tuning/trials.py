"""The trials of a search: their options and results."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Outcome = Literal["complete", "pruned", "unfit"]


@dataclass(frozen=True)
class Trial:
    """A finished trial.

    Attributes
    ----------
    number : int
        From 0, without trials that were lost with their worker.
    outcome : {"complete", "pruned", "unfit"}
        All folds scored; stopped after some; or refused by the model, with a `reason`.
    values : dict
        The options that were tried.
    scores : tuple of float
        One score per fold.
    seconds : float
    worker : int
    start : bool
        True for the default options, which are tried first.
    """

    number: int
    outcome: Outcome
    values: dict[str, Any]
    scores: tuple[float, ...] = ()
    seconds: float = 0.0
    worker: int = 0
    start: bool = False
    reason: str = ""

    @property
    def value(self) -> float | None:
        """Mean of the scores; None if there is none."""
        return math.fsum(self.scores) / len(self.scores) if self.scores else None

    @property
    def spread(self) -> float | None:
        """Sample standard deviation of the scores; None for fewer than two."""
        return statistics.stdev(self.scores) if len(self.scores) > 1 else None

    def as_record(self) -> dict[str, Any]:
        """Return the trial as it is stored, without its number, which the storage assigns."""
        record = asdict(self)
        del record["number"]
        return record

    @classmethod
    def from_record(cls, number: int, record: dict[str, Any]) -> "Trial":
        """Read the output of `as_record`."""
        return cls(number=number, **{**record, "scores": tuple(record["scores"])})


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """Return the complete trial with the highest value, the first of equal ones; None if none is complete."""
    complete = [trial for trial in trials if trial.outcome == "complete"]
    return max(complete, key=lambda trial: trial.value or 0.0, default=None)
