"""What jobs will take, worked out by hand from jobs that ran."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from hsclass.cli import app
from hsclass.planning.estimate import estimate
from hsclass.planning.forecast import SceneForecaster, line
from hsclass.planning.jobs import Job
from hsclass.planning.needs import Needs
from hsclass.planning.timings import Timing, subject_of, timed_jobs
from hsclass.raster import Grid, write_raster

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def train(model: str = "rf", **wildcards: str) -> Job:
    about = {"scene": "indian_pines", "split": "random", "seed": "0", "features": "raw", "model": model}
    return Job("train", {**about, **wildcards})


def timing(experiment, *, model: str = "rf", **given: Any) -> Timing:
    """A training of 102,500 numbers, half of what the experiment's forest has to do, in 2 + 8 seconds."""
    made = experiment()
    subject = subject_of(
        made.models[model].kind, made.models[model].all_options, "raw", made.features["raw"].all_options
    )
    basic = {"work": 102500.0, "seconds": 10.0, "start": 2.0, "cpu_seconds": 5.0, "memory_mb": 400.0, "data_mb": 10.0}
    return Timing(**{"rule": "train", **basic, "subject": subject, "disk_mb": 3.0, **given})


def foretold(experiment, timings: list[Timing], job: Job, **changes: Any):
    made = experiment(**changes)
    return SceneForecaster(made, Needs(made), timings)(job)


def test_work_beyond_the_start_is_in_proportion(experiment) -> None:
    found = foretold(experiment, [timing(experiment)], train())
    assert found.seconds == pytest.approx(2 + 8 * 2)  # 1,025 pixels of 200 bands are 205,000 numbers
    assert found.cpu_seconds == pytest.approx(9)
    assert found.memory_mb == pytest.approx(400 + 5 * (16.82 - 10))
    assert (found.disk_mb, found.like) == (3.0, "same")


def test_line_through_jobs_of_two_sizes_tells_start_and_work_apart() -> None:
    assert line([100, 300], [5, 9], starts=[1, 1], work=500) == pytest.approx(13)
    assert line([100, 300], [9, 5], starts=[1, 1], work=500) == 7  # does not fall: the mean
    assert line([100, 300], [1, 9], starts=[1, 1], work=400) == pytest.approx(10)  # not below 0: 5 s for 200
    assert line([100, 120], [5, 9], starts=[1, 3], work=220) == pytest.approx(2 + 5 * 2)  # medians: 2, 7 s, 110


def test_nearest_jobs_count(experiment) -> None:
    other = [{"model": "rf", "trees": 7}, {"model": "knn"}]
    assert foretold(experiment, [timing(experiment)], train(), models=other).like == "other options"
    assert (
        foretold(experiment, [timing(experiment)], train(features="pca"), features=["pca"], models=["rf"]).like
        == "other features"
    )
    assert foretold(experiment, [timing(experiment)], train("knn"), models=other) is None


def test_epochs_are_work_and_early_stopping_is_expected_again(experiment) -> None:
    per_epoch = 1025 * 81 * 200
    one = timing(experiment, model="cnn3d", work=2.0 * per_epoch, seconds=22.0, epochs_share=0.5)
    assert foretold(experiment, [one], train("cnn3d")).seconds == pytest.approx(2 + 10 * 10)  # half of 20 epochs


def test_pace_of_the_epochs_of_the_larger_training_counts(experiment) -> None:
    small, large = (
        timing(experiment, model="cnn3d", paced=True, work=epochs * 1025.0 * 81 * 200, seconds=seconds, start=start)
        for epochs, seconds, start in ((2, 30, 29.9), (10, 19, 9))
    )
    found = foretold(experiment, [small, large], train("cnn3d"))
    assert found.seconds == pytest.approx(9 + 20 * 1)  # of 20 epochs; a line through both would fall


def test_a_search_is_so_many_trainings(experiment) -> None:
    searched = [{"model": "rf", "tune": {"trials": 10, "folds": 5, "workers": 2}}]
    job = Job("tune", {**train().wildcards, "worker": "0"})
    # 10 trials x 5 folds with four fifths of the pixels are 40 trainings of 16 s, shared by two.
    assert foretold(experiment, [timing(experiment)], job, models=searched).seconds == pytest.approx(2 + 20 * 16)
    limited = [{"model": "rf", "tune": {"trials": 10, "folds": 5, "workers": 2, "timeout": 60}}]
    found = foretold(experiment, [timing(experiment)], job, models=limited)
    assert found.seconds == pytest.approx(2 + 60 + 64)  # and the trial that runs when time is up


