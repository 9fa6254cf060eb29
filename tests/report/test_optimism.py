"""Random-sampling optimism: figures and table."""

import csv
import json
from pathlib import Path

import pytest

from hsclass.report import write_report
from hsclass.report.optimism import mean_optimism
from hsclass.report.text import between


@pytest.fixture
def rows(experiment, read_set):
    experiment.make_matched()
    return mean_optimism(read_set(experiment))


def test_optimism_is_that_of_the_samples_that_both_splits_test(rows) -> None:
    forest, net = (row for _, row in rows.iterrows())
    # rf: 0.75 - 0.42; net: 0.92 - 0.48
    assert (forest.label, forest.split, forest.split_random) == ("rf", "blocks", "random")
    assert (forest.optimism, forest.optimism_low, forest.optimism_high) == pytest.approx((0.33, 0.23, 0.43))
    assert (net.optimism, net.n_test, net.n_own, net.fields) == (pytest.approx(0.44), 40, 142, 9)
    assert between(net.optimism_low, net.optimism_high, sign=True) == "+0.340 to +0.540"


def test_optimism_without_an_interval_has_none(experiment, read_set) -> None:
    path = experiment.comparisons / "random.json"
    content = json.loads(path.read_text())
    content["gains"][0] |= {"low": None, "high": None}
    path.write_text(json.dumps(content))
    experiment.make_matched()
    row = mean_optimism(read_set(experiment)).iloc[0]
    assert row.optimism == pytest.approx(0.33)
    assert between(row.optimism_low, row.optimism_high) == "–"


def test_splits_that_test_no_common_pixel_have_no_optimism(experiment, read_set) -> None:
    path = experiment.comparisons / "random.json"
    content = json.loads(path.read_text())
    content["gains"] = [{"method": "raw/rf", "n_test": 0, "n_here": 142, "n_there": 142}]
    path.write_text(json.dumps(content))
    experiment.make_matched()
    assert mean_optimism(read_set(experiment)).empty


def test_split_that_leaks_itself_has_no_optimism(experiment, read_set) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(overlap_share=0.01), split="blocks")
    experiment.make_matched()
    assert mean_optimism(read_set(experiment)).empty


def test_table_of_optimism_has_a_row_a_model(experiment) -> None:
    experiment.make_matched()
    write_report(experiment.file, Path("out"))
    with Path("out/optimism.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["model"] for row in rows] == ["rf", "net"]
    first = rows[0]
    assert (first["scene"], first["sampler"], first["matched_random"]) == ("farm", "blocks", "random")
    assert [float(first[name]) for name in ("oa", "oa_matched_random", "optimism", "optimism_low")] == pytest.approx(
        [0.42, 0.75, 0.33, 0.23]
    )
    assert (first["n_both"], first["n_test"], first["n_test_matched_random"]) == ("40", "142", "142")
