"""The scale of overall accuracy, 0 to 1, that the wide charts share."""

from collections.abc import Iterable

from hsclass.report.svg import GRID, QUIET, Drawing

WIDTH = 860
"""Width [px] of the wide charts."""

_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class Scale:
    """Overall accuracy, 0 to 1, between two x [px]."""

    def __init__(self, left: float, right: float) -> None:
        self.left, self.right, self.width = left, right, right - left

    def at(self, value: float) -> float:
        """Return where an accuracy lies across [px]."""
        return self.left + self.width * min(max(value, 0), 1)

    def grid(self, chart: Drawing, top: float, bottom: float) -> None:
        """Draw the lines of the ticks between two y [px]."""
        for tick in _TICKS:
            chart.line(self.at(tick), top, self.at(tick), bottom, stroke=GRID, stroke_width=1)

    def axis(self, chart: Drawing, y: float) -> None:
        """Write the ticks at y [px], and below what they are."""
        for tick in _TICKS:
            chart.text(self.at(tick), y, f"{tick:.1f}", text_anchor="middle", font_size=12, fill=QUIET)
        chart.text((self.left + self.right) / 2, y + 18, "overall accuracy (OA)", text_anchor="middle", font_size=12,
                   fill=QUIET)  # fmt: skip


def label_width(labels: Iterable[str], longest: float = 220, letter: float = 7.4) -> float:
    """Return room [px] for the longest label; `letter` is the width of a letter, which is greater in bold."""
    return min(max((letter * len(label) + 16 for label in labels), default=60), longest)
