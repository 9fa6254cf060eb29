"""The synthetic experiment that a calibration runs."""

from pathlib import Path

import numpy as np

from hsclass.experiment import load_experiment
from hsclass.planning.calibration import write_calibration
from hsclass.planning.size import sample_size

PCA = {"features": "pca", "components": 30}


def test_calibration_has_the_models_on_two_scenes_of_the_same_bands(tmp_path: Path, experiment) -> None:
    searched = {"model": "svm", "c": 10, "tune": {"trials": 3}}
    given = experiment(features=["raw", PCA], models=[searched, {"model": "cnn3d", "epochs": 20}], window=7)
    made = load_experiment(write_calibration(given, tmp_path))
    assert [sample_size(made, name).shape for name in ("small", "large")] == [(48, 48, 200), (96, 96, 200)]
    assert list(made.features) == ["raw", "pca"]
    assert made.models["svm"].all_options["c"] == 10
    assert made.models["svm"].search is None
    assert made.models["cnn3d"].all_options["epochs"] == 3
    assert made.plan.window == 7
    labels = np.load(tmp_path / "small-labels.npy")
    assert np.unique(labels).tolist() == list(range(1, 17))


def test_calibration_has_the_models_on_two_sets_of_images_of_the_same_size(tmp_path: Path, on_images) -> None:
    features = {"features": "efficientnet_lite0", "size": 64}
    tuned = {"model": "backbone", "fine_tune": 8, "epochs": 20}
    given = on_images(images=["ucmerced"], splits=["lists"], features=[features], models=["linear_head", tuned])
    made = load_experiment(write_calibration(given, tmp_path))
    sizes = [sample_size(made, name) for name in ("small", "large")]
    assert [(size.samples, size.shape) for size in sizes] == [(60, (256, 256, 3)), (180, (256, 256, 3))]
    assert [size.classes for size in sizes] == [6, 18]  # of ten images or more
    assert made.models["backbone"].all_options["epochs"] == 3
    assert made.models["backbone"].all_options["fine_tune"] == 8
    assert made.features["efficientnet_lite0"].all_options["size"] == 64
