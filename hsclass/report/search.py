"""Searches: what was tried, how the best grew, and what the winner is worth on the test pixels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from hsclass.report.collect import Run
from hsclass.report.plot import HEIGHT, WIDTH, Plot, round_ticks, round_up
from hsclass.report.series import COLORS
from hsclass.report.svg import INK, QUIET, Drawing
from hsclass.report.tables import Group
from hsclass.report.text import between, count, duration, number
from hsclass.results import Axis, SearchRecord

METRICS = {"oa": "OA", "aa": "AA", "kappa": "kappa"}
_LONGEST = 14  # letters of a choice below its column


@dataclass(frozen=True)
class SearchRow:
    """The search of one seed: what the model's own options and the best ones reached inside, and the best outside."""

    seed: int
    tried: str
    start: str
    best: str
    test: str
    seconds: str


@dataclass(frozen=True)
class SearchPanel:
    """The searches of one model under one split.

    Attributes
    ----------
    metric : str
        What decided.
    rows : tuple of SearchRow
        One for each seed.
    progress : Markup
        Best value so far, a line a seed.
    scatters : tuple of (str, Markup)
        Value by each option.
    everywhere : bool
        True where the features saw the spectra of the whole scene.
    """

    group: Group
    metric: str
    folds: int
    sampler: str
    rows: tuple[SearchRow, ...]
    progress: Markup
    scatters: tuple[tuple[str, Markup], ...]
    everywhere: bool


def search_panels(groups: Sequence[Group], name: str) -> tuple[SearchPanel, ...]:
    """Return a panel for each model and split that was searched; `name` begins the drawings' names."""
    found = ((group, [run for run in group.runs if run.study is not None]) for group in groups)
    return tuple(_panel(group, runs, f"{name}{place}") for place, (group, runs) in enumerate(found) if runs)


def _panel(group: Group, runs: Sequence[Run], name: str) -> SearchPanel:
    studies = [run.study for run in runs if run.study is not None]
    first = studies[0]
    metric = METRICS[first.search.metric]
    values = [row.value for study in studies for row in study.rows if row.value is not None]
    top = round_up(max(values, default=1.0))
    return SearchPanel(
        group=group,
        metric=metric,
        folds=len(first.folds),
        sampler=first.search.sampler,
        rows=tuple(_row(run, study) for run, study in zip(runs, studies, strict=True)),
        progress=_progress(studies, top, metric, f"{name}-progress"),
        scatters=tuple(
            (option, _scatter(studies, option, axis, top, metric, f"{name}-option{place}"))
            for place, (option, axis) in enumerate(first.space.items())
        ),
        everywhere=first.spectra == "everywhere",
    )


def _row(run: Run, study: SearchRecord) -> SearchRow:
    metric, counts = study.search.metric, study.trials
    low, high = (getattr(run.metrics, f"{metric}_{end}") for end in ("low", "high"))
    parts = [f"{count(counts.get(kind, 0))} {word}" for kind, word in _KINDS.items() if counts.get(kind)]
    spread = "" if study.best.spread is None else f" ± {number(study.best.spread)}"
    return SearchRow(
        seed=run.entry.seed,
        tried=", ".join(parts),
        start=number(None if study.start is None else study.start.value),
        best=f"{number(study.best.value)}{spread}",
        test=f"{number(getattr(run.metrics, metric))} ({between(low, high)})",
        seconds=duration(study.seconds),
    )


_KINDS = {"complete": "on all folds", "pruned": "given up", "unfit": "refused"}


def _progress(studies: Sequence[SearchRecord], top: float, metric: str, name: str) -> Markup:
    chart = Drawing(name, f"Best {metric} so far by trial", width=WIDTH, height=HEIGHT)
    last = max(len(study.rows) for study in studies)
    plot = Plot(left=1, right=last, top=top)
    _frame(chart, plot, {tick: f"{tick:g}" for tick in round_ticks(last, 1) if tick == int(tick)}, top)
    for place, study in enumerate(studies):
        color, best = COLORS[place % len(COLORS)], -math.inf
        points: list[tuple[float, float]] = []
        for row in study.rows:
            x = plot.x(row.trial + 1)
            if row.value is None:
                chart.line(x, plot.y(0) - 4, x, plot.y(0), stroke=QUIET)
                continue
            chart.circle(x, plot.y(row.value), 2.2, fill="#fff", stroke=color, stroke_width=1)
            if points:
                points.append((x, plot.y(best)))
            best = max(best, row.value)
            points.append((x, plot.y(best)))
        if points:
            chart.path([*points, (plot.x(last), plot.y(best))], stroke=color, stroke_width=1.8)
    plot.name_axis(chart, "trial")
    return chart.markup()


def _scatter(studies: Sequence[SearchRecord], option: str, axis: Axis, top: float, metric: str, name: str) -> Markup:
    chart = Drawing(name, f"{metric} by {option}", width=WIDTH, height=HEIGHT)
    scale = _Across(axis)
    plot = Plot(left=scale.left, right=scale.right, top=top)
    _frame(chart, plot, scale.ticks, top)
    for place, study in enumerate(studies):
        color = COLORS[place % len(COLORS)]
        for row in study.rows:
            at = scale.at(row.values.get(option))
            if at is None or row.value is None:
                continue
            won = row.trial == study.best.trial
            chart.circle(plot.x(at), plot.y(row.value), 4.2 if won else 2.4, fill=color if won else "#fff",
                         stroke=INK if won else color, stroke_width=1.2)  # fmt: skip
    plot.name_axis(chart, option)
    return chart.markup()


def _frame(chart: Drawing, plot: Plot, x_ticks: dict[float, str], top: float) -> None:
    plot.frame(chart, x_ticks=x_ticks, y_ticks=[top * part / 4 for part in range(5)], y_label="{:.2g}".format)


class _Across:
    """Where the values of an option lie: numbers by size or by factor, choices side by side."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis
        if axis.choices is not None:
            self._texts = [_text(choice) for choice in axis.choices]
            self.left, self.right = -0.5, len(self._texts) - 0.5
            self.ticks = {float(place): text for place, text in enumerate(self._texts)}
        else:
            low, high = axis.low or 0.0, axis.high or 0.0
            self.left, self.right = (math.log10(low), math.log10(high)) if axis.log else (low, high)
            self.ticks = _powers(low, high) if axis.log else {tick: f"{tick:g}" for tick in round_ticks(high, low)}

    def at(self, value: Any) -> float | None:
        """Return the place of a value; None for one beside the axis, as a model's own may be."""
        if self._axis.choices is not None:
            text = _text(value)
            return float(self._texts.index(text)) if text in self._texts else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if self._axis.log:
            return math.log10(value) if value > 0 and self.left <= math.log10(value) <= self.right else None
        return float(value) if self.left <= value <= self.right else None


def _text(choice: Any) -> str:
    text = (
        " ".join(map(str, choice)) or "none" if isinstance(choice, list) else "none" if choice is None else str(choice)
    )
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _powers(low: float, high: float) -> dict[float, str]:
    """Return powers of ten, four at most, or the ends where there are fewer than two."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first < 1:
        return {math.log10(low): f"{low:g}", math.log10(high): f"{high:g}"}
    step = -(-(last - first) // 3)
    return {float(power): _power(power) for power in range(first, last + 1, step)}


def _power(power: int) -> str:
    return f"{10.0**power:g}" if -4 < power < 4 else f"1e{power}"
