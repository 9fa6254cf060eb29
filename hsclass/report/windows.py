"""The drawing that says what a shared window is: two windows that overlap beside two that do not."""

from markupsafe import Markup

from hsclass.report.svg import HONEST, LEAKY, QUIET, Drawing

LARGEST = 9
"""Side [pixels] of the largest windows drawn."""

_PIXEL = 13


def shared_window_drawing(window: int, name: str) -> Markup:
    """Draw a training and a test window of side `window` (at most `LARGEST`), once sharing pixels and once apart."""
    side = max(min(window, LARGEST), 3)
    near = max(side // 3, 1)
    wide = 3 * side + near + 5
    high = side + near
    chart = Drawing(
        name,
        "Left: a training window and a test window that share pixels. Right: two windows that share none.",
        width=wide * _PIXEL + 8,
        height=high * _PIXEL + 54,
    )
    _pair(chart, 0, side, (near, near))
    _pair(chart, side + near + 5, side, (side, near))
    base = high * _PIXEL + 28
    chart.text(2, base, "shared pixels: leakage", fill=LEAKY, font_weight="600")
    chart.text(2, base + 18, f"{near} pixels apart", fill=QUIET, font_size=12)
    right = (side + near + 5) * _PIXEL
    chart.text(right, base, "no shared pixel", fill=HONEST[0], font_weight="600")
    chart.text(right, base + 18, f"{side} pixels apart", fill=QUIET, font_size=12)
    return chart.markup()


def _pair(chart: Drawing, col: int, side: int, shift: tuple[int, int]) -> None:
    """Draw a training window at `col` and a test window `shift` (columns, rows) from it."""
    across, down = shift
    train, test = HONEST[0], HONEST[2]
    _window(chart, col, 0, side, train)
    _window(chart, col + across, down, side, test)
    if across < side:
        chart.rect(_at(col + across), _at(down), _PIXEL * (side - across), _PIXEL * (side - down), fill=chart.hatch,
                   stroke=LEAKY, stroke_width=1.5)  # fmt: skip
    for left, top, color, word in ((col, 0, train, "train"), (col + across, down, test, "test")):
        middle = side / 2
        chart.circle(_at(left + middle), _at(top + middle), 4.5, fill=color, stroke="#fff", stroke_width=1.5)
        x = _at(left) + 4 if word == "train" else _at(left + side) - 4
        y = _at(top) + 14 if word == "train" else _at(top + side) - 5
        anchor = "start" if word == "train" else "end"
        chart.text(x, y, word, fill=color, font_size=12, font_weight="600", text_anchor=anchor)


def _window(chart: Drawing, col: int, row: int, side: int, color: str) -> None:
    chart.rect(_at(col), _at(row), side * _PIXEL, side * _PIXEL, fill=color, fill_opacity=0.1)
    for step in range(1, side):
        for ends in (
            (_at(col + step), _at(row), _at(col + step), _at(row + side)),
            (_at(col), _at(row + step), _at(col + side), _at(row + step)),
        ):
            chart.line(*ends, stroke=color, stroke_width=0.5, opacity=0.35)
    chart.rect(_at(col), _at(row), side * _PIXEL, side * _PIXEL, fill="none", stroke=color, stroke_width=2)


def _at(pixel: float) -> float:
    return 2 + pixel * _PIXEL
