"""Calibration: whether a model is right as often as its confidence says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hsclass.report.plot import Plot
from hsclass.report.series import Style, draw_line, draw_mark
from hsclass.report.svg import QUIET, Drawing
from hsclass.report.tables import Figure, Group, by_split, figure

_SIDE = 300
_SMALLEST, _GROWTH = 1.0, 7.0
"""Marks grow with the pixels of their bin: a bin of a few pixels says little, however far it lies from the line."""


@dataclass(frozen=True)
class CalibrationPanel:
    """One split: the models' reliability curves, and their expected calibration errors (no mean: not measured)."""

    split: str
    leaky: bool
    errors: tuple[tuple[str, Figure], ...]
    drawing: Markup


def calibration_panels(groups: Sequence[Group], styles: Mapping[str, Style], name: str) -> tuple[CalibrationPanel, ...]:
    """Return a panel for each split with a model whose confidence was measured; `name` begins the drawings' names."""
    panels = []
    for place, (split, of_split) in enumerate(by_split(groups).items()):
        errors = tuple((group.label, _error(group)) for group in of_split)
        if any(error.mean is not None for _, error in errors):
            drawing = _draw(of_split, styles, f"{name}-{place}")
            panels.append(CalibrationPanel(split, of_split[0].leaky, errors, drawing))
    return tuple(panels)


def reliability(group: Group) -> list[tuple[float, float, float]]:
    """Return mean confidence, accuracy and share of the pixels of each bin, ascending, all seeds taken together."""
    sums: dict[tuple[float, float], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for run in group.runs:
        for found in run.metrics.calibration.bins if run.metrics.calibration else ():
            bin_sums = sums[found.low, found.high]
            for place, value in enumerate((1.0, found.confidence, found.accuracy)):
                bin_sums[place] += found.n * value
    total = sum(n for n, _, _ in sums.values())
    return [(confidence / n, right / n, n / total) for _, (n, confidence, right) in sorted(sums.items()) if n]


def _error(group: Group) -> Figure:
    return figure(run.metrics.calibration.ece if run.metrics.calibration else None for run in group.runs)


def _draw(groups: Sequence[Group], styles: Mapping[str, Style], name: str) -> Markup:
    chart = Drawing(name, "Reliability curves: accuracy by confidence", width=_SIDE, height=_SIDE)
    plot = Plot(right=1, top=1, width=_SIDE, height=_SIDE)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    plot.frame(chart, x_ticks=ticks, y_ticks=ticks, y_label="{:g}".format)
    chart.line(plot.x(0), plot.y(0), plot.x(1), plot.y(1), stroke=QUIET, stroke_dasharray="3 3")
    chart.text(plot.x(0) + 2, plot.y(1) - 6, "accuracy", font_size=11, fill=QUIET)
    for group in groups:
        style = styles[group.label]
        bins = [(plot.x(confidence), plot.y(accuracy), share) for confidence, accuracy, share in reliability(group)]
        draw_line(chart, [(x, y) for x, y, _ in bins], style, marks=False, opacity=0.45)
        for x, y, share in bins:
            draw_mark(chart, x, y, style, size=_SMALLEST + _GROWTH * share**0.5)
    plot.name_axis(chart, "confidence")
    return chart.markup()
