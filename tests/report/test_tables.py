"""The table of accuracy, and means over seeds."""

import csv
from pathlib import Path

import pytest

from hsclass.report import write_report
from hsclass.report.tables import figure

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
        "area_adjusted_oa_high": "0.5",
    }  # fmt: skip


def test_leaky_follows_the_split(experiment) -> None:
    assert [row["leaky"] for row in rows_of(experiment)] == ["true"] * 4 + ["false"] * 4


def test_figure_leaves_out_what_is_not_defined() -> None:
    # 1, 2, 6: mean 3, squared deviations 4 + 1 + 9 = 14, over n - 1 = 2: sqrt(7)
    assert figure([1.0, None, 2.0, float("nan"), 6.0]).mean == 3
    assert figure([1.0, None, 2.0, 6.0]).spread == pytest.approx(7**0.5)
    assert str(figure([0.5])) == "0.500"
    assert str(figure([None])) == "–"
