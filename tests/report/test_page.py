"""The page as a reader meets it, read back with an HTML parser."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.raster import read_raster
from hsclass.report import write_report


def test_finding_sets_the_chosen_model_next_to_itself_on_the_leaky_split(written) -> None:
    lead = next(element["text"] for element in written.find("p") if element.get("class") == "lead")
    assert lead == (
        "On blocks, the split without leakage, net, which the validation samples chose, reaches OA 0.48 (all tests of 2"
        " seeds; the other model 0.42); on its own test pixels the leaky random split shows 0.92 for the same model."
    )


def test_page_loads_nothing_from_elsewhere(written) -> None:
    assert not list(written.find("link")) + list(written.find("iframe")) + list(written.find("object"))
    for element in written.elements:
        assert element.get("src") is None or element["src"].startswith("data:image/png;base64,")
        href = element.get("href")
        assert href is None or href.startswith("#") or Path("out", href).is_file()
    style = next(element["text"] for element in written.find("style"))
    assert not re.search(r"@import|url\((?!#)", style)


def test_every_drawing_says_what_it_shows(written) -> None:
    titles = {element["id"]: element["text"] for element in written.find("title") if "id" in element}
    drawings = list(written.find("svg"))
    assert all(drawing["role"] == "img" and titles[drawing["aria-labelledby"]] for drawing in drawings)
    assert len(titles) == len(drawings)


def test_every_link_within_the_page_has_its_target(written) -> None:
    targets = [element["id"] for element in written.elements if "id" in element]
    assert len(set(targets)) == len(targets)
    assert {element["href"][1:] for element in written.find("a") if element["href"].startswith("#")} <= set(targets)


def test_only_leaky_splits_are_flagged(written) -> None:
    rows = written.table("Audit of the splits")
    assert [row[0] for row in rows] == ["Split", "random leaky", "blocks no leakage"]
    accuracy = [row[0] for row in written.table("Accuracy under each split")]
    assert accuracy == ["Split", "random no window shared", "random leaky", "blocks no leakage", "blocks no leakage"]


def test_a_split_that_leaks_without_saying_so_is_flagged(experiment, read) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(overlap_share=0.01), split="blocks")
    rows = read(experiment).table("Audit of the splits")
    assert rows[2][:2] == ["blocks leaky", "1.0 %"]


def test_accuracy_table_gives_mean_and_sample_standard_deviation(written) -> None:
    rows = {row[1]: row[1:3] + row[4:] for row in written.table("Accuracy under each split")[3:]}
    # OA 0.46 and 0.50: mean 0.48, deviations of 0.02 each, sqrt(2 * 0.02² / 1) = 0.0283
    chosen = rows["net ★ chosen on validation pixels"]  # the words are for those who hear the page
    assert chosen[1:6] == ["0.480 ± 0.028", "0.410 to 0.530", "0.380 ± 0.028", "0.280 ± 0.028", "–"]
    assert chosen[6:] == ["48", "71", "12 (10.5)"]
    assert rows["rf"][1] == "0.420 ± 0.028"


def test_one_seed_has_no_spread(experiment, read) -> None:
    one = json.loads(experiment.file.read_text())
    runs = [run for run in one["runs"] if run["seed"] == 0]
    experiment.file.write_text(json.dumps(one | {"seeds": [0], "runs": runs}))
    with pytest.raises(DataError, match=r"random\.json: is of 2 runs, but the experiment has 1 seeds"):
        read(experiment)
    experiment.runs = runs
    experiment.pool()
    rows = read(experiment).table("Accuracy under each split")
    assert [row[2] for row in rows] == ["OA", "0.700", "0.900", "0.400", "0.460"]


def test_confusion_matrix_has_references_in_rows_and_predictions_in_columns(written) -> None:
    rows = written.table("rf on random, seed 0")
    assert rows[0] == ["rows: reference ↓", "columns: predicted →", "Test px", "Producer’s", "User’s", "F1"]
    assert rows[1] == ["1", "2", "4"]
    # class, counts, test pixels, producer's and user's with their intervals, F1
    assert rows[2] == ["1 <b>Corn", "30", "7", "3", "40", "0.750.60 to 0.86", "0.730.58 to 0.84", "0.74"]
    assert rows[3] == ["2 Hay & straw", "11", "20", "0", "31", "0.650.47 to 0.79", "0.74", "0.69"]
    assert rows[4] == ["4 Woods", "0", "0", "0", "0", "–", "0.00", "–"]
    assert rows[5][:5] == ["User’s", "0.73", "0.74", "0.00", "71"]


def test_lost_classes_are_named_and_their_accuracy_is_not_made_up(written) -> None:
    assert written.table("Audit of the splits")[1][-1] == "Woods"
    rows = written.table("Producer’s accuracy (recall)")
    assert rows[1] == ["random", "1 <b>Corn", "40", "–", "0.750 0.60 to 0.86", "0.750 0.60 to 0.86"]
    assert rows[3] == ["random", "4 Woods", "0", "–", "–", "–"]


def test_pixels_of_each_class_are_counted(written) -> None:
    rows = written.table("Pixels of each class by split and seed")
    assert rows[0] == ["Split", "Seed", "Class", "asked", "train", "valid.", "test", "guard"]
    rows = [[], *(row[2:] for row in rows if row[:2] == ["blocks", "1"])]
    # 6 columns of 11 labelled rows: a quarter of 66 is 16; rows 0-2 train, 8-10 test, 3-7 guard
    assert rows[1] == ["1 <b>Corn", "16", "18", "0", "18", "30"]
    assert rows[3] == ["4 Woodsno region left to test", "11", "12", "0", "0", "32"]


def test_class_names_are_escaped(written) -> None:
    text = Path("out/index.html").read_text()
    assert "<b>Corn" not in text
    assert "&lt;b&gt;Corn" in text
    assert "\\u003cb>Corn" in text  # in the data of the viewer


def test_only_networks_have_training_curves(written) -> None:
    titles = [element["text"] for element in written.find("title") if "by epoch" in element["text"]]
    assert titles == [
        f"{what} by epoch of net on {split}, training and validation"
        for split in ("random", "blocks") for what in ("Loss", "Accuracy")
    ]  # fmt: skip


def test_experiment_without_networks_has_no_part_on_training(experiment, read) -> None:
    for run in experiment.runs:
        Path(run["folder"], "model/history.csv").unlink(missing_ok=True)
    sections = [element["id"] for element in read(experiment).find("section")]
    assert "training" not in sections
    assert sections[:2] == ["maps", "accuracy"]


def test_information_block_names_data_settings_and_cost(written) -> None:
    facts = {row[0]: row[1:] for caption in ("Experiment", "Models;") for row in written.table(caption)}
    assert facts["Source"] == ["A. Author: Test farm, 1999"]
    assert facts["Data digest (SHA-256)"] == ["abc123"]
    assert facts["Cube"] == ["12 × 16 pixels, 5 bands, 470 to 1600 nm"]
    assert facts["Interval of OA"] == ["95 %, percentile bootstrap over blocks"]
    assert facts["Software"] == ["hsclass 0.1.0, numpy 2.4.6"]
    assert facts["Learning rate"] == ["–", "0.001"]
    assert facts["Normalisation"] == ["standard, fitted on training pixels"] * 2
    assert facts["Peak memory, training"] == ["1.50 GB"] * 2
    assert facts["Epochs run"] == ["–", "4"]


def test_scenes_of_one_title_are_told_apart(experiment, read) -> None:
    content = json.loads(experiment.file.read_text())
    again = [run | {"scene": "farm_north"} for run in content["runs"]]
    for run in again:
        run["split_folder"] = run["split_folder"].replace("farm", "farm_north")
    shutil.copytree("results/farm", "results/farm_north")
    experiment.file.write_text(json.dumps(content | {"runs": content["runs"] + again}))
    titles = [heading["text"] for heading in read(experiment).find("h3") if heading.get("class") == "scene"]
    assert set(titles) == {"Test farm (farm)", "Test farm (farm_north)"}


def test_same_results_give_the_same_bytes(experiment) -> None:
    write_report(experiment.file, Path("one"))
    write_report(experiment.file, Path("two"))
    for name in ("index.html", "accuracy.csv", "accuracy.tex", "comparison.csv"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("results/farm/cube.tif", "scene"),
        ("results/farm/labels.tif", "scene"),
        ("results/farm/blocks-1/split.tif", "split"),
        ("results/farm/blocks-1/audit.json", "audit"),
        ("results/farm/blocks-1/raw/rf/model/training.json", "train"),
        ("results/farm/blocks-1/raw/rf/model/model.json", "train"),
        ("results/farm/blocks-1/raw/rf/map.tif", "predict"),
        ("results/farm/blocks-1/raw/rf/map.json", "predict"),
        ("results/farm/blocks-1/raw/rf/metrics.json", "evaluate"),
    ],
)
def test_missing_file_is_named_with_the_stage_that_writes_it(experiment, name: str, stage: str) -> None:
    Path(name).unlink()
    with pytest.raises(DataError, match=f"^{re.escape(name)}: no such file.*run the {stage} stage first$"):
        write_report(experiment.file, Path("out"))
    assert not Path("out").exists()


def test_file_that_is_not_the_stages_is_an_error(experiment) -> None:
    history = Path("results/farm/random-0/raw/net/model/history.csv")
    history.write_text("epoch,loss\n1,low\n")
    with pytest.raises(DataError, match=r"history\.csv: column 'loss' is wrong: .* train stage"):
        write_report(experiment.file, Path("out"))
    history.unlink()
    Path("results/farm/random-0/raw/rf/metrics.json").write_text('{"oa": 0.5}')
    with pytest.raises(DataError, match=r"metrics\.json: key 'classes' is wrong: Field required; .* evaluate stage"):
        write_report(experiment.file, Path("out"))


def test_experiment_without_runs_is_an_error(experiment) -> None:
    content = experiment.file.read_text()
    experiment.file.write_text(content[: content.index('"runs"')] + '"runs": []}')
    with pytest.raises(DataError, match="lists no runs"):
        write_report(experiment.file, Path("out"))


def test_seeds_that_gave_one_split_are_named(written) -> None:
    notes = next(element["text"] for element in written.find("p") if element["text"].startswith("★"))
    for name in ("random", "blocks"):
        first, second = (read_raster(f"results/farm/{name}-{seed}/split.tif").bands for seed in (0, 1))
        assert (f"{name}: one split for all seeds: ± is that of the models alone" in notes) == np.array_equal(
            first, second
        )


def test_what_other_stages_take_from_the_report_loads_neither_pandas_nor_matplotlib() -> None:
    code = (
        "import sys, hsclass.report, hsclass.report.text, hsclass.report.pictures;"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
