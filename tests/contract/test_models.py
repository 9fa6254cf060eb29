"""What every model family owes, whichever it is: a new line in the table is tested without a new test."""

import os
import shutil
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import hsclass
from hsclass.errors import DataError, UsageError
from hsclass.models import model_class, model_names
from hsclass.models.classifier import BLOCK
from hsclass.models.trained import TrainedModel
from hsclass.options import parse_options
from hsclass.scene import Scene
from hsclass.split import Role, Split

SMALL: dict[str, dict[str, Any]] = {
    "ann": {"hidden": (16,), "epochs": 10, "learning_rate": 0.02, "dropout": 0.0},
    "cnn1d": {"filters": (6,), "dense": (16,), "epochs": 10, "learning_rate": 0.02},
    "cnn2d": {"components": 6, "filters": (8, 8), "dense": (16,), "epochs": 10, "learning_rate": 0.01, "dropout": 0.0},
    "cnn3d": {"filters": (4, 4, 4), "dense": (16,), "epochs": 12, "learning_rate": 0.01, "dropout": 0.0},
    "ensemble": {"members": ("lda", "logistic"), "calibrate": None, "smooth": "mean", "size": 5},
    "gradient_boosting": {"iterations": 10, "min_samples_leaf": 5},
    "hybrid": {
        "components": 8, "filters_3d": (4, 4), "kernels": (5, 3), "filters_2d": (8,), "dense": (16,),
        "epochs": 10, "learning_rate": 0.01, "dropout": 0.0,
    },
    "multiscale_svm": {"scales": (1, 3, 5), "machines": 2, "samples": 60},
    "rf": {"trees": 20},
    "rnn": {"units": (8,), "step": 4, "epochs": 12, "learning_rate": 0.02, "dropout": 0.0},
    "transfer": {"size": 32, "epochs": 40, "learning_rate": 0.005, "dropout": 0.0},
}  # fmt: skip

PIXEL_MODELS = model_names("pixels")

# The models that are not Keras networks; those have tests of their own for what follows below.
CLASSICAL = sorted(name for name in PIXEL_MODELS if not model_class(name).network)

# These differ from ann and cnn3d in their layers alone; what is of the training is tested with the others.
TRAININGS = sorted(set(PIXEL_MODELS) - {"cnn1d", "cnn2d", "hybrid", "rnn"})


def train(scene: Scene, split: Split, model: str, *, seed: int = 0, **options: Any) -> TrainedModel:
    return hsclass.fit(scene, split, model, seed=seed, **{**SMALL.get(model, {}), **options})


@pytest.fixture(scope="module", params=sorted(PIXEL_MODELS))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def trained(name: str, toy_scene: Scene, toy_split: Split) -> TrainedModel:
    return train(toy_scene, toy_split, name)


@pytest.fixture(scope="module")
def probabilities(trained: TrainedModel, toy_scene: Scene) -> np.ndarray:
    """Of the whole scene, shape (rows, cols, classes)."""
    return trained.classifier.predict_map(trained.features(toy_scene))


def test_it_learns_what_is_easy_to_tell_apart(
    probabilities: np.ndarray, toy_scene: Scene, toy_split: Split, trained: TrainedModel
) -> None:
    test = toy_split.roles == Role.TEST
    predicted = np.array([cover.id for cover in trained.classes])[probabilities.argmax(axis=2)]
    assert (predicted == toy_scene.labels)[test].mean() > 0.9


def test_probabilities_are_probabilities(probabilities: np.ndarray) -> None:
    assert probabilities.shape == (24, 24, 3)
    assert probabilities.dtype == np.float32
    assert np.isfinite(probabilities).all()
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=2), 1, atol=1e-5)


def test_map_agrees_with_prediction_of_single_pixels_in_any_order(
    probabilities: np.ndarray, trained: TrainedModel, toy_scene: Scene
) -> None:
    pixels = np.random.default_rng(0).permutation(np.argwhere(np.ones((24, 24), bool)))
    single = trained.classifier.predict_proba(trained.features(toy_scene), pixels)
    mapped = probabilities[pixels[:, 0], pixels[:, 1]]
    np.testing.assert_allclose(mapped, single, atol=1e-5)
    np.testing.assert_array_equal(mapped.argmax(axis=1), single.argmax(axis=1))


