"""The drawing that says what a shared window is: two windows that overlap next to two that do not."""

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hsclass.report.drawing import svg, themed
from hsclass.report.theme import LIGHT, SPLITS

LARGEST = 9
"""Side [pixels] of the largest windows drawn."""

_PIXEL, _FOOT = 13, 54
_TRAIN, _TEST = SPLITS[0], SPLITS[2]


def shared_windows(window: int, name: str) -> Markup:
    """Draw a training and a test window of side `window` (at most `LARGEST`), once sharing pixels and once apart."""
    title = "Left: a training window and a test window that share pixels. Right: two windows that share none."
    return svg(window_figure(window), name, title)


@themed
def window_figure(window: int) -> Figure:
    """Draw the two pairs of windows; a unit of the axes is a pixel of the scene."""
    side = max(min(window, LARGEST), 3)
    near = max(side // 3, 1)
    wide, high = 3 * side + near + 5, side + near
    width, height = wide * _PIXEL + 8, high * _PIXEL + _FOOT
    figure = Figure(figsize=(width / 72, height / 72))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set(xlim=(-0.2, width / _PIXEL - 0.2), ylim=(height / _PIXEL - 0.2, -0.2))
    apart = side + near + 5
    _pair(ax, 0, side, (near, near))
    _pair(ax, apart, side, (side, near))
    for left, text, color, far in (
        (0, "shared pixels: leakage", LIGHT["leaky"], near),
        (apart, "no shared pixel", LIGHT["safe"], side),
    ):
        ax.text(left, high + 2, text, color=color, weight="bold", size=13)
        ax.text(left, high + 3.4, f"{far} pixels apart", color=LIGHT["quiet"], size=12)
    return figure


def _pair(ax: Axes, left: int, side: int, shift: tuple[int, int]) -> None:
    """Draw a training window at column `left` and a test window `shift` (columns, rows) from it."""
    across, down = shift
    for x, y, color, word, at in (
        (left, 0, _TRAIN, "train", (0.4, 1.1)),
        (left + across, down, _TEST, "test", (side - 0.4, side - 0.4)),
    ):
        ax.add_patch(Rectangle((x, y), side, side, facecolor=color, alpha=0.1))
        ax.vlines([x + step for step in range(1, side)], y, y + side, color=color, linewidth=0.5, alpha=0.35)
        ax.hlines([y + step for step in range(1, side)], x, x + side, color=color, linewidth=0.5, alpha=0.35)
        ax.add_patch(Rectangle((x, y), side, side, fill=False, edgecolor=color, linewidth=2, gid=word))
        ax.text(
            x + at[0], y + at[1], word, color=color, weight="bold", size=12, ha="left" if word == "train" else "right"
        )
    if across < side:
        ax.add_patch(Rectangle((left + across, down), side - across, side - down, facecolor=LIGHT["leaky-pale"],
                               edgecolor=LIGHT["leaky"], hatch="/////", linewidth=1.5))  # fmt: skip
    for x, y, color in ((left, 0, _TRAIN), (left + across, down, _TEST)):
        ax.plot([x + side / 2], [y + side / 2], "o", color=color, mec=LIGHT["paper"], markersize=9, mew=1.5, zorder=4)
