"""Accuracy of each model under each split: with intervals, next to published figures, and against distance."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from hsclass.report.distances import DistancePanel, distance_panels
from hsclass.report.drawing import legend, styles
from hsclass.report.splits import is_one_split, seeds_of
from hsclass.report.table import SetResults
from hsclass.report.text import MISSING, count, lowest_to_highest, number
from hsclass.results import FieldFigures, Interval, PublishedFigure


@dataclass(frozen=True)
class PublishedRow:
    """What was published for one model, and the experiment's own groups under each split, None where not run."""

    figure: PublishedFigure
    groups: tuple[Any, ...]


@dataclass(frozen=True)
class FieldTable:
    """The fields of one model under one split."""

    label: str
    split: str
    rows: tuple[FieldFigures, ...]


@dataclass(frozen=True)
class AccuracyPart:
    """What the page shows of accuracy.

    Attributes
    ----------
    chosen : set of int
        The rows of `SetResults.groups` of the models that their validation samples chose on splits without leakage.
    notes : dict of str to str
        What a reader should know about a split.
    checks : dict of str to str
        What could not be checked of what models have seen, with the models and splits that it holds for.
    fields : FieldTable or None
        Those of the model of the headline, or of the first where none is chosen; None for images.
    """

    interval: Interval
    multi_label: bool
    chosen: set[int]
    notes: dict[str, str]
    checks: dict[str, str]
    fields: FieldTable | None
    published: tuple[PublishedRow, ...]
    distances: tuple[DistancePanel, ...]
    model_key: list[tuple[str, Markup]]


def accuracy_part(results: SetResults) -> AccuracyPart:
    """Return the figure of accuracy, the published figures and accuracy against distance."""
    metrics = next(iter(results.runs.values())).metrics
    chosen = (results.chosen(split) for split, leaks in results.leaky.items() if not leaks)
    distances = distance_panels(results)
    return AccuracyPart(
        interval=metrics.interval,
        multi_label=metrics.several_labels,
        chosen={group.name for group in chosen if group is not None},
        notes={name: note for name in results.leaky if (note := _note(results, name))},
        checks=_checks(results),
        fields=_fields(results),
        published=published_rows(results),
        distances=distances,
        model_key=legend(styles(results.labels), f"{results.key}-models") if distances else [],
    )


def published_rows(results: SetResults) -> tuple[PublishedRow, ...]:
    """Return a row for each published figure; its groups are in the order of the splits."""
    published = results.experiment.published
    if published is None:
        return ()
    found = {(group.split, group.method): group for group in results.groups.itertuples()}
    return tuple(
        PublishedRow(figure, tuple(found.get((split, f"{figure.features}/{figure.model}")) for split in results.leaky))
        for figure in published.figures
        if figure.features and figure.model
    )


def training_samples(results: SetResults, group: Any) -> str:
    """Return how many samples a model learned from, over the seeds; those of validation apart, where it does."""
    options = results.of(group)[0].card.options
    keys = ["n_train", *(["n_validation"] if options.get("with_validation") else [])]
    return " + ".join(lowest_to_highest(results.over(group, key), count) for key in keys)


def fields_behind(results: SetResults, group: Any) -> str:
    """Return the test fields behind the figures of a model and, in brackets, their effective number."""
    pooled = results.pooled.get((group.split, group.method))
    intervals = [pooled.interval] if pooled else [run.metrics.interval for run in results.of(group)]
    fields = lowest_to_highest((interval.fields for interval in intervals), count)
    effective = lowest_to_highest((interval.effective_fields for interval in intervals), lambda each: number(each, 1))
    return fields if effective == MISSING else f"{fields} ({effective})"


def _note(results: SetResults, split: str) -> str:
    seeds = seeds_of(results, split)
    if seeds[0].audit.published:
        return "published lists"
    return "one split for all seeds: ± is that of the models alone" if is_one_split(seeds) else ""


def sample_of(results: SetResults) -> dict[str, str]:
    """Return what the test samples of each split are a sample of; of its first seed."""
    found: dict[str, str] = {}
    for run in results.runs.values():
        if run.metrics.sample_of:
            found.setdefault(run.entry.split, run.metrics.sample_of)
    return found


def _fields(results: SetResults) -> FieldTable | None:
    split = results.headline_split
    chosen = results.chosen(split)
    group = results.groups[results.groups.split == split].iloc[0] if chosen is None else chosen
    pooled = results.pooled.get((split, group.method))
    return FieldTable(group.label, split, tuple(pooled.fields)) if pooled is not None and pooled.fields else None


def _checks(results: SetResults) -> dict[str, str]:
    found: dict[str, dict[str, None]] = {}
    for group in results.groups.itertuples():
        for run in results.of(group):
            for sentence in run.metrics.checks:
                found.setdefault(sentence, {})[f"{group.label} on {group.split}"] = None
    return {sentence: ", ".join(runs) for sentence, runs in found.items()}
