"""Accuracy by class: a confusion matrix a run, and a comparison of the models a split."""

from collections.abc import Sequence
from dataclasses import dataclass

from hsclass.report.collect import Run
from hsclass.report.tables import Figure, Group, figure
from hsclass.report.text import count, ordered, span

LEVELS = 9
"""Steps of shading of a confusion matrix."""


@dataclass(frozen=True)
class Cell:
    """A count of a confusion matrix, and its share of the row as a step of shading, 0 to `LEVELS`."""

    count: int
    level: int


@dataclass(frozen=True)
class ClassRow:
    """One class under one split: test pixels, producer's accuracy by each model, and which of these are highest."""

    id: int
    name: str
    support: str
    figures: tuple[Figure, ...]
    highest: float | None


def shaded(run: Run) -> tuple[tuple[Cell, ...], ...]:
    """Return the confusion matrix of a run with its shading; rows: reference, columns: predicted."""
    rows = []
    for row in run.metrics.confusion:
        total = sum(row) or 1
        rows.append(tuple(Cell(value, -(-LEVELS * value // total)) for value in row))
    return tuple(rows)


def class_rows(groups: Sequence[Group]) -> tuple[ClassRow, ...]:
    """Compare the producer's accuracies of the models under one split, means over the seeds.

    A class without test pixels in a seed has no accuracy there, and does not count in the mean.
    """
    first = groups[0].runs[0].metrics.classes
    return tuple(_class_row(place, groups) for place in range(len(first)))


def _class_row(place: int, groups: Sequence[Group]) -> ClassRow:
    about = groups[0].runs[0].metrics.classes[place]
    figures = tuple(figure(run.metrics.classes[place].producers_accuracy for run in group.runs) for group in groups)
    means = ordered(each.mean for each in figures)
    support = ordered(run.metrics.classes[place].support for run in groups[0].runs)
    return ClassRow(
        id=about.id,
        name=about.name,
        support=span(count(value) for value in support),
        figures=figures,
        highest=means[-1] if len(figures) > 1 and means and means[-1] > 0 else None,
    )
