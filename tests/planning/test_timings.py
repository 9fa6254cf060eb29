"""What is read of jobs that ran before."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hsclass.cli import app
from hsclass.planning.estimate import estimate
from hsclass.planning.timings import Timing, timed_jobs
from hsclass.raster import Grid, write_raster

from .conftest import HEADER


def write_scene_run(folder: Path) -> None:
    """Leave what a run of a forest on 20 x 10 pixels and 4 bands leaves, as far as it is read."""
    write_raster(folder / "results/toy/cube.tif", np.ones((4, 20, 10), np.int16), grid=Grid())
    run = folder / "results/toy/random-0/raw/rf"
    (run / "model").mkdir(parents=True)
    about = {
        "model": "rf", "options": {"trees": 5}, "features": "raw", "feature_options": {}, "window": 9, "n_features": 4,
        "classes": [1, 2, 3], "fit_scope": {"model": 30},
    }  # fmt: skip
    (run / "model/model.json").write_text(json.dumps(about))
    (run / "model/training.json").write_text(json.dumps({"seconds": 2.5, "epochs": None}))
    for rule, name in (("train", "random-0/raw-rf"), ("audit", "random-0"), ("predict", "random-0/raw-gone")):
        table = folder / f"logs/{rule}/toy/{name}.tsv"
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text(f"{HEADER}4.0\t0:00:04\t100\t1\t1\t1\t1\t1\t75\t3.0\n")


def write_image_run(on_images, folder: Path) -> None:
    """Leave what a training of 60 of 100 grey images of 8 x 8 pixels leaves: 5 epochs of a second, and 3 before."""
    home = folder / "results/digits"
    run = home / "random-0/raw/dense"
    (run / "model").mkdir(parents=True)
    (home / "index.json").write_text(json.dumps({"images": 100, "shape": [8, 8, 1], "classes": {"a": 50, "b": 50}}))
    (home / "random-0/audit.json").write_text(json.dumps({"n_train": 60, "n_validation": 20, "n_test": 20}))
    options = on_images(models=["dense"]).models["dense"].all_options
    about = {
        "model": "dense", "options": options, "classes": ["a", "b"], "features": "raw", "feature_options": {},
        "window": 8, "n_features": 1, "images": {"form": {"size": 8, "channels": 1}},
    }  # fmt: skip
    (run / "model/model.json").write_text(json.dumps(about))
    (run / "model/training.json").write_text(json.dumps({"seconds": 7.5, "epochs": 5}))
    with (run / "model/history.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["epoch", "seconds"], *([epoch, 1.0] for epoch in range(1, 6))])
    table = folder / "logs/train/digits/random-0/raw-dense.tsv"
    table.parent.mkdir(parents=True)
    table.write_text(f"{HEADER}8.0\t0:00:08\t100\t1\t1\t1\t1\t1\t75\t6.0\n")


def timed(folder: Path, rule: str) -> Timing:
    (found,) = (each for each in timed_jobs(folder, images=False) if each.rule == rule)
    return found


def test_timed_jobs_are_those_whose_results_are_there(tmp_path: Path) -> None:
    write_scene_run(tmp_path)
    assert {each.rule for each in timed_jobs(tmp_path, images=False)} == {"audit", "train"}
    audit, trained = timed(tmp_path, "audit"), timed(tmp_path, "train")
    assert (audit.work, audit.seconds, audit.cpu_seconds) == (200 / 1e5, 4.0, 3.0)
    assert audit.memory_mb == pytest.approx(104.8576)  # 100 x 1024^2 bytes
    assert (trained.start, trained.epochs_share) == (1.5, 1.0)
    # 5 trees of 30 pixels, log2(31) levels, 2 features tried at a node.
    assert trained.work == pytest.approx(5 * 30 * np.log2(31) * 2 * 300 / 1e9)
    assert trained.subject == ("rf", '{"trees": 5}', "raw", "{}")
    assert timed_jobs(tmp_path, images=True) == []


def test_start_of_a_training_is_what_the_pace_of_its_epochs_leaves(tmp_path: Path) -> None:
    write_scene_run(tmp_path)
    model = tmp_path / "results/toy/random-0/raw/rf/model"
    (model / "training.json").write_text(json.dumps({"seconds": 3.5, "epochs": 3}))
    (model / "history.csv").write_text("epoch,loss,seconds\n1,3,2.5\n2,2,0.4\n3,1,0.6\n")
    trained = timed(tmp_path, "train")
    assert trained.paced
    assert trained.start == pytest.approx(4.0 - 3 * 0.5)  # the first epoch says nothing
    (model / "history.csv").write_text("epoch,loss,seconds\n1,3,2.5\n2,2,4\n3,1,4\n")
    resumed = timed(tmp_path, "train")
    assert (resumed.seconds, resumed.start) == (3 * 4, 0)  # its last job was but a part of it
    (model / "history.csv").write_text("epoch,loss\n1,3\n2,2\n")
    assert [each.rule for each in timed_jobs(tmp_path, images=False)] == ["audit"]  # of another version


def test_table_of_a_job_that_was_not_measured_counts_as_none(tmp_path: Path) -> None:
    write_scene_run(tmp_path)
    (tmp_path / "logs/audit/toy/random-0.tsv").write_text(HEADER)
    (tmp_path / "logs/train/toy/random-0/raw-rf.tsv").write_text(f"{HEADER}4.0\t0:00:04\tNA\t1\t1\t1\t1\t1\t-\t-\n")
    (found,) = timed_jobs(tmp_path, images=False)
    assert (found.rule, found.memory_mb, found.cpu_seconds) == ("train", 0.0, 0.0)


def test_features_and_models_may_have_hyphens_in_their_names(tmp_path: Path) -> None:
    write_scene_run(tmp_path)
    (tmp_path / "results/toy/random-0/raw").rename(tmp_path / "results/toy/random-0/as-is")
    (tmp_path / "logs/train/toy/random-0/raw-rf.tsv").rename(tmp_path / "logs/train/toy/random-0/as-is-rf.tsv")
    assert timed(tmp_path, "train").seconds == 4.0


def test_training_is_estimated_by_its_epochs_and_images(config_file, on_images, tmp_path: Path) -> None:
    write_image_run(on_images, tmp_path)
    (found,) = timed_jobs(tmp_path, images=True)
    # 8 x 8 values through 128, 128 and 2 units; three passes an epoch over 60 images and one over 20.
    image = 64 * 128 + 128 * 128 + 128 * 2 + 10 * 64
    work = 5 * (3 * 60 + 20) * image / 1e10
    assert (found.rule, found.start, found.epochs_share) == ("train", 3.0, 5 / 60)
    assert found.work == pytest.approx(work)
    shares = {"train": 0.6, "validation": 0.2}
    file = config_file(images=["digits"], fractions=shares, models=[{"model": "dense", "epochs": 60}])
    rules = {rule.rule: rule for rule in estimate(file, cores=2, folder=tmp_path).rules}
    assert (rules["train"].seconds, rules["train"].basis) == (
        pytest.approx(8),
        "same",
    )  # it stopped after 5 of 60 epochs before
    assert rules["predict"].seconds is None


def test_what_was_never_timed_is_said(tmp_path: Path, config_file) -> None:
    write_scene_run(tmp_path)
    found = estimate(config_file(models=["rf", "knn"]), cores=2, folder=tmp_path)
    known = {(rule.rule, rule.subject) for rule in found.rules if rule.seconds is not None}
    assert known == {("audit", ""), ("train", "raw/rf")}
    assert "train raw/knn" in next(note for note in found.notes if note.startswith("not counted"))
    assert (found.timed, found.gpu_hours) == (2, 0)


def test_calibration_runs_are_timed_too(tmp_path: Path, config_file) -> None:
    write_scene_run(tmp_path / "calibration/e")
    assert estimate(config_file(models=["rf"]), cores=2, folder=tmp_path).timed == 2


def test_command_gives_no_times_where_nothing_was_timed(tmp_path: Path, config_file) -> None:
    said = CliRunner().invoke(app, ["estimate", str(config_file(models=["rf"])), "--folder", str(tmp_path)]).stdout
    assert "10 jobs; what they take is not known" in said
    assert "cores" not in said


def test_command_prints_text_and_json(tmp_path: Path, config_file) -> None:
    write_scene_run(tmp_path)
    command = ["estimate", str(config_file(models=["rf"])), "--folder", str(tmp_path)]
    said = CliRunner().invoke(app, command).stdout
    assert "10 jobs: " in said
    assert "on 2 cores" in said
    lacking = said.split("not counted, as no such job was timed: ")[1].splitlines()[0].split(", ")
    assert set(lacking) == {"experiment", "fetch", "scene", "split", "predict raw/rf", "evaluate", "compare", "report"}
    found = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert [rule["jobs"] for rule in found["rules"]] == [1] * 10
