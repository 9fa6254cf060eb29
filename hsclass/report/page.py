"""The report's files: the page and the tables."""

import os
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from hsclass.atomic import write_text
from hsclass.report.classes import shaded
from hsclass.report.collect import Results, read_results
from hsclass.report.comparison import described
from hsclass.report.csv_tables import accuracy_csv, comparison_csv, inflation_csv
from hsclass.report.curves import TRAIN, VALIDATION
from hsclass.report.information import experiment_yaml
from hsclass.report.latex import accuracy_tex
from hsclass.report.pictures import css_color
from hsclass.report.tables import limits
from hsclass.report.text import between, count, duration, number, percent
from hsclass.report.views import scene_views, sizes, times
from hsclass.report.windows import LARGEST, shared_window_drawing
from hsclass.split import ROLE_COLORS, Role

PAGE, TABLE = "index.html", "accuracy.csv"
LATEX, INFLATION, COMPARISON = "accuracy.tex", "inflation.csv", "comparison.csv"

_SECTIONS = {
    "finding": "Finding", "accuracy": "Accuracy", "comparison": "Comparison", "leakage": "Leakage", "splits": "Splits",
    "maps": "Maps", "classes": "Classes", "areas": "Areas", "calibration": "Calibration", "search": "Search",
    "training": "Training", "information": "Information", "reading": "How to read",
}  # fmt: skip
_OPTIONAL = {"comparison": "comparisons", "areas": "areas", "calibration": "calibrations", "search": "searches"}
"""Sections that need a panel of `SceneView`."""

_TRAINING_NOTE = (
    "On the validation pixels every class counts alike. Validation pixels of a leaky split share pixels with training"
    " windows, so their curve follows the training curve whatever the model has learnt."
)


def write_report(experiment_file: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Write the report of a finished experiment.

    Parameters
    ----------
    experiment_file : path-like
        `experiment.json`; the folders of the runs in it are relative to the current folder.
    out : path-like
        Folder for `index.html`, one page that loads nothing from elsewhere, `accuracy.csv`, a row for each run, and
        `accuracy.tex`, the same as a table for a paper; where the experiment has leaky twins or compared its models,
        also `inflation.csv` and `comparison.csv`. The same results give the same bytes.

    Raises
    ------
    DataError
        If a file of a run is missing or is not what its stage writes; the message names the file and the stage.
    UsageError
        If `out` cannot be written to.
    """
    results = read_results(Path(experiment_file))
    tables = {INFLATION: inflation_csv(results), COMPARISON: comparison_csv(results)}
    page = render(results, tuple(name for name, text in tables.items() if text is not None))
    write_text(Path(out) / TABLE, accuracy_csv(results))
    write_text(Path(out) / LATEX, accuracy_tex(results))
    for name, text in tables.items():
        if text is None:
            (Path(out) / name).unlink(missing_ok=True)  # one of an earlier run would be taken for this one's
        else:
            write_text(Path(out) / name, text)
    write_text(Path(out) / PAGE, page)


def page_environment() -> Environment:
    """Return what renders the templates, with the filters that they use."""
    environment = Environment(
        loader=PackageLoader("hsclass.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, percent=percent, count=count, duration=duration, css_color=css_color)
    return environment


def render(results: Results, tables: Sequence[str] = ()) -> str:
    """Return the page of an experiment as HTML; `tables` are the files beside it, other than those of accuracy."""
    window, views = results.experiment.window, scene_views(results)
    sections = [
        (section, name)
        for section, name in _SECTIONS.items()
        if section not in _OPTIONAL or any(getattr(view, _OPTIONAL[section]) for view in views)
    ]
    return (
        page_environment()
        .get_template("page.html.j2")
        .render(
            experiment=results.experiment,
            results=results,
            views=views,
            sections=sections,
            tables=(TABLE, LATEX, *tables),
            windows_drawing=shared_window_drawing(window, "windows") if window > 1 else None,
            drawn_window=max(min(window, LARGEST), 3),
            experiment_yaml=experiment_yaml(results.experiment),
            sizes=sizes,
            times=times,
            shaded=shaded,
            limits=limits,
            between=between,
            described=described,
            roles=[(role.name.lower(), css_color(ROLE_COLORS[role])) for role in Role if role is not Role.UNUSED],
            curve_colors={"training": TRAIN, "validation": VALIDATION},
            unit={"short": "px", "long": "pixels"},
            training_note=_TRAINING_NOTE,
        )
    )
