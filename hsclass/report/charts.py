"""Charts of overall accuracy: with intervals by split, and as bars that set leaky beside honest splits."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from hsclass.report.scale import WIDTH, Scale, label_width
from hsclass.report.svg import HONEST, LEAKY, Drawing
from hsclass.report.tables import Group, best, by_method, by_split
from hsclass.report.text import number

_RIGHT = 120


def split_colors(groups: Iterable[Group]) -> dict[str, str]:
    """Return a colour for each split: one for all that leak, the others in their order."""
    colors: dict[str, str] = {}
    for group in groups:
        if group.split not in colors:
            honest = sum(color != LEAKY for color in colors.values())
            colors[group.split] = LEAKY if group.leaky else HONEST[honest % len(HONEST)]
    return colors


def interval_chart(groups: Sequence[Group], name: str) -> Markup:
    """Draw OA of each model, a panel a split: mean (large dot), seeds (small dots) and interval (bar).

    A dashed line through all panels marks the best mean on a split without leakage.
    """
    panels, colors = by_split(groups), split_colors(groups)
    row, head, foot = 24, 34, 44
    height = sum(head + row * len(panel) for panel in panels.values()) + foot
    left = label_width(group.label for group in groups)
    chart = Drawing(name, "Overall accuracy of each model under each split", width=WIDTH, height=height)
    scale = Scale(left, WIDTH - _RIGHT)
    y = 0.0
    for split, panel in panels.items():
        leaky = panel[0].leaky
        if leaky:
            chart.rect(scale.left, y + head - 6, scale.width, row * len(panel) + 2, fill=chart.hatch, opacity=0.45)
        chart.text(0, y + 20, split, font_weight="600", fill=colors[split])
        if leaky:
            _badge(chart, 10 + 8.6 * len(split), y + 20)
        scale.grid(chart, y + head - 6, y + head - 4 + row * len(panel))
        for place, group in enumerate(panel):
            _interval_row(chart, scale, group, y + head + row * place + row / 2 - 4, colors[split])
        y += head + row * len(panel)
    top = best(group for group in groups if not group.leaky)
    if top is not None and top.oa.mean is not None:
        x = scale.at(top.oa.mean)
        chart.line(x, 22, x, height - foot + 4, stroke_dasharray="5 4", stroke_width=1.4)
        chart.text(x, 16, f"best without leakage {number(top.oa.mean, 2)}", text_anchor="middle", font_size=12)
    scale.axis(chart, y + 14)
    return chart.markup()


def bar_chart(groups: Sequence[Group], name: str, *, labels: bool = True) -> Markup:
    """Draw the mean OA of each model as bars, one a split: hatched where the split leaks, plain where it does not.

    `labels` False leaves out the models' names, for a chart of one model.
    """
    methods, colors = by_method(groups), split_colors(groups)
    bar, gap, foot = (15, 14, 40) if labels else (22, 6, 40)
    height = sum(bar * len(of_method) + gap for of_method in methods.values()) + foot
    left = label_width((group.label for group in groups), letter=9.6) if labels else 4
    flagged = [f"{group.split} (leaky)" if group.leaky and not labels else group.split for group in groups]
    names = label_width(flagged, longest=240)
    chart = Drawing(name, "Overall accuracy on leaky beside leakage-free splits", width=WIDTH, height=height)
    scale = Scale(left + names, WIDTH - _RIGHT)
    scale.grid(chart, 2, height - foot + 2)
    y = 6.0
    for of_method in methods.values():
        if labels:
            chart.text(left - 12, y + bar * len(of_method) / 2 + 5, of_method[0].label, text_anchor="end",
                       font_weight="600")  # fmt: skip
        for group in of_method:
            _bar(chart, scale, group, y, bar, colors[group.split], flag=not labels)
            y += bar
        y += gap
    scale.axis(chart, height - foot + 16)
    return chart.markup()


def _interval_row(chart: Drawing, scale: Scale, group: Group, y: float, color: str) -> None:
    chart.text(scale.left - 12, y + 5, group.label, text_anchor="end")
    if group.low is not None and group.high is not None:
        chart.line(scale.at(group.low), y, scale.at(group.high), y, stroke=color, stroke_width=5, opacity=0.35)
        for limit in (group.low, group.high):
            chart.line(scale.at(limit), y - 5, scale.at(limit), y + 5, stroke=color, stroke_width=1.5)
    if len(group.runs) > 1:
        for run in group.runs:
            chart.circle(scale.at(run.metrics.oa or 0), y, 2.6, fill="#fff", stroke=color, stroke_width=1.2)
    if group.oa.mean is not None:
        fill = "#fff" if group.leaky else color
        chart.circle(scale.at(group.oa.mean), y, 5.2, fill=fill, stroke=color, stroke_width=2.4)
    chart.text(scale.right + 12, y + 5, str(group.oa))


def _bar(chart: Drawing, scale: Scale, group: Group, y: float, bar: float, color: str, *, flag: bool) -> None:
    mean = group.oa.mean or 0
    size = 13 if flag else 11
    name = f"{group.split} (leaky)" if flag and group.leaky else group.split
    chart.text(scale.left - 8, y + bar / 2 + 4, name, text_anchor="end", font_size=size, fill=color)
    fill = chart.hatch if group.leaky else color
    chart.rect(scale.left, y + 1.5, scale.at(mean) - scale.left, bar - 3, fill=fill, stroke=color, stroke_width=1)
    chart.text(scale.at(mean) + 7, y + bar / 2 + 4.5, number(group.oa.mean, 2), font_size=size,
               font_weight="600")  # fmt: skip


def _badge(chart: Drawing, x: float, y: float) -> None:
    chart.rect(x, y - 13, 50, 17, rx=3, fill=LEAKY)
    chart.text(x + 25, y, "LEAKY", text_anchor="middle", font_size=11, font_weight="700", fill="#fff")
