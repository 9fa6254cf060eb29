"""What jobs on whole images ask for and take, worked out by hand."""

import csv
import json
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from hsclass.backbones import BACKBONES, backbone, blocks
from hsclass.cli import app
from hsclass.experiment import Experiment, load_experiment
from hsclass.planning.backbone_costs import BACKBONE_COSTS, frozen_cost
from hsclass.planning.estimate import estimate, job_counts
from hsclass.planning.image_calibration import write_image_calibration
from hsclass.planning.image_needs import ImageNeeds
from hsclass.planning.image_size import image_size
from hsclass.planning.image_timings import timed_image_jobs

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
FINE_TUNE = {"model": "fine_tune", "trained_blocks": 8, "epochs": 20}
PIXELS = {"scene": "ucmerced", "split": "lists", "seed": "0", "features": "pixels"}


def experiment(**changes: Any) -> Experiment:
    plan = {
        "experiment": "e",
        "seeds": [0],
        "fractions": {"train": 0.6, "validation": 0.2},
        "images": ["ucmerced"],
        "splits": ["lists"],
        "models": [FINE_TUNE],
    }
    return Experiment({**plan, **changes})


def asked(model: dict[str, Any], stage: str = "train_images", attempt: int = 1) -> tuple[int, int]:
    needs = ImageNeeds(experiment(models=[model]))
    about = {**PIXELS, "model": model["model"]}
    return needs.memory(stage, about, attempt), needs.minutes(stage, about, attempt)


def test_number_of_images_is_that_of_the_index_or_the_catalogue_or_the_folder(tmp_path: Path) -> None:
    known = experiment(images=["ucmerced", {"images": "bigearthnet", "name": "guessed"}])
    size = image_size(known, "ucmerced", tmp_path)
    assert (size.images, size.shape, size.known) == (2100, (256, 256, 3), True)
    assert image_size(known, "guessed", tmp_path).known is False
    assert "images guessed: their number or size is not known" in ImageNeeds(known, tmp_path).unknown()[0]
    about = {"images": 7, "shape": [8, 9, 1], "classes": {"a": 3, "b": 4}}
    (tmp_path / "results/ucmerced").mkdir(parents=True)
    (tmp_path / "results/ucmerced/index.json").write_text(json.dumps(about))
    size = image_size(known, "ucmerced", tmp_path)
    assert (size.images, size.shape, size.classes) == (7, (8, 9, 1), 2)
    for name in ("a/1.png", "a/2.png", "b/1.PNG", "b/readme.txt"):
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (6, 5)).save(tmp_path / "own" / name, "PNG")
    size = image_size(experiment(images=[str(tmp_path / "own")], splits=["random"]), "own", tmp_path)
    assert (size.images, size.shape, size.classes, size.known) == (3, (5, 6, 3), 2, True)


def test_memory_of_a_training_is_its_images_maps_step_and_weights() -> None:
    images = 2100 * 256 * 256 * 3 / 1e6
    maps = 2 * (1260 * 8 + 420) * 0.625 * 256**2 / 1e6  # eight symmetries of the training images, in half precision
    step = 4 * 32 * (0.8 * 401 + 100) * 256**2 / 1e6
    weights = 5 * 4 * 3.4
    hand = 500 + 0.003 * 2100 + 1200 + images + maps + step + weights
    needed = asked(FINE_TUNE)[0]
    assert needed - 100 < hand <= needed
    assert asked(FINE_TUNE, attempt=3)[0] == pytest.approx(2 * needed, abs=200)
    half = {**FINE_TUNE, "size": 128}
    assert asked(half)[0] < needed / 1.5
    assert asked({**FINE_TUNE, "backbone": "ResNet50", "trained_blocks": None})[0] > needed


def test_images_in_memory_are_never_more_than_those_that_are_held(tmp_path: Path) -> None:
    (tmp_path / "results/ucmerced").mkdir(parents=True)
    held = []
    for count in (2100, 200_000, 400_000):
        about = {"images": count, "shape": [256, 256, 3], "classes": {"a": 1, "b": 1}}
        (tmp_path / "results/ucmerced/index.json").write_text(json.dumps(about))
        made = experiment(models=["softmax"])
        held.append(ImageNeeds(made, tmp_path).task({**PIXELS, "model": "softmax"}).held_mb)
    assert held == [pytest.approx(2100 * 0.065536), 1500, 1500]  # grey, a byte a pixel


def test_minutes_follow_backbone_blocks_epochs_and_size_and_grow_on_retry() -> None:
    image = 256 * 256 * (7700 + 3)
    # A pass for the head, a fifth of one for each of eight symmetries, and three times four fifths an epoch.
    passes = 1260 * (1 + 0.2 * 8 + 20 * 3 * 0.8) + 420 * 20 * 0.8
    reading = 2100 / 300 + 2100 * 256 * 256 * 3 / 2e7
    hand = 10 + (reading + passes * image / 4e9) / 60
    assert asked(FINE_TUNE)[1] == np.ceil(hand)
    assert asked(FINE_TUNE, attempt=2)[1] == np.ceil(2 * hand)
    assert asked({**FINE_TUNE, "epochs": 40})[1] > 1.7 * asked(FINE_TUNE)[1]
    assert asked({**FINE_TUNE, "trained_blocks": 0})[1] < asked(FINE_TUNE)[1] < asked({**FINE_TUNE, "size": 512})[1]
    assert asked({**FINE_TUNE, "backbone": "VGG16"})[1] > 10 * asked(FINE_TUNE)[1]


