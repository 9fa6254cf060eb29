"""Results of a version that measured less: their page lacks panels and does not fail."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hsclass.report import write_report

NEW = ("calibration", "distance", "area", "leakage", "fit_scope", "by_window", "validation")
"""Keys of `metrics.json` and `audit.json` that earlier versions did not write."""


def make_older(record: dict[str, Any]) -> None:
    for key in [key for key in record if key in NEW or (key.endswith(("_low", "_high")) and not key.startswith("oa_"))]:
        record.pop(key)
    for figures in record.get("classes", ()):
        for key in [key for key in figures if key.endswith(("_low", "_high"))]:
            figures.pop(key)


@pytest.fixture
def older(experiment):
    """The made-up experiment as an earlier version left it."""
    experiment.edit("metrics.json", make_older)
    experiment.edit("audit.json", make_older)
    shutil.rmtree(experiment.comparisons)
    return experiment


def page_of(experiment) -> str:
    write_report(experiment.file, Path("out"))
    return Path("out/index.html").read_text(encoding="utf-8")


def test_older_results_have_no_panel_of_what_was_not_measured(older) -> None:
    page = page_of(older)
    for panel in ("Which differences", "Random-sampling optimism", "What each figure holds under",
                  "Areas of the classes", "reliability", "Accuracy against distance",
                  "Share of the test windows"):  # fmt: skip
        assert panel not in page


def test_older_results_leave_cells_of_new_columns_empty_but_know_the_reach(older) -> None:
    page_of(older)
    with Path("out/accuracy.csv").open(newline="") as file:
        row = list(csv.DictReader(file))[1]
    assert (row["aa_low"], row["ece"], row["area_adjusted_oa"], row["reach_overlap_share"]) == ("", "", "", "")
    assert (row["model"], row["reach"]) == ("net", "2")


def test_tables_of_an_earlier_report_do_not_stay(experiment) -> None:
    experiment.make_matched()
    write_report(experiment.file, Path("out"))
    assert Path("out/comparison.csv").exists()
    assert Path("out/optimism.csv").exists()
    shutil.rmtree(experiment.comparisons)
    experiment.file.write_text(json.dumps(json.loads(experiment.file.read_text()) | {"splits": []}))
    write_report(experiment.file, Path("out"))
    assert {path.name for path in Path("out").iterdir()} == {
        "index.html", "accuracy.csv", "accuracy.tex", "results.json"
    }  # fmt: skip


def test_split_without_a_comparison_has_no_rows_of_pairs(experiment) -> None:
    (experiment.comparisons / "random.json").unlink()
    page = page_of(experiment)
    section = page[page.index('id="comparison"') : page.index('id="leakage"')]
    assert section.count("raw") == 0
    assert section.count("rf − net") == 1
