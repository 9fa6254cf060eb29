"""The report's files: the page, put together from its parts, and the tables."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsclass.atomic import write_text
from hsclass.report.accuracy import accuracy_part, fields_behind, sample_of, training_samples
from hsclass.report.areas import area_panels
from hsclass.report.assessment import area_interval, written, written_area
from hsclass.report.calibration import FEW, calibration_part
from hsclass.report.classes import class_part, shaded
from hsclass.report.collect import Results, read_results
from hsclass.report.comparison import comparison_panels, described
from hsclass.report.csv_tables import TABLES, as_csv
from hsclass.report.delivered import assessed_part, delivered_part
from hsclass.report.delivered_answers import answers_part, models_part
from hsclass.report.figures import figures_json
from hsclass.report.html import environment, scripts, style_sheet
from hsclass.report.images import duplicates_part, mistakes_part
from hsclass.report.information import experiment_yaml, information
from hsclass.report.latex import accuracy_tex
from hsclass.report.leakage import leakage_part
from hsclass.report.learning import learning_part
from hsclass.report.search import search_panels
from hsclass.report.splits import splits_part
from hsclass.report.table import SetResults, set_results
from hsclass.report.text import lowest_to_highest, signed
from hsclass.report.training import training_curves
from hsclass.report.viewer import viewer_part
from hsclass.report.windows import windows_part

PAGE, LATEX, RESULTS = "index.html", "accuracy.tex", "results.json"

UNITS = {
    "pixels": {"short": "px", "long": "pixels", "block": "block"},
    "images": {"short": "images", "long": "images", "block": "group"},
}
"""What the page calls the samples of each kind, and those that are right or wrong together."""


@dataclass(frozen=True)
class Part:
    """A section of the page: its id, which is also the name of its template, its title, and what makes its content.

    `make` returns nothing where there is nothing to show; `kind` says which samples the part needs, None for any;
    `heading` stands above the section where the title in the navigation is too short for it; `folded` is what a reader
    opens a section by that begins closed.
    """

    name: str
    title: str
    make: Callable[[SetResults], Any]
    kind: str | None = None
    heading: str = ""
    folded: str = ""


PARTS = (
    Part("answers", "Summary", answers_part),
    Part("maps", "Maps", viewer_part, "pixels"),
    Part("assessed", "Assessment", assessed_part, "pixels", "What does the probability sample say about the map?"),
    Part("delivered", "Delivered map", delivered_part, "pixels", "How was the delivered map made?"),
    Part("models", "Models", models_part, "pixels", "How good are models trained with a share of the labels?"),
    Part("accuracy", "Accuracy", accuracy_part, heading="How accurate is each model?"),
    Part("comparison", "Differences", comparison_panels, heading="Which models are distinguishable?"),
    Part("leakage", "Optimism", leakage_part, "pixels", "What does random sampling add?"),
    Part("learning", "Training size", learning_part, "pixels", "How much training is needed?"),
    Part("windows", "Windows", windows_part, "pixels", "How wide must windows be?"),
    Part("duplicates", "Near-duplicates", duplicates_part, "images"),
    Part("splits", "Splits", splits_part, "pixels", "Which pixels were used for what?"),
    Part("classes", "Classes", class_part, heading="How accurate is each class?"),
    Part("mistakes", "Mistakes", mistakes_part, "images", "Most confident mistakes"),
    Part("areas", "Areas", area_panels, "pixels", "What area does each class cover?"),
    Part("calibration", "Calibration", calibration_part, heading="Is the confidence right?"),
    Part("search", "Search", search_panels, heading="How were options chosen?"),
    Part("training", "Training", training_curves, heading="How did the networks learn?"),
    Part("information", "Methods", information, heading="Methods", folded="Data, software, settings and cost"),
    Part("reading", "Terms", lambda results: results.leaky, heading="Terms", folded="What words mean; run it again"),
)


@dataclass(frozen=True)
class Section:
    """A part with its content for every scene or image set that has one."""

    part: Part
    found: tuple[tuple[SetResults, Any], ...]


def write_report(experiment_files: Sequence[Path], out: str | os.PathLike[str]) -> None:
    """Write the page and the tables; see `hsclass.report.write_report`."""
    results, out = read_results(*experiment_files), Path(out)
    tables = {name: make(results) for name, make in TABLES.items()}
    files = {f"{name}.csv": table for name, table in tables.items()}
    page = render(results, out, tuple(name for name, table in files.items() if table is not None))
    write_text(out / LATEX, accuracy_tex(results))
    write_text(out / RESULTS, figures_json(results, tables))
    for name, table in files.items():
        if table is None:
            (out / name).unlink(missing_ok=True)  # one of an earlier run would be taken for this one's
        else:
            write_text(out / name, as_csv(table))
    write_text(out / PAGE, page)


def render(results: Results, out: Path, tables: Sequence[str] = ()) -> str:
    """Return the page of an experiment as HTML, for the folder `out`; `tables` are the CSV files next to it."""
    sets, experiment = set_results(results), results.experiment
    kind = experiment.samples
    root = Path(os.path.relpath(".", out)).as_posix() + "/"
    sections = _sections(sets)
    maps = any(section.part.name == "maps" for section in sections)
    return (
        environment(
            area=written_area,
            area_interval=area_interval,
            curve_colors={"training": "var(--safe)", "validation": "var(--validation)"},
            estimate=written,
            few=FEW,
            described=described,
            lowest_to_highest=lowest_to_highest,
            fields_behind=fields_behind,
            sample_of=sample_of,
            shaded=shaded,
            signed=signed,
            training_samples=training_samples,
        )
        .get_template("page.html.j2")
        .render(
            experiment=experiment,
            results=results,
            kind=kind,
            several_sets=len(sets) > 1,
            several_seeds=len(experiment.seeds) > 1,
            sections=sections,
            tables=(*tables, LATEX, RESULTS),
            root=root,
            link=lambda path: path.as_posix() if path.is_absolute() else root + path.as_posix(),
            styles=style_sheet(maps=maps),
            scripts=scripts(maps=maps),
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
