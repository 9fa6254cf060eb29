"""Area-adjusted accuracy and areas of the classes, over the seeds of a split."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from hsclass.report.table import SetResults, mean_limit
from hsclass.report.text import MISSING, between, count, lowest_to_highest, mean_and_spread, number, percent

_FIGURES = [
    "mapped", "area", "area_low", "area_high", "users_accuracy", "users_low", "users_high", "producers_accuracy",
    "producers_low", "producers_high",
]  # fmt: skip


@dataclass(frozen=True)
class AreaTable:
    """One model under one split.

    Attributes
    ----------
    counted : str
        OA as counted in the test pixels.
    unsampled : str or None
        Share of the mapped area in classes that the test pixels miss.
    rows : DataFrame
        In words, a row a class (index `id`, `name`): `mapped`, `area`, `users`, `producers`, the last three with
        `_interval`.
    """

    label: str
    unit: str
    total: str
    oa: str
    interval: str
    counted: str
    unsampled: str | None
    rows: pd.DataFrame


@dataclass(frozen=True)
class AreaPanel:
    """One split: the table of the model that its validation pixels chose, else the first, and those of the others."""

    split: str
    leaky: bool
    first: AreaTable
    others: tuple[AreaTable, ...]


def area_panels(results: SetResults) -> tuple[AreaPanel, ...]:
    """Return a panel for each split with a model whose areas were estimated."""
    classes = results.long(lambda run: run.metrics.area.classes if run.metrics.area else ())
    if classes.empty:
        return ()
    classes[_FIGURES] = classes[_FIGURES].astype(float)
    panels = []
    for split, groups in results.by_split():
        known = groups[[results.over(group, "area_total").notna().any() for group in groups.itertuples()]]
        if len(known):
            chosen = results.chosen(split)
            first = known.loc[chosen.name if chosen is not None and chosen.name in known.index else known.index[0]]
            tables = {group.method: _table(results, group, classes) for group in known.itertuples()}
            panels.append(AreaPanel(split, bool(first.leaky), tables.pop(first.method), tuple(tables.values())))
    return tuple(panels)


def _table(results: SetResults, group: Any, classes: pd.DataFrame) -> AreaTable:
    unit = str(results.over(group, "area_unit").dropna().iloc[0])
    unsampled = results.over(group, "area_unsampled_share").dropna()
    return AreaTable(
        label=group.label,
        unit=unit,
        total=_size(unit, results.over(group, "area_total").mean()),
        oa=mean_and_spread(group.area_oa, group.area_oa_std),
        interval=between(group.area_oa_low, group.area_oa_high),
        counted=mean_and_spread(group.oa, group.oa_std),
        unsampled=lowest_to_highest(unsampled, percent) if unsampled.any() else None,
        rows=_in_words(classes[(classes.split == group.split) & (classes.method == group.method)], unit),
    )


def _in_words(seeds: pd.DataFrame, unit: str) -> pd.DataFrame:
    groups = seeds.groupby(["id", "name"], sort=False)[_FIGURES]
    mean, limits = groups.mean(), groups.agg(mean_limit)
    words = mean[["mapped", "area"]].map(partial(_size, unit))
    words["area_interval"] = [
        f"{_size(unit, one)} to {_size(unit, other)}" if pd.notna(one) and pd.notna(other) else MISSING
        for one, other in zip(limits.area_low, limits.area_high, strict=True)
    ]
    for name in ("users", "producers"):
        ends = zip(limits[f"{name}_low"], limits[f"{name}_high"], strict=True)
        words[name] = [number(value, 2) for value in mean[f"{name}_accuracy"]]
        words[f"{name}_interval"] = [between(*pair, 2) for pair in ends]
    return words.reset_index()


def _size(unit: str, value: float) -> str:
    """Write an area: whole pixels, and hectares with a decimal where there are few."""
    return number(value, 1) if unit != "pixels" and abs(value) < 1000 else count(value)
