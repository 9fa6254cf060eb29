"""The subject of a search: a model on features, the fixed options, and the space of the others."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hsclass.errors import UsageError
from hsclass.features import feature_class
from hsclass.models import model_class
from hsclass.options import Options, parse_options
from hsclass.space import Choice, Dimension, Range, Space
from hsclass.tuning.options import TuneOptions

PREFIX = "features."
"""Prefix of the names of the extractor's options, next to those of the model."""


@dataclass(frozen=True)
class Subject:
    """A model and its features with their fixed options.

    Attributes
    ----------
    model, features : str
        Names of their tables.
    options, feature_options : mapping
        The fixed options; they are not searched.
    """

    model: str
    features: str = "raw"
    options: Mapping[str, Any] = field(default_factory=dict)
    feature_options: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """All options with their given or default values, as in JSON; those of the extractor with their prefix."""
        model, features = self.parsed({})
        extractor = {f"{PREFIX}{name}": value for name, value in features.model_dump(mode="json").items()}
        return {**model.model_dump(mode="json"), **extractor}

    def merged(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the options of the model and of the extractor, the given ones and those in `values`."""
        own = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
        extractor = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
        return {**self.options, **own}, {**self.feature_options, **extractor}

    def parsed(self, values: Mapping[str, Any]) -> tuple[Any, Options]:
        """Return the same as checked options, with defaults; raise UsageError for an invalid value."""
        options, feature_options = self.merged(values)
        return (
            parse_options(model_class(self.model).Options, options, f"model {self.model}"),
            parse_options(feature_class(self.features).Options, feature_options, f"features {self.features}"),
        )

    def space(self, search: TuneOptions) -> dict[str, Dimension]:
        """Return the search space, by option.

        Raises
        ------
        UsageError
            If the search names an unknown or a fixed option, or an invalid value, or nothing is left to search.
        """
        found = _narrowed(
            model_class(self.model).space, search.space, self.options, f"search of {self.model}: space of"
        )
        if search.features or search.feature_space:
            declared = feature_class(self.features).space if search.features else {}
            where = f"search of {self.features}: space of"
            narrowed = _narrowed(declared, search.feature_space, self.feature_options, where)
            found |= {f"{PREFIX}{name}": dimension for name, dimension in narrowed.items()}
        for name, dimension in found.items():
            for value in dimension.choices if isinstance(dimension, Choice) else (dimension.low, dimension.high):
                self.parsed({name: value})
        if not found:
            raise UsageError(
                f"search of {self.model}: there is nothing to search, as the model declares no space of options beyond"
                " those that are given; name some under 'space', or do not tune it"
            )
        return found


def _narrowed(declared: Space, asked: Mapping[str, Any], given: Mapping[str, Any], where: str) -> dict[str, Dimension]:
    twice = sorted(set(asked) & set(given))
    if twice:
        raise UsageError(f"{where} '{twice[0]}': the option is given a value, too; expected one or the other; drop one")
    found = {name: dimension for name, dimension in declared.items() if name not in given}
    return found | {name: _asked(value, declared.get(name), f"{where} '{name}'") for name, value in asked.items()}


def _asked(value: Any, declared: Dimension | None, where: str) -> Dimension:
    if isinstance(value, list | tuple):
        return parse_options(Choice, {"choices": value}, where)
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: is {json.dumps(value)}; expected a list of values, or any of low, high, log, step")
    if not isinstance(declared, Range):
        return parse_options(Range, value, where)
    # A step fits only the range that it was declared for, and cannot be combined with 'log'.
    own = declared.model_dump(exclude={"step"} if {"low", "high", "log"} & set(value) else set())
    merged = parse_options(Range, {**own, **value}, where)
    if merged.whole == declared.whole:
        return merged
    if declared.whole:
        raise UsageError(
            f"{where}: holds numbers that are not whole; expected whole ones, as the option takes no other"
        )
    return Range(low=float(merged.low), high=float(merged.high), log=merged.log, step=merged.step)
