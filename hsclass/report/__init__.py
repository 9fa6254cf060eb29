"""The report stage: one self-contained page, and tables of the figures, for an experiment."""

import os
from collections.abc import Sequence
from pathlib import Path


def write_report(
    experiment_files: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], out: str | os.PathLike[str]
) -> None:
    """Write the report of a finished experiment, or of several as one.

    Parameters
    ----------
    experiment_files : path-like, or sequence of path-like
        `experiment.json` of each; the folders of the runs in it are relative to the current folder or, of several
        experiments, to that in which the workflow ran. Several must have the samples and the window in common; what
        has one name in two of them must have the same options there. Where they share a split, all models under it are
        compared anew.
    out : path-like
        Folder for `index.html`, one page that loads nothing from elsewhere, `accuracy.csv`, a row for each run,
        `accuracy.tex`, the same as a table for a paper, and `results.json`, the same for programs, with what the page
        says of the map at its top; `pooled.csv`, a row for each model under each split over all seeds or folds, and
        `fields.csv`, a row for each field; where the experiment has matched random splits or several models, also
        `optimism.csv` and `comparison.csv`. The same results give the same bytes.

    Raises
    ------
    DataError
        If a file of a run is missing or is not what its stage writes; the message names the file and the stage.
    UsageError
        If `out` cannot be written to, or the experiments do not fit each other.
    """
    from hsclass.report.page import write_report as write  # here, so that other stages do not load pandas

    files = [experiment_files] if isinstance(experiment_files, str | os.PathLike) else experiment_files
    write([Path(file) for file in files], out)


__all__ = ["write_report"]
