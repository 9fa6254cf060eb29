"""Area-adjusted accuracy and areas of the classes, over the seeds of a split."""

from collections.abc import Sequence
from dataclasses import dataclass

from hsclass.report.tables import Figure, Group, best, by_split, figure
from hsclass.report.text import MISSING, between, count, number, ordered, percent, span
from hsclass.results import Area, ClassArea


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

    group: Group
    unit: str
    total: str
    oa: Figure
    interval: str
    unsampled: str | None
    rows: tuple[AreaRow, ...]


@dataclass(frozen=True)
class AreaPanel:
    """One split: the table of its best model, and those of the others."""

    split: str
    leaky: bool
    first: AreaTable
    others: tuple[AreaTable, ...]


def area_panels(groups: Sequence[Group]) -> tuple[AreaPanel, ...]:
    """Return a panel for each split with a model whose areas were estimated."""
    panels = []
    for split, of_split in by_split(groups).items():
        known = [group for group in of_split if _areas(group)]
        first = best(known)
        if first is not None:
            others = tuple(_table(group) for group in known if group is not first)
            panels.append(AreaPanel(split, first.leaky, _table(first), others))
    return tuple(panels)


def _areas(group: Group) -> list[Area]:
    return [run.metrics.area for run in group.runs if run.metrics.area]


def _table(group: Group) -> AreaTable:
    areas = _areas(group)
    first = areas[0]
    unsampled = [area.unsampled_share for area in areas]
    return AreaTable(
        group=group,
        unit="pixels" if first.unit == "pixels" else first.unit,
        total=_size(figure(area.total for area in areas).mean, first.unit),
        oa=figure(area.oa for area in areas),
        interval=_range([(area.oa_low, area.oa_high) for area in areas]),
        unsampled=span(percent(share) for share in sorted(unsampled)) if any(unsampled) else None,
        rows=tuple(_row([area.classes[place] for area in areas], first.unit) for place in range(len(first.classes))),
    )


def _row(seeds: Sequence[ClassArea], unit: str) -> AreaRow:
    bounds = [(seed.area_low, seed.area_high) for seed in seeds]
    lows, highs = (ordered(ends) for ends in zip(*bounds, strict=True))
    interval = f"{_size(lows[0], unit)} to {_size(highs[-1], unit)}" if lows and highs else MISSING
    return AreaRow(
        id=seeds[0].id,
        name=seeds[0].name,
        mapped=_size(figure(seed.mapped for seed in seeds).mean, unit),
        area=_size(figure(seed.area for seed in seeds).mean, unit),
        area_interval=interval,
        users=number(figure(seed.users_accuracy for seed in seeds).mean, 2),
        users_interval=_range([(seed.users_low, seed.users_high) for seed in seeds], 2),
        producers=number(figure(seed.producers_accuracy for seed in seeds).mean, 2),
        producers_interval=_range([(seed.producers_low, seed.producers_high) for seed in seeds], 2),
    )


def _range(bounds: Sequence[tuple[float | None, float | None]], digits: int = 3) -> str:
    lows, highs = (ordered(ends) for ends in zip(*bounds, strict=True))
    return between(lows[0], highs[-1], digits) if lows and highs else MISSING


def _size(value: float | None, unit: str) -> str:
    """Write an area: whole pixels, and hectares with a decimal where there are few."""
    return number(value, 1) if unit != "pixels" and value is not None and abs(value) < 1000 else count(value)
