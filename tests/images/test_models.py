"""Models of images learn what is easy, have the published sizes, and come back from disk."""

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.datasets.build_images import build_images
from hsclass.datasets.fetch import fetch
from hsclass.errors import DataError, UsageError
from hsclass.features.frozen import FrozenOptions, compute_features, read_features, write_features
from hsclass.learning.early_maps import divide_network
from hsclass.models import model_class
from hsclass.models.backbone import Backbone, BackboneOptions
from hsclass.models.classifier import Sample
from hsclass.models.linear_head import LinearHead, LinearHeadOptions
from hsclass.models.trained import TrainedModel
from hsclass.predict.images import predict_folder, predict_images
from hsclass.predict.predictions import write_predictions
from hsclass.samplers import make_split
from hsclass.samples.image_source import ImageSource
from hsclass.samples.images import ImageSamples
from hsclass.split import Role
from hsclass.training import fit

LITE0 = "efficientnet_lite0"


def places(count: int) -> np.ndarray:
    """Return the places of all examples in a cube of one row."""
    return np.stack([np.zeros(count, np.int64), np.arange(count)], axis=1)


def learn(targets: np.ndarray, features: np.ndarray, *, several: bool = False, **options: Any) -> LinearHead:
    """Learn from every other row of features, shape (n, features); the rest validates."""
    head = LinearHead(
        LinearHeadOptions(**options), window=1, n_features=features.shape[1], n_classes=targets.shape[1],
        several_labels=several,
    )  # fmt: skip
    at = places(len(features))
    samples = [Sample(at[start::2], targets[start::2].astype(np.float32)) for start in (0, 1)]
    head.fit(features[np.newaxis], *samples, seed=0)
    return head


def predicted(head: LinearHead, features: np.ndarray) -> np.ndarray:
    return head.predict_proba(features[np.newaxis], places(len(features)))


def test_linear_head_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 60)
    features = (rng.normal(0, 1, (60, 5)) * 7 + 3 + classes[:, np.newaxis]).astype(np.float32)
    head = learn(np.eye(3)[classes], features, c=0.1)
    scaled = (features - features[::2].mean(axis=0)) / features[::2].std(axis=0)
    wanted = LogisticRegression(C=0.1, max_iter=500).fit(scaled[::2], classes[::2]).predict_proba(scaled)
    assert predicted(head, features) == pytest.approx(wanted, abs=1e-4)


def test_linear_head_takes_no_notice_of_a_constant_feature() -> None:
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 2, 4000)
    constant = np.full(4000, 0.1)  # whose standard deviation in float32 is not 0
    features = np.stack([rng.normal(0, 1, 4000) + classes, constant], axis=1).astype(np.float32)
    assert features.std(axis=0)[1] > 0
    head = learn(np.eye(2)[classes], features, c=0.1)
    moved = features + np.array([0, 0.1], np.float32)
    assert predicted(head, moved) == pytest.approx(predicted(head, features), abs=1e-3)


def test_linear_head_of_two_classes_and_of_several_labels(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, (200, 2)).astype(np.float32)
    labels = features > 0
    found = predicted(learn(np.eye(2)[labels[:, 0].astype(int)], features), features)
    assert ((found[:, 1] > 0.5) == labels[:, 0]).mean() > 0.97
    assert found.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-6)
    head = learn(labels, features, several=True)
    found = predicted(head, features)
    assert ((found > 0.5) == labels).mean() > 0.97
    head.save(tmp_path)
    again = LinearHead(head.options, window=1, n_features=2, n_classes=2, several_labels=True)
    again.load(tmp_path)
    assert (predicted(again, features) == found).all()
    with pytest.raises(DataError, match=r"array 'weights' is float32 of shape \(2, 2\)"):
        LinearHead(head.options, window=1, n_features=3, n_classes=2).load(tmp_path)


@pytest.mark.parametrize(
    ("model", "options", "parameters"),
    [
        ("softmax", {}, 28 * 28 * 10 + 10),  # 7,850
        ("dense", {}, (784 * 128 + 128) + (128 * 128 + 128) + (128 * 10 + 10)),  # 118,282
        ("dense", {"dropout": 0.3}, 118_282),
        ("cnn", {}, (25 * 20 + 20) + (25 * 20 * 50 + 50) + (7 * 7 * 50 * 500 + 500) + (500 * 10 + 10)),
    ],
)
def test_classic_networks_have_the_published_sizes(model: str, options: dict[str, float], parameters: int) -> None:
    family = model_class(model)
    network = family(family.Options(**options), window=28, n_features=1, n_classes=10).build()
    assert network.count_params() == parameters


