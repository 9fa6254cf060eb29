"""The report stage: one self-contained page, and tables of the figures, for an experiment."""

import os


def write_report(experiment_file: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Write the report of a finished experiment.

    Parameters
    ----------
    experiment_file : path-like
        `experiment.json`; the folders of the runs in it are relative to the current folder.
    out : path-like
        Folder for `index.html`, one page that loads nothing from elsewhere, `accuracy.csv`, a row for each run, and
        `accuracy.tex`, the same as a table for a paper; `pooled.csv`, a row for each model under each split over all
        seeds or folds, and `fields.csv`, a row for each field; where the experiment has matched random splits or
        several models, also `optimism.csv` and `comparison.csv`. The same results give the same bytes.

    Raises
    ------
    DataError
        If a file of a run is missing or is not what its stage writes; the message names the file and the stage.
    UsageError
        If `out` cannot be written to.
    """
    from hsclass.report.page import write_report as write  # here, so that other stages do not load pandas

    write(experiment_file, out)


__all__ = ["write_report"]
