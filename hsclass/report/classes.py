"""Accuracy by class: a confusion matrix a run, and a comparison of the models a split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from hsclass.report.collect import RunResult
from hsclass.report.table import SetResults, mean_limit
from hsclass.report.text import count, number
from hsclass.results import ClassFigures

LEVELS = 9
"""Steps of shading of a confusion matrix."""


@dataclass(frozen=True)
class Cell:
    """A cell of a confusion matrix: count, shading by the share of its row, 0 to `LEVELS`, and share of the area."""

    count: int
    level: int
    area: str = ""


@dataclass(frozen=True)
class ClassRow:
    """One class under one split: tests, fields, and producer's accuracy with both ends of its interval by model."""

    id: int
    name: str
    support: str
    fields: str
    figures: dict[str, tuple[float | None, float | None, float | None]]


def shaded(run: RunResult) -> tuple[tuple[Cell, ...], ...]:
    """Return the confusion matrix of a run with its shading; rows: reference, columns: predicted."""
    rows = []
    for row in run.metrics.confusion:
        total = sum(row) or 1
        rows.append(tuple(Cell(value, -(-LEVELS * value // total)) for value in row))
    return tuple(rows)


def class_part(results: SetResults) -> dict[str, tuple[ClassRow, ...]]:
    """Return the producer's accuracies of the models under each split, of all tests of all seeds or folds together.

    Where the runs were not pooled they are means over the seeds, with the means of the limits; a class without test
    samples in a seed has no accuracy there, and does not count in the mean.
    """
    found: dict[str, dict[int, dict[str, ClassFigures]]] = {}
    for group in results.groups.itertuples():
        pooled = results.pooled.get((group.split, group.method))
        runs = [run.metrics.classes for run in results.of(group)] if pooled is None else [pooled.classes]
        of_split = found.setdefault(str(group.split), {})
        for seeds in zip(*runs, strict=True):
            of_split.setdefault(seeds[0].id, {})[group.label] = _mean(seeds) if len(seeds) > 1 else seeds[0]
    return {split: tuple(map(_row, of_split.values())) for split, of_split in found.items()}


def _row(of_models: Mapping[str, ClassFigures]) -> ClassRow:
    first = next(iter(of_models.values()))
    effective = "" if first.effective_fields is None else f" ({number(first.effective_fields, 1)})"
    return ClassRow(
        id=first.id,
        name=first.name,
        support=count(first.support),
        fields=f"{count(first.fields)}{effective}",
        figures={
            label: (each.producers_accuracy, each.producers_low, each.producers_high)
            for label, each in of_models.items()
        },
    )


def _mean(seeds: Sequence[ClassFigures]) -> ClassFigures:
    tested = [each for each in seeds if each.support] or [seeds[0]]
    means = {
        name: mean_limit(pd.Series([getattr(each, name) for each in tested]))
        for name in ("producers_accuracy", "producers_low", "producers_high")
    }
    return tested[0].model_copy(update=means | {"support": sum(each.support for each in seeds)})
