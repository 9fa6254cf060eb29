"""Calibration: whether a model is right as often as its confidence says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hsclass.report.plot import Plot
from hsclass.report.series import Style, draw_line
from hsclass.report.svg import QUIET, Drawing
from hsclass.report.tables import Figure, Group, by_split, figure

_SIDE = 300


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


def reliability(group: Group) -> list[tuple[float, float]]:
    """Return mean confidence and accuracy of each bin, the test pixels of all seeds taken together, ascending."""
    sums: dict[tuple[float, float], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for run in group.runs:
        for found in run.metrics.calibration.bins if run.metrics.calibration else ():
            total = sums[found.low, found.high]
            for place, value in enumerate((1.0, found.confidence, found.accuracy)):
                total[place] += found.n * value
    return [(confidence / n, right / n) for _, (n, confidence, right) in sorted(sums.items()) if n]


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
        points = [(plot.x(confidence), plot.y(accuracy)) for confidence, accuracy in reliability(group)]
        draw_line(chart, points, styles[group.label])
    plot.name_axis(chart, "confidence")
    return chart.markup()
