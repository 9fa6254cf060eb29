"""Random-sampling optimism: figures and table."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from hsclass.report import write_report
from hsclass.report.optimism import ladder, mean_optimism
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


def test_ladder_has_two_steps_and_the_total_is_the_optimism(experiment, read_set, read) -> None:
    """Of three splits: 0.90 at random, 0.70 apart, 0.48 in other fields, for net."""
    content = json.loads(experiment.file.read_text())
    content["splits"] = [
        {"sampler": "regions", "name": "blocks", "options": {}},
        {"sampler": "matched_apart", "name": "apart", "options": {"of": "blocks"}},
        {"sampler": "matched_random", "name": "random", "options": {"of": "blocks"}},
    ]
    runs = []
    for run in content["runs"]:
        if run["split"] == "blocks":
            moved = {name: run[name].replace("blocks", "apart") for name in ("split", "split_folder", "folder")}
            shutil.copytree(run["split_folder"], moved["split_folder"], dirs_exist_ok=True)
            runs.append(run | moved)
    experiment.file.write_text(json.dumps(content | {"runs": content["runs"] + runs}))

    def gain(against: str, here: float, there: float) -> dict:
        return {"method": "raw/net", "against": against, "n_test": 40, "n_here": 40, "n_there": 142, "fields": 9,
                "effective_fields": 7.5, "here": here, "there": there, "difference": here - there,
                "low": here - there - 0.1, "high": here - there + 0.1}  # fmt: skip

    random = json.loads((experiment.comparisons / "random.json").read_text())
    gains = [gain("blocks", 0.9, 0.48), gain("apart", 0.9, 0.7)]
    (experiment.comparisons / "random.json").write_text(json.dumps(random | {"gains": gains}))
    (experiment.comparisons / "apart.json").write_text(json.dumps(random | {"gains": [gain("blocks", 0.7, 0.48)]}))
    results = read_set(experiment)
    steps = ladder(results)
    assert steps[["upper", "lower"]].to_numpy().tolist() == [["random", "apart"], ["apart", "blocks"]]
    assert steps.difference.to_list() == pytest.approx([0.2, 0.22])
    assert mean_optimism(results).optimism.to_list() == pytest.approx([0.42]) == [pytest.approx(steps.difference.sum())]
    page = read(experiment)
    row = page.table("OA of each model under two splits in turn")[1]
    assert row == ["net", "random", "0.900", "apart", "0.700", "+0.200", "+0.100 to +0.300", "40", "9", "7.5"]
    with Path("out/ladder.csv").open(newline="") as file:
        assert [(row["upper"], row["lower"], row["n_both"]) for row in csv.DictReader(file)] == [
            ("random", "apart", "40"), ("apart", "blocks", "40"),
        ]  # fmt: skip
