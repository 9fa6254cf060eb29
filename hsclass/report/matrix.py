"""The drawing of all pairs of models under one split: a square a pair, shaded by the difference of their accuracy."""

from markupsafe import Markup

from hsclass.report.comparison import ComparisonPanel
from hsclass.report.svg import INK, QUIET, Drawing
from hsclass.report.text import signed

_HIGHER, _LOWER = (11, 110, 153), (109, 91, 208)
_FULL = 0.25
"""A difference of OA from which on the shade is full."""

_CELL, _ROW = 58, 30


def comparison_matrix(panel: ComparisonPanel, name: str) -> Markup:
    """Draw OA of the row's model minus OA of the column's; a frame and bold figures mark what chance does not explain.

    Columns are numbered as the rows, which carry the names.
    """
    labels = panel.labels
    left = max((7.2 * len(label) for label in labels), default=0) + 34
    width, height = left + _CELL * len(labels) + 2, _ROW * (len(labels) + 1) + 2
    chart = Drawing(name, f"Differences of overall accuracy between the models on {panel.split}", width=width,
                    height=height)  # fmt: skip
    found = {(row.a, row.b): (row.difference, row.significant) for row in panel.rows}
    found |= {(row.b, row.a): (-row.difference, row.significant) for row in panel.rows}
    for line, above in enumerate(labels):
        y = _ROW * (line + 1)
        chart.text(left + _CELL * (line + 0.5), _ROW - 9, str(line + 1), text_anchor="middle", font_size=12, fill=QUIET)
        chart.text(left - 10, y + 20, f"{line + 1} {above}", text_anchor="end", font_size=12)
        for column, other in enumerate(labels):
            x = left + _CELL * column
            if (above, other) not in found:
                chart.rect(x + 1, y + 1, _CELL - 2, _ROW - 2, fill="#f0f2f4")
                continue
            difference, significant = found[above, other]
            share = min(abs(difference) / _FULL, 1)
            chart.rect(x + 1, y + 1, _CELL - 2, _ROW - 2, fill=_shade(_HIGHER if difference > 0 else _LOWER, share),
                       stroke=INK if significant else "none", stroke_width=1.6)  # fmt: skip
            chart.text(x + _CELL / 2, y + 20, signed(difference, 2), text_anchor="middle", font_size=12,
                       font_weight="700" if significant else "400")  # fmt: skip
    return chart.markup()


def _shade(color: tuple[int, int, int], share: float) -> str:
    """Mix a colour into white, half of it at most, so that ink on it stays readable."""
    return "#{:02x}{:02x}{:02x}".format(*(round(255 - (255 - part) * 0.5 * share) for part in color))
