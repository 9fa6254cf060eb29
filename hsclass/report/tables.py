"""Accuracy figures of each model under each split, on average over the seeds."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from hsclass.report.collect import Results, Run
from hsclass.report.text import MISSING, between, number, ordered

KeyT = TypeVar("KeyT")


@dataclass(frozen=True)
class Figure:
    """A figure over seeds: mean and sample standard deviation, None where it is not defined or there is one seed."""

    mean: float | None
    spread: float | None

    def __str__(self) -> str:
        return number(self.mean) if self.spread is None else f"{number(self.mean)} ± {number(self.spread)}"


@dataclass(frozen=True)
class Group:
    """The runs of one model under one split, over all seeds.

    Attributes
    ----------
    split, features, model : str
        Names in the experiment.
    label : str
        The model, with its features where the experiment has several.
    leaky : bool
    runs : tuple of Run
    oa, aa, kappa, macro_f1 : Figure
    low, high : float or None
        The lowest and highest limit of the runs' intervals of OA.
    """

    split: str
    features: str
    model: str
    label: str
    leaky: bool
    runs: tuple[Run, ...]
    oa: Figure
    aa: Figure
    kappa: Figure
    macro_f1: Figure
    low: float | None
    high: float | None

    @property
    def method(self) -> tuple[str, str]:
        """Features and model."""
        return self.features, self.model


def figure(values: Iterable[float | None]) -> Figure:
    """Return mean and sample standard deviation (n − 1) of the values that are defined."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    return Figure(
        mean=statistics.fmean(known) if known else None,
        spread=statistics.stdev(known) if len(known) > 1 else None,
    )


def limits(group: Group, name: str) -> str:
    """Write the lowest and highest limit of the runs' intervals of a figure of `Metrics`."""
    lows = ordered(getattr(run.metrics, f"{name}_low") for run in group.runs)
    highs = ordered(getattr(run.metrics, f"{name}_high") for run in group.runs)
    return between(lows[0], highs[-1]) if lows and highs else MISSING


def groups(results: Results, scene: str) -> tuple[Group, ...]:
    """Return the groups of one scene, by split, features and model, each in the order of the experiment's runs."""
    several = len({run.entry.features for run in results.runs}) > 1
    return group_runs(results.of_scene(scene), several=several)


def group_runs(runs: Iterable[Run], *, several: bool) -> tuple[Group, ...]:
    """Return runs of one scene in groups; `several` says whether labels name the features."""
    found: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        found.setdefault((run.entry.split, run.entry.features, run.entry.model), []).append(run)
    splits, methods = _order(key[0] for key in found), _order(key[1:] for key in found)
    keys = sorted(found, key=lambda key: (splits[key[0]], methods[key[1:]]))
    return tuple(_group(key, found[key], f"{key[1]} · {key[2]}" if several else key[2]) for key in keys)


def by_split(found: Iterable[Group]) -> dict[str, list[Group]]:
    """Return the groups under the name of their split."""
    table: dict[str, list[Group]] = {}
    for group in found:
        table.setdefault(group.split, []).append(group)
    return table


def by_method(found: Iterable[Group]) -> dict[tuple[str, str], list[Group]]:
    """Return the groups under their features and model."""
    table: dict[tuple[str, str], list[Group]] = {}
    for group in found:
        table.setdefault(group.method, []).append(group)
    return table


def best(found: Iterable[Group]) -> Group | None:
    """Return the group of the highest mean OA, the first of equals, None where there is none."""
    return max(found, key=lambda group: group.oa.mean or 0, default=None)


def _order(keys: Iterable[KeyT]) -> dict[KeyT, int]:
    return {key: place for place, key in enumerate(dict.fromkeys(keys))}


def _group(key: tuple[str, str, str], runs: list[Run], label: str) -> Group:
    metrics = [run.metrics for run in runs]
    lows, highs = ordered(m.oa_low for m in metrics), ordered(m.oa_high for m in metrics)
    return Group(
        split=key[0],
        features=key[1],
        model=key[2],
        label=label,
        leaky=any(run.split.leaky for run in runs),
        runs=tuple(runs),
        oa=figure(m.oa for m in metrics),
        aa=figure(m.aa for m in metrics),
        kappa=figure(m.kappa for m in metrics),
        macro_f1=figure(m.macro_f1 for m in metrics),
        low=lows[0] if lows else None,
        high=highs[-1] if highs else None,
    )
