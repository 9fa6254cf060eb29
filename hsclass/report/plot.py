"""The axes of the small charts: scales, grid lines, tick labels."""

import math
from collections.abc import Callable, Mapping

from hsclass.report.svg import GRID, QUIET, Drawing

WIDTH, HEIGHT = 270, 170
LEFT, TOP, BOTTOM = 48, 18, 34
_RIGHT = 10


class Plot:
    """Where values from (`left`, 0) to (`right`, `top`) lie in a small chart of `width` x `height` [px]."""

    def __init__(
        self, *, right: float, top: float, left: float = 0, width: float = WIDTH, height: float = HEIGHT
    ) -> None:
        self._left, self._right, self._top = left, right, top
        self._width, self._height = width, height

    def x(self, value: float) -> float:
        """Return where a value lies across [px]; one beyond `right` lies at it."""
        reach = self._right - self._left or 1
        return LEFT + (self._width - LEFT - _RIGHT) * (min(value, self._right) - self._left) / reach

    def y(self, value: float) -> float:
        """Return where a value lies down [px], at an end of the scale when beyond it."""
        share = min(max(value / (self._top or 1), 0), 1)
        return TOP + (self._height - TOP - BOTTOM) * (1 - share)

    def frame(
        self,
        chart: Drawing,
        *,
        x_ticks: list[float] | Mapping[float, str],
        y_ticks: list[float],
        y_label: Callable[[float], str],
    ) -> None:
        """Draw a grid line and a label at each y tick, and a label at each x tick; `x_ticks` may bring their labels."""
        labels = x_ticks if isinstance(x_ticks, Mapping) else {tick: f"{tick:g}" for tick in x_ticks}
        for tick in y_ticks:
            chart.line(LEFT, self.y(tick), self._width - _RIGHT, self.y(tick), stroke=GRID)
            chart.text(LEFT - 5, self.y(tick) + 4, y_label(tick), text_anchor="end", font_size=11, fill=QUIET)
        for tick, label in labels.items():
            chart.text(self.x(tick), self._height - BOTTOM + 15, label, text_anchor="middle", font_size=11,
                       fill=QUIET)  # fmt: skip

    def name_axis(self, chart: Drawing, name: str) -> None:
        """Write what the x axis holds below it."""
        chart.text((LEFT + self._width) / 2, self._height - 3, name, text_anchor="middle", font_size=11, fill=QUIET)


def round_ticks(right: float, left: float = 0) -> list[float]:
    """Return round numbers from `left` to `right`, four at most beside the first."""
    step = round_up((right - left) / 4 or 1)
    inner = [step * place for place in range(1, 6) if left < step * place <= right]
    return [left, *(tick for tick in inner if tick - left > step / 2)]


def round_up(value: float) -> float:
    """Return the next of 1, 2, 4, 5, 10 times a power of ten, so that quarters of it are short."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(part * power for part in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if part * power >= value * 0.999999)
