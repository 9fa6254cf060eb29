"""Training learns from the training pixels, steers by the validation pixels, and touches no other label."""

import hashlib
import json
import logging
import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rasterio import Affine
from rasterio.crs import CRS

import hsclass
from hsclass.errors import DataError, UsageError
from hsclass.features import FEATURES
from hsclass.features.extractor import Origin
from hsclass.features.raw import Raw
from hsclass.models.trained import TrainedModel
from hsclass.raster import Grid
from hsclass.scene import Scene
from hsclass.split import Role, Split


def train(scene: Scene, split: Split, model: str = "rf", **options: Any) -> TrainedModel:
    small = {"rf": {"trees": 5}, "ann": {"hidden": (4,), "epochs": 3, "patience": None}}.get(model, {})
    return hsclass.fit(scene, split, model, **{**small, **options})


def with_role(split: Split, place: tuple[int, int], role: Role) -> Split:
    roles = split.roles.copy()
    roles[place] = role
    return replace(split, roles=roles)


def test_normaliser_is_that_of_the_training_pixels(toy_scene: Scene, toy_split: Split) -> None:
    fitted = train(toy_scene, toy_split).normalizer
    pixels = toy_scene.cube[toy_split.roles == Role.TRAIN].astype(np.float64)
    np.testing.assert_allclose(fitted.offset_, pixels.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(fitted.scale_, pixels.std(axis=0), rtol=1e-6)
    assert fitted.n_pixels_ == len(pixels) == 24 * 9 - 24  # nine columns, less two of every second row


class Recorder(Raw):
    """An extractor that keeps what it was fitted with, and looks two pixels far."""

    reach = 2

    def fit(self, cube: np.ndarray, labels: np.ndarray | None = None, *, origin: Origin | None = None) -> "Recorder":
        self.cube_, self.labels_, self.origin = cube.copy(), labels, origin
        return self


def test_extractor_is_fitted_on_the_normalised_cube_and_the_training_labels(
    toy_scene: Scene, toy_split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FEATURES, "recorder", f"{__name__}:Recorder")
    model = train(toy_scene, toy_split, features="recorder")
    expected = np.where(toy_split.roles == Role.TRAIN, toy_scene.labels, 0)
    np.testing.assert_array_equal(model.extractor.labels_, expected)
    np.testing.assert_array_equal(model.extractor.cube_, model.normalizer.transform(toy_scene.cube))
    assert model.card.reach == model.reach == 2
    origin = model.extractor.origin
    np.testing.assert_array_equal(origin.wavelengths, toy_scene.wavelengths)
    np.testing.assert_allclose(model.extractor.cube_ * origin.scale + origin.offset, toy_scene.cube, rtol=1e-6)
    assert origin.pixel_size is None


def test_extractor_is_told_the_size_of_a_pixel(
    toy_scene: Scene, toy_split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FEATURES, "recorder", f"{__name__}:Recorder")
    grid = Grid(CRS.from_epsg(32633), Affine(30, 0, 5e5, 0, -30, 5e6))
    model = train(replace(toy_scene, grid=grid), toy_split, features="recorder")
    assert model.extractor.origin.pixel_size == pytest.approx(30)


def test_other_pixels_change_neither_normaliser_nor_model(toy_scene: Scene, toy_split: Split) -> None:
    cube = toy_scene.cube.copy()
    other = toy_split.roles != Role.TRAIN
    cube[other] = np.random.default_rng(1).normal(9e4, 1e3, cube[other].shape)
    clean, changed = train(toy_scene, toy_split), train(replace(toy_scene, cube=cube), toy_split)
    np.testing.assert_array_equal(clean.normalizer.offset_, changed.normalizer.offset_)
    np.testing.assert_array_equal(clean.normalizer.scale_, changed.normalizer.scale_)
    spectra = clean.features(toy_scene)
    np.testing.assert_array_equal(clean.classifier.predict_map(spectra), changed.classifier.predict_map(spectra))


def test_labels_of_test_pixels_change_nothing(toy_scene: Scene, toy_split: Split) -> None:
    labels = toy_scene.require_labels().copy()
    test = toy_split.roles == Role.TEST
    labels[test] = np.random.default_rng(2).permutation(labels[test])
    clean, changed = train(toy_scene, toy_split), train(replace(toy_scene, labels=labels), toy_split)
    spectra = clean.features(toy_scene)
    np.testing.assert_array_equal(clean.classifier.predict_map(spectra), changed.classifier.predict_map(spectra))


def test_validation_pixels_change_the_kept_epoch_at_most(toy_scene: Scene, toy_split: Split) -> None:
    """Each epoch's training loss is the same with other validation labels; the validation loss is not."""
    labels = toy_scene.require_labels().copy()
    steering = toy_split.roles == Role.VALIDATION
    labels[steering] = np.random.default_rng(3).permutation(labels[steering])
    clean, changed = (train(scene, toy_split, "ann") for scene in (toy_scene, replace(toy_scene, labels=labels)))
    losses = [[row["loss"] for row in model.history] for model in (clean, changed)]
    assert losses[0] == losses[1]
    assert clean.history[-1]["val_loss"] != changed.history[-1]["val_loss"]


def test_normalisation_is_the_models_choice(toy_scene: Scene, toy_split: Split) -> None:
    pixels = toy_scene.cube[toy_split.roles == Role.TRAIN].astype(np.float64)
    model = train(toy_scene, toy_split, normalization="scalar")
    np.testing.assert_allclose(model.normalizer.offset_, np.full(24, pixels.mean()), rtol=1e-6)
    assert model.card.normalization == {"kind": "scalar"}


def test_about_says_what_the_model_is_and_saw(toy_scene: Scene, toy_split: Split) -> None:
    about = train(toy_scene, toy_split, "svm", seed=4, c=3.0).card.as_dict()
    versions = about.pop("versions")
    assert about == {
        "model": "svm",
        "options": {"normalization": "standard", "c": 3.0, "gamma": "scale", "class_weight": None},
        "features": "raw",
        "feature_options": {},
        "normalization": {"kind": "standard"},
        "window": 7,
        "reach": 0,
        "bands": 24,
        "n_features": 24,
        "wavelengths": [400.0 + 10 * band for band in range(24)],
        "fwhm": None,
        "scale": None,
        "bad_bands": [],
        "classes": [
            {"id": 2, "name": "water", "color": [0, 0, 255]},
            {"id": 7, "name": "wood", "color": [0, 99, 0]},
            {"id": 12, "name": "soil", "color": [150, 90, 0]},
        ],
        "scene": "toy",
        "scene_digest": "d1",
        "split": {
            "sampler": "fixed",
            "seed": 0,
            "leaky": False,
            "sha256": hashlib.sha256(toy_split.roles.tobytes()).hexdigest(),
        },
        "fit_scope": {"normalizer": 192, "extractor": 192, "model": 192, "validation": 24},
        "seed": 4,
        "several_labels": False,
        "samples": "pixels",
        "images": None,
        "image_features": None,
        "applicability": True,
        "own": None,
    }
    assert set(versions) == {"python", "hsclass", "numpy", "scikit-learn"}
    assert json.loads(json.dumps(about)) == about


def test_fit_scope_holds_the_pixels_that_each_part_was_given(toy_scene: Scene, toy_split: Split) -> None:
    scope = train(toy_scene, toy_split).scope
    for part in ("normalizer", "extractor", "model"):
        np.testing.assert_array_equal(scope.parts[part], toy_split.roles == Role.TRAIN)
    np.testing.assert_array_equal(scope.parts["validation"], toy_split.roles == Role.VALIDATION)
    assert (scope.reach, scope.identity) == (0, toy_scene.identity)


def test_a_class_that_the_split_gives_itself_is_learnt(toy_scene: Scene, toy_split: Split) -> None:
    """The split takes every training pixel of class 12 for class 2."""
    given = np.where((toy_split.roles == Role.TRAIN) & (toy_scene.labels == 12), 2, 0).astype(np.uint16)
    model = train(toy_scene, replace(toy_split, given=given))
    found = hsclass.predict_scene(model, toy_scene).classes[toy_split.roles == Role.TEST]
    assert set(np.unique(found)) == {2, 7}


def test_training_says_what_it_took(
    toy_scene: Scene, toy_split: Split, reports: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "hsclass"):
        model = train(toy_scene, toy_split, "ann")
    training = model.training
    # 24 bands to 4 units to 3 classes, biases included
    assert training.parameters == 24 * 4 + 4 + 4 * 3 + 3
    backend = training.backend
    assert backend == os.environ["KERAS_BACKEND"]
    assert (training.epochs, training.threads) == (3, 1)
    best = max(model.history, key=lambda row: (row["val_accuracy"], -row["val_loss"]))
    assert training.best_epoch == best["epoch"]
    assert training.seconds > 0
    assert training.peak_memory_mb > 0
    seconds = [row["seconds"] for row in model.history[1:]]
    assert training.windows_per_second == pytest.approx(192 * 2 / sum(seconds), abs=0.1)
    assert training.facts["kept"] == "epoch of the best val_accuracy"
    assert {"keras", backend} <= set(model.card.versions)
    assert caplog.messages == ["192 windows of 1x1x24, 24 to validate"]
    assert len(reports.notes) == 3
    assert json.loads(json.dumps(training.as_dict())) == training.as_dict()


def test_classical_model_has_no_epochs(toy_scene: Scene, toy_split: Split) -> None:
    model = train(toy_scene, toy_split)
    absent = ("epochs", "best_epoch", "parameters", "backend", "windows_per_second")
    assert [getattr(model.training, key) for key in absent] == [None] * 5
    assert (model.training.device, model.history) == ("CPU", ())


def test_without_validation_the_training_loss_decides_and_the_facts_say_so(toy_scene: Scene, toy_split: Split) -> None:
    roles = np.where(toy_split.roles == Role.VALIDATION, Role.GUARD, toy_split.roles).astype(np.uint8)
    model = train(toy_scene, replace(toy_split, roles=roles), "ann", patience=2)
    assert [row["val_loss"] for row in model.history] == [None] * len(model.history)
    assert model.training.best_epoch == 1 + int(np.argmin([row["loss"] for row in model.history]))
    assert model.training.facts["kept"] == "epoch of the best loss"
    assert model.training.facts["early stopping"] == "2 epochs without a better loss"


def test_training_that_diverges_at_once_says_what_to_lower(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(DataError, match=r"diverged: no epoch has a finite loss; lower learning_rate \(now 1e\+38\)"):
        train(toy_scene, toy_split, "ann", optimizer="sgd", learning_rate=1e38)


def test_split_of_another_shape(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(DataError, match=r"split: is \(24, 20\) pixels, but scene toy is \(24, 24\)"):
        train(toy_scene, replace(toy_split, roles=toy_split.roles[:, :20]))


def test_split_without_training_pixels(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(DataError, match="no training pixel in scene toy; make it with a larger train fraction"):
        train(toy_scene, replace(toy_split, roles=np.where(toy_split.roles == Role.TRAIN, 0, toy_split.roles)))


def test_scene_without_ground_truth(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(DataError, match="scene toy: has no reference data"):
        train(replace(toy_scene, labels=None), toy_split)


@pytest.mark.parametrize("role", [Role.TRAIN, Role.VALIDATION])
def test_unlabelled_pixel_to_learn_from_is_refused(toy_scene: Scene, toy_split: Split, role: Role) -> None:
    with pytest.raises(DataError, match=r"hold the class ids \[0\], but scene toy has the classes \[2, 7, 12\]"):
        train(toy_scene, with_role(toy_split, (0, 23), role))


def test_class_that_the_legend_lacks_is_refused(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(DataError, match=r"hold the class ids \[7\], but scene toy has the classes \[2, 12\]"):
        train(replace(toy_scene, classes=toy_scene.classes[::2]), toy_split)


def test_pixel_to_learn_from_without_data_is_refused(toy_scene: Scene, toy_split: Split) -> None:
    mask = np.ones((24, 24), bool)
    mask[3, 3] = mask[4, 20] = False
    with pytest.raises(DataError, match="1 pixel to learn from holds no data in scene toy"):
        train(replace(toy_scene, mask=mask), toy_split)


def test_training_pixels_of_one_class_only(toy_scene: Scene, toy_split: Split) -> None:
    roles = np.where(toy_scene.require_labels() == 2, toy_split.roles, 0).astype(np.uint8)
    with pytest.raises(DataError, match="hold one class only; at least 2 are needed"):
        train(toy_scene, replace(toy_split, roles=roles))


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("rf", {"trees": 0}, "model rf: option 'trees' is 0; it should be greater than or equal to 1"),
        ("rf", {"max_features": 1.5}, "model rf: option 'max_features"),
        ("svm", {"gamma": -1.0}, "model svm: option 'gamma"),
        ("ann", {"hidden": (0,)}, "model ann: option 'hidden.0' is 0"),
        ("cnn3d", {"normalization": "zscore"}, "model cnn3d: option 'normalization' is 'zscore'"),
    ],
)
def test_impossible_option_is_named(
    toy_scene: Scene, toy_split: Split, model: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        train(toy_scene, toy_split, model, **options)


def test_window_of_the_split_that_does_not_fit_the_model(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(UsageError, match="window 5 does not fit"):
        train(toy_scene, replace(toy_split, window=5), "cnn3d")


def test_unknown_feature_option(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(UsageError, match="features raw: unknown option 'count'"):
        train(toy_scene, toy_split, feature_options={"count": 3})


def test_the_area_of_applicability_can_be_left_out_and_changes_no_prediction(
    toy_scene: Scene, toy_split: Split
) -> None:
    whole, without = (train(toy_scene, toy_split, applicability=wanted) for wanted in (True, False))
    assert (without.applicability, without.card.applicability) == (None, False)
    assert whole.applicability is not None
    maps = [hsclass.predict_scene(model, toy_scene).classes for model in (whole, without)]
    np.testing.assert_array_equal(*maps)
