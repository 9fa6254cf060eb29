"""The tables that come with the page: figures in full, an empty cell for one that is not defined."""

import pandas as pd

from hsclass.report.collect import Results
from hsclass.report.comparison import pairs_table
from hsclass.report.optimism import paired_runs
from hsclass.report.table import set_results

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

LAST = {"validation_aa": "validation_aa"}
"""Columns that follow those of images."""

OPTIMISM = {
    "scene": "scene", "sampler": "split", "matched_random": "split_random", "seed": "seed", "features": "features",
    "model": "model", "oa": "oa", "oa_matched_random": "oa_random", "optimism": "optimism",
    "optimism_low": "optimism_low", "optimism_high": "optimism_high",
}  # fmt: skip

COMPARISON = {
    "scene": "scene", "sampler": "sampler", "seed": "seed", "a": "a", "b": "b", "difference": "difference",
    "difference_low": "low", "difference_high": "high", "only_a": "only_a", "only_b": "only_b",
    "permutation_p": "permutation_p", "permutation_holm": "permutation_holm", "mcnemar_p": "mcnemar_p",
    "mcnemar_holm": "mcnemar_holm", "n_test": "n_test", "blocks": "blocks", "block_side": "block_side",
    "permutations": "permutations", "leaky": "leaky",
}  # fmt: skip

_COUNTS = ["window", "own_reach", "audit_overlap", "audit_threshold", "blocks", "block_side", "permutations"]


def accuracy_csv(results: Results) -> str:
    """Return the text of `accuracy.csv`: a row for each run.

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
    return _text(pd.concat(parts).sort_index(), columns)


def optimism_csv(results: Results) -> str | None:
    """Return the text of `optimism.csv`: a row for each run and its matched random one; None where there are none."""
    rows = pd.concat([paired_runs(each) for each in set_results(results)])
    return None if rows.empty else _text(rows, OPTIMISM)


def comparison_csv(results: Results) -> str | None:
    """Return the text of `comparison.csv`: a row for each pair of models; None where none were compared."""
    rows = pairs_table(results.splits)
    return None if rows.empty else _text(rows, COMPARISON)


def _text(table: pd.DataFrame, columns: dict[str, str]) -> str:
    """Return columns of a table as CSV under the names that are the keys of `columns`."""
    shown = table[list(columns.values())].copy()
    for name in shown:
        if name in _COUNTS:
            shown[name] = shown[name].astype(float).astype("Int64")
        elif shown[name].dtype == bool:
            shown[name] = shown[name].map({True: "true", False: "false"})
    return str(shown.to_csv(index=False, header=list(columns), lineterminator="\n"))
