"""The drawing of inflation: each model on a split and on its leaky twin, joined by what leakage adds."""

from collections.abc import Sequence

from markupsafe import Markup

from hsclass.report.charts import split_colors
from hsclass.report.inflation import Inflation
from hsclass.report.scale import WIDTH, Scale, label_width
from hsclass.report.svg import LEAKY, LEAKY_PALE, Drawing

_RIGHT = 200
_ROW, _HEAD, _FOOT = 26, 36, 40


def inflation_chart(rows: Sequence[Inflation], name: str) -> Markup:
    """Draw a panel a pair of splits: full dot OA without leakage, hollow dot OA on the leaky twin."""
    panels: dict[tuple[str, str], list[Inflation]] = {}
    for row in rows:
        panels.setdefault((row.safe.split, row.twin.split), []).append(row)
    colors = split_colors(row.safe for row in rows)
    height = sum(_HEAD + _ROW * len(panel) for panel in panels.values()) + _FOOT
    chart = Drawing(name, "Overall accuracy without leakage and on the leaky twin", width=WIDTH, height=height)
    scale = Scale(label_width(row.safe.label for row in rows), WIDTH - _RIGHT)
    y = 0.0
    for (safe, twin), panel in panels.items():
        chart.text(0, y + 20, safe, font_weight="600", fill=colors[safe])
        chart.text(label_width([safe], letter=8.6), y + 20, f"and its leaky twin {twin}", fill=LEAKY)
        chart.text(scale.right + 12, y + 20, "inflation", font_weight="600")
        scale.grid(chart, y + _HEAD - 6, y + _HEAD - 4 + _ROW * len(panel))
        for place, row in enumerate(panel):
            _row(chart, scale, row, y + _HEAD + _ROW * (place + 0.5) - 4, colors[safe])
        y += _HEAD + _ROW * len(panel)
    scale.axis(chart, y + 12)
    return chart.markup()


def _row(chart: Drawing, scale: Scale, row: Inflation, y: float, color: str) -> None:
    safe, twin = (scale.at(group.oa.mean or 0) for group in (row.safe, row.twin))
    chart.text(scale.left - 12, y + 5, row.safe.label, text_anchor="end")
    chart.rect(min(safe, twin), y - 4, abs(twin - safe), 8, fill=chart.hatch if twin > safe else "#e6eaee")
    chart.circle(twin, y, 5.4, fill=LEAKY_PALE, stroke=LEAKY, stroke_width=2.4)
    chart.circle(safe, y, 5.4, fill=color, stroke=color, stroke_width=2.4)
    chart.text(scale.right + 12, y + 5, row.text, font_weight="600")
    chart.text(scale.right + 72, y + 5, row.interval, font_size=12)
