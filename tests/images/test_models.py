"""Models of images learn what is easy, have the published sizes, and come back from disk."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.datasets.build_images import build_images
from hsclass.datasets.fetch import fetch
from hsclass.errors import DataError, UsageError
from hsclass.images.early_maps import divide_network
from hsclass.images.fine_tune import FineTuned, FineTuneOptions
from hsclass.images.frozen import FeatureOptions, compute_features, read_features, write_features
from hsclass.images.inputs import Features
from hsclass.images.logistic import LogisticHead, LogisticOptions
from hsclass.images.model import Examples, image_model
from hsclass.images.predicting import predict_folder
from hsclass.images.trained import TrainedImageModel
from hsclass.images.training import fit_images
from hsclass.predict.predictions import read_predictions
from hsclass.samplers import make_split
from hsclass.samples.images import ImageSamples
from hsclass.split import Role

NONE = np.empty(0, np.int64)


def learn(targets: np.ndarray, features: np.ndarray, *, several: bool = False, **options: Any) -> LogisticHead:
    head = LogisticHead(LogisticOptions(**options), n_classes=targets.shape[1], several_labels=several)
    count = np.arange(len(features))
    examples = Examples(Features(features), targets.astype(np.float32), count[::2], count[1::2])
    head.fit(examples, seed=0)
    return head


def test_logistic_head_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 60)
    features = (rng.normal(0, 1, (60, 5)) * 7 + 3 + classes[:, np.newaxis]).astype(np.float32)
    head = learn(np.eye(3)[classes], features, c=0.1)
    scaled = (features - features[::2].mean(axis=0)) / features[::2].std(axis=0)
    wanted = LogisticRegression(C=0.1, max_iter=500).fit(scaled[::2], classes[::2]).predict_proba(scaled)
    assert head.predict(Features(features), np.arange(60)) == pytest.approx(wanted, abs=1e-4)


def test_logistic_head_of_two_classes_and_of_several_labels(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, (200, 2)).astype(np.float32)
    labels = features > 0
    found = learn(np.eye(2)[labels[:, 0].astype(int)], features).predict(Features(features), np.arange(200))
    assert ((found[:, 1] > 0.5) == labels[:, 0]).mean() > 0.97
    assert found.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-6)
    head = learn(labels, features, several=True)
    found = head.predict(Features(features), np.arange(200))
    assert ((found > 0.5) == labels).mean() > 0.97
    head.save(tmp_path)
    again = LogisticHead(head.options, n_classes=2, several_labels=True)
    again.load(tmp_path, (2,))
    assert (again.predict(Features(features), np.arange(200)) == found).all()
    with pytest.raises(DataError, match=r"array 'weights' is float32 of shape \(2, 2\)"):
        again.load(tmp_path, (3,))


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
    family = image_model(model)
    network = family(family.Options(**options), n_classes=10, several_labels=False).build((28, 28, 1))
    assert network.count_params() == parameters


@pytest.fixture
def toy(make_folder, tmp_path: Path) -> ImageSamples:
    folder = make_folder(each=10, side=32)
    fetch(folder, tmp_path / "data")
    return build_images(folder, folder=tmp_path / "data")[0]


def test_small_network_learns_colours_and_comes_back_from_disk(toy: ImageSamples, tmp_path: Path) -> None:
    split = make_split(toy, "random", train=0.6, validation=0.2, keep_together=False)
    trained = fit_images(
        toy, split, "dense", size=8, grey=False, hidden=[16], epochs=25, learning_rate=0.01, batch_size=6
    )
    test = split.places(Role.TEST)[:, 0]
    found = trained.predict(trained.inputs(toy.files[test]))
    assert (found.argmax(axis=1) == toy.targets[test].argmax(axis=1)).mean() >= 5 / 6
    trained.save(tmp_path / "model")
    again = TrainedImageModel.load(tmp_path / "model")
    assert again.predict(again.inputs(toy.files[test])) == pytest.approx(found, abs=1e-6)
    predict_folder(tmp_path / "model", toy.folder, tmp_path / "all.csv")
    table = read_predictions(tmp_path / "all.csv")
    assert len(table.paths) == 30
    assert table.probabilities[[table.paths.index(toy.images[p].path) for p in test]] == pytest.approx(found, abs=1e-5)


def test_backbone_learns_in_its_last_blocks_only(toy: ImageSamples, tmp_path: Path) -> None:
    from hsclass.backbones import blocks

    split = make_split(toy, "random", train=0.6, validation=0.2, keep_together=False)
    trained = fit_images(
        toy, split, "fine_tune", trained_blocks=1, epochs=2, batch_size=6, learning_rate=1e-3, dropout=0.0
    )
    model = trained.model
    assert isinstance(model, FineTuned)
    untouched = FineTuned(FineTuneOptions(), n_classes=3, several_labels=False)
    untouched._assemble((32, 32, 3), "imagenet")
    for part, before in zip(blocks(model.backbone_), blocks(untouched.backbone_), strict=True):
        same = [
            np.array_equal(new, old)
            for layer, other in zip(part, before, strict=True)
            for new, old in zip(layer.get_weights(), other.get_weights(), strict=True)
        ]
        assert all(same) != (part == blocks(model.backbone_)[-1])
    assert trained.history[1]["loss"] < trained.history[0]["loss"]
    test = split.places(Role.TEST)[:, 0]
    found = trained.predict(trained.inputs(toy.files[test]))
    trained.save(tmp_path / "model")
    again = TrainedImageModel.load(tmp_path / "model")
    assert again.predict(again.inputs(toy.files[test])) == pytest.approx(found, abs=1e-5)
    early, late = divide_network(model.network_, model.backbone_, 6)
    images = trained.inputs(toy.files[test]).take(np.arange(2))
    whole = model.network_.predict_on_batch(images)
    assert late.predict_on_batch(early.predict_on_batch(images)) == pytest.approx(whole, abs=1e-5)


def test_features_are_computed_once_and_of_the_same_weights(toy: ImageSamples, tmp_path: Path) -> None:
    split = make_split(toy, "random", train=0.6, validation=0.2, keep_together=False)
    values, about = compute_features(toy, FeatureOptions(weights="none", seed=1))
    assert values.shape == (30, 1280)
    write_features(values, toy, about, tmp_path / "f.npz")
    kept, told = read_features(tmp_path / "f.npz", toy)
    assert (kept == values).all()
    trained = fit_images(toy, split, "logistic", features=(kept, told))
    test = split.places(Role.TEST)[:, 0]
    found = trained.predict(Features(kept), test)
    trained.save(tmp_path / "model")
    again = TrainedImageModel.load(tmp_path / "model")
    assert again.predict(again.inputs(toy.files[test])) == pytest.approx(found, abs=1e-4)
    again.card.image_features["options"]["seed"] = 2
    with pytest.raises(DataError, match="are not those that the model was trained on"):
        again.inputs(toy.files[test])
    with pytest.raises(UsageError, match="model logistic: takes features"):
        fit_images(toy, split, "logistic")
    with pytest.raises(UsageError, match="model softmax: takes images, not features"):
        fit_images(toy, split, "softmax", features=(kept, told))


def test_features_of_several_networks_stand_side_by_side(toy: ImageSamples) -> None:
    first, second, both = (
        compute_features(toy, FeatureOptions(weights="none", backbone=name, beside=beside, size=32))
        for name, beside in (("efficientnet_lite0", ()), ("MobileNet", ()), ("efficientnet_lite0", ("MobileNet",)))
    )
    assert both[0].shape == (30, 1280 + 1024)
    assert (both[0][:, :1280] == first[0]).all()
    assert both[1]["weights_digest"] not in {first[1]["weights_digest"], second[1]["weights_digest"]}
    kept = FeatureOptions(backbone="efficientnet_lite0", beside=("efficientnet_lite0",), size=32)
    values, _ = compute_features(toy, kept)
    assert (values[:, :1280] == values[:, 1280:]).all()
    with pytest.raises(ValueError, match=r"'weights' is net\.h5, which several networks cannot share"):
        FeatureOptions(weights="net.h5", beside=("MobileNet",))


def test_weights_of_another_network_are_one_sentence(toy: ImageSamples, tmp_path: Path) -> None:
    (tmp_path / "other.pth").write_bytes(b"no weights")
    with pytest.raises(DataError, match=r"other\.pth") as caught:
        compute_features(toy, FeatureOptions(weights=str(tmp_path / "other.pth")))
    assert "\n" not in str(caught.value)


def test_stopped_training_goes_on_and_ends_as_an_unbroken_one(toy: ImageSamples, tmp_path: Path, reports: Any) -> None:
    split = make_split(toy, "random", train=0.6, validation=0.2, keep_together=False)
    options = {"size": 8, "grey": False, "hidden": [8], "epochs": 4, "batch_size": 6, "dropout": 0.0}
    whole = fit_images(toy, split, "dense", **options)
    reports.stop(2)
    with pytest.raises(reports.stopped):
        fit_images(toy, split, "dense", checkpoint=tmp_path / "state", **options)
    again = fit_images(toy, split, "dense", checkpoint=tmp_path / "state", **options)
    places = split.places(Role.TEST)[:, 0]
    first, second = (trained.predict(trained.inputs(toy.files[places])) for trained in (whole, again))
    assert first == pytest.approx(second, abs=1e-6)
    assert [row["epoch"] for row in again.history] == [1, 2, 3, 4]


@pytest.mark.parametrize(("backbone", "more"), [("efficientnet_lite1", 9 * 9 * 32), ("ResNet50", 9 * 49 * 64)])
def test_twelve_bands_go_straight_into_a_network_from_random_weights(backbone: str, more: int) -> None:
    """Its first kernels have nine channels more: 3 x 3 and 7 x 7 pixels, 32 and 64 filters."""
    options = FineTuneOptions(backbone=backbone, weights="none", trained_blocks=None, head_start=False)
    three, twelve = (
        FineTuned(options, n_classes=4, several_labels=True).build((32, 32, channels)).count_params()
        for channels in (3, 12)
    )
    assert twelve - three == more
