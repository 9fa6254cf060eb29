"""The page of an assessment: what a labelled probability sample says of a map, on one page that loads nothing."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from hsclass import __version__
from hsclass.assess.design import Assessment
from hsclass.assess.design.estimators import Estimate
from hsclass.assess.design.text import basis
from hsclass.atomic import write_text
from hsclass.errors import UsageError
from hsclass.report.classes import LEVELS, Cell
from hsclass.report.drawing import canvas, svg, themed
from hsclass.report.html import environment, scripts, style_sheet
from hsclass.report.text import MISSING, between, count, number
from hsclass.report.theme import LIGHT

_STRATA = 200  # of which the page shows the units
_FACTS = {
    "seed": "Seed", "allocation": "Allocation", "strata_file": "Raster of strata", "min_distance": "Least distance",
    "blocks": "Blocks in the map", "block_side": "Side of a block", "per_block": "Units in a block", "step": "Step",
}  # fmt: skip
_NO_DISTANCE = ("min_distance", 0)
_IN_PIXELS = {"min_distance", "block_side", "step"}
_DESIGNS = {
    "stratified": "simple random sampling within strata", "simple": "simple random sampling of pixels",
    "systematic": "a square grid with a random start", "blocks": "two stages: blocks, then pixels within them",
}  # fmt: skip


def write_assessment(found: Assessment, path: str | os.PathLike[str], *, map_name: str, sample_name: str) -> None:
    """Write the page of an assessment.

    It shows overall accuracy, user's and producer's accuracy and the area of each class with standard errors and 95 %
    intervals, the error matrix in shares of the area, the design, the agreement of two interpreters where there are
    two, and what further sample would halve a standard error.

    Parameters
    ----------
    found : Assessment
        From `assess_map`.
    path : path-like
        The page, ending in .html; it is self-contained, and the same assessment gives the same bytes.
    map_name, sample_name : str
        What was assessed, and with which sample, as the page names them.

    Raises
    ------
    UsageError
        If the name of the page ends otherwise.
    """
    path = Path(path)
    if path.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"report {path}: ends in '{path.suffix}'; expected a page, such as assessment.html")
    template = environment(estimate=written, area=written_area, area_interval=area_interval).get_template(
        "assessment.html.j2"
    )
    strata = found.about.get("strata", {})
    write_text(
        path,
        template.render(
            found=found, map_name=map_name, sample_name=sample_name, version=__version__, root="", styles=style_sheet(),
            scripts=scripts(), accuracies=accuracy_drawing(found), areas=area_drawing(found),
            design=_DESIGNS[found.design], basis=basis(found), facts=_facts(found), more=_more(found),
            matrix=_cells(found), strata=strata if len(strata) <= _STRATA else {}, names=_names_of_strata(found),
            kind=_kind_of_strata(found),
            of_reference=list(zip(found.matrix.sum(axis=0), found.counts.sum(axis=0), strict=True)),
        ),
    )  # fmt: skip


def written(found: Estimate) -> Markup:
    """Write an accuracy with its standard error, its interval below."""
    if np.isnan(found.value):
        return Markup(MISSING)
    return Markup("{} ± {}<small>{}</small>").format(
        number(found.value), number(found.se), between(found.low, found.high)
    )


def written_area(value: float, of: float | None = None) -> str:
    """Write an area, with decimals where it is small; a standard error as the area that it is `of`."""
    size = abs(value if of is None else of)
    return count(value) if size >= 1000 else number(value, 1 if size >= 10 else 3)


def area_interval(found: Estimate) -> str:
    """Write the interval of an area."""
    return f"{written_area(found.low, found.value)} to {written_area(found.high, found.value)}"


def _cells(found: Assessment) -> list[list[Cell]]:
    rows = []
    for shares, units in zip(found.matrix, found.counts, strict=True):
        total = shares.sum() or 1.0
        levels = np.ceil(np.round(LEVELS * shares / total, 9)).astype(int)
        rows.append([
            Cell(int(n), int(level), number(float(share), 4))
            for share, n, level in zip(shares, units, levels, strict=True)
        ])  # fmt: skip
    return rows


def _facts(found: Assessment) -> list[tuple[str, str]]:
    """Return what is to be known of the design, in words."""
    about = {key: value for key, value in found.about.items() if value is not None and (key, value) != _NO_DISTANCE}
    return [(title, _words(key, about[key])) for key, title in _FACTS.items() if key in about]


def _words(key: str, value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    text = text.replace("_", " ") if key == "allocation" else text
    return f"{text} pixels" if key in _IN_PIXELS else text


def _kind_of_strata(found: Assessment) -> str:
    if found.design == "blocks":
        return "drawn block"
    return "class of the map that the sample was drawn from" if _by_map_class(found) else "stratum"


def _names_of_strata(found: Assessment) -> dict[str, str]:
    """Return the names of strata that are classes of the map, by id."""
    return {
        str(entry.id): entry.name for entry in found.classes if entry.name != str(entry.id) and _by_map_class(found)
    }


def _by_map_class(found: Assessment) -> bool:
    return found.design != "blocks" and not found.about.get("strata_file")


def _more(found: Assessment) -> list[tuple[str, str, str, str]]:
    """Return for each figure its interval, and the further units that would halve its standard error, same and best."""
    same, best = count(found.halving["same_allocation"]), found.halving.get("neyman")
    areas = found.halving.get("areas", {})
    rows = [
        ("Overall accuracy", between(found.oa.low, found.oa.high), same, count(sum(best.values())) if best else MISSING)
    ]
    for entry in found.classes:
        interval = (
            f"{written_area(entry.area.low, entry.area.value)} to {written_area(entry.area.high, entry.area.value)}"
        )
        rows.append((f"Area of {entry.name}", interval, same, count(areas.get(str(entry.id)))))
    return rows


def accuracy_drawing(found: Assessment, of: str = "") -> Markup:
    """Draw user's and producer's accuracy of each class with their intervals; `of` makes its id one of a kind."""
    title = "User's and producer's accuracy of each class with 95 % intervals"
    return svg(accuracy_figure(found), f"accuracies{of}", title)


def area_drawing(found: Assessment, of: str = "") -> Markup:
    """Draw the estimated area of each class with its interval, next to its mapped area; `of` as above."""
    title = f"Estimated area of each class with its 95 % interval, and its mapped area, in {found.unit}"
    return svg(area_figure(found), f"class-areas{of}", title)


@themed
def accuracy_figure(found: Assessment) -> Figure:
    """Draw a line for each class: user's accuracy above producer's."""
    figure, axes = _by_class(found, "accuracy")
    axes.set(xlim=(0, 1))
    for name, shift, color in (("users", -0.14, LIGHT["safe"]), ("producers", 0.14, LIGHT["wrong"])):
        held = [(place + shift, getattr(entry, name)) for place, entry in enumerate(found.classes)]
        shown = [(place, value) for place, value in held if not np.isnan(value.value)]
        axes.hlines(
            [place for place, _ in shown], [value.low for _, value in shown], [value.high for _, value in shown],
            color=color, linewidth=4, alpha=0.35,
        )  # fmt: skip
        axes.plot(
            [value.value for _, value in shown], [place for place, _ in shown], "o" if name == "users" else "s",
            color=color, clip_on=False,
        )  # fmt: skip
    return figure


@themed
def area_figure(found: Assessment) -> Figure:
    """Draw a line for each class: the estimate with its interval, and a hollow mark of the mapped area."""
    figure, axes = _by_class(found, f"area [{found.unit}]")
    places = range(len(found.classes))
    areas = [entry.area for entry in found.classes]
    top = max(*(max(area.high, entry.mapped) for area, entry in zip(areas, found.classes, strict=True)), 0.0)
    axes.set(xlim=(0, 1.02 * top or 1))
    axes.hlines(
        places,
        [area.low for area in areas],
        [area.high for area in areas],
        color=LIGHT["safe"],
        linewidth=4,
        alpha=0.35,
    )
    axes.plot([area.value for area in areas], places, "o", color=LIGHT["safe"], clip_on=False)
    axes.plot(
        [entry.mapped for entry in found.classes], places, "D", color=LIGHT["leaky"], markerfacecolor="none",
        clip_on=False,
    )  # fmt: skip
    return figure


def _by_class(found: Assessment, label: str) -> tuple[Figure, Any]:
    names = [entry.name if len(entry.name) <= 22 else f"{entry.name[:21]}…" for entry in found.classes]
    left = 20 + 6.5 * max(map(len, names))
    figure, axes = canvas(left + 400, 60 + 26 * len(names), xlabel=label, margins=(left, 40, 16, 8))
    axes.set(ylim=(len(names) - 0.5, -0.5))
    axes.set_yticks(range(len(names)), names)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    return figure, axes
