"""Accuracy against distance: OA of test pixels near to training pixels and far from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hsclass.report.plot import BOTTOM, Plot
from hsclass.report.series import Style, draw_line
from hsclass.report.svg import QUIET, Drawing
from hsclass.report.tables import Figure, Group, by_split, figure
from hsclass.report.text import count, ordered, span

Edges = tuple[int, int | None]

_WIDTH, _HEIGHT = 420, 250


@dataclass(frozen=True)
class Distance:
    """OA of one model at one distance: mean over the seeds, lowest and highest limit of their intervals."""

    oa: Figure
    low: float | None
    high: float | None


@dataclass(frozen=True)
class DistancePanel:
    """One split: its distances in words, the test pixels at each, and the models' figures there (None: no pixels)."""

    split: str
    leaky: bool
    distances: tuple[str, ...]
    pixels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Distance | None, ...]], ...]
    drawing: Markup


def distance_panels(groups: Sequence[Group], styles: Mapping[str, Style], name: str) -> tuple[DistancePanel, ...]:
    """Return a panel for each split whose runs were measured against distance; `name` begins the drawings' names."""
    panels = (
        _panel(split, of_split, styles, f"{name}-{place}")
        for place, (split, of_split) in enumerate(by_split(groups).items())
    )
    return tuple(panel for panel in panels if panel is not None)


def _panel(split: str, groups: Sequence[Group], styles: Mapping[str, Style], name: str) -> DistancePanel | None:
    bins = [(found.low, found.high) for group in groups for run in group.runs for found in run.metrics.distance]
    edges = sorted(set(bins), key=lambda edge: (edge[0], edge[1] is None, edge[1] or 0))
    if not edges:
        return None
    rows = tuple((group.label, tuple(_at(group, edge) for edge in edges)) for group in groups)
    words = tuple(_words(edge) for edge in edges)
    return DistancePanel(
        split=split,
        leaky=groups[0].leaky,
        distances=words,
        pixels=tuple(_pixels(groups, edge) for edge in edges),
        rows=rows,
        drawing=_draw(rows, words, styles, name),
    )


def _at(group: Group, edge: Edges) -> Distance | None:
    found = [each for run in group.runs for each in run.metrics.distance if (each.low, each.high) == edge]
    if not found:
        return None
    lows, highs = ordered(each.oa_low for each in found), ordered(each.oa_high for each in found)
    return Distance(figure(each.oa for each in found), lows[0] if lows else None, highs[-1] if highs else None)


def _pixels(groups: Sequence[Group], edge: Edges) -> str:
    """Count the test pixels, which all models of a seed share, over the seeds."""
    counts: dict[int, int] = {}
    for group in groups:
        for run in group.runs:
            for found in run.metrics.distance:
                if (found.low, found.high) == edge:
                    counts[run.entry.seed] = found.n
    return span(count(value) for value in sorted(counts.values()))


def _words(edge: Edges) -> str:
    low, high = edge
    if high is None:
        return f"{low}+"
    return str(low) if high == low + 1 else f"{low}–{high - 1}"


def _draw(
    rows: Sequence[tuple[str, Sequence[Distance | None]]],
    words: Sequence[str],
    styles: Mapping[str, Style],
    name: str,
) -> Markup:
    """Draw a step of the axis for each bin; the models stand beside each other within it, so that bars do not hide."""
    chart = Drawing(name, "Overall accuracy by distance to the nearest training pixel", width=_WIDTH, height=_HEIGHT)
    plot = Plot(left=-0.5, right=len(words) - 0.5, top=1, width=_WIDTH, height=_HEIGHT)
    skip = -(-len(words) // 10)
    ticks = {float(place): word for place, word in enumerate(words) if place % skip == 0}
    plot.frame(chart, x_ticks=ticks, y_ticks=[0, 0.25, 0.5, 0.75, 1], y_label="{:g}".format)
    chart.line(plot.x(-0.5), _HEIGHT - BOTTOM, plot.x(len(words) - 0.5), _HEIGHT - BOTTOM, stroke=QUIET)
    for line, (label, figures) in enumerate(rows):
        aside = 0.6 * ((line + 0.5) / len(rows) - 0.5)
        points = []
        for place, found in enumerate(figures):
            if found is None or found.oa.mean is None:
                continue
            x = plot.x(place + aside)
            if found.low is not None and found.high is not None:
                chart.line(x, plot.y(found.low), x, plot.y(found.high), stroke=styles[label].color, stroke_width=2.4,
                           opacity=0.3)  # fmt: skip
            points.append((x, plot.y(found.oa.mean)))
        draw_line(chart, points, styles[label])
    plot.name_axis(chart, "distance to the nearest training pixel [pixels]")
    return chart.markup()
