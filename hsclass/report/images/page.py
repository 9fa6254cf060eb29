"""The files of the report on images: the page and the table."""

import os
from pathlib import Path

from hsclass.atomic import write_text
from hsclass.report.classes import shaded
from hsclass.report.csv_tables import COLUMNS, Cell, table_text
from hsclass.report.curves import TRAIN, VALIDATION
from hsclass.report.images.collect import ImageResults, read_image_results
from hsclass.report.images.views import image_views, learned_from
from hsclass.report.page import PAGE, TABLE, page_environment
from hsclass.report.tables import limits
from hsclass.report.text import between
from hsclass.report.views import sizes, times

_SECTIONS = {
    "images_finding": "Finding", "images_accuracy": "Accuracy", "images_duplicates": "Near-duplicates",
    "classes": "Classes", "images_mistakes": "Mistakes", "training": "Training", "images_information": "Information",
}  # fmt: skip

_EXTRA_COLUMNS = ("micro_f1", "overlap", "near_duplicate_threshold", "given")
"""Behind the columns of scenes, in the table of images."""

_NOTE = "Validation images choose the epoch that is kept; they are not learned from unless an option says so."


def write_image_report(experiment_file: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Write the report of a finished experiment on images.

    Parameters
    ----------
    experiment_file : path-like
        `experiment.json`; the folders of the runs in it are relative to the current folder.
    out : path-like
        Folder for `index.html`, one page that loads nothing from elsewhere, and `accuracy.csv`, a row for each run.

    Raises
    ------
    DataError
        If a file of a run is missing or is not what its stage writes.
    UsageError
        If `out` cannot be written to.
    """
    results = read_image_results(Path(experiment_file))
    page = render_images(results)
    write_text(Path(out) / TABLE, image_accuracy_csv(results))
    write_text(Path(out) / PAGE, page)


def render_images(results: ImageResults) -> str:
    """Return the page as HTML."""
    views = image_views(results)
    return page_environment().get_template("page.html.j2").render(
        experiment=results.experiment,
        results=results,
        views=views,
        sections=list(_SECTIONS.items()),
        tables=(TABLE,),
        several=any(images.several_labels for images in results.sets),
        sizes=sizes,
        learned_from=learned_from,
        times=times,
        shaded=shaded,
        limits=limits,
        between=between,
        unit={"short": "images", "long": "images"},
        training_note=_NOTE,
        curve_colors={"training": TRAIN, "validation": VALIDATION},
    )  # fmt: skip


def image_accuracy_csv(results: ImageResults) -> str:
    """Return the text of `accuracy.csv`: the columns of scenes, those without a meaning for images empty, and more.

    With several labels an image, `oa` is empty and `micro_f1` and `macro_f1` hold the figures.
    """
    rows = []
    for run in results.runs:
        metrics, audit = run.metrics, run.split.audit
        single = not metrics.several_labels
        cells: dict[str, Cell] = {
            "scene": run.entry.scene, "sampler": run.entry.split, "seed": run.entry.seed,
            "features": run.entry.features, "model": run.entry.model, "n_train": metrics.n_train,
            "n_test": metrics.n_test, "oa": metrics.oa if single else None, "aa": metrics.aa, "kappa": metrics.kappa,
            "oa_low": metrics.oa_low if single else None, "oa_high": metrics.oa_high if single else None,
            "train_seconds": run.training.seconds, "map_seconds": run.mapping.seconds, "leaky": run.split.leaky,
            "macro_f1": metrics.macro_f1, "n_validation": metrics.n_validation,
            "overlap_share": audit.overlap_share, "aa_low": metrics.aa_low, "aa_high": metrics.aa_high,
            "kappa_low": metrics.kappa_low, "kappa_high": metrics.kappa_high, "macro_f1_low": metrics.macro_f1_low,
            "macro_f1_high": metrics.macro_f1_high, "ece": metrics.calibration.ece if metrics.calibration else None,
            "micro_f1": metrics.micro_f1, "overlap": audit.overlap, "near_duplicate_threshold": audit.threshold,
            "given": audit.published,
        }  # fmt: skip
        rows.append([cells.get(column) for column in (*COLUMNS, *_EXTRA_COLUMNS)])
    return table_text((*COLUMNS, *_EXTRA_COLUMNS), rows)
