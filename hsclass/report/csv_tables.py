"""The tables that come with the page: figures in full, one that is not defined is missing."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from hsclass.report import learning
from hsclass.report.collect import Results
from hsclass.report.comparison import pairs_table
from hsclass.report.optimism import ladder, mean_optimism
from hsclass.report.table import aa_over, set_results
from hsclass.results import FieldFigures

ACCURACY = {
    "scene": "scene", "sampler": "split", "seed": "seed", "window": "window", "features": "features", "model": "model",
    "n_train": "n_train", "n_test": "n_test", "oa": "oa", "aa": "aa", "kappa": "kappa", "oa_low": "oa_low",
    "oa_high": "oa_high", "train_seconds": "training_seconds", "map_seconds": "prediction_seconds", "leaky": "leaky",
    "macro_f1": "macro_f1", "n_validation": "n_validation", "overlap_share": "audit_overlap_share",
    "lost_classes": "lost_classes", "aa_low": "aa_low", "aa_high": "aa_high", "kappa_low": "kappa_low",
    "kappa_high": "kappa_high", "macro_f1_low": "macro_f1_low", "macro_f1_high": "macro_f1_high",
    "ece": "calibration_ece", "reach": "own_reach", "reach_overlap_share": "leakage_overlap_share",
    "area_adjusted_oa": "area_oa", "area_adjusted_oa_low": "area_oa_low", "area_adjusted_oa_high": "area_oa_high",
}  # fmt: skip
"""Columns of `accuracy.csv` and where they come from; readers rely on their order: append to `LAST`."""

IMAGES = {"micro_f1": "micro_f1", "overlap": "audit_overlap", "near_duplicate_threshold": "audit_threshold",
          "given": "audit_published"}  # fmt: skip
"""Further columns for images."""

LAST = {
    "validation_aa": "validation_aa", "aa_common": "aa_common", "common_classes": "common_classes",
    "test_fields": "interval_fields", "effective_fields": "interval_effective_fields",
    "interval_reliable": "interval_reliable",
}  # fmt: skip
"""Columns that follow those of images."""

OPTIMISM = {
    "scene": "scene", "sampler": "split", "matched_random": "split_random", "features": "features", "model": "model",
    "oa": "oa", "oa_matched_random": "oa_random", "optimism": "optimism", "optimism_low": "optimism_low",
    "optimism_high": "optimism_high", "n_both": "n_test", "n_test": "n_own", "n_test_matched_random": "n_random",
    "test_fields": "fields", "effective_fields": "effective_fields",
}  # fmt: skip

LADDER = {
    "scene": "scene", "upper": "upper", "lower": "lower", "features": "features", "model": "model",
    "oa_upper": "oa_upper", "oa_lower": "oa_lower", "difference": "difference", "difference_low": "low",
    "difference_high": "high", "n_both": "n_test", "test_fields": "fields", "effective_fields": "effective_fields",
}  # fmt: skip

COMPARISON = {
    "scene": "scene", "sampler": "sampler", "runs": "runs", "a": "a", "b": "b", "difference": "difference",
    "difference_low": "low", "difference_high": "high", "only_a": "only_a", "only_b": "only_b",
    "p": "p", "p_holm": "p_holm", "mcnemar_p": "mcnemar_p",
    "mcnemar_holm": "mcnemar_holm", "n_test": "n_test", "blocks": "blocks", "block_side": "block_side",
    "leaky": "leaky", "test_fields": "fields", "effective_fields": "effective_fields",
}  # fmt: skip

POOLED = [
    "scene", "sampler", "features", "model", "runs", "splits", "folds", "n_test", "n_samples", "oa", "oa_low",
    "oa_high", "aa", "aa_low", "aa_high", "aa_common", "common_classes", "kappa", "kappa_low", "kappa_high", "macro_f1",
    "macro_f1_low", "macro_f1_high", "micro_f1", "subset", "subset_low", "subset_high", "untrained", "trained_oa",
    "test_fields", "effective_fields", "interval_reliable", "sd_fields", "sd_splits", "sd_models", "sd_runs", "leaky",
]  # fmt: skip
"""Columns of `pooled.csv`."""

LEARNING = [
    "scene", "of", "split", "unit", "keep", "features", "model", "n_train", "n_fields", "n_test", "oa", "oa_low",
    "oa_high", "difference", "low", "high",
]  # fmt: skip
"""Columns of `learning.csv`."""

_COUNTS = [
    "window", "own_reach", "audit_overlap", "audit_threshold", "blocks", "block_side", "folds",
    "interval_fields", "test_fields", "fields", "taken_for_tests",
]  # fmt: skip


def accuracy_rows(results: Results) -> pd.DataFrame:
    """Return a row for each run.

    `reach` is empty where it is without bound; with several labels an image `oa` is, and `micro_f1` and `macro_f1` hold
    the figures.
    """
    parts = []
    for each in set_results(results):
        table, single = each.table.copy(), ~each.table.several_labels
        table["lost_classes"] = [
            ";".join(each.samples.class_name(identity) for identity in run.split.audit.lost_classes or ())
            for run in each.runs.values()
        ]
        table["own_reach"] = table.leakage_reach.where(table.measured, table.reach)
        for name in ("oa", "oa_low", "oa_high"):
            table[name] = table[name].where(single)
        parts.append(table)
    columns = ACCURACY | (IMAGES if results.experiment.samples == "images" else {}) | LAST
    return _chosen(pd.concat(parts).sort_index(), columns)


def optimism_rows(results: Results) -> pd.DataFrame | None:
    """Return a row for each model and matched random split; None where there are none."""
    rows = pd.concat([mean_optimism(each).assign(scene=each.samples.name) for each in set_results(results)])
    return None if rows.empty else _chosen(rows, OPTIMISM)


def ladder_rows(results: Results) -> pd.DataFrame | None:
    """Return a row for each model and step between matched splits; None where there are none.

    `difference` is OA under `upper` minus OA under `lower`, on the `n_both` tests that they share.
    """
    rows = pd.concat([ladder(each).assign(scene=each.samples.name) for each in set_results(results)])
    return None if rows.empty else _chosen(rows, LADDER)


def learning_rows(results: Results) -> pd.DataFrame | None:
    """Return a row for each model and reduced split; None where there are none.

    `difference` is OA minus OA with all training pixels, on the same `n_test` tests; `n_train` and `n_fields` are means
    over the seeds.
    """
    rows = pd.concat([learning.learning_rows(each).assign(scene=each.samples.name) for each in set_results(results)])
    return None if rows.empty else _chosen(rows, {name: name for name in LEARNING})


def comparison_rows(results: Results) -> pd.DataFrame | None:
    """Return a row for each pair of models; None where none were compared."""
    rows = pd.concat([pairs_table(each) for each in set_results(results)])
    return None if rows.empty else _chosen(rows, COMPARISON)


def pooled_rows(results: Results) -> pd.DataFrame | None:
    """Return a row for each model under each split, over all its seeds or folds.

    `n_test` counts tests, `n_samples` the samples tested. `aa_common` is AA over the `common_classes` that every split
    of the scene tests. None where nothing was pooled.
    """
    rows: list[dict[str, Any]] = []
    for each in set_results(results):
        tested = [{row.id for row in found.classes if row.support} for found in each.pooled.values()]
        common = set.intersection(*tested) if tested else set()
        for group in each.groups.itertuples():
            found = each.pooled.get((group.split, group.method))
            if found is None:
                continue
            about, parts = found.interval, found.spread.model_dump()
            rows.append({
                **{name: getattr(found, name) for name in POOLED if name in type(found).model_fields},
                **{f"sd_{name}": value for name, value in parts.items()},
                "scene": each.samples.name, "sampler": group.split, "features": group.features, "model": group.model,
                "aa_common": aa_over(found, common), "common_classes": len(common), "test_fields": about.fields,
                "effective_fields": about.effective_fields, "interval_reliable": about.reliable,
                "leaky": bool(group.leaky),
            })  # fmt: skip
    return _chosen(pd.DataFrame(rows), {name: name for name in POOLED}) if rows else None


def fields_rows(results: Results) -> pd.DataFrame | None:
    """Return a row for each field and model under each split; None where no field is known.

    `accuracy` is the share of right tests; `taken_for` is the class that most wrong tests gave the field.
    """
    names = ["scene", "sampler", "features", "model", *FieldFigures.model_fields, "accuracy"]
    rows = [
        {"scene": each.samples.name, "sampler": group.split, "features": group.features, "model": group.model,
         **field.model_dump(), "accuracy": field.right / field.tests}
        for each in set_results(results)
        for group in each.groups.itertuples()
        if (group.split, group.method) in each.pooled
        for field in each.pooled[group.split, group.method].fields
    ]  # fmt: skip
    return _chosen(pd.DataFrame(rows, columns=names), {name: name for name in names}) if rows else None


def _chosen(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Return columns of a table under the names that are the keys of `columns`."""
    shown = table[list(columns.values())].copy()
    for name in shown:
        if name in _COUNTS:
            shown[name] = shown[name].astype(float).astype("Int64")
    return shown.set_axis(list(columns), axis=1)


TABLES: dict[str, Callable[[Results], pd.DataFrame | None]] = {
    "accuracy": accuracy_rows, "pooled": pooled_rows, "fields": fields_rows, "optimism": optimism_rows,
    "ladder": ladder_rows, "learning": learning_rows, "comparison": comparison_rows,
}  # fmt: skip
"""What makes each table, by the name of its file without `.csv`."""


def as_csv(table: pd.DataFrame) -> str:
    """Return a table as the text of a CSV file."""
    shown = table.copy()
    for name in shown:
        if shown[name].dtype == bool:
            shown[name] = shown[name].map({True: "true", False: "false"})
    return str(shown.to_csv(index=False, lineterminator="\n"))


def as_records(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return the rows of a table for JSON, None where a figure is not defined; none of no table."""
    rows = [] if table is None else table.astype(object).to_dict("records")
    return [{str(key): None if pd.isna(value) else value for key, value in row.items()} for row in rows]
