"""Small charts: training curves of a network, and how far test pixels lie from training pixels."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hsclass.report.records import Epoch, Histogram
from hsclass.report.svg import GRID, HONEST, LEAKY, QUIET, Drawing
from hsclass.report.tables import Group
from hsclass.report.text import count

TRAIN, VALIDATION = HONEST[0], "#d97706"
_MOST_POINTS = 200
_MOST_BINS = 90
_WIDTH, _HEIGHT = 270, 170
_LEFT, _TOP, _BOTTOM = 48, 18, 34


@dataclass(frozen=True)
class CurvePair:
    """The training curves of one model under one split: all seeds in one chart of loss and one of accuracy."""

    group: Group
    loss: Markup
    accuracy: Markup


def training_curves(group: Group, name: str) -> CurvePair | None:
    """Draw loss and accuracy by epoch, training and validation, a line a seed; None for a model without epochs."""
    histories = [run.history for run in group.runs if run.history]
    if not histories:
        return None
    losses = [value for history in histories for row in history for value in (row.loss, row.val_loss)]
    top = max((value for value in losses if value is not None and math.isfinite(value)), default=1.0)
    best_epochs = [run.training.best_epoch for run in group.runs if run.history and run.training.best_epoch]
    return CurvePair(
        group,
        _curves(histories, ("loss", "val_loss"), f"{name}-loss", top=_round_up(top), marks=best_epochs),
        _curves(histories, ("accuracy", "val_accuracy"), f"{name}-accuracy", top=1.0, marks=best_epochs),
    )


def distance_chart(histogram: Histogram, window: int, name: str) -> Markup:
    """Draw counts of test pixels by distance to the nearest training pixel; distances that share pixels are hatched."""
    chart = Drawing(name, "Test pixels by distance to the nearest training pixel", width=_WIDTH, height=_HEIGHT)
    bins = _bins(histogram)
    if not bins:
        chart.text(_WIDTH / 2, _HEIGHT / 2, "no test pixels", text_anchor="middle", fill=QUIET)
        return chart.markup()
    right, top = max(bins[-1][1], 2.0 * window), max(value for _, _, value in bins)
    plot = _Plot(right=right, top=top)
    plot.frame(chart, x_ticks=_ticks(right), y_ticks=[0, top], y_label=count)
    for low, high, value in bins:
        shares = high <= window
        chart.rect(plot.x(low), plot.y(value), max(plot.x(high) - plot.x(low) - 0.6, 0.8), plot.y(0) - plot.y(value),
                   fill=chart.hatch if shares else HONEST[0], stroke=LEAKY if shares else "none",
                   stroke_width=0.6)  # fmt: skip
    x = plot.x(window)
    chart.line(x, _TOP - 4, x, plot.y(0), stroke_dasharray="4 3", stroke=LEAKY)
    chart.text(x + 3, _TOP - 7, f"window {window}", font_size=11, fill=LEAKY)
    chart.text((_LEFT + _WIDTH) / 2, _HEIGHT - 3, "distance [pixels]", text_anchor="middle", font_size=11, fill=QUIET)
    return chart.markup()


class _Plot:
    """Where values from (0, 0) to (right, top) lie in a small chart."""

    def __init__(self, *, right: float, top: float, left: float = 0) -> None:
        self._left, self._right, self._top = left, right, top

    def x(self, value: float) -> float:
        reach = self._right - self._left or 1
        return _LEFT + (_WIDTH - _LEFT - 10) * (min(value, self._right) - self._left) / reach

    def y(self, value: float) -> float:
        share = min(max(value / (self._top or 1), 0), 1)
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share)

    def frame(
        self, chart: Drawing, *, x_ticks: list[float], y_ticks: list[float], y_label: Callable[[float], str]
    ) -> None:
        for tick in y_ticks:
            chart.line(_LEFT, self.y(tick), _WIDTH - 10, self.y(tick), stroke=GRID)
            chart.text(_LEFT - 5, self.y(tick) + 4, y_label(tick), text_anchor="end", font_size=11, fill=QUIET)
        for tick in x_ticks:
            chart.text(self.x(tick), _HEIGHT - _BOTTOM + 15, f"{tick:g}", text_anchor="middle", font_size=11,
                       fill=QUIET)  # fmt: skip


def _curves(
    histories: Sequence[Sequence[Epoch]], columns: tuple[str, str], name: str, *, top: float, marks: list[int]
) -> Markup:
    title = f"{columns[0]} by epoch, training and validation"
    chart = Drawing(name, title.capitalize(), width=_WIDTH, height=_HEIGHT)
    first = min(row.epoch for history in histories for row in history)
    last = max(row.epoch for history in histories for row in history)
    plot = _Plot(left=first, right=last, top=top)
    plot.frame(chart, x_ticks=_ticks(last, first), y_ticks=[top * part / 4 for part in range(5)],
               y_label="{:g}".format)  # fmt: skip
    for mark in marks:
        chart.line(plot.x(mark), _TOP, plot.x(mark), plot.y(0), stroke=QUIET, stroke_dasharray="2 3")
    for history in histories:
        for column, color in zip(columns, (TRAIN, VALIDATION), strict=True):
            values = [(row.epoch, getattr(row, column)) for row in history]
            known = [(x, y) for x, y in values if y is not None and math.isfinite(y)]
            stride = math.ceil(len(known) / _MOST_POINTS) or 1
            points = [(plot.x(x), plot.y(y)) for x, y in known[::stride]]
            chart.path(points, stroke=color, stroke_width=1.6, stroke_linejoin="round", opacity=0.85)
    chart.text((_LEFT + _WIDTH) / 2, _HEIGHT - 3, "epoch", text_anchor="middle", font_size=11, fill=QUIET)
    chart.text(_LEFT + 2, _TOP - 6, columns[0], font_size=11, fill=QUIET)
    return chart.markup()


def _bins(histogram: Histogram) -> list[tuple[float, float, int]]:
    """Return low edge, high edge and count of each bin up to the last that is filled, joined to `_MOST_BINS`."""
    counts = list(histogram.counts)
    while counts and not counts[-1]:
        counts.pop()
    joined = math.ceil(len(counts) / _MOST_BINS) or 1
    edges = [*histogram.edges[: len(counts) : joined], *histogram.edges[len(counts) : len(counts) + 1]]
    sums = [sum(counts[first : first + joined]) for first in range(0, len(counts), joined)]
    return list(zip(edges[:-1], edges[1:], sums, strict=True)) if counts else []


def _ticks(right: float, left: float = 0) -> list[float]:
    """Round numbers from `left` to `right`, four at most beside the first."""
    step = _round_up((right - left) / 4 or 1)
    inner = [step * place for place in range(1, 6) if left < step * place <= right]
    return [left, *(tick for tick in inner if tick - left > step / 2)]


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 4, 5, 10 times a power of ten, so that quarters of it are short."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(part * power for part in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if part * power >= value * 0.999999)
