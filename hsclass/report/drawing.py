"""Figures by matplotlib as SVG inside the page: same data, same bytes; text stays text."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from xml.etree import ElementTree

import matplotlib
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hsclass.report.theme import LIGHT, MODELS, SPLITS, as_variables, figure_parameters

P = ParamSpec("P")
T = TypeVar("T")

_MARGINS = (46, 36, 12, 20)
_DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.8)), (0, (6, 1.5, 1.5, 1.5)))
_MARKS = "os^D"
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_FONT = re.compile(r"font(?:-size)?: (?:(bold) |(\d{3}) )?([\d.]+)px[^;]*(?:; font-family: [^;]*)?")


@dataclass(frozen=True)
class CurvePanel:
    """Curves of accuracy on the test pixels of one split.

    Attributes
    ----------
    split : str
    rows : DataFrame
        What is drawn, one row per point.
    drawing : Markup
    key : list
        Legend of the lines.
    """

    split: str
    rows: pd.DataFrame
    drawing: Markup
    key: list[tuple[str, Markup]]


def themed(build: Callable[P, T]) -> Callable[P, T]:
    """Let a function that draws do so with the parameters of the theme, whatever the user has set."""

    @wraps(build)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with _theme():
            return build(*args, **kwargs)

    return run


def canvas(
    width: float = 270, height: float = 170, xlabel: str = "", margins: tuple[float, float, float, float] = _MARGINS
) -> tuple[Figure, Axes]:
    """Return a figure of `width` x `height` [px] and its axes; `margins` [px] left, below, right and above them."""
    left, below, right, above = margins
    figure = Figure(figsize=(width / 72, height / 72))
    axes = figure.add_axes(
        (left / width, below / height, (width - left - right) / width, (height - below - above) / height)
    )
    axes.set_xlabel(xlabel)
    return figure, axes


def styles(labels: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return for each model, in order, how its line is drawn: distinct by colour, mark and dash."""
    return {
        label: {
            "color": MODELS[place % len(MODELS)],
            "marker": _MARKS[place % 4],
            "linestyle": _DASHES[place // 4 % 4],
            "markerfacecolor": LIGHT["paper"] if place // 4 % 2 else MODELS[place % len(MODELS)],
        }
        for place, label in enumerate(labels)
    }


def split_colors(leaky: dict[str, bool]) -> dict[str, str]:
    """Return a colour for each split: one for all that leak, the others in their order."""
    safe = [split for split, leaks in leaky.items() if not leaks]
    return {
        split: LIGHT["leaky"] if leaks else SPLITS[safe.index(split) % len(SPLITS)] for split, leaks in leaky.items()
    }


def split_styles(leaky: dict[str, bool]) -> dict[str, dict[str, Any]]:
    """Return for each split how its line is drawn: in its colour; those that leak dashed, each in its own way."""
    leaking = [split for split, leaks in leaky.items() if leaks]
    return {
        split: {
            "color": color,
            "marker": _MARKS[place % 4],
            "linestyle": _DASHES[1 + leaking.index(split) % 3] if leaky[split] else "-",
            "markerfacecolor": LIGHT["paper"] if leaky[split] else color,
        }
        for place, (split, color) in enumerate(split_colors(leaky).items())
    }


def legend(lines: dict[str, dict[str, Any]], name: str) -> list[tuple[str, Markup]]:
    """Return the entries of a legend: each label with a piece of its line."""
    return [
        (label, svg(_sample(style), f"{name}-{place}", label)) for place, (label, style) in enumerate(lines.items())
    ]


def curve_panels(
    rows: pd.DataFrame, by: str, lines: dict[str, dict[str, Any]], draw: Callable[[pd.DataFrame, Any], Figure], *,
    name: str, words: str,
) -> tuple[CurvePanel, ...]:  # fmt: skip
    """Return a panel for each split that the column `by` names; `words`, which name it at {}, say what is drawn."""
    return tuple(
        CurvePanel(
            str(split), found, svg(draw(found, lines), f"{name}-{place}", words.format(split)),
            legend(lines, f"{name}-{place}-lines"),
        )
        for place, (split, found) in enumerate(rows.groupby(by, sort=False))
    )  # fmt: skip


@themed
def _sample(style: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(30 / 72, 12 / 72))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, 2), ylim=(-1, 1))
    axes.plot([0, 1, 2], [0, 0, 0], markevery=[1], **style)
    return figure


def svg(figure: Figure, name: str, title: str, description: str = "") -> Markup:
    """Return a figure as an SVG element for the page.

    Parameters
    ----------
    figure : Figure
    name : str
        Unique on the page; the ids inside the element depend on it.
    title, description : str
        What the figure shows, and what it says, for those who cannot see it.
    """
    text = io.StringIO()
    with _theme({"svg.hashsalt": name}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    drawn = ElementTree.fromstring(text.getvalue())
    for element in drawn.iter():
        element.tag = element.tag.partition("}")[2]
    width, height = drawn.attrib["viewBox"].split()[2:]
    root = ElementTree.Element("svg", {
        "viewBox": f"0 0 {width} {height}", "role": "img", "style": f"max-width:{float(width):.0f}px",
        "stroke-linejoin": "round", "aria-labelledby": f"{name}-title",
    })  # fmt: skip
    ElementTree.SubElement(root, "title", {"id": f"{name}-title"}).text = title
    if description:
        root.set("aria-describedby", f"{name}-desc")
        ElementTree.SubElement(root, "desc", {"id": f"{name}-desc"}).text = description
    root.extend(_simplified(element) for child in drawn.findall("g") for element in child)
    root.extend(drawn.findall("defs")[1:])  # the first is a style sheet, which would hold for the whole page
    return Markup(as_variables(ElementTree.tostring(root, encoding="unicode")))


@contextmanager
def _theme(more: dict[str, Any] | None = None) -> Iterator[None]:
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**figure_parameters(), **(more or {})})
        yield


def _simplified(element: ElementTree.Element) -> ElementTree.Element:
    """Shorten what matplotlib writes: ids that nothing refers to, groups of one, fonts, white space and digits."""
    attributes = {}
    for key, value in element.attrib.items():
        if element.tag == "g" and key == "id":
            continue
        text = _LONG_NUMBER.sub(_short, " ".join(value.split()))
        if key == "transform":
            text = re.sub(r"rotate\(-0(\.0+)? [^)]*\)", "", text).strip()
        if text:
            attributes[key.partition("}")[2] or key] = text
    if element.tag == "text" and "style" in attributes:
        attributes["style"] = _FONT.sub(_font, attributes["style"])
    children = [_simplified(child) for child in element if not (child.tag == "g" and not len(child))]
    if element.tag == "g" and not attributes and len(children) == 1:
        return children[0]
    plain = ElementTree.Element(element.tag, attributes)
    plain.text = element.text if element.tag in {"text", "tspan"} else None
    plain.extend(children)
    return plain


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _font(font: re.Match[str]) -> str:
    weight = font[1] or font[2]
    return f"font-size: {font[3]}px" + (f"; font-weight: {weight}" if weight else "")
