"""Several experiments in one report."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.raster import read_raster, write_raster
from hsclass.report import write_report
from hsclass.report.collect import read_results
from hsclass.report.merging import read_experiments


@pytest.fixture
def parted(experiment):
    """Return the files of two experiments: one has the forest, the other the network, under the same splits."""
    content = json.loads(experiment.file.read_text())
    files = []
    for place, model in enumerate(("rf", "net")):
        file = Path(f"reports/{model}/experiment.json")
        file.parent.mkdir()
        file.write_text(json.dumps(content | {
            "experiment": model, "models": [content["models"][place]],
            "runs": [run for run in content["runs"] if run["model"] == model],
        }))  # fmt: skip
        files.append(file)
    return files


def change(file: Path, **parts) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | parts))


def test_merged_experiment_has_the_runs_and_the_entries_of_both_each_once(parted) -> None:
    merged = read_experiments([*parted, parted[0]])
    assert merged.experiment == "rf + net"
    assert [entry["name"] for entry in merged.models] == ["rf", "net"]
    assert ([entry["name"] for entry in merged.splits], merged.seeds) == (["random", "blocks"], [0, 1])
    assert len(merged.runs) == 8


def test_models_of_two_experiments_are_compared_anew_under_a_split_that_they_share(parted) -> None:
    compared = read_results(*parted).comparisons
    assert set(compared) == {("farm", "random"), ("farm", "blocks")}
    for comparison in compared.values():
        assert (comparison.methods, comparison.runs) == (["raw/rf", "raw/net"], 2)
        # both maps hold the class of the reference labels everywhere
        assert [(pair.difference, pair.only_a, pair.only_b) for pair in comparison.pairs] == [(0, 0, 0)]


def test_report_of_two_experiments_has_the_rows_of_both(parted) -> None:
    write_report(parted, Path("out"))
    figures = json.loads(Path("out/results.json").read_text())
    assert {(row["model"], row["sampler"], row["seed"]) for row in figures["accuracy"]} == {
        (model, split, seed) for model in ("rf", "net") for split in ("random", "blocks") for seed in (0, 1)
    }
    assert "<h1>rf + net</h1>" in Path("out/index.html").read_text()


def test_folders_are_found_from_the_place_of_the_experiment(parted, tmp_path, monkeypatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    merged = read_experiments([tmp_path / file for file in parted])
    assert all(run.folder.is_dir() and run.folder.is_absolute() for run in merged.runs)


def test_results_that_are_nowhere_are_an_error(parted) -> None:
    shutil.rmtree("results")
    with pytest.raises(DataError, match="is neither in the current folder nor in"):
        read_experiments(parted)


def test_one_name_for_two_things_is_an_error(parted) -> None:
    change(parted[1], splits=[{"sampler": "random", "name": "random", "options": {"strategy": "other"}}])
    with pytest.raises(UsageError, match="'random' of its splits has other options than in reports/rf"):
        read_experiments(parted)


def test_experiments_of_different_windows_are_not_merged(parted) -> None:
    change(parted[1], window=7)
    with pytest.raises(UsageError, match=r"its window is 7, that of reports/rf/experiment\.json is 5"):
        read_experiments(parted)


def test_one_run_in_two_places_is_an_error(parted) -> None:
    shutil.copytree("results", "again")
    content = json.loads(parted[0].read_text())
    runs = [run | {"folder": run["folder"].replace("results", "again")} for run in content["runs"]]
    change(parted[1], models=content["models"], runs=runs)
    with pytest.raises(UsageError, match=r"again/.* is the same run as results/"):
        read_experiments(parted)


def test_scenes_of_one_name_must_hold_the_same_data(parted) -> None:
    shutil.copytree("results/farm", "other/farm")
    raster = read_raster("other/farm/cube.tif")
    tags = raster.tags | {"digest": "def456"}
    write_raster("other/farm/cube.tif", np.moveaxis(raster.bands, 0, -1), grid=raster.grid, tags=tags)
    content = json.loads(parted[1].read_text())
    change(parted[1], runs=[run | {"scene_folder": "other/farm"} for run in content["runs"]])
    with pytest.raises(DataError, match="holds other data than results/farm, which is also called 'farm'"):
        read_experiments(parted)


def test_figures_for_programs_name_the_map_of_the_headline_and_its_limits(experiment) -> None:
    write_report(experiment.file, Path("out"))
    figures = json.loads(Path("out/results.json").read_text())
    (farm,) = figures["sets"]
    assert (farm["split"], farm["model"], farm["leaky"]) == ("blocks", "net", False)
    assert farm["figures"]["oa"] == pytest.approx(0.48)
    assert farm["figures"]["macro_f1"] is None
    assert farm["map"] == "results/farm/blocks-0/raw/net/map.tif"
    assert "Not tested on blocks: Woods." in farm["warnings"]
    first = figures["accuracy"][0]
    assert (first["model"], first["seed"], first["leaky"], first["macro_f1"]) == ("rf", 0, True, None)
    assert [row["sampler"] for row in figures["comparison"]] == ["random", "blocks"]
    assert {row["model"] for row in figures["pooled"]} == {"rf", "net"}
    assert figures["optimism"] == []
