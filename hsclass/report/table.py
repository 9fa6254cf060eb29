"""The tidy tables: a row for each run with all its figures, and longer ones of what a run has many of."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hsclass.report.collect import Results, RunResult, SampleSet, SplitResult
from hsclass.results import (
    Area,
    Audit,
    Calibration,
    Comparison,
    ExperimentRecord,
    Figures,
    FittedCounts,
    Interval,
    Leakage,
    Metrics,
    Pooled,
    PredictionRecord,
    Record,
    TrainingRecord,
    Validation,
)

_POOLED = ["oa", "aa", "kappa", "macro_f1", "micro_f1"]
FIGURES = [*_POOLED, "aa_common", "area_oa", "calibration_ece", "validation_aa"]
"""Figures of groups: of all tests of all runs together, and means over the runs."""

_WITH_INTERVALS = ["oa", "aa", "kappa", "macro_f1", "area_oa"]
_NESTED = {
    "window", "leaky", "classes", "confusion", "interval", "calibration", "distance", "area", "leakage", "fit_scope",
    "checks", "mistakes", "bins", "facts", "distance_histogram", "by_window", "pairs", "shown", "notes",
    "distances", "cautions", "autocorrelation",
}  # fmt: skip
_SUBSET = {"oa": "subset", "oa_low": "subset_low", "oa_high": "subset_high"}


def runs_table(results: Results) -> pd.DataFrame:
    """Return a row for each run: its names, and all figures of metrics, training, prediction and audit.

    Columns of metrics have the names of their keys; those of records inside it, of training, prediction and audit begin
    with `interval_`, `calibration_`, `area_`, `leakage_`, `fitted_`, `training_`, `prediction_`, `audit_` and
    `validation_`. With several labels an image, `oa` is the share of images with exactly the right classes. Splits and
    methods are categories in the order of the experiment.
    """
    table = pd.DataFrame([_row(run) for run in results.runs])
    if results.experiment.samples == "images":
        table["window"] = None
    common = {scene: _common_classes(results, str(scene)) for scene in table.scene.unique()}
    table["common_classes"] = [len(common[run.entry.scene]) for run in results.runs]
    table["aa_common"] = [aa_over(run.metrics, common[run.entry.scene]) for run in results.runs]
    several = table.groupby("scene").features.transform("nunique") > 1
    table["method"] = table.features + "/" + table.model
    table["label"] = table.model.where(~several, table.features + " · " + table.model)
    for column in ("split", "method"):
        table[column] = pd.Categorical(table[column], categories=table[column].unique(), ordered=True)
    numbers = [*FIGURES, *(f"{name}_{end}" for name in _WITH_INTERVALS for end in ("low", "high"))]
    table[numbers] = table[numbers].astype(float)
    return table


def _common_classes(results: Results, scene: str) -> set[int]:
    """Return the ids of the classes that every run of a scene tests."""
    tested = [
        {row.id for row in run.metrics.classes if row.support} for run in results.runs if run.entry.scene == scene
    ]
    return set.intersection(*tested)


def aa_over(figures: Figures, classes: Collection[int]) -> float:
    """Return the mean of the producer's accuracies of some classes that all have test samples; NaN where there is none.

    AA over all classes that have test samples cannot be compared between splits of which one tests more classes.
    """
    found = [row.producers_accuracy for row in figures.classes if row.id in classes]
    return float(np.mean(np.array(found, float))) if found else float("nan")


def _row(run: RunResult) -> dict[str, Any]:
    metrics, entry = run.metrics, run.entry
    parts: list[tuple[str, type[Record], Record | None]] = [
        ("", Metrics, metrics), ("interval_", Interval, metrics.interval),
        ("calibration_", Calibration, metrics.calibration), ("area_", Area, metrics.area),
        ("leakage_", Leakage, metrics.leakage), ("fitted_", FittedCounts, metrics.fit_scope),
        ("training_", TrainingRecord, run.training), ("prediction_", PredictionRecord, run.prediction),
        ("audit_", Audit, run.split.audit), ("validation_", Validation, metrics.validation),
    ]  # fmt: skip
    names = {"scene": entry.scene, "split": entry.split, "seed": entry.seed, "features": entry.features,
             "model": entry.model, "leaky": run.split.leaky, "window": metrics.window, "reach": run.card.reach,
             "checked": metrics.fit_scope is not None, "measured": metrics.leakage is not None}  # fmt: skip
    figures = {
        prefix + name: getattr(record, name, None)
        for prefix, kind, record in parts
        for name in kind.model_fields
        if name not in _NESTED and prefix + name != "validation"
    } | {"leakage_window": metrics.leakage and metrics.leakage.window}
    if metrics.several_labels:
        figures |= {name: figures[subset] for name, subset in _SUBSET.items()}
    return names | figures


def summary(table: pd.DataFrame, pooled: Mapping[tuple[str, str], Pooled] | None = None) -> pd.DataFrame:
    """Return a row for each model under each split, over its seeds or folds.

    Columns: `split`, `method`, `features`, `model`, `label`, `leaky`; `folds`, None for seeds; each of `FIGURES`, and
    with `_std` its sample standard deviation between seeds; with `_low` and `_high` the ends of its interval; `runs`,
    the rows of `table`. Where the runs were pooled, figures and intervals are those of all their tests together. Other
    figures are means, with the means of the runs' limits: standard errors at most add, so that such an interval is not
    too narrow for the mean, however alike the runs are. Folds have no deviation: each tests other ground.

    Parameters
    ----------
    table : DataFrame
        From `runs_table`.
    pooled : mapping of (split, method) to Pooled
    """
    groups = table.groupby(["split", "method"], observed=True)
    limits = [f"{name}_{end}" for end in ("low", "high") for name in _WITH_INTERVALS]
    columns = [
        groups[["features", "model", "label"]].first(),
        groups.leaky.any(),
        groups[FIGURES].mean(),
        groups[FIGURES].std().add_suffix("_std"),
        groups[limits].agg(mean_limit),
        pd.Series({key: tuple(rows) for key, rows in groups.groups.items()}, name="runs"),
    ]
    found = pd.concat(columns, axis=1).rename_axis(["split", "method"])
    found["folds"] = None
    for key, record in (pooled or {}).items():
        if key in found.index:
            _put(found, key, record)
    return found.reset_index()


def mean_limit(limits: pd.Series) -> float:
    """Return the end of the interval of a mean over runs whose dependence is unknown: the mean of the runs' ends.

    The standard error of a mean is at most the mean of the standard errors. Undefined where one of them is.
    """
    return float(limits.astype(float).mean(skipna=False))


def _put(found: pd.DataFrame, key: tuple[str, str], record: Pooled) -> None:
    """Write the figures of all tests of a group into its row."""
    values = {name: getattr(record, name) for name in _POOLED}
    values |= {f"{name}_{end}": getattr(record, f"{name}_{end}") for name in _POOLED[:4] for end in ("low", "high")}
    if record.several_labels:
        values |= {name: getattr(record, subset) for name, subset in _SUBSET.items()}
    for name, value in values.items():
        found.loc[key, name] = np.nan if value is None else value
    if record.folds:
        found.loc[key, [f"{name}_std" for name in FIGURES]] = np.nan
        found.loc[key, "folds"] = record.folds


@dataclass(frozen=True)
class SetResults:
    """The results on one scene or image set, which every part of the page is made from.

    Attributes
    ----------
    key : str
        Begins the ids of its elements on the page.
    runs : dict of int to Run
        By their row of `table`.
    table, groups : DataFrame
        From `runs_table` and `summary`.
    comparisons : dict of str to Comparison
        Of the models under each split, where they were compared, by its name.
    """

    key: str
    experiment: ExperimentRecord
    samples: SampleSet
    runs: dict[int, RunResult]
    table: pd.DataFrame
    comparisons: dict[str, Comparison] = field(default_factory=dict)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """A row for each model under each split."""
        return summary(self.table, self.pooled)

    @cached_property
    def pooled(self) -> dict[tuple[str, str], Pooled]:
        """The figures of all tests of all seeds or folds, by the names of split and method."""
        return {
            (split, record.method): record
            for split, comparison in self.comparisons.items()
            for record in comparison.pooled
        }

    def over_runs(self, split: str) -> str:
        """Say in words what the figures of a split are over; nothing where there is one run."""
        folds = self.groups.loc[self.groups.split == split, "folds"].dropna()
        runs = self.table.loc[self.table.split == split, "seed"].nunique()
        if len(folds):
            return f"all test samples of {runs} of {folds.iloc[0]} folds" if runs < folds.iloc[0] else f"{runs} folds"
        together = any(name == split for name, _ in self.pooled)
        return f"{'all tests' if together else 'mean'} of {runs} seeds" if runs > 1 else ""

    @cached_property
    def splits(self) -> tuple[SplitResult, ...]:
        """Every split and seed once."""
        return tuple({run.split.folder: run.split for run in self.runs.values()}.values())

    @cached_property
    def leaky(self) -> dict[str, bool]:
        """Whether each split leaks, in their order."""
        return {
            str(name): bool(leaks) for name, leaks in self.groups.groupby("split", observed=True).leaky.any().items()
        }

    @cached_property
    def headline_split(self) -> str:
        """The first split without leakage, in the order of the experiment; the first of all where all leak.

        Matched splits are none: they train in the fields that they test.
        """
        own = {name: leaks for name, leaks in self.leaky.items() if name not in self.experiment.copies}
        return next((name for name, leaks in own.items() if not leaks), next(iter(self.leaky)))

    def chosen(self, split: str) -> Any:
        """Return the row of `groups` of the model of a split that has the highest mean AA on the validation samples.

        The first of equals; None where the split has only one model, or a run of one has no such AA, so that no model
        is chosen.
        """
        groups = self.groups[self.groups.split == split]
        known = self.table.loc[self.table.split == split, "validation_aa"].notna().all()
        return groups.loc[groups.validation_aa.idxmax()] if known and len(groups) > 1 else None

    def shares_windows(self, group: Any) -> bool:
        """Return whether a row of `groups` is of a leaky split and test windows at the model's reach share pixels."""
        shares = self.over(group, "leakage_overlap_share")
        return bool(group.leaky) and not (shares.notna().all() and not shares.any())

    @cached_property
    def labels(self) -> list[str]:
        """Labels of the models, in their order."""
        return list(self.groups.sort_values("method", kind="stable").label.unique())

    def by_split(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield each split with its groups."""
        for split, groups in self.groups.groupby("split", observed=True):
            yield str(split), groups

    def of(self, group: Any) -> list[RunResult]:
        """Return the runs of a row of `groups`."""
        return [self.runs[row] for row in group.runs]

    def over(self, group: Any, column: str) -> pd.Series:
        """Return a figure of the runs of a row of `groups`."""
        return self.table.loc[list(group.runs), column]

    def long(self, get: Callable[[RunResult], Iterable[Record]]) -> pd.DataFrame:
        """Return a row for each record that `get` finds in a run: the run's names, and the fields of the record."""
        names = ["split", "method", "seed", "label"]
        found = [(row, record.model_dump()) for row, run in self.runs.items() for record in get(run)]
        if not found:
            return pd.DataFrame()
        rows, records = zip(*found, strict=True)
        return pd.concat(
            [
                self.table.loc[list(rows), names].reset_index(names="run"),
                pd.DataFrame(records).astype(object).infer_objects(),
            ],
            axis=1,
        )


def set_results(results: Results) -> tuple[SetResults, ...]:
    """Return the results of each scene or image set."""
    table = runs_table(results)
    made: list[SetResults] = []
    for place, samples in enumerate(results.sets, 1):
        rows = table[table.scene == samples.name]
        runs = {row: results.runs[row] for row in rows.index}
        compared = {split: found for (scene, split), found in results.comparisons.items() if scene == samples.name}
        made.append(SetResults(f"set{place}", results.experiment, samples, runs, rows, compared))
    return tuple(made)
