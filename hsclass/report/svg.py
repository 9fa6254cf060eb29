"""Drawings inside the page: SVG elements with escaped text and short numbers, the same text for the same drawing."""

from functools import cached_property
from xml.etree import ElementTree

from markupsafe import Markup

INK, QUIET, GRID = "#1f2933", "#5b6770", "#dfe4e8"
LEAKY, LEAKY_PALE = "#c2410c", "#fde8dc"
HONEST = ("#0b6e99", "#1f7d5a", "#6d5bd0", "#8a6d1d", "#b0447e", "#44617b")
"""Colours of the splits without leakage, in their order; they differ in lightness from the leaky one in print."""


class Drawing:
    """An SVG drawing.

    Parameters
    ----------
    name : str
        Unique on the page; the hatch pattern takes its name from it.
    title : str
        What the drawing shows, for those who cannot see it.
    width, height : float
        Size [px].
    """

    def __init__(self, name: str, title: str, *, width: float, height: float) -> None:
        self.width, self.height, self._name = width, height, name
        self._root = ElementTree.Element(
            "svg",
            {"viewBox": f"0 0 {width:g} {height:g}", "role": "img", "aria-label": title, "font-family": "inherit"},
        )
        self._root.set("style", f"max-width:{width:g}px")

    @cached_property
    def hatch(self) -> str:
        """The fill of what leaks; its pattern goes into the drawing with the first use."""
        definitions = ElementTree.Element("defs")
        self._root.insert(0, definitions)
        size = {"width": "6", "height": "6"}
        pattern = ElementTree.SubElement(
            definitions, "pattern", {"id": f"hatch-{self._name}", **size, "patternUnits": "userSpaceOnUse"}
        )
        pattern.set("patternTransform", "rotate(45)")
        ElementTree.SubElement(pattern, "rect", {**size, "fill": LEAKY_PALE})
        ElementTree.SubElement(pattern, "rect", {"width": "2", "height": "6", "fill": LEAKY, "opacity": "0.75"})
        return f"url(#hatch-{self._name})"

    def rect(self, x: float, y: float, width: float, height: float, **style: str | float) -> None:
        """Add a rectangle by its upper left corner and size."""
        self._add("rect", {"x": x, "y": y, "width": max(width, 0), "height": max(height, 0), **style})

    def line(self, x1: float, y1: float, x2: float, y2: float, **style: str | float) -> None:
        """Add a line."""
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": INK, **style})

    def circle(self, x: float, y: float, radius: float, **style: str | float) -> None:
        """Add a circle."""
        self._add("circle", {"cx": x, "cy": y, "r": radius, **style})

    def polygon(self, points: list[tuple[float, float]], **style: str | float) -> None:
        """Add a filled shape by its (x, y) corners."""
        self._add("polygon", {"points": _joined(points), **style})

    def path(self, points: list[tuple[float, float]], **style: str | float) -> None:
        """Add a line through (x, y) points."""
        self._add("polyline", {"points": _joined(points), "fill": "none", "stroke": INK, **style})

    def text(self, x: float, y: float, text: str, **style: str | float) -> None:
        """Add text by its baseline."""
        self._add("text", {"x": x, "y": y, "fill": INK, "font-size": 13, **style}).text = text

    def markup(self) -> Markup:
        """Return the drawing as it goes into the page."""
        return Markup(ElementTree.tostring(self._root, encoding="unicode"))

    def _add(self, tag: str, attributes: dict[str, str | float]) -> ElementTree.Element:
        plain = {key.replace("_", "-"): _short(value) for key, value in attributes.items()}
        return ElementTree.SubElement(self._root, tag, plain)


def _joined(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _short(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
