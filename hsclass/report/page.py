"""The report's files: the page, put together from its parts, and the tables."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hsclass.atomic import write_text
from hsclass.report import theme
from hsclass.report.accuracy import accuracy_part, times, training_samples
from hsclass.report.areas import area_panels
from hsclass.report.calibration import calibration_part
from hsclass.report.classes import class_part, shaded
from hsclass.report.collect import Results, read_results
from hsclass.report.comparison import comparison_part, described
from hsclass.report.csv_tables import accuracy_csv, comparison_csv, optimism_csv
from hsclass.report.finding import finding_part
from hsclass.report.images import duplicates_part, mistakes_part
from hsclass.report.information import experiment_yaml, information
from hsclass.report.latex import accuracy_tex
from hsclass.report.leakage import leakage_part
from hsclass.report.pictures import css_color
from hsclass.report.scenes import maps_part, splits_part
from hsclass.report.search import search_panels
from hsclass.report.table import SetResults, set_results
from hsclass.report.text import between, count, duration, lowest_to_highest, mean_and_spread, number, percent, signed
from hsclass.report.training import training_curves
from hsclass.report.windows import LARGEST, shared_windows
from hsclass.split import ROLE_COLORS, Role

PAGE, TABLE = "index.html", "accuracy.csv"
LATEX, OPTIMISM, COMPARISON = "accuracy.tex", "optimism.csv", "comparison.csv"


UNITS = {
    "pixels": {"short": "px", "long": "pixels", "block": "block"},
    "images": {"short": "images", "long": "images", "block": "group"},
}
"""What the page calls the samples of each kind, and those that are right or wrong together."""


@dataclass(frozen=True)
class Part:
    """A section of the page: its id, which is also the name of its template, its title, and what makes its content.

    `make` returns nothing where there is nothing to show; `kind` says which samples the part needs, None for any;
    `heading` stands above the section where the title in the navigation is too short for it.
    """

    name: str
    title: str
    make: Callable[[SetResults], Any]
    kind: str | None = None
    heading: str = ""


PARTS = (
    Part("finding", "Finding", finding_part),
    Part("accuracy", "Accuracy", accuracy_part),
    Part("comparison", "Comparison", comparison_part, heading="Comparison of the models"),
    Part("leakage", "Leakage", leakage_part, "pixels"),
    Part("duplicates", "Near-duplicates", duplicates_part, "images"),
    Part("splits", "Splits", splits_part, "pixels"),
    Part("maps", "Maps", maps_part, "pixels"),
    Part("classes", "Classes", class_part, heading="Accuracy by class"),
    Part("mistakes", "Mistakes", mistakes_part, "images", "Most confident mistakes"),
    Part("areas", "Areas", area_panels, "pixels", "Areas of the classes"),
    Part("calibration", "Calibration", calibration_part),
    Part("search", "Search", search_panels),
    Part("training", "Training", training_curves),
    Part("information", "Information", information, heading="Information to print"),
    Part("reading", "How to read", lambda results: results.leaky, heading="How to read this report"),
)


@dataclass(frozen=True)
class Section:
    """A part with its content for every scene or image set that has one."""

    part: Part
    found: tuple[tuple[SetResults, Any], ...]


def write_report(experiment_file: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Write the page and the tables; see `hsclass.report.write_report`."""
    results = read_results(Path(experiment_file))
    tables = {OPTIMISM: optimism_csv(results), COMPARISON: comparison_csv(results)}
    page = render(results, tuple(name for name, text in tables.items() if text is not None))
    write_text(Path(out) / TABLE, accuracy_csv(results))
    write_text(Path(out) / LATEX, accuracy_tex(results))
    for name, text in tables.items():
        if text is None:
            (Path(out) / name).unlink(missing_ok=True)  # one of an earlier run would be taken for this one's
        else:
            write_text(Path(out) / name, text)
    write_text(Path(out) / PAGE, page)


def render(results: Results, tables: Sequence[str] = ()) -> str:
    """Return the page of an experiment as HTML; `tables` are the files next to it, other than those of accuracy."""
    sets, experiment = set_results(results), results.experiment
    kind, window = experiment.samples, experiment.window or 1
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            experiment=experiment,
            results=results,
            kind=kind,
            several_sets=len(sets) > 1,
            several_seeds=len(experiment.seeds) > 1,
            sections=_sections(sets),
            tables=(TABLE, LATEX, *tables),
            windows_drawing=shared_windows(window, "windows") if kind == "pixels" and window > 1 else None,
            drawn_window=max(min(window, LARGEST), 3),
            experiment_yaml=experiment_yaml(experiment),
            unit=UNITS[kind],
        )
    )


def _sections(sets: Sequence[SetResults]) -> list[Section]:
    sections = []
    for part in PARTS:
        of_kind = [each for each in sets if part.kind in {None, each.samples.kind}]
        found = tuple((each, content) for each in of_kind if (content := part.make(each)))
        if found:
            sections.append(Section(part, found))
    return sections


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("hsclass.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    writers = (number, percent, count, duration, css_color, mean_and_spread)
    environment.filters.update({write.__name__: write for write in writers})
    environment.globals.update(
        css_variables=Markup(theme.css_variables()),
        roles=[(role.name.lower(), css_color(ROLE_COLORS[role])) for role in Role if role is not Role.UNUSED],
        curve_colors={"training": theme.TRAINING, "validation": theme.VALIDATION},
        between=between,
        described=described,
        lowest_to_highest=lowest_to_highest,
        count=count,
        shaded=shaded,
        signed=signed,
        times=times,
        training_samples=training_samples,
    )
    return environment
