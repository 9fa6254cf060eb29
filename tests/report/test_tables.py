"""The table of accuracy, and means over seeds."""

import csv
from pathlib import Path

import pytest

from hsclass.report import write_report
from hsclass.report.text import mean_and_spread

FIRST = (
    "scene,sampler,seed,window,features,model,n_train,n_test,oa,aa,kappa,oa_low,oa_high,train_seconds,map_seconds,leaky"
)


def rows_of(experiment) -> list[dict[str, str]]:
    write_report(experiment.file, Path("out"))
    with Path("out/accuracy.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_table_has_a_row_for_each_run_in_order(experiment) -> None:
    rows = rows_of(experiment)
    assert [(row["sampler"], row["seed"], row["model"]) for row in rows] == [
        (split, seed, model) for split in ("random", "blocks") for seed in "01" for model in ("rf", "net")
    ]
    assert ",".join(rows[0]).startswith(FIRST + ",")


def test_row_holds_the_figures_in_full(experiment) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(kappa=1 / 3))
    row = rows_of(experiment)[7]
    assert row == {
        "scene": "farm", "sampler": "blocks", "seed": "1", "window": "5", "features": "raw", "model": "net",
        "n_train": "48", "n_test": "71", "oa": "0.5", "aa": "0.4", "kappa": "0.3333333333333333", "oa_low": "0.45",
        "oa_high": "0.53", "train_seconds": "62.25", "map_seconds": "0.5", "leaky": "false", "macro_f1": "",
        "n_validation": "0", "overlap_share": "0.0", "lost_classes": "Woods", "aa_low": "0.35", "aa_high": "0.43",
        "kappa_low": "0.25", "kappa_high": "0.33", "macro_f1_low": "", "macro_f1_high": "", "ece": "0.12",
        "reach": "2", "reach_overlap_share": "0.0", "area_adjusted_oa": "0.46", "area_adjusted_oa_low": "0.4",
        "area_adjusted_oa_high": "0.5", "validation_aa": "0.6",
        "aa_common": str((0.75 + 20 / 31) / 2), "common_classes": "2", "test_fields": "", "effective_fields": "",
        "interval_reliable": "true",
    }  # fmt: skip


def test_leaky_follows_the_split(experiment) -> None:
    assert [row["leaky"] for row in rows_of(experiment)] == ["true"] * 4 + ["false"] * 4


def test_mean_and_deviation_leave_out_what_is_not_defined(experiment, read_set) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(aa=None if metrics["oa"] < 0.45 else metrics["oa"]))
    groups = read_set(experiment).groups
    blocks = groups[groups.split == "blocks"]
    # rf: no AA under 0.45; net: 0.46 and 0.50, deviations of 0.02 each over n - 1 = 1
    assert blocks.aa.isna().to_list() == [True, False]
    assert (blocks.aa.iloc[1], blocks.aa_std.iloc[1]) == pytest.approx((0.48, 0.0008**0.5))
    assert mean_and_spread(blocks.aa.iloc[0], blocks.aa_std.iloc[0]) == "–"
    assert mean_and_spread(0.5, None) == "0.500"


def test_tidy_table_has_a_row_for_each_run_with_its_figures(experiment, read_set) -> None:
    table = read_set(experiment).table
    assert len(table) == 8
    last = table.iloc[-1]
    assert (last.split, last.method, last.label, last.seed, last.leaky) == ("blocks", "raw/net", "net", 1, False)
    assert (last.oa, last.training_seconds, last.prediction_seconds) == (0.5, 62.25, 0.5)
    assert (last.audit_moran_i, last.area_unit, last.calibration_ece, last.fitted_model) == (0.91, "ha", 0.12, 48)
    assert (last.leakage_reach, last.leakage_window, last.leakage_overlap_share) == (2, 5, 0)
