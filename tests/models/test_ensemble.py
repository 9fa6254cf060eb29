"""Ensembles: what is their own, next to the contract of every model."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hsclass
from hsclass.errors import DataError, UsageError
from hsclass.experiment import Experiment
from hsclass.models.ensemble import Ensemble
from hsclass.models.smoothing import window_means
from hsclass.models.trained import TrainedModel
from hsclass.options import parse_options
from hsclass.predict.tiles import Tiles
from hsclass.scene import Scene
from hsclass.split import Role, Split

PLAIN: dict[str, Any] = {"calibrate": None, "smooth": None}
SMALL_NETWORK = {"model": "ann", "hidden": (8,), "epochs": 2, "dropout": 0.0}


def fit(scene: Scene, split: Split, **options: Any) -> TrainedModel:
    return hsclass.fit(scene, split, "ensemble", **options)


def mapped(model: TrainedModel, scene: Scene) -> np.ndarray:
    return model.classifier.predict_map(model.features(scene))


@pytest.fixture(scope="module")
def fields(toy_scene: Scene) -> tuple[Scene, Split]:
    """Return fields of 6 x 6 of two land covers, as a chessboard with gaps of 3, of which a half trains."""
    rng = np.random.default_rng(0)
    labels = np.zeros((36, 36), np.uint8)
    roles = np.zeros((36, 36), np.uint8)
    for number in range(16):
        square = np.s_[9 * (number // 4) : 9 * (number // 4) + 6, 9 * (number % 4) : 9 * (number % 4) + 6]
        labels[square] = (2, 7)[(number // 4 + number) % 2]
        roles[square] = Role.TRAIN if number < 8 else Role.TEST
    level = np.select([labels == 2, labels == 7], [1000.0, 1030.0], 1015.0)
    cube = (level[..., np.newaxis] + rng.normal(0, 30, (36, 36, 5))).astype(np.float32)
    scene = replace(
        toy_scene, cube=cube, labels=labels, wavelengths=None, mask=np.ones((36, 36), bool),
        classes=toy_scene.classes[:2],
    )  # fmt: skip
    return scene, Split(roles, 5, "fixed", 0, {"train": 0.5, "validation": 0.0}, False)


def test_one_member_without_anything_is_that_model(toy_scene: Scene, toy_split: Split) -> None:
    alone = hsclass.fit(toy_scene, toy_split, "svm", c=3.0, seed=4)
    inside = fit(toy_scene, toy_split, members={"model": "svm", "c": 3.0}, seed=4, **PLAIN)
    np.testing.assert_allclose(mapped(inside, toy_scene), mapped(alone, toy_scene), atol=1e-6)
    assert inside.reach == 0


def test_members_are_averaged(toy_scene: Scene, toy_split: Split) -> None:
    names = ["lda", "svm"]
    found = mapped(fit(toy_scene, toy_split, members=names, **PLAIN), toy_scene)
    alone = [mapped(hsclass.fit(toy_scene, toy_split, name), toy_scene) for name in names]
    np.testing.assert_allclose(found, (alone[0] + alone[1]) / 2, atol=1e-6)


def test_seeds_are_averaged_and_differ_between_seeds_of_the_experiment(toy_scene: Scene, toy_split: Split) -> None:
    options = {"model": "rf", "trees": 5}
    found = mapped(fit(toy_scene, toy_split, members=[options], seeds=2, seed=3, **PLAIN), toy_scene)
    alone = [mapped(hsclass.fit(toy_scene, toy_split, "rf", trees=5, seed=seed), toy_scene) for seed in (6, 7)]
    np.testing.assert_allclose(found, (alone[0] + alone[1]) / 2, atol=1e-6)


def test_smoothing_is_of_the_mean(toy_scene: Scene, toy_split: Split) -> None:
    names = ["lda", "svm"]
    mean = mapped(fit(toy_scene, toy_split, members=names, **PLAIN), toy_scene)
    found = fit(toy_scene, toy_split, members=names, calibrate=None, smooth="mean", size=5)
    expected = window_means(mean, toy_scene.mask, 2)
    np.testing.assert_allclose(mapped(found, toy_scene), expected, atol=1e-5)
    assert found.reach == 2


def test_smoothing_corrects_single_pixels(fields: tuple[Scene, Split]) -> None:
    scene, split = fields
    truth = np.searchsorted([2, 7], scene.require_labels())
    right = {}
    for smooth in (None, "mean"):
        found = mapped(fit(scene, split, members="lda", calibrate=None, smooth=smooth), scene)
        right[smooth] = (found.argmax(axis=2) == truth)[split.roles == Role.TEST].mean()
    assert right[None] + 0.05 < right["mean"]


def test_calibration_makes_a_model_that_learned_noise_less_certain(fields: tuple[Scene, Split]) -> None:
    scene, split = fields
    test = split.roles == Role.TEST
    truth = np.searchsorted([2, 7], scene.require_labels())[test]
    excess = {}
    for calibrate in (None, "temperature", "isotonic"):
        options = {
            "members": [{"model": "knn", "neighbours": 1}],
            "calibration_folds": 4,
            "calibrate": calibrate,
            "smooth": None,
        }
        found = mapped(fit(scene, split, **options), scene)[test]
        excess[calibrate] = found.max(axis=1).mean() - (found.argmax(axis=1) == truth).mean()
    assert excess[None] > 0.2
    assert abs(excess["temperature"]) < 0.1
    assert abs(excess["isotonic"]) < 0.1


@pytest.mark.parametrize("smooth", [None, "mean", "segments"])
@pytest.mark.parametrize("calibrate", [None, "temperature", "isotonic"])
def test_saved_calibrated_and_smoothed_model_gives_the_same_map(
    calibrate: str | None, smooth: str | None, fields: tuple[Scene, Split], tmp_path: Path
) -> None:
    scene, split = fields
    model = fit(scene, split, members=["lda", "rf"], seeds=2, calibration_folds=4, calibrate=calibrate, smooth=smooth)
    found = mapped(model, scene)
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(mapped(TrainedModel.load(tmp_path / "model"), scene), found)
    places = np.random.default_rng(0).permutation(np.argwhere(scene.mask))[:200]
    single = model.classifier.predict_proba(model.features(scene), places)
    np.testing.assert_allclose(single, found[tuple(places.T)], atol=1e-5)


def test_networks_are_members(toy_scene: Scene, toy_split: Split, tmp_path: Path) -> None:
    model = fit(toy_scene, toy_split, members=[SMALL_NETWORK, "lda"], seeds=2, calibrate=None, size=3)
    found = mapped(model, toy_scene)
    model.save(tmp_path / "model")
    np.testing.assert_allclose(mapped(TrainedModel.load(tmp_path / "model"), toy_scene), found, atol=1e-6)
    assert Ensemble.runs_keras(model.classifier.options)
    assert not Ensemble.runs_keras(Ensemble.Options())
    assert model.card.versions["keras"]


def test_damaged_calibration_is_refused(fields: tuple[Scene, Split], tmp_path: Path) -> None:
    scene, split = fields
    fit(scene, split, members="lda", calibration_folds=4).save(tmp_path / "model")
    file = tmp_path / "model/ensemble.npz"
    np.savez(file, **{**np.load(file), "temperature_0": np.array(-1.0)})
    with pytest.raises(DataError, match=r"ensemble\.npz: holds a calibration that is no increasing function"):
        TrainedModel.load(tmp_path / "model")


def test_reaches_add_up_and_must_fit_the_window() -> None:
    far = {"members": ["lda", {"model": "multiscale_svm", "scales": (1, 3)}], "size": 5}
    options = parse_options(Ensemble.Options, far, "model ensemble")
    assert Ensemble(options, window=7, n_features=20, n_classes=3).reach == 3
    with pytest.raises(UsageError, match=r"looks 3 pixels far, 1 by its members and 2 by option 'size' of 5.*to 7 or"):
        Ensemble.check(options, window=5, n_features=20)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([{"model": "svm", "cost": 3}], "member 1, svm: unknown option 'cost'; expected one of c, "),
        (["lda", "vgg"], "unknown model 'vgg'"),
        (["ensemble"], "member 1 needs 'model: NAME', the name of a model that is no ensemble; found 'ensemble'"),
        ([{"c": 3}], "member 1 needs 'model: NAME', .*; found None"),
        (["cnn"], "member 1, cnn, takes whole images; expected a model of pixels"),
        (["lda", "sam"], "member 2, sam, takes normalization none, the ensemble standard; members share one"),
        ([], "should have at least 1 item"),
        (3, "option 'members' is 3"),
    ],
)
def test_wrong_members_are_one_sentence(members: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_options(Ensemble.Options, {"members": members}, "model ensemble")


def test_members_take_the_normalization_of_the_ensemble() -> None:
    options = parse_options(Ensemble.Options, {"members": ["sam", "svm"], "normalization": "none"}, "model ensemble")
    assert [member["normalization"] for member in options.members] == ["none", "none"]


def test_experiment_holds_all_options_of_members() -> None:
    """So that the digest of a training covers the code of each, and what its defaults are."""
    listed = [{"model": "ensemble", "name": "two", "members": ["svm", {"model": "rf", "trees": 7}]}]
    plan = {"experiment": "e", "scenes": ["indian_pines"], "splits": ["dbscan_area"], "models": listed}
    members = Experiment(plan).models["two"].all_options["members"]
    assert [(member["model"], member.get("trees"), member.get("c")) for member in members] == [
        ("svm", None, 100.0), ("rf", 7, None),
    ]  # fmt: skip


def test_noise_that_is_not_known_is_one_sentence(toy_scene: Scene, toy_split: Split) -> None:
    lonely = toy_split.roles.copy()
    lonely[lonely == Role.TRAIN] = 0
    lonely[::4, 0:9:2] = Role.TRAIN
    with pytest.raises(DataError, match=r"^smooth: the noise that guides 'segments' is not known: .*or take mean$"):
        fit(toy_scene, replace(toy_split, roles=lonely), members="lda", calibrate=None, smooth="segments")


def test_segments_look_without_bound_and_every_stage_says_so(fields: tuple[Scene, Split]) -> None:
    scene, split = fields[0], replace(fields[1], window=3)
    model = fit(scene, split, members="lda", calibrate=None, smooth="segments", least=20)
    assert (model.reach, model.scope.reach, model.card.reach) == (None, None, None)
    assert Tiles.of(10_000, 100, model.reach).count == 1
    found = hsclass.predict_scene(model, scene)
    labels = scene.require_labels()
    leakage = hsclass.evaluate(found.classes, labels, split, scene.classes, scope=model.scope).leakage
    assert leakage is not None
    assert leakage.unbounded
    assert not Ensemble.bounded(model.classifier.options)
    assert Ensemble.bounded(Ensemble.Options())
