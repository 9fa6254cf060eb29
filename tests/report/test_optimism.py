"""Random-sampling optimism: figures and table."""

import csv
from pathlib import Path

import pytest

from hsclass.report import write_report
from hsclass.report.optimism import mean_optimism
from hsclass.report.text import between, signed


@pytest.fixture
def rows(experiment, read_set):
    experiment.make_matched()
    return mean_optimism(read_set(experiment))


# Every interval reaches 0.05 below and 0.03 above its OA. So the limits of a difference d lie at
# d - sqrt(0.05² + 0.03²) and d + sqrt(0.03² + 0.05²), at most 1.
HALF = (0.05**2 + 0.03**2) ** 0.5


def test_optimism_is_the_mean_over_seeds_between_the_lowest_and_the_highest_limit(rows) -> None:
    forest, net = (row for _, row in rows.iterrows())
    # rf: 0.70 - 0.40 and 0.80 - 0.44; net: 0.90 - 0.46 and 0.94 - 0.50
    assert (forest.label, forest.split, forest.split_random) == ("rf", "blocks", "random")
    assert (forest.optimism, forest.optimism_low, forest.optimism_high) == pytest.approx(
        (0.33, 0.30 - HALF, 0.36 + HALF)
    )
    assert (net.optimism, net.optimism_low, net.optimism_high) == pytest.approx((0.44, 0.44 - HALF, 0.44 + HALF))
    assert signed(net.optimism) == "+0.440"
    assert between(net.optimism_low, net.optimism_high, sign=True) == "+0.382 to +0.498"


def test_optimism_without_intervals_has_none(experiment, read_set) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(oa_low=None), split="blocks")
    experiment.make_matched()
    row = mean_optimism(read_set(experiment)).iloc[0]
    assert row.optimism == pytest.approx(0.33)
    assert between(row.optimism_low, row.optimism_high) == "–"


def test_split_that_leaks_itself_has_no_optimism(experiment, read_set) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(overlap_share=0.01), split="blocks")
    experiment.make_matched()
    assert mean_optimism(read_set(experiment)).empty


def test_table_of_optimism_has_a_row_a_model_and_seed(experiment) -> None:
    experiment.make_matched()
    write_report(experiment.file, Path("out"))
    with Path("out/optimism.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["seed"], row["model"]) for row in rows] == [("0", "rf"), ("0", "net"), ("1", "rf"), ("1", "net")]
    first = rows[0]
    assert (first["sampler"], first["matched_random"], first["oa"], first["oa_matched_random"]) == (
        "blocks", "random", "0.4", "0.7"
    )  # fmt: skip
    assert float(first["optimism"]) == pytest.approx(0.3)
    assert float(first["optimism_low"]) == pytest.approx(0.3 - HALF)
