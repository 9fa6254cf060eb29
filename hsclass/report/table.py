"""The tidy tables: a row for each run with all its figures, and longer ones of what a run has many of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from hsclass.report.collect import Results, Run, SampleSet, SplitResult
from hsclass.results import (
    Area,
    Audit,
    Calibration,
    ExperimentRecord,
    FittedCounts,
    Interval,
    Leakage,
    Metrics,
    PredictionRecord,
    Record,
    TrainingRecord,
    Validation,
)

FIGURES = ["oa", "aa", "kappa", "macro_f1", "micro_f1", "area_oa", "calibration_ece", "validation_aa"]
"""Columns that groups average over seeds."""

_WITH_INTERVALS = ["oa", "aa", "kappa", "macro_f1", "area_oa"]
_NESTED = {
    "window", "leaky", "classes", "confusion", "interval", "calibration", "distance", "area", "leakage", "fit_scope",
    "checks", "mistakes", "bins", "facts", "distance_histogram", "by_window", "pairs", "shown", "notes",
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
    several = table.groupby("scene").features.transform("nunique") > 1
    table["method"] = table.features + "/" + table.model
    table["label"] = table.model.where(~several, table.features + " · " + table.model)
    for column in ("split", "method"):
        table[column] = pd.Categorical(table[column], categories=table[column].unique(), ordered=True)
    numbers = [*FIGURES, *(f"{name}_{end}" for name in _WITH_INTERVALS for end in ("low", "high"))]
    table[numbers] = table[numbers].astype(float)
    return table


def _row(run: Run) -> dict[str, Any]:
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


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each model under each split, over the seeds.

    Columns: `split`, `method`, `features`, `model`, `label`, `leaky`; each of `FIGURES` as mean, and with `_std` its
    sample standard deviation; with `_low` and `_high` the lowest and highest limit of the runs' intervals; `runs`, the
    rows of `table`.
    """
    groups = table.groupby(["split", "method"], observed=True)
    limits = {end: [f"{name}_{end}" for name in _WITH_INTERVALS] for end in ("low", "high")}
    columns = [
        groups[["features", "model", "label"]].first(),
        groups.leaky.any(),
        groups[FIGURES].mean(),
        groups[FIGURES].std().add_suffix("_std"),
        groups[limits["low"]].min(),
        groups[limits["high"]].max(),
        pd.Series({key: tuple(rows) for key, rows in groups.groups.items()}, name="runs"),
    ]
    return pd.concat(columns, axis=1).rename_axis(["split", "method"]).reset_index()


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
    """

    key: str
    experiment: ExperimentRecord
    samples: SampleSet
    runs: dict[int, Run]
    table: pd.DataFrame

    @cached_property
    def groups(self) -> pd.DataFrame:
        """A row for each model under each split."""
        return summary(self.table)

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
        """The first split without leakage, in the order of the experiment; the first of all where all leak."""
        return next((name for name, leaks in self.leaky.items() if not leaks), next(iter(self.leaky)))

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

    def of(self, group: Any) -> list[Run]:
        """Return the runs of a row of `groups`."""
        return [self.runs[row] for row in group.runs]

    def over(self, group: Any, column: str) -> pd.Series:
        """Return a figure of the runs of a row of `groups`."""
        return self.table.loc[list(group.runs), column]

    def long(self, get: Callable[[Run], Iterable[Record]]) -> pd.DataFrame:
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
    made = []
    for place, samples in enumerate(results.sets, 1):
        rows = table[table.scene == samples.name]
        runs = {row: results.runs[row] for row in rows.index}
        made.append(SetResults(f"set{place}", results.experiment, samples, runs, rows))
    return tuple(made)
