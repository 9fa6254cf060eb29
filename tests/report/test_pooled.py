"""Figures of all seeds or folds together: which the page shows, and their tables."""

import csv
import json
from pathlib import Path

import pytest

from hsclass.report import write_report


def rows_of(name: str) -> list[dict[str, str]]:
    with Path("out", name).open(newline="") as file:
        return list(csv.DictReader(file))


def change(experiment, split: str, **figures) -> None:
    path = experiment.comparisons / f"{split}.json"
    content = json.loads(path.read_text())
    for record in content["pooled"]:
        record.update(figures)
    path.write_text(json.dumps(content))


def test_group_has_the_figures_and_the_interval_of_all_tests_together(experiment, read_set) -> None:
    change(experiment, "blocks", oa=0.45, oa_low=0.3, oa_high=0.6, kappa=None)
    group = read_set(experiment).groups.iloc[-1]
    assert (group.split, group.oa, group.oa_low, group.oa_high) == ("blocks", 0.45, 0.3, 0.6)
    assert group.kappa != group.kappa
    assert group.oa_std == pytest.approx(0.0008**0.5)  # between the seeds 0.46 and 0.50


def test_folds_have_no_deviation_and_are_called_folds(experiment, read_set) -> None:
    change(experiment, "blocks", folds=2)
    results = read_set(experiment)
    group = results.groups.iloc[-1]
    assert group.oa_std != group.oa_std
    assert (group.folds, results.over_runs("blocks")) == (2, "2 folds")
    assert results.over_runs("random") == "all tests of 2 seeds"
    change(experiment, "blocks", folds=5)
    assert read_set(experiment).over_runs("blocks") == "all test samples of 2 of 5 folds"


def test_runs_that_were_not_pooled_have_the_means_of_their_limits(experiment, read_set) -> None:
    (experiment.comparisons / "blocks.json").unlink()
    group = read_set(experiment).groups.iloc[-1]
    # 0.46 and 0.50, each from 0.05 below to 0.03 above
    assert (group.oa, group.oa_low, group.oa_high) == pytest.approx((0.48, 0.43, 0.51))


def test_pooled_table_has_a_row_a_model_and_split(experiment) -> None:
    change(experiment, "blocks", untrained=7, trained_oa=0.5)
    write_report(experiment.file, Path("out"))
    rows = rows_of("pooled.csv")
    assert [(row["sampler"], row["model"]) for row in rows] == [
        ("random", "rf"), ("random", "net"), ("blocks", "rf"), ("blocks", "net"),
    ]  # fmt: skip
    last = rows[-1]
    assert (last["scene"], last["runs"], last["folds"], last["n_test"], last["n_samples"]) == (
        "farm", "2", "", "142", "100",
    )  # fmt: skip
    assert [float(last[name]) for name in ("oa", "oa_low", "untrained", "trained_oa")] == pytest.approx(
        [0.48, 0.41, 7, 0.5]
    )
    assert (last["test_fields"], last["effective_fields"], last["sd_splits"], last["sd_models"]) == (
        "12", "10.5", "0.02", "",
    )  # fmt: skip


def test_average_accuracy_is_compared_on_the_classes_that_all_test(experiment) -> None:
    """Under one split class 2 is not tested: on class 1 alone all are equal."""

    def change_classes(metrics) -> None:
        metrics["classes"][1] |= {"support": 0, "producers_accuracy": None}

    experiment.edit("metrics.json", change_classes, split="blocks")
    write_report(experiment.file, Path("out"))
    for name in ("accuracy.csv", "pooled.csv"):
        assert {(row["aa_common"], row["common_classes"]) for row in rows_of(name)} == {("0.75", "1")}


def test_table_of_fields_has_a_row_a_field_and_model(experiment) -> None:
    write_report(experiment.file, Path("out"))
    row = rows_of("fields.csv")[-1]
    assert (row["sampler"], row["model"], row["field"], row["class_name"]) == ("blocks", "net", "3", "<b>Corn")
    assert (row["tests"], row["right"], row["wrong"], row["accuracy"]) == ("36", "27", "9", "0.75")
    assert (row["taken_for"], row["taken_for_tests"]) == ("Hay & straw", "8")


def test_page_shows_what_the_accuracy_varies_with_its_fields_and_what_it_is_a_figure_of(experiment, read) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(sample_of="71 labelled pixels of the scene."))
    change(experiment, "blocks", untrained=7, trained_oa=0.5)
    page = read(experiment)
    last = page.table("Each model over all seeds or folds of each split")[-1]
    assert last[1:] == [
        "net", "2", "142", "12", "10.5", "0.030", "0.020", "–", "0.028", "0.698", "7", "0.500",
    ]  # fmt: skip
    row = page.table("net on blocks: how the tests of each field ended")[-1]
    assert row == ["3", "<b>Corn", "8–10, 0–5", "18", "36", "27", "9", "0.75", "Hay & straw (8)"]
    # of each split, beside the pooled and beside the area-adjusted figures
    assert Path("out/index.html").read_text().count("71 labelled pixels of the scene.") == 4