def test_networks_side_by_side_cost_what_they_cost_together() -> None:
    first, second = BACKBONE_COSTS["efficientnet_lite0"], BACKBONE_COSTS["ResNet50"]
    found = frozen_cost(["efficientnet_lite0", "ResNet50"])
    assert (found.macs, found.parameters, found.features) == (84_500, 27_000_000, 3328)
    assert found.activations == max(first.activations, second.activations)  # one after the other
    assert frozen_cost(["ResNet50"])[:4] == second[:4]


def test_costs_of_backbones_are_those_of_their_layers() -> None:
    assert set(BACKBONE_COSTS) == set(BACKBONES)
    for name in ("efficientnet_lite0", "MobileNet"):
        network = backbone(name, weights="none", input_shape=(64, 64, 3))
        parts = blocks(network)
        layers = [layer for part in parts for layer in part]
        macs = sum(
            prod(weight.shape) * prod(layer.output.shape[1:-1])
            for layer in layers
            for weight in layer.weights
            if "kernel" in weight.name
        )
        cost = BACKBONE_COSTS[name]
        assert macs / 64**2 == pytest.approx(cost.macs, rel=0.02)
        assert network.count_params() == pytest.approx(cost.parameters, rel=0.02)
        assert (network.output_shape[-1], len(parts)) == (cost.features, cost.blocks)
        assert cost.maps in {(), tuple(prod(part[-1].output.shape[1:]) / 64**2 for part in parts)}


def test_jobs_of_features_are_made_once_for_all_splits() -> None:
    models = ["logistic", "softmax"]
    found = job_counts(experiment(splits=["random"], seeds=[0, 1], features=["efficientnet_lite0"], models=models))
    assert found == {
        "experiment": 1, "fetch": 1, "index_images": 1, "split_images": 2, "audit_images": 2, "image_features": 1,
        "train_images": 4, "predict_images": 4, "evaluate_images": 4, "image_report": 1,
    }  # fmt: skip


def made_run(folder: Path) -> None:
    """Leave what a training of 60 of 100 grey images of 8 x 8 pixels leaves: 5 epochs of a second, and 3 before."""
    home = folder / "results/digits"
    run = home / "random-0/pixels/dense"
    (run / "model").mkdir(parents=True)
    (home / "index.json").write_text(json.dumps({"images": 100, "shape": [8, 8, 1], "classes": {"a": 50, "b": 50}}))
    (home / "random-0/split.json").write_text(json.dumps({"n_train": 60, "n_validation": 20, "n_test": 20}))
    options = experiment(models=["dense"]).models["dense"].all_options
    about = {"model": "dense", "options": options, "classes": ["a", "b"], "features": None}
    (run / "model/model.json").write_text(json.dumps(about))
    (run / "model/training.json").write_text(json.dumps({"seconds": 7.5, "epochs": 5}))
    with (run / "model/history.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["epoch", "seconds"], *([epoch, 1.0] for epoch in range(1, 6))])
    table = folder / "logs/train/digits/random-0/pixels-dense.tsv"
    table.parent.mkdir(parents=True)
    table.write_text(f"{HEADER}8.0\t0:00:08\t100\t1\t1\t1\t1\t1\t75\t6.0\n")


def test_training_is_foretold_by_its_epochs_and_images(tmp_path: Path) -> None:
    made_run(tmp_path)
    (timed,) = timed_image_jobs(tmp_path)
    # 8 x 8 values through 128, 128 and 2 units; three passes an epoch over 60 images and one over 20.
    image = 64 * 128 + 128 * 128 + 128 * 2 + 64
    assert (timed.rule, timed.work, timed.start) == ("train_images", 5 * (3 * 60 + 20) * image, 3.0)
    assert timed.epochs_share == 5 / 60
    known = experiment(images=["digits"], splits=["random"], models=[{"model": "dense", "epochs": 60}])
    found = {rule.rule: rule for rule in estimate(known, cores=2, folder=tmp_path).rules}
    train = found["train_images"]
    assert (train.seconds, train.basis) == (pytest.approx(8), "same")  # it stopped after 5 of 60 epochs before
    assert found["predict_images"].seconds is None
    twice = experiment(images=["digits"], splits=["random"], models=[{"model": "dense", "epochs": 120}])
    found = {rule.rule: rule for rule in estimate(twice, cores=2, folder=tmp_path).rules}
    assert found["train_images"].seconds == pytest.approx(3 + 2 * 5)


def test_command_tells_of_images(tmp_path: Path) -> None:
    made_run(tmp_path)
    config = tmp_path / "e.yaml"
    config.write_text("{experiment: e, images: [digits], seeds: [0], splits: [random], models: [dense]}")
    said = CliRunner().invoke(app, ["estimate", str(config), "--folder", str(tmp_path)]).stdout
    assert "9 jobs: " in said
    assert "not counted, as no such job was timed: experiment, fetch, index_images, split_images" in said


def test_calibration_has_the_models_on_made_images_of_the_same_size(tmp_path: Path) -> None:
    features = {"features": "efficientnet_lite0", "size": 64}
    given = experiment(features=[features], models=["logistic", FINE_TUNE], seeds=[0, 1])
    file = write_image_calibration(given, tmp_path)
    made = load_experiment(file)
    assert len(list((tmp_path / "made").rglob("*.tif"))) == 101  # 20 million values of 256 x 256 x 3
    assert image_size(made, "made", tmp_path).shape == (256, 256, 3)
    assert made.models["fine_tune"].all_options["epochs"] == 3
    assert made.models["fine_tune"].options.model_dump()["trained_blocks"] == 8
    assert made.features["efficientnet_lite0"].options.model_dump()["size"] == 64
