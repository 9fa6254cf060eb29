"""Pairs of models over seeds."""

import csv
import json
from pathlib import Path

import pytest

from hsclass.report import write_report
from hsclass.report.comparison import comparison_panels, described
from hsclass.report.page import UNITS
from hsclass.report.text import signed
from hsclass.results import Pair


@pytest.fixture
def panels(read_set):
    return lambda experiment: comparison_panels(read_set(experiment))


def change(experiment, **figures) -> None:
    path = experiment.comparisons / "blocks.json"
    content = json.loads(path.read_text())
    content["pairs"][0].update(figures)
    path.write_text(json.dumps(content))


def test_pair_has_the_figures_of_all_seeds_together(experiment, panels) -> None:
    random, blocks = panels(experiment)
    assert (random.split, random.leaky, blocks.split, blocks.leaky) == ("random", True, "blocks", False)
    (row,) = blocks.rows.itertuples()
    assert (row.a, row.b, signed(row.difference)) == ("rf", "net", "−0.070")
    assert row.interval == "−0.120 to −0.010"
    assert (row.clustered, row.mcnemar, row.only) == ("0.020", "< 0.001", "5 / 9")
    assert described(blocks, UNITS["pixels"]) == (
        "142 test pixels in 2 runs, 8 blocks of 10 × 10 pixels, 12 fields (10.5 effective; 2 runs: too few for a"
        " reliable interval)"
    )


@pytest.mark.parametrize(
    ("figures", "distinguishable"),
    [
        ({}, True),
        ({"p_holm": 0.05}, False),
        ({"p_holm": None}, False),
        ({"mcnemar_holm": 0.9}, True),
        ({"high": 0.01}, False),
        ({"low": 0.01, "high": 0.1}, True),
        ({"low": None, "high": None}, False),
    ],
)
def test_difference_is_distinguishable_where_both_the_corrected_test_and_the_interval_say_so(
    experiment, panels, figures, distinguishable: bool
) -> None:
    change(experiment, **figures)
    assert bool(panels(experiment)[1].rows.distinguishable[0]) is distinguishable


def test_table_of_pairs_has_a_row_a_pair(experiment) -> None:
    write_report(experiment.file, Path("out"))
    with Path("out/comparison.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["sampler"], row["runs"], row["leaky"]) for row in rows] == [
        ("random", "2", "true"), ("blocks", "2", "false"),
    ]  # fmt: skip
    assert (rows[1]["a"], rows[1]["b"], rows[1]["difference"]) == ("raw/rf", "raw/net", "-0.07")
    assert (rows[1]["only_a"], rows[1]["only_b"], rows[1]["p_holm"]) == ("5", "9", "0.02")
    assert (rows[1]["test_fields"], rows[1]["effective_fields"]) == ("12", "10.5")


def test_pair_the_other_way_round_has_the_interval_turned() -> None:
    pair = Pair(a="rf", b="net", difference=-0.07, low=-0.12, high=-0.01, only_a=5, only_b=9, mcnemar_p=None,
                mcnemar_holm=None, p=0.01, p_holm=0.02)  # fmt: skip
    turned = pair.turned()
    assert (turned.a, turned.b, turned.difference, turned.low, turned.high) == ("net", "rf", 0.07, 0.01, 0.12)
    assert (turned.only_a, turned.only_b, turned.distinguishable) == (9, 5, True)