def test_saved_and_loaded_model_gives_the_same_map(
    probabilities: np.ndarray, trained: TrainedModel, toy_scene: Scene, tmp_path: Path
) -> None:
    trained.save(tmp_path / "model")
    loaded = TrainedModel.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.classifier.predict_map(loaded.features(toy_scene)), probabilities)
    assert loaded.classifier.options == trained.classifier.options
    assert loaded.classes == trained.classes == toy_scene.classes
    assert loaded.reach == trained.reach


def test_a_seed_repeats_the_model(probabilities: np.ndarray, name: str, toy_scene: Scene, toy_split: Split) -> None:
    again = train(toy_scene, toy_split, name)
    np.testing.assert_array_equal(again.classifier.predict_map(again.features(toy_scene)), probabilities)


def test_it_looks_as_far_as_its_reach_and_no_farther(trained: TrainedModel, toy_scene: Scene) -> None:
    """One changed pixel moves probabilities within the reach only, up to its edge."""
    reach = trained.classifier.reach
    before = trained.features(toy_scene) / 10  # near the mean spectrum, where no class is certain
    after = before.copy()
    after[12, 12] = trained.features(toy_scene)[0, 0]
    apart = np.abs(trained.classifier.predict_map(after) - trained.classifier.predict_map(before)).max(axis=2)
    rows, cols = np.indices((24, 24))
    distance = np.maximum(abs(rows - 12), abs(cols - 12))
    assert apart[distance > reach].max() < 1e-6
    assert apart[distance == reach].max() > 1e-4


@pytest.mark.parametrize("name", TRAININGS)
def test_a_class_without_training_pixels_keeps_its_place(name: str, toy_scene: Scene, toy_split: Split) -> None:
    """The middle class, so that a shift of the columns would show."""
    learned = np.isin(toy_split.roles, (Role.TRAIN, Role.VALIDATION)) & (toy_scene.labels == 7)
    split = replace(toy_split, roles=np.where(learned, Role.UNUSED, toy_split.roles).astype(np.uint8))
    model = train(toy_scene, split, name)
    probabilities = model.classifier.predict_map(model.features(toy_scene))
    assert probabilities.shape == (24, 24, 3)
    np.testing.assert_allclose(probabilities.sum(axis=2), 1, atol=1e-5)
    assert probabilities[..., 1].max() < 1e-6
    soil = (toy_scene.labels == 12) & (toy_split.roles == Role.TEST)
    assert (probabilities.argmax(axis=2)[soil] == 2).mean() > 0.8


@pytest.mark.parametrize("name", TRAININGS)
def test_it_learns_without_validation_pixels(name: str, toy_scene: Scene, toy_split: Split) -> None:
    roles = np.where(toy_split.roles == Role.VALIDATION, Role.TRAIN, toy_split.roles).astype(np.uint8)
    model = train(toy_scene, replace(toy_split, roles=roles), name)
    found = model.classifier.predict_map(model.features(toy_scene)).argmax(axis=2)
    truth = np.searchsorted([2, 7, 12], toy_scene.labels)
    assert (found == truth)[roles == Role.TEST].mean() > 0.9


def test_options_read_back_from_json_the_same(name: str) -> None:
    family = model_class(name)
    options = parse_options(family.Options, SMALL.get(name, {}), f"model {name}")
    assert family.Options.model_validate_json(options.model_dump_json()) == options


def test_every_option_has_a_default_that_passes_its_own_check(name: str) -> None:
    options = model_class(name).Options()
    assert options == model_class(name).Options(**options.model_dump())


