"""What jobs ask for, worked out by hand."""

import json
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from hsclass.backbones import backbone_cost
from hsclass.cost import READ
from hsclass.models import model_class
from hsclass.planning.resources import JobResources

FINE_TUNE = {"model": "backbone", "fine_tune": 8, "epochs": 20}
ON_PIXELS = {"scene": "ucmerced", "split": "lists", "seed": "0", "features": "raw"}


def run(model: str, scene: str = "indian_pines") -> dict[str, str]:
    return {"scene": scene, "split": "random", "seed": "0", "features": "raw", "model": model}


def test_task_counts_training_pixels_and_epochs(experiment) -> None:
    work = JobResources(experiment()).work
    layers = 142_224_640  # of windows of 9 x 9 pixels and 200 bands with 16 classes
    sample = layers + READ * 81 * 200
    family = model_class("cnn3d")
    task = work._task("random", work.sizes["indian_pines"], 9, 200)
    assert (task.train, task.validation, task.predict) == (1025, 513, 21025)
    assert family.layers(family.Options(), task).macs == pytest.approx(layers, rel=1e-3)
    assert work.run(run("cnn3d")).cost.train == pytest.approx(20 * (3 * 1025 + 513) * sample, rel=1e-3)


def test_folds_train_on_all_but_one_fold_and_the_validation_pixels(experiment) -> None:
    folded = experiment(splits=[{"sampler": "blocks", "name": "random", "folds": 5}])
    work = JobResources(folded).work
    assert work._task("random", work.sizes["indian_pines"], 1, 1).train == 7687  # (1 - 1/5 - 0.05) of 10,249


def test_memory_follows_the_cube_and_grows_on_retry(experiment) -> None:
    asked = JobResources(experiment())
    # 2,000 for a network, 2 cubes of 16.82 MB as stored and normalised, 3 of the features, and a batch of 50.
    batch = asked.work.run(run("cnn3d")).cost.train_bytes / 1e6
    assert 100 < batch < 300
    hand = 2000 + 5 * 16.82 + batch
    assert asked.memory("train", run("cnn3d")) == ceil(hand / 100) * 100
    assert asked.memory("train", run("cnn3d"), attempt=3) == ceil(2 * hand / 100) * 100
    assert asked.memory("train", run("rf")) == 1100  # 1,000 with 3.5 times 16.82


def test_memory_of_a_map_does_not_grow_with_a_scene_that_is_read_in_strips(experiment) -> None:
    asked = JobResources(experiment(features=["raw", {"features": "sdap"}]))
    assert (asked.memory("predict", run("rf")), asked.memory("predict", run("cnn3d"))) == (1500, 3000)
    assert asked.memory("predict", {**run("rf"), "features": "sdap"}) > 1500


def test_memory_of_a_map_that_is_made_at_once_counts_its_segments(experiment) -> None:
    three = {"model": "ensemble", "members": "lda"}
    named = [{**three, "name": "fields", "smooth": "segments"}, {**three, "name": "means"}]
    asked = JobResources(experiment(models=named))
    # 21,025 pixels of 200 bands in 4 bytes and 8 of results; in a tile 5 bytes a band as read, 4 times twice the bands,
    # twice the features and three times the 16 classes, and 500 of segments.
    hand = 21025 * (200 * 4 + 8 + 200 * 5 + 4 * (400 + 400 + 48) + 500) / 1e6
    assert asked.work.run(run("fields")).predict_mb == pytest.approx(500 + hand)
    assert asked.work.run(run("means")).predict_mb == 500


def test_minutes_follow_the_work_and_grow_on_retry(experiment) -> None:
    asked = JobResources(experiment())
    seconds = asked.work.run(run("cnn3d")).cost.train / 1e10
    assert seconds > 600
    assert asked.minutes("train", run("cnn3d")) == ceil(10 + seconds / 60)
    assert asked.minutes("train", run("cnn3d"), attempt=2) == ceil(2 * (10 + seconds / 60))
    assert asked.minutes("audit", {"scene": "indian_pines", "split": "random", "seed": "0"}) == 11


def test_features_are_work_too(experiment) -> None:
    asked = JobResources(experiment(features=["raw", "bilateral"]))
    plain, smoothed = (asked.seconds("predict", {**run("rf"), "features": name}) for name in ("raw", "bilateral"))
    # 21,025 pixels, each with 81 around it of 200 bands and 12 components, projected on these.
    assert smoothed - plain == pytest.approx(21025 * (81 * (2 * 200 + 3 * 12) + 200 * 12) / 1e9)


