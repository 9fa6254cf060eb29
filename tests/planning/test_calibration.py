"""The made experiment that a calibration runs."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.errors import UsageError
from hsclass.experiment import load_experiment
from hsclass.planning.calibration import run_calibration, write_calibration

PCA = {"features": "pca", "components": 30}


def test_calibration_has_the_models_on_two_scenes_of_the_same_bands(tmp_path: Path, experiment) -> None:
    searched = {"model": "svm", "c": 10, "tune": {"trials": 3}}
    given = experiment(features=["raw", PCA], models=[searched, {"model": "cnn3d", "epochs": 20}], window=7)
    made = load_experiment(write_calibration(given, tmp_path))
    assert [made.descriptors[name].shape for name in ("small", "large")] == [(48, 48, 200), (96, 96, 200)]
    assert list(made.features) == ["raw", "pca"]
    assert made.models["svm"].all_options["c"] == 10
    assert made.models["svm"].search is None
    assert made.models["cnn3d"].all_options["epochs"] == 3
    assert made.plan.window == 7
    labels = np.load(tmp_path / "small-labels.npy")
    assert np.unique(labels).tolist() == list(range(1, 17))


def test_calibration_without_a_snakefile_says_where_to_run_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--calibrate: .*no such file; run it where the Snakefile is"):
        run_calibration(tmp_path / "experiment.yaml", tmp_path / "Snakefile", cores=2)
