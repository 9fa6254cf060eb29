"""What the leaky twin adds: figures, drawing and table."""

import csv
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hsclass.report import write_report
from hsclass.report.collect import read_results
from hsclass.report.dumbbells import inflation_chart
from hsclass.report.inflation import inflations
from hsclass.report.tables import groups


@pytest.fixture
def rows(experiment):
    experiment.make_twin()
    results = read_results(experiment.file)
    return inflations(groups(results, "farm"), results.experiment.twins)


# Every interval reaches 0.05 below and 0.03 above its OA. So the limits of a difference d lie at
# d - sqrt(0.05² + 0.03²) and d + sqrt(0.03² + 0.05²), at most 1.
HALF = (0.05**2 + 0.03**2) ** 0.5


def test_inflation_is_the_mean_over_seeds_between_the_lowest_and_the_highest_limit(rows) -> None:
    forest, net = rows
    # rf: 0.70 - 0.40 and 0.80 - 0.44; net: 0.90 - 0.46 and 0.94 - 0.50
    assert (forest.safe.label, forest.safe.split, forest.twin.split) == ("rf", "blocks", "random")
    assert (forest.mean, forest.low, forest.high) == pytest.approx((0.33, 0.30 - HALF, 0.36 + HALF))
    assert (net.mean, net.low, net.high) == pytest.approx((0.44, 0.44 - HALF, 0.44 + HALF))
    assert (net.text, net.interval) == ("+0.440", "+0.382 to +0.498")


def test_inflation_without_intervals_has_none(experiment) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(oa_low=None), split="blocks")
    experiment.make_twin()
    results = read_results(experiment.file)
    row = inflations(groups(results, "farm"), results.experiment.twins)[0]
    assert (row.mean, row.low, row.high, row.interval) == (pytest.approx(0.33), None, None, "–")


def test_split_that_leaks_itself_has_no_inflation(experiment) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(overlap_share=0.01), split="blocks")
    experiment.make_twin()
    results = read_results(experiment.file)
    assert inflations(groups(results, "farm"), results.experiment.twins) == ()


def test_dumbbells_reach_from_the_split_to_its_twin(rows) -> None:
    drawing = ElementTree.fromstring(inflation_chart(rows, "inflation"))
    written = {text.text: text for text in drawing.iter("text")}
    left, right = (float(written[tick].get("x")) for tick in ("0.0", "1.0"))
    dots = [(float(dot.get("cx")) - left) / (right - left) for dot in drawing.iter("circle")]
    assert dots == pytest.approx([0.75, 0.42, 0.92, 0.48], abs=1e-4)  # twin, split of rf and of net
    assert [float(bar.get("width")) / (right - left) for bar in drawing.findall("rect")] == pytest.approx(
        [0.33, 0.44], abs=1e-4
    )
    assert "+0.382 to +0.498" in written


def test_table_of_inflation_has_a_row_a_model_and_seed(experiment) -> None:
    experiment.make_twin()
    write_report(experiment.file, Path("out"))
    with Path("out/inflation.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["seed"], row["model"]) for row in rows] == [("0", "rf"), ("0", "net"), ("1", "rf"), ("1", "net")]
    first = rows[0]
    assert (first["sampler"], first["twin"], first["oa"], first["oa_twin"]) == ("blocks", "random", "0.4", "0.7")
    assert float(first["inflation"]) == pytest.approx(0.3)
    assert float(first["inflation_low"]) == pytest.approx(0.3 - HALF)
