"""The trials of a search: what each tried and what came of it."""

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
        From 0, without the trials that were lost with their worker.
    outcome : {"complete", "pruned", "unfit"}
        All folds scored; given up after some; or refused by the model, `reason` says why.
    values : dict
        The options that were tried.
    scores : tuple of float
        Of each fold.
    seconds : float
    worker : int
    start : bool
        True for the model's own options, which are tried first.
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
        """Mean of the scores; None where there is none."""
        return math.fsum(self.scores) / len(self.scores) if self.scores else None

    @property
    def spread(self) -> float | None:
        """Sample standard deviation of the scores; None for fewer than two."""
        return statistics.stdev(self.scores) if len(self.scores) > 1 else None

    def as_record(self) -> dict[str, Any]:
        """Return what a storage keeps, without the number, which is its own."""
        record = asdict(self)
        del record["number"]
        return record

    @classmethod
    def from_record(cls, number: int, record: dict[str, Any]) -> "Trial":
        """Read what `as_record` gave."""
        return cls(number=number, **{**record, "scores": tuple(record["scores"])})


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """Return the complete trial of the highest value, the first of equals; None where none is complete."""
    complete = [trial for trial in trials if trial.outcome == "complete"]
    return max(complete, key=lambda trial: trial.value or 0.0, default=None)