def made_run(folder: Path) -> None:
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


def test_timed_jobs_are_those_whose_results_are_there(tmp_path: Path) -> None:
    made_run(tmp_path)
    audit, trained = timed_jobs(tmp_path)
    assert (audit.rule, audit.work, audit.seconds, audit.cpu_seconds) == ("audit", 200, 4.0, 3.0)
    assert audit.memory_mb == pytest.approx(104.8576)  # 100 x 1024^2 bytes
    assert (trained.rule, trained.work, trained.start, trained.epochs_share) == ("train", 30 * 4, 1.5, 1.0)
    assert trained.subject == ("rf", '{"trees": 5}', "raw", "{}")


def test_start_of_a_training_is_what_the_pace_of_its_epochs_leaves(tmp_path: Path) -> None:
    made_run(tmp_path)
    model = tmp_path / "results/toy/random-0/raw/rf/model"
    (model / "training.json").write_text(json.dumps({"seconds": 3.5, "epochs": 3}))
    (model / "history.csv").write_text("epoch,loss,seconds\n1,3,2.5\n2,2,0.4\n3,1,0.6\n")
    trained = timed_jobs(tmp_path)[1]
    assert (trained.paced, trained.work) == (True, 3 * 30 * 4)
    assert trained.start == pytest.approx(4.0 - 3 * 0.5)  # the first epoch tells nothing
    (model / "history.csv").write_text("epoch,loss,seconds\n1,3,2.5\n2,2,4\n3,1,4\n")
    resumed = timed_jobs(tmp_path)[1]
    assert (resumed.seconds, resumed.start) == (3 * 4, 0)  # its last job was but a part of it
    (model / "history.csv").write_text("epoch,loss\n1,3\n2,2\n")
    assert [timed.rule for timed in timed_jobs(tmp_path)] == ["audit"]  # of another version


def test_table_of_a_job_that_was_not_measured_counts_as_none(tmp_path: Path) -> None:
    made_run(tmp_path)
    (tmp_path / "logs/audit/toy/random-0.tsv").write_text(HEADER)
    (tmp_path / "logs/train/toy/random-0/raw-rf.tsv").write_text(f"{HEADER}4.0\t0:00:04\tNA\t1\t1\t1\t1\t1\t-\t-\n")
    (found,) = timed_jobs(tmp_path)
    assert (found.rule, found.memory_mb, found.cpu_seconds) == ("train", 0.0, 0.0)


def test_what_was_never_timed_is_said(tmp_path: Path, experiment) -> None:
    made_run(tmp_path)
    found = estimate(experiment(models=["rf", "knn"]), cores=2, folder=tmp_path)
    known = {(rule.rule, rule.subject) for rule in found.rules if rule.seconds is not None}
    assert known == {("audit", ""), ("train", "raw/rf")}
    assert "train raw/knn" in next(note for note in found.notes if note.startswith("not counted"))
    assert (found.timed, found.gpu_hours) == (2, 0)


def test_calibration_runs_are_timed_too(tmp_path: Path, experiment) -> None:
    made_run(tmp_path / "calibration/e")
    assert estimate(experiment(), cores=2, folder=tmp_path).timed == 2


def test_command_prints_text_and_json(tmp_path: Path) -> None:
    made_run(tmp_path)
    config = tmp_path / "e.yaml"
    config.write_text("{experiment: e, scenes: [indian_pines], splits: [random], seeds: [0], models: [rf]}")
    said = CliRunner().invoke(app, ["estimate", str(config), "--folder", str(tmp_path)]).stdout
    assert "9 jobs: " in said
    assert "on 2 cores" in said
    assert "not counted, as no such job was timed: experiment, fetch, scene, split, predict raw/rf, evaluate" in said
    found = json.loads(CliRunner().invoke(app, ["estimate", str(config), "--folder", str(tmp_path), "--json"]).stdout)
    assert [rule["jobs"] for rule in found["rules"]] == [1] * 9
