"""Accuracy by class: a confusion matrix a run, and a comparison of the models a split."""

from dataclasses import dataclass

import pandas as pd

from hsclass.report.collect import Run
from hsclass.report.table import SetResults
from hsclass.report.text import count, lowest_to_highest, mean_and_spread

LEVELS = 9
"""Steps of shading of a confusion matrix."""


@dataclass(frozen=True)
class Cell:
    """A count of a confusion matrix, and its share of the row as a step of shading, 0 to `LEVELS`."""

    count: int
    level: int


@dataclass(frozen=True)
class ClassRow:
    """One class under one split: test samples, producer's accuracy by label of the model, and whether it is highest."""

    id: int
    name: str
    support: str
    figures: dict[str, tuple[str, bool]]


def shaded(run: Run) -> tuple[tuple[Cell, ...], ...]:
    """Return the confusion matrix of a run with its shading; rows: reference, columns: predicted."""
    rows = []
    for row in run.metrics.confusion:
        total = sum(row) or 1
        rows.append(tuple(Cell(value, -(-LEVELS * value // total)) for value in row))
    return tuple(rows)


def class_part(results: SetResults) -> dict[str, tuple[ClassRow, ...]]:
    """Compare the producer's accuracies of the models under each split, means over the seeds.

    A class without test samples in a seed has no accuracy there, and does not count in the mean.
    """
    rows = results.long(lambda run: run.metrics.classes)
    rows["producers_accuracy"] = rows.producers_accuracy.astype(float)
    return {
        str(split): tuple(_row(of_class) for _, of_class in of_split.groupby("id", sort=False))
        for split, of_split in rows.groupby("split", observed=True)
    }


def _row(rows: pd.DataFrame) -> ClassRow:
    accuracy = rows.groupby("method", observed=True).producers_accuracy.agg(["mean", "std"])
    highest = accuracy["mean"].max() if len(accuracy) > 1 else 0
    labels = dict(zip(rows.method, rows.label, strict=True))
    first = rows[rows.method == accuracy.index[0]]
    return ClassRow(
        id=rows.id.iloc[0],
        name=rows.name.iloc[0],
        support=lowest_to_highest(first.support, count),
        figures={
            labels[method]: (mean_and_spread(row["mean"], row["std"]), bool(highest > 0 and row["mean"] == highest))
            for method, row in accuracy.iterrows()
        },
    )
