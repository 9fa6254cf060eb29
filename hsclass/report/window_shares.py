"""The audit by window: what share of the test windows share pixels, from small windows to large ones."""

import math
import statistics
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from hsclass.report.collect import SplitResult
from hsclass.report.plot import TOP, Plot
from hsclass.report.series import Style, draw_line, draw_mark
from hsclass.report.svg import QUIET, Drawing
from hsclass.report.text import ordered

_WIDTH, _HEIGHT = 520, 240


def window_chart(splits: Sequence[SplitResult], window: int, styles: Mapping[str, Style], name: str) -> Markup | None:
    """Draw the share of test windows that share pixels by window side, a line a split: mean over its seeds.

    A dashed line marks the experiment's `window`. None where no split was audited by window.
    """
    lines = {split: points for split in styles if (points := mean_shares(splits, split))}
    if not lines:
        return None
    chart = Drawing(name, "Share of test windows that share pixels, by window side", width=_WIDTH, height=_HEIGHT)
    right = max(side for points in lines.values() for side, _ in points)
    plot = Plot(right=max(right, window), top=1, width=_WIDTH, height=_HEIGHT)
    stride = 2 * math.ceil((max(right, window) - 1) / 12) or 2
    plot.frame(chart, x_ticks=list(range(1, max(right, window) + 1, stride)), y_ticks=[0, 0.25, 0.5, 0.75, 1],
               y_label=lambda share: f"{100 * share:.0f} %")  # fmt: skip
    x = plot.x(window)
    chart.line(x, TOP - 4, x, plot.y(0), stroke=QUIET, stroke_dasharray="4 3")
    chart.text(x, TOP - 7, f"window {window}", font_size=11, fill=QUIET, text_anchor="middle")
    for place, (split, points) in enumerate(lines.items()):
        drawn = [(plot.x(side), plot.y(share)) for side, share in points]
        draw_line(chart, drawn, styles[split], marks=False)
        for x, y in drawn[place % len(drawn) :: len(lines)]:  # in turns, so that lines which coincide are all seen
            draw_mark(chart, x, y, styles[split])
    plot.name_axis(chart, "window side [pixels]")
    return chart.markup()


def mean_shares(splits: Sequence[SplitResult], name: str) -> list[tuple[int, float]]:
    """Return window sides [pixels], ascending, and the mean over a split's seeds of the share at each."""
    shares: dict[int, list[float]] = {}
    for split in splits:
        for row in split.audit.by_window if split.name == name else ():
            shares.setdefault(row.window, []).extend(ordered([row.overlap_share]))
    return [(side, statistics.fmean(values)) for side, values in sorted(shares.items()) if values]
