"""Search spaces: which values of an option a search tries, declared next to the option."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import Field, model_validator

from hsclass.options import Options


class Range(Options):
    """Numbers from `low` to `high`, both included; integers if both are integers.

    Attributes
    ----------
    low, high : int or float
    log : bool
        Draw on a logarithmic scale.
    step : int, float or None
        Distance between the numbers, starting at `low`; not together with `log`.
    """

    low: int | float
    high: int | float
    log: bool = False
    step: int | float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _make_sense(self) -> "Range":
        if self.high < self.low:
            raise ValueError(f"'low' {self.low:g} must not be above 'high' {self.high:g}")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("'log' needs a 'low' above 0 and no 'step'")
        return self

    @property
    def whole(self) -> bool:
        """True if the numbers are integers."""
        return isinstance(self.low, int) and isinstance(self.high, int) and isinstance(self.step, int | None)

    def __contains__(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        return self.low <= value <= self.high


class Choice(Options):
    """A few values without order, of any type that JSON can represent."""

    choices: tuple[Any, ...] = Field(min_length=1)

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as JSON, which distinguishes 1 from true and represents lists; search storages hold texts only."""
        return tuple(json.dumps(choice) for choice in self.choices)

    def __contains__(self, value: object) -> bool:
        return json.dumps(value) in self.texts


Dimension = Range | Choice
Space = Mapping[str, Dimension]


def search_space(**dimensions: Dimension) -> Space:
    """Return a search space by the names of the options."""
    return MappingProxyType(dimensions)