def test_minutes_of_a_search_are_shared_by_its_workers(experiment) -> None:
    def searched(**options: Any) -> tuple[float, float]:
        model = {"model": "cnn3d", "epochs": 20, "tune": {"trials": 30, "folds": 2, **options}}
        asked = JobResources(experiment(models=[model]))
        return asked.seconds("tune", {**run("cnn3d"), "worker": "0"}), asked.seconds("train", run("cnn3d"))

    whole, once = searched(workers=1)
    assert whole == pytest.approx(60 * once)
    assert searched(workers=4)[0] == pytest.approx(15 * once)
    assert searched(workers=1, timeout=600)[0] == pytest.approx(600 + 2 * once)  # and the last trial


def test_parts_of_a_map_share_its_time(experiment) -> None:
    whole, parts = (JobResources(experiment(map_tiles=tiles)).seconds("predict_part", run("cnn3d")) for tiles in (1, 3))
    assert parts == pytest.approx(whole / 3)


def test_a_job_without_a_scene_asks_for_the_largest(experiment) -> None:
    small = {"scene": "indian_pines", "name": "small", "rows": [0, 20]}
    both, one = JobResources(experiment(scenes=[small, "indian_pines"])), JobResources(experiment())
    assert both.memory("report", {"experiment": "e"}) == one.memory("report", {"experiment": "e"})


def asked_of_images(on_images, model: dict[str, Any]) -> tuple[int, int]:
    asked = JobResources(on_images(images=["ucmerced"], splits=["lists"], models=[model]))
    about = {**ON_PIXELS, "model": model["model"]}
    return asked.memory("train", about), asked.minutes("train", about)


def test_memory_of_a_training_on_images_is_its_images_maps_step_and_weights(on_images) -> None:
    base = backbone_cost("efficientnet_lite0", 256)
    images = 2100 * 256 * 256 * 3 / 1e6
    maps = 2 * (1260 * 8 + 420) * 0.625 * 256**2 / 1e6  # eight symmetries of the training images, in half precision
    step = 4 * 32 * (0.8 * base.values + 100 * 256**2) / 1e6
    hand = 500 + 1500 + 0.003 * 2100 + images + maps + step + 20 * base.parameters / 1e6
    needed = asked_of_images(on_images, FINE_TUNE)[0]
    assert needed - 100 < hand < needed + 5
    assert asked_of_images(on_images, {**FINE_TUNE, "size": 128})[0] < needed / 1.5
    large = {**FINE_TUNE, "backbone": "ResNet50", "fine_tune": "all"}
    assert asked_of_images(on_images, large)[0] > needed


def test_minutes_of_images_follow_backbone_blocks_epochs_and_size(on_images) -> None:
    minutes = asked_of_images(on_images, FINE_TUNE)[1]
    image = backbone_cost("efficientnet_lite0", 256).macs + READ * 256 * 256 * 3
    # A pass for the head, a fifth of one for each of eight symmetries, and three times four fifths an epoch.
    passes = 1260 * (1 + 0.2 * 8 + 20 * 3 * 0.8) + 420 * 20 * 0.8
    reading = 2100 / 300 + 2100 * 256 * 256 * 3 / 2e7
    assert minutes == ceil(10 + (reading + passes * image / 1e10) / 60)
    assert asked_of_images(on_images, {**FINE_TUNE, "epochs": 40})[1] > minutes
    assert asked_of_images(on_images, {**FINE_TUNE, "fine_tune": 0})[1] < minutes
    assert asked_of_images(on_images, {**FINE_TUNE, "size": 512})[1] > minutes
    assert asked_of_images(on_images, {**FINE_TUNE, "backbone": "VGG16"})[1] > 10 * minutes


def test_images_in_memory_are_never_more_than_those_that_are_held(on_images, tmp_path: Path) -> None:
    (tmp_path / "results/ucmerced").mkdir(parents=True)
    held, reads = [], []
    for count in (2100, 200_000, 400_000):
        about = {"images": count, "shape": [256, 256, 3], "classes": {"a": 1, "b": 1}}
        (tmp_path / "results/ucmerced/index.json").write_text(json.dumps(about))
        made = on_images(images=["ucmerced"], splits=["lists"], models=["softmax"])
        work = JobResources(made, tmp_path).work.run({**ON_PIXELS, "model": "softmax"})
        held.append(work.train_mb - 1e-6 * work.cost.train_bytes - 0.003 * count)
        reads.append(work.reads)
    assert held == [pytest.approx(2100 * 0.065536), 1500, 1500]  # grey, a byte a pixel
    assert reads[0] == 1 < reads[1]
