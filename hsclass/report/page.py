"""The report's two files: the page and the table."""

import os
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from hsclass.atomic import write_text
from hsclass.report.classes import shaded
from hsclass.report.collect import Results, read_results
from hsclass.report.curves import TRAIN, VALIDATION
from hsclass.report.information import experiment_yaml
from hsclass.report.pictures import css_color
from hsclass.report.tables import accuracy_csv
from hsclass.report.text import count, duration, number, percent
from hsclass.report.views import scene_views, sizes, times
from hsclass.report.windows import LARGEST, shared_window_drawing
from hsclass.split import ROLE_COLORS, Role

PAGE, TABLE = "index.html", "accuracy.csv"


def write_report(experiment_file: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Write the report of a finished experiment.

    Parameters
    ----------
    experiment_file : path-like
        `experiment.json`; the folders of the runs in it are relative to the current folder.
    out : path-like
        Folder for `index.html`, one page that loads nothing from elsewhere, and `accuracy.csv`, a row for each run.
        The same results give the same bytes.

    Raises
    ------
    DataError
        If a file of a run is missing or is not what its stage writes; the message names the file and the stage.
    UsageError
        If `out` cannot be written to.
    """
    results = read_results(Path(experiment_file))
    page = render(results)
    write_text(Path(out) / TABLE, accuracy_csv(results))
    write_text(Path(out) / PAGE, page)


def render(results: Results) -> str:
    """Return the page of an experiment as HTML."""
    environment = Environment(
        loader=PackageLoader("hsclass.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, percent=percent, count=count, duration=duration, css_color=css_color)
    window = results.experiment.window
    return environment.get_template("page.html.j2").render(
        experiment=results.experiment,
        results=results,
        views=scene_views(results),
        windows_drawing=shared_window_drawing(window, "windows") if window > 1 else None,
        drawn_window=max(min(window, LARGEST), 3),
        experiment_yaml=experiment_yaml(results.experiment),
        sizes=sizes,
        times=times,
        shaded=shaded,
        roles=[(role.name.lower(), css_color(ROLE_COLORS[role])) for role in Role if role is not Role.UNUSED],
        curve_colors={"training": TRAIN, "validation": VALIDATION},
    )
