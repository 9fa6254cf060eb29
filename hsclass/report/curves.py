"""Small charts: training curves of a network, and how far test pixels lie from training pixels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hsclass.report.plot import HEIGHT, LEFT, TOP, WIDTH, Plot, round_ticks, round_up
from hsclass.report.svg import HONEST, LEAKY, QUIET, Drawing
from hsclass.report.tables import Group
from hsclass.report.text import count
from hsclass.results import Epoch, Histogram

TRAIN, VALIDATION = HONEST[0], "#d97706"
_MOST_POINTS = 200
_MOST_BINS = 90


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
        _curves(histories, ("loss", "val_loss"), f"{name}-loss", top=round_up(top), marks=best_epochs),
        _curves(histories, ("accuracy", "val_accuracy"), f"{name}-accuracy", top=1.0, marks=best_epochs),
    )


def distance_chart(histogram: Histogram, window: int, name: str) -> Markup:
    """Draw counts of test pixels by distance to the nearest training pixel; distances that share pixels are hatched."""
    chart = Drawing(name, "Test pixels by distance to the nearest training pixel", width=WIDTH, height=HEIGHT)
    bins = _bins(histogram)
    if not bins:
        chart.text(WIDTH / 2, HEIGHT / 2, "no test pixels", text_anchor="middle", fill=QUIET)
        return chart.markup()
    right, top = max(bins[-1][1], 2.0 * window), max(value for _, _, value in bins)
    plot = Plot(right=right, top=top)
    plot.frame(chart, x_ticks=round_ticks(right), y_ticks=[0, top], y_label=count)
    for low, high, value in bins:
        shares = high <= window
        chart.rect(plot.x(low), plot.y(value), max(plot.x(high) - plot.x(low) - 0.6, 0.8), plot.y(0) - plot.y(value),
                   fill=chart.hatch if shares else HONEST[0], stroke=LEAKY if shares else "none",
                   stroke_width=0.6)  # fmt: skip
    x = plot.x(window)
    chart.line(x, TOP - 4, x, plot.y(0), stroke_dasharray="4 3", stroke=LEAKY)
    chart.text(x + 3, TOP - 7, f"window {window}", font_size=11, fill=LEAKY)
    plot.name_axis(chart, "distance [pixels]")
    return chart.markup()


def _curves(
    histories: Sequence[Sequence[Epoch]], columns: tuple[str, str], name: str, *, top: float, marks: list[int]
) -> Markup:
    title = f"{columns[0]} by epoch, training and validation"
    chart = Drawing(name, title.capitalize(), width=WIDTH, height=HEIGHT)
    first = min(row.epoch for history in histories for row in history)
    last = max(row.epoch for history in histories for row in history)
    plot = Plot(left=first, right=last, top=top)
    plot.frame(chart, x_ticks=round_ticks(last, first), y_ticks=[top * part / 4 for part in range(5)],
               y_label="{:g}".format)  # fmt: skip
    for mark in marks:
        chart.line(plot.x(mark), TOP, plot.x(mark), plot.y(0), stroke=QUIET, stroke_dasharray="2 3")
    for history in histories:
        for column, color in zip(columns, (TRAIN, VALIDATION), strict=True):
            values = [(row.epoch, getattr(row, column)) for row in history]
            known = [(x, y) for x, y in values if y is not None and math.isfinite(y)]
            stride = math.ceil(len(known) / _MOST_POINTS) or 1
            points = [(plot.x(x), plot.y(y)) for x, y in known[::stride]]
            chart.path(points, stroke=color, stroke_width=1.6, stroke_linejoin="round", opacity=0.85)
    plot.name_axis(chart, "epoch")
    chart.text(LEFT + 2, TOP - 6, columns[0], font_size=11, fill=QUIET)
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
