"""Pairs of models over seeds."""

import csv
import json
from pathlib import Path

import pytest

from hsclass.report import write_report
from hsclass.report.comparison import comparison_panels, described
from hsclass.report.page import UNITS
from hsclass.report.text import signed


@pytest.fixture
def panels(read_set):
    return lambda experiment: comparison_panels(read_set(experiment))


def change(experiment, seed: int, **figures) -> None:
    path = experiment.comparisons / f"blocks-{seed}.json"
    content = json.loads(path.read_text())
    content["pairs"][0].update(figures)
    path.write_text(json.dumps(content))


def test_pair_is_written_from_the_lowest_to_the_highest_seed(experiment, panels) -> None:
    random, blocks = panels(experiment)
    assert (random.split, random.leaky, blocks.split, blocks.leaky) == ("random", True, "blocks", False)
    (row,) = blocks.rows.itertuples()
    assert (row.a, row.b, signed(row.difference)) == ("rf", "net", "−0.070")  # mean of -0.06 and -0.08
    assert row.interval == "−0.120 to −0.010"
    assert (row.permutation, row.mcnemar) == ("0.020 to 0.030", "< 0.001 to 0.100")
    assert row.only == "5 / 9 to 10"
    assert described(blocks, UNITS["pixels"]) == "71 test pixels, 8 blocks of 10 pixels a side, 9\u202f999 permutations"


@pytest.mark.parametrize(
    ("second_seed", "significant"),
    [
        ({}, True),
        ({"permutation_holm": 0.05}, False),
        ({"permutation_holm": None}, False),
        ({"difference": 0.06}, False),
        ({"mcnemar_holm": 0.9}, True),
    ],
)
def test_difference_is_significant_when_every_seed_says_so(experiment, panels, second_seed, significant: bool) -> None:
    change(experiment, 1, **second_seed)
    assert bool(panels(experiment)[1].rows.significant[0]) is significant


def test_one_seed_may_be_without_a_comparison(experiment, panels) -> None:
    (experiment.comparisons / "blocks-0.json").unlink()
    blocks = panels(experiment)[1]
    assert (blocks.seeds, signed(blocks.rows.difference[0]), blocks.rows.permutation[0]) == (1, "−0.080", "0.030")


def test_table_of_pairs_has_a_row_a_pair_and_seed(experiment, panels) -> None:
    write_report(experiment.file, Path("out"))
    with Path("out/comparison.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["sampler"], row["seed"], row["leaky"]) for row in rows] == [
        ("random", "0", "true"), ("random", "1", "true"), ("blocks", "0", "false"), ("blocks", "1", "false"),
    ]  # fmt: skip
    assert (rows[2]["a"], rows[2]["b"], rows[2]["difference"]) == ("raw/rf", "raw/net", "-0.06")
    assert (rows[2]["only_a"], rows[2]["only_b"], rows[2]["permutation_holm"]) == ("5", "9", "0.02")