def test_images_are_not_held_after_a_training() -> None:
    class Source:
        def take(self, places: np.ndarray) -> np.ndarray:
            return np.full((len(places), 8, 8, 3), 100.0, np.float32)

    family, source = model_class("softmax"), Source()
    sample = Sample(np.arange(12)[:, np.newaxis], np.arange(12, dtype=np.int32) % 2)
    network = family(family.Options(epochs=1, grey=False), window=8, n_features=3, n_classes=2)
    network.fit(source, sample, sample, seed=0)
    held = weakref.ref(source)
    del source
    gc.collect()
    assert held() is None


def test_label_smoothing_is_of_the_cross_entropy() -> None:
    with pytest.raises(ValueError, match="'label_smoothing' is of the cross-entropy; set it to 0"):
        model_class("dense").Options(label_smoothing=0.1, loss="mean_squared_error")


@pytest.fixture
def toy(make_folder, tmp_path: Path) -> ImageSamples:
    folder = make_folder(each=10, side=32)
    fetch(folder, tmp_path / "data")
    return build_images(folder, folder=tmp_path / "data")[0]


def test_small_network_learns_colours_and_comes_back_from_disk(toy: ImageSamples, tmp_path: Path) -> None:
    split = make_split(toy, "random", train=0.6, validation=0.2, keep_together=False)
    trained = fit(toy, split, "dense", size=8, grey=False, hidden=[16], epochs=25, learning_rate=0.01, batch_size=6)
    test = split.places(Role.TEST)[:, 0]
    found = trained.predict_files(toy.files[test])
    assert (found.argmax(axis=1) == toy.targets[test].argmax(axis=1)).mean() >= 5 / 6
    trained.save(tmp_path / "model")
    again = TrainedModel.load(tmp_path / "model")
    assert again.predict_files(toy.files[test]) == pytest.approx(found, abs=1e-6)
    assert again.card.as_dict() == trained.card.as_dict()
    np.testing.assert_array_equal(again.scope.parts["model"], split.roles == Role.TRAIN)
    assert (again.scope.reach, again.scope.counts["validation"]) == (0, split.count(Role.VALIDATION))
    assert predict_images(again, toy, split=split).probabilities == pytest.approx(found, abs=1e-6)
    table = predict_folder(again, toy.folder)
    assert len(table.paths) == 30
    with pytest.raises(UsageError, match=r"map\.tif: would be a table of images; expected a name that ends in \.csv"):
        write_predictions(table, tmp_path / "map.tif")
    (tmp_path / "scene").mkdir()
    (tmp_path / "scene" / "cube.tif").touch()
    with pytest.raises(UsageError, match="scene: is the folder of a scene, but the model dense takes images"):
        predict_folder(again, tmp_path / "scene")
    assert table.probabilities[[table.paths.index(toy.images[p].path) for p in test]] == pytest.approx(found, abs=1e-5)


def test_backbone_learns_in_its_last_blocks_only(toy: ImageSamples, tmp_path: Path) -> None:
    from hsclass.backbones import blocks

    split = make_split(toy, "random", train=0.6, validation=0.2, keep_together=False)
    trained = fit(toy, split, "backbone", fine_tune=1, epochs=2, batch_size=6, learning_rate=1e-3, dropout=0.0)
    model = trained.classifier
    assert isinstance(model, Backbone)
    untouched = Backbone(BackboneOptions(), window=32, n_features=3, n_classes=3)
    untouched._assemble("imagenet")
    for part, before in zip(blocks(model.backbone_), blocks(untouched.backbone_), strict=True):
        same = [
            np.array_equal(new, old)
            for layer, other in zip(part, before, strict=True)
            for new, old in zip(layer.get_weights(), other.get_weights(), strict=True)
        ]
        assert all(same) != (part == blocks(model.backbone_)[-1])
    assert trained.history[1]["loss"] < trained.history[0]["loss"]
    test = split.places(Role.TEST)[:, 0]
    found = trained.predict_files(toy.files[test])
    trained.save(tmp_path / "model")
    again = TrainedModel.load(tmp_path / "model")
    assert again.predict_files(toy.files[test]) == pytest.approx(found, abs=1e-5)
    early, late = divide_network(model.network_, model.backbone_, 6)
    images = ImageSource.from_record(trained.card.images, toy.files[test]).take(np.arange(2))
    whole = model.network_.predict_on_batch(images)
    assert late.predict_on_batch(early.predict_on_batch(images)) == pytest.approx(whole, abs=1e-5)


