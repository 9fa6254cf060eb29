"""The multi-scale convolutional support vector machine as a model."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hsclass
from hsclass.errors import DataError, UsageError
from hsclass.models.multiscale_svm import FILTERS_FILE
from hsclass.models.trained import TrainedModel
from hsclass.scene import Scene
from hsclass.split import Role, Split

SMALL: dict[str, Any] = {"scales": (1, 5), "machines": 2, "samples": 30}


def test_reach_is_half_of_the_widest_scale(toy_scene: Scene, toy_split: Split) -> None:
    assert hsclass.fit(toy_scene, toy_split, "multiscale_svm", **SMALL).reach == 2
    assert hsclass.fit(toy_scene, toy_split, "multiscale_svm", **{**SMALL, "scales": (7, 3)}).reach == 3


def test_filters_are_one_a_class_machine_and_scale(toy_scene: Scene, toy_split: Split) -> None:
    model = hsclass.fit(toy_scene, toy_split, "multiscale_svm", **SMALL)
    assert model.training.facts["filters"] == str(3 * 2 * 2)
    assert model.training.facts["filters in windows (sides, pixels)"] == "1 in 1, 3 in 5"


def test_scale_wider_than_the_window(toy_scene: Scene, toy_split: Split) -> None:
    expected = "model multiscale_svm: option 'scales' holds 7, wider than the window of 5; set window to 7 or more"
    with pytest.raises(UsageError, match=expected):
        hsclass.fit(toy_scene, replace(toy_split, window=5), "multiscale_svm")


@pytest.mark.parametrize("options", [{"scales": (3, 4)}, {"side": 2}])
def test_even_side(toy_scene: Scene, toy_split: Split, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"model multiscale_svm: option '{next(iter(options))}' .* must be odd"):
        hsclass.fit(toy_scene, toy_split, "multiscale_svm", **options)


def test_what_differs_between_neighbours_only_is_seen(toy_scene: Scene) -> None:
    """Two classes of the same spectra, striped along the rows and along the columns: only windows tell them apart."""
    rows, cols = np.indices((24, 24))
    stripes = np.where(cols < 12, rows % 2, cols % 2)
    rng = np.random.default_rng(0)
    cube = (100 + 10 * stripes[..., np.newaxis] + rng.normal(0, 1, (24, 24, 3))).astype(np.float32)
    labels = np.where(cols < 12, 2, 7).astype(np.uint8)
    roles = np.full((24, 24), Role.TEST, np.uint8)
    roles[:12] = Role.TRAIN
    roles[:, 9:15] = Role.UNUSED  # where windows hold both
    scene = replace(toy_scene, cube=cube, labels=labels, wavelengths=None, classes=toy_scene.classes[:2])
    split = Split(roles, 7, "fixed", 0, {"train": 0.5, "validation": 0.0}, False)
    model = hsclass.fit(scene, split, "multiscale_svm", scales=(3, 5), machines=2)
    found = hsclass.predict_scene(model, scene).classes
    assert (found == labels)[roles == Role.TEST].mean() > 0.95


@pytest.mark.parametrize("name", ["offset", "scale", "weights_1", "offsets_0"])
def test_arrays_of_another_length_are_refused(toy_scene: Scene, toy_split: Split, tmp_path: Path, name: str) -> None:
    hsclass.fit(toy_scene, toy_split, "multiscale_svm", **SMALL).save(tmp_path / "model")
    file = tmp_path / "model" / FILTERS_FILE
    arrays = dict(np.load(file))
    arrays[name] = arrays[name][..., 1:]
    np.savez(file, **arrays)
    with pytest.raises(DataError, match=rf"{FILTERS_FILE}: array|machine\.skops: holds a SVC of 12 features"):
        TrainedModel.load(tmp_path / "model")
