"""Area-adjusted accuracy and areas of the classes, over the seeds of a split."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from hsclass.report.table import SetResults, best
from hsclass.report.text import MISSING, between, count, lowest_to_highest, mean_and_spread, number, percent

_FIGURES = [
    "mapped", "area", "area_low", "area_high", "users_accuracy", "users_low", "users_high", "producers_accuracy",
    "producers_low", "producers_high",
]  # fmt: skip


@dataclass(frozen=True)
class AreaRow:
    """One class: areas as mapped and adjusted, user's and producer's accuracy, each with its interval, in words."""

    id: int
    name: str
    mapped: str
    area: str
    area_interval: str
    users: str
    users_interval: str
    producers: str
    producers_interval: str


@dataclass(frozen=True)
class AreaTable:
    """One model under one split; `unsampled` is the share of mapped area in classes that the test pixels miss."""

    label: str
    unit: str
    total: str
    oa: str
    interval: str
    counted: str
    unsampled: str | None
    rows: tuple[AreaRow, ...]


@dataclass(frozen=True)
class AreaPanel:
    """One split: the table of its best model, and those of the others."""

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
        measured = [results.over(group, "area_total").notna().any() for group in groups.itertuples()]
        known = groups[measured]
        if known.empty:
            continue
        first = best(known)
        tables = {group.method: _table(results, group, classes) for group in known.itertuples()}
        panels.append(AreaPanel(split, bool(first.leaky), tables.pop(first.method), tuple(tables.values())))
    return tuple(panels)


def _table(results: SetResults, group: Any, classes: pd.DataFrame) -> AreaTable:
    unit = str(results.over(group, "area_unit").dropna().iloc[0])
    unsampled = results.over(group, "area_unsampled_share").dropna()
    of_group = classes[(classes.split == group.split) & (classes.method == group.method)]
    seeds = of_group.groupby(["id", "name"], sort=False)[_FIGURES].agg(["mean", "min", "max"])
    return AreaTable(
        label=group.label,
        unit=unit,
        total=_size(results.over(group, "area_total").mean(), unit),
        oa=mean_and_spread(group.area_oa, group.area_oa_std),
        interval=between(group.area_oa_low, group.area_oa_high),
        counted=mean_and_spread(group.oa, group.oa_std),
        unsampled=lowest_to_highest(unsampled, percent) if unsampled.any() else None,
        rows=tuple(_row(seeds.loc[key], unit) for key in seeds.index),
    )


def _row(seeds: pd.Series, unit: str) -> AreaRow:
    identity, name = seeds.name
    low, high = seeds["area_low", "min"], seeds["area_high", "max"]
    known = pd.notna(low) and pd.notna(high)
    return AreaRow(
        id=identity,
        name=name,
        mapped=_size(seeds["mapped", "mean"], unit),
        area=_size(seeds["area", "mean"], unit),
        area_interval=f"{_size(low, unit)} to {_size(high, unit)}" if known else MISSING,
        users=number(seeds["users_accuracy", "mean"], 2),
        users_interval=between(seeds["users_low", "min"], seeds["users_high", "max"], 2),
        producers=number(seeds["producers_accuracy", "mean"], 2),
        producers_interval=between(seeds["producers_low", "min"], seeds["producers_high", "max"], 2),
    )


def _size(value: float, unit: str) -> str:
    """Write an area: whole pixels, and hectares with a decimal where there are few."""
    return number(value, 1) if unit != "pixels" and abs(value) < 1000 else count(value)