def test_features_are_computed_once_and_of_the_same_weights(toy: ImageSamples, tmp_path: Path) -> None:
    split = make_split(toy, "random", train=0.6, validation=0.2, keep_together=False)
    computed = compute_features(toy, LITE0, FrozenOptions(weights="none", seed=1))
    assert computed.values.shape == (30, 1280)
    write_features(computed, toy, tmp_path / "f.npz")
    kept = read_features(tmp_path / "f.npz", toy)
    assert (kept.values == computed.values).all()
    assert kept.about == computed.about
    trained = fit(toy, split, "linear_head", features=kept, feature_options={"weights": "none", "seed": 1})
    with pytest.raises(UsageError, match=r"option 'seed' is 2, but they were computed with 1; leave it out"):
        fit(toy, split, "linear_head", features=kept, feature_options={"seed": 2})
    test = split.places(Role.TEST)[:, 0]
    found = trained.predict_features(kept, test)
    trained.save(tmp_path / "model")
    again = TrainedModel.load(tmp_path / "model")
    assert again.predict_files(toy.files[test]) == pytest.approx(found, abs=1e-4)
    again.card.image_features["options"]["seed"] = 2
    with pytest.raises(DataError, match="are not those that the model was trained on"):
        again.predict_files(toy.files[test])
    with pytest.raises(DataError, match=f"was trained on other features than {LITE0}"):
        again.predict_features(kept, test)


def test_features_of_several_networks_stand_side_by_side(toy: ImageSamples) -> None:
    first, second, both = (
        compute_features(toy, name, FrozenOptions(weights="none", backbone=name, with_backbones=others, size=32))
        for name, others in (("efficientnet_lite0", ()), ("MobileNet", ()), ("efficientnet_lite0", ("MobileNet",)))
    )
    assert both.values.shape == (30, 1280 + 1024)
    assert (both.values[:, :1280] == first.values).all()
    assert both.weights_digest not in {first.weights_digest, second.weights_digest}
    values = compute_features(toy, LITE0, FrozenOptions(with_backbones=(LITE0,), size=32)).values
    assert (values[:, :1280] == values[:, 1280:]).all()
    with pytest.raises(ValueError, match=r"'weights' is net\.h5, which several networks cannot share"):
        FrozenOptions(weights="net.h5", with_backbones=("MobileNet",))


def test_weights_of_another_network_are_one_sentence(toy: ImageSamples, tmp_path: Path) -> None:
    (tmp_path / "other.pth").write_bytes(b"no weights")
    with pytest.raises(DataError, match=r"other\.pth") as caught:
        compute_features(toy, LITE0, FrozenOptions(weights=str(tmp_path / "other.pth")))
    assert "\n" not in str(caught.value)


def test_stopped_training_goes_on_and_ends_as_an_unbroken_one(toy: ImageSamples, tmp_path: Path, reports: Any) -> None:
    split = make_split(toy, "random", train=0.6, validation=0.2, keep_together=False)
    options = {"size": 8, "grey": False, "hidden": [8], "epochs": 4, "batch_size": 6, "dropout": 0.0}
    whole = fit(toy, split, "dense", **options)
    reports.stop(2)
    with pytest.raises(reports.stopped):
        fit(toy, split, "dense", checkpoint=tmp_path / "state", **options)
    again = fit(toy, split, "dense", checkpoint=tmp_path / "state", **options)
    files = toy.files[split.places(Role.TEST)[:, 0]]
    first, second = (trained.predict_files(files) for trained in (whole, again))
    assert first == pytest.approx(second, abs=1e-6)
    assert [row["epoch"] for row in again.history] == [1, 2, 3, 4]


@pytest.mark.parametrize(("backbone", "more"), [("efficientnet_lite1", 9 * 9 * 32), ("ResNet50", 9 * 49 * 64)])
def test_twelve_bands_go_straight_into_a_network_from_random_weights(backbone: str, more: int) -> None:
    """Its first kernels have nine channels more: 3 x 3 and 7 x 7 pixels, 32 and 64 filters."""
    options = BackboneOptions(backbone=backbone, weights="none", head_start=False)
    three, twelve = (
        Backbone(options, window=32, n_features=channels, n_classes=4, several_labels=True).build().count_params()
        for channels in (3, 12)
    )
    assert twelve - three == more