def test_unknown_option_names_the_known_ones(name: str, toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(UsageError, match=f"model {name}: unknown option 'wings'; expected one of .*normalization"):
        train(toy_scene, toy_split, name, wings=2)


def test_unknown_model_names_the_known_ones(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(UsageError, match=r"unknown model 'cnn4d': expected one of ann, .*did you mean 'cnn3d'"):
        hsclass.fit(toy_scene, toy_split, "cnn4d")


class Touch:
    """An object that makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("model", CLASSICAL)
def test_hostile_files_are_refused_and_nothing_runs(
    model: str, toy_scene: Scene, toy_split: Split, tmp_path: Path
) -> None:
    train(toy_scene, toy_split, model).save(tmp_path / "model")
    proof = tmp_path / "it-ran"
    hostile = make_pipeline(FunctionTransformer(func=os.system, kw_args={"command": f"touch {proof}"}))
    learned = [path for path in (tmp_path / "model").iterdir() if path.suffix in (".skops", ".npz")]
    assert len(learned) >= 2
    for file in learned:
        copy = tmp_path / f"{file.stem}-{model}"
        shutil.copytree(tmp_path / "model", copy)
        if file.suffix == ".skops":
            skops.io.dump(hostile, copy / file.name)
        else:
            held = dict(np.load(file))
            np.savez(copy / file.name, **dict.fromkeys(held, np.array([Touch(proof)], object)))
        with pytest.raises(DataError):
            TrainedModel.load(copy)
        assert not proof.exists()


@pytest.mark.parametrize("model", sorted(PIXEL_MODELS))
def test_one_class_in_training_is_one_sentence(model: str, toy_scene: Scene, toy_split: Split) -> None:
    roles = np.where(toy_scene.require_labels() == 2, toy_split.roles, 0).astype(np.uint8)
    with pytest.raises(DataError, match=r"^split: the training pixels hold one class only; at least 2 are needed"):
        train(toy_scene, replace(toy_split, roles=roles), model)


@pytest.mark.parametrize("model", CLASSICAL)
def test_spectra_that_are_all_the_same_are_one_sentence(model: str, toy_scene: Scene, toy_split: Split) -> None:
    scene = replace(toy_scene, cube=np.full_like(toy_scene.cube, 7))
    with pytest.raises(DataError, match=r"^features: all \d+ training pixels have the same values"):
        train(scene, toy_split, model)


@pytest.mark.parametrize("model", CLASSICAL)
def test_constant_bands_do_no_harm(model: str, toy_scene: Scene, toy_split: Split) -> None:
    cube = toy_scene.cube.copy()
    cube[..., [0, 11]] = 0, 1000
    scene = replace(toy_scene, cube=cube)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = train(scene, toy_split, model)
        found = fitted.classifier.predict_map(fitted.features(scene))
    assert np.isfinite(found).all()
    truth = np.searchsorted([2, 7, 12], toy_scene.labels)
    assert (found.argmax(axis=2) == truth)[toy_split.roles == Role.TEST].mean() > 0.9


@pytest.mark.parametrize("model", CLASSICAL)
def test_a_class_of_one_training_pixel_is_taken(model: str, toy_scene: Scene, toy_split: Split) -> None:
    water = (toy_scene.labels == 2) & (toy_split.roles == Role.TRAIN)
    water[3, 3] = False
    roles = np.where(water, Role.UNUSED, toy_split.roles).astype(np.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = train(toy_scene, replace(toy_split, roles=roles), model)
        found = fitted.classifier.predict_map(fitted.features(toy_scene))
    np.testing.assert_allclose(found.sum(axis=2), 1, atol=1e-5)
    others = (toy_scene.labels > 2) & (roles == Role.TEST)
    assert (found.argmax(axis=2) == np.searchsorted([2, 7, 12], toy_scene.labels))[others].mean() > 0.9


@pytest.mark.parametrize("model", CLASSICAL)
def test_scene_of_several_blocks_is_mapped_as_one(
    model: str, trained_classical: dict[str, TrainedModel], toy_scene: Scene
) -> None:
    """4 columns make blocks of 8,192 rows; the rows beside the seam repeat those at the top."""
    fitted = trained_classical[model]
    top = fitted.features(toy_scene)[:, :4]
    tall = np.tile(top, (BLOCK // 4 // 24 + 2, 1, 1))
    found = fitted.classifier.predict_map(tall)
    assert found.shape == (len(tall), 4, 3)
    again = found.reshape(-1, 24, 4, 3)
    np.testing.assert_allclose(again[1:-1], np.broadcast_to(again[1], again[1:-1].shape), atol=1e-5)


@pytest.fixture(scope="module")
def trained_classical(toy_scene: Scene, toy_split: Split) -> dict[str, TrainedModel]:
    return {model: train(toy_scene, toy_split, model) for model in CLASSICAL}
