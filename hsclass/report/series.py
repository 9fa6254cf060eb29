"""Lines of several models or splits in one chart: how each is drawn, told apart by colour, mark and dash."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hsclass.report.charts import split_colors
from hsclass.report.svg import LEAKY, Drawing
from hsclass.report.tables import Group, by_method

COLORS = ("#27408b", "#1a9988", "#b0307f", "#8a6d1d", "#1f2933", "#4d9de0", "#7a9a01", "#7b4fc9")
"""Colours of the models; none is that of leakage."""

_DASHES = ("", "6 3", "2 2.5", "8 2 2 2")


@dataclass(frozen=True)
class Style:
    """How a series is drawn: colour, mark (0 circle, 1 square, 2 triangle, 3 diamond) and dash of the line."""

    color: str
    mark: int
    dash: str
    hollow: bool = False


@dataclass(frozen=True)
class Key:
    """An entry of a legend."""

    label: str
    sample: Markup


def model_styles(groups: Iterable[Group]) -> dict[str, Style]:
    """Return a style for each model, by its label, in their order."""
    labels = [of_method[0].label for of_method in by_method(groups).values()]
    return {
        label: Style(
            COLORS[place % len(COLORS)], place % 4, _DASHES[place // 4 % len(_DASHES)], hollow=place // 4 % 2 == 1
        )
        for place, label in enumerate(labels)
    }


def split_styles(groups: Iterable[Group]) -> dict[str, Style]:
    """Return a style for each split in its colour; those that leak are dashed, each in its own way."""
    colors = split_colors(groups)
    leaky = [split for split, color in colors.items() if color == LEAKY]
    return {
        split: Style(
            color,
            place % 4,
            _DASHES[1 + leaky.index(split) % (len(_DASHES) - 1)] if split in leaky else "",
            hollow=split in leaky,
        )
        for place, (split, color) in enumerate(colors.items())
    }


def legend(styles: Mapping[str, Style]) -> tuple[Key, ...]:
    """Return the entries of a legend, each with a piece of its line."""
    return tuple(Key(label, _sample(label, style)) for label, style in styles.items())


def draw_line(
    chart: Drawing, points: Sequence[tuple[float, float]], style: Style, *, marks: bool = True, opacity: float = 0.9
) -> None:
    """Draw a series through (x, y) points [px]."""
    dash = {"stroke_dasharray": style.dash} if style.dash else {}
    chart.path(list(points), stroke=style.color, stroke_width=1.6, stroke_linejoin="round", opacity=opacity, **dash)
    if marks:
        for x, y in points:
            draw_mark(chart, x, y, style)


def draw_mark(chart: Drawing, x: float, y: float, style: Style, size: float = 3.4) -> None:
    """Draw the mark of a series at (x, y) [px]."""
    _MARKS[style.mark](
        chart, x, y, size, fill="#fff" if style.hollow else style.color, stroke=style.color, stroke_width=1.3
    )


def _circle(chart: Drawing, x: float, y: float, size: float, **style: str | float) -> None:
    chart.circle(x, y, size, **style)


def _shape(*corners: tuple[float, float]) -> Callable[..., None]:
    def draw(chart: Drawing, x: float, y: float, size: float, **style: str | float) -> None:
        chart.polygon([(x + size * across, y + size * down) for across, down in corners], **style)

    return draw


_MARKS: tuple[Callable[..., None], ...] = (
    _circle,
    _shape((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    _shape((0, -1.25), (1.15, 0.85), (-1.15, 0.85)),
    _shape((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
)


def _sample(label: str, style: Style) -> Markup:
    chart = Drawing("sample", f"line of {label}", width=30, height=12)
    draw_line(chart, [(1, 6), (29, 6)], style, marks=False)
    draw_mark(chart, 15, 6, style)
    return chart.markup()
