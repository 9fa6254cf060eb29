"""What jobs ask for, worked out by hand."""

import pytest

from hsclass.planning.needs import Needs
from hsclass.planning.size import scene_size


def run(model: str, scene: str = "indian_pines") -> dict[str, str]:
    return {"scene": scene, "split": "random", "seed": "0", "features": "raw", "model": model}


def test_size_is_that_of_the_descriptor_without_dropped_bands(experiment) -> None:
    size = scene_size(experiment(), "indian_pines")
    assert (size.rows, size.cols, size.bands, size.labelled) == (145, 145, 200, 10249)
    assert size.megabytes == pytest.approx(16.82)


def test_a_cut_has_its_share_of_the_labelled_pixels(experiment) -> None:
    cut = {"scene": "indian_pines", "name": "cut", "rows": [0, 29]}
    size = scene_size(experiment(scenes=[cut]), "cut")
    assert (size.rows, size.cols, size.labelled) == (29, 145, 2050)  # a fifth of 10,249


def test_task_counts_windows_and_epochs(experiment) -> None:
    task = Needs(experiment()).task(run("cnn3d"))
    assert (task.n_train, task.side, task.features, task.epochs) == (1025, 9, 200, 20)
    assert task.train_values == 20 * 1025 * 81 * 200
    assert Needs(experiment()).task(run("rf")).train_values == 1025 * 200


def test_folds_train_on_all_but_one_fold_and_the_validation_pixels(experiment) -> None:
    folded = experiment(splits=[{"sampler": "blocks", "name": "random", "folds": 5}])
    assert Needs(folded).task(run("rf")).n_train == 7687  # (1 - 1/5 - 0.05) of 10,249


def test_memory_follows_the_cube_and_grows_on_retry(experiment) -> None:
    needs = Needs(experiment())
    # 3,000 for a network, 2 cubes of 16.82 MB as stored and normalised, 3 of the features.
    assert needs.memory("train", run("cnn3d")) == 3100
    assert needs.memory("train", run("cnn3d"), attempt=3) == 6200  # twice 3,084
    assert needs.memory("train", run("rf")) == 1600


def test_memory_of_a_map_does_not_grow_with_a_scene_that_is_read_in_strips(experiment) -> None:
    needs = Needs(experiment(features=["raw", {"features": "sdap"}]))
    assert needs.memory("predict", run("rf")) == 1500
    assert needs.memory("predict", {**run("rf"), "features": "sdap"}) > 1500


def test_minutes_follow_the_work_and_grow_on_retry(experiment) -> None:
    needs = Needs(experiment())
    # 20 epochs of 1,025 windows of 81 pixels and 200 bands at a million numbers a second: 332 s beside ten minutes.
    assert needs.minutes("train", run("cnn3d")) == 16
    assert needs.minutes("train", run("cnn3d"), attempt=2) == 32
    assert needs.minutes("audit", {"scene": "indian_pines", "split": "random", "seed": "0"}) == 11


def test_minutes_of_a_search_are_shared_by_its_workers(experiment) -> None:
    def searched(workers: int) -> int:
        model = {"model": "cnn3d", "epochs": 20, "tune": {"trials": 30, "folds": 2, "workers": workers}}
        return Needs(experiment(models=[model])).minutes("tune", {**run("cnn3d"), "worker": "0"})

    # 60 trainings of 332.1 s are 332.1 minutes.
    assert (searched(1), searched(4)) == (343, 94)


def test_a_limit_of_time_ends_a_search(experiment) -> None:
    model = {"model": "cnn3d", "epochs": 20, "tune": {"timeout": 600, "folds": 2}}
    assert Needs(experiment(models=[model])).minutes("tune", run("cnn3d")) == 32  # 10 + 10 + the last trial's 11.07


def test_parts_of_a_map_share_its_time(experiment) -> None:
    whole, parts = (Needs(experiment(map_tiles=tiles)).minutes("predict", run("cnn3d")) for tiles in (1, 4))
    assert (whole, parts) == (13, 11)  # 170 s and 43 s at two million numbers a second


def test_a_job_without_a_scene_is_asked_for_the_largest(experiment) -> None:
    small = {"scene": "indian_pines", "name": "small", "rows": [0, 20]}
    both = Needs(experiment(scenes=[small, "indian_pines"]))
    assert both.memory("report", {"experiment": "e"}) == Needs(experiment()).memory("report", {"experiment": "e"})
