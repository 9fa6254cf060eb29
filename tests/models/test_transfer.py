"""What is of the transfer model alone; the contract of models is tested for all in tests/contract."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hsclass
from hsclass.backbones import blocks, weights_digest
from hsclass.errors import DataError, UsageError
from hsclass.models import transfer
from hsclass.models.classifier import Sample
from hsclass.models.trained import TrainedModel
from hsclass.models.transfer import Transfer, TransferOptions
from hsclass.scene import Scene
from hsclass.split import Role, Split

QUICK: dict[str, Any] = {"size": 32, "epochs": 2, "fine_tune_epochs": 1, "window": 3}


def make(n_features: int = 5, window: int = 7, **options: Any) -> Transfer:
    return Transfer(TransferOptions(size=32, **options), window=window, n_features=n_features, n_classes=3)


@pytest.fixture(scope="module")
def frozen(toy_scene: Scene, toy_split: Split) -> TrainedModel:
    return hsclass.fit(toy_scene, toy_split, "transfer", **QUICK)


@pytest.fixture(scope="module")
def tuned(toy_scene: Scene, toy_split: Split) -> TrainedModel:
    return hsclass.fit(toy_scene, toy_split, "transfer", fine_tune=1, **QUICK)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"backbone": "resnet"}, r"unknown backbone 'resnet': expected one of"),
        ({"backbone": "Xception"}, r"backbone Xception: images of 32 x 32 pixels are too small, it needs 71"),
        ({"channels": (0, 1, 5)}, r"option 'channels' names feature 5; expected numbers from 0 to 4"),
        ({"n_features": 2}, r"2 features do not give three channels; use more bands"),
    ],
)
def test_what_does_not_fit_is_refused_before_any_job(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        make(**options)


def test_reach_is_half_of_the_window() -> None:
    assert make().reach == 3
    assert make(window=9).reach == 4
    small = Transfer(TransferOptions(size=32, window=5), window=9, n_features=5, n_classes=3)
    assert (small.side, small.reach) == (5, 2)
    with pytest.raises(UsageError, match=r"option 'window' is 11, wider than the 9 pixels that the split keeps apart"):
        Transfer(TransferOptions(size=32, window=11), window=9, n_features=5, n_classes=3)


def test_training_pixels_have_the_mean_and_spread_of_photographs_in_every_channel() -> None:
    """On a window of one pixel: what the network is given of a pixel that is unlike its neighbours."""
    rng = np.random.default_rng(0)
    cube = rng.normal(size=(6, 7, 5)).astype(np.float32) @ rng.normal(size=(5, 5)).astype(np.float32) + 3
    train = Sample(
        np.argwhere(np.arange(42).reshape(6, 7) % 3 == 0).astype(np.int32), np.arange(14, dtype=np.int32) % 3
    )
    spectra = cube[train.places[:, 0], train.places[:, 1]]
    for options in ({"weights": "none"}, {"weights": "none", "channels": (4, 0, 2)}):
        model = make(window=1, **options)
        model.network_ = model.build()
        model.prepare(cube, train)
        given = spectra[:, np.newaxis, np.newaxis]
        for layer in model.network_.layers[:2]:
            given = layer(given)
        given = np.asarray(given)[:, 0, 0]
        np.testing.assert_allclose(given.mean(axis=0), transfer.MEAN, rtol=1e-3)
        np.testing.assert_allclose(given.std(axis=0), transfer.DEVIATION, rtol=1e-2 if "channels" in options else 0.05)
    red = (spectra[:, 4] - spectra[:, 4].mean()) / spectra[:, 4].std()
    np.testing.assert_allclose(given[:, 0], red * transfer.DEVIATION + transfer.MEAN, rtol=1e-3)


def test_wavelengths_become_the_bands_next_to_them() -> None:
    options = TransferOptions(wavelengths=(652, 549, 401))
    settled = Transfer.settle(options, np.array([400.0, 500, 550, 640, 660]))
    assert (settled.channels, settled.wavelengths) == ((4, 2, 0), None)
    assert Transfer.settle(TransferOptions(), None) == TransferOptions()
    with pytest.raises(DataError, match=r"option 'wavelengths' is set, but the features have none; give the scene's"):
        Transfer.settle(options, None)


def test_features_that_are_bands_know_their_wavelengths(toy_scene: Scene, toy_split: Split) -> None:
    """Bands 2 to 9 of 400, 410, … nm are kept: 440 nm is the third of them."""
    kept = {"features": "bands", "feature_options": {"keep": [[2, 9]]}}
    model = hsclass.fit(toy_scene, toy_split, "transfer", wavelengths=(440, 461, 488), **kept, **QUICK)
    assert model.card.options["channels"] == (2, 4, 7)
    with pytest.raises(DataError, match=r"option 'wavelengths' is set, but the features have none"):
        hsclass.fit(toy_scene, toy_split, "transfer", wavelengths=(440, 461, 488), features="pca", **QUICK)


def test_contrast_fades_from_the_centre_as_asked_for() -> None:
    faded = transfer._focus(5, 0.5)
    assert faded.shape == (5, 5, 1)
    assert faded[2, 2, 0] == 1
    assert faded[2, 3, 0] == pytest.approx(np.exp(-0.5))  # half of the half side
    assert faded[0, 4, 0] == pytest.approx(np.exp(-4))  # a corner: twice the half side, in each direction
    assert (transfer._focus(5, None) == 1).all()
    assert transfer._focus(1, 0.5).tolist() == [[[1.0]]]


def test_a_frozen_network_is_not_stored_but_checked(frozen: TrainedModel, tmp_path: Path) -> None:
    frozen.save(tmp_path / "model")
    held = {path.name: path.stat().st_size for path in (tmp_path / "model").iterdir()}
    assert "backbone.weights.h5" not in held
    assert sum(held.values()) < 200_000
    about = tmp_path / "model" / "backbone.json"
    about.write_text(about.read_text().replace(weights_digest(frozen.classifier._backbone), "0" * 64))
    with pytest.raises(
        DataError, match=r"was trained on weights of efficientnet_lite0 with sha256 0000.*; install the"
    ):
        TrainedModel.load(tmp_path / "model")
    about.write_text("{}")
    with pytest.raises(DataError, match=r"backbone\.json: cannot be read"):
        TrainedModel.load(tmp_path / "model")


def test_only_the_last_blocks_are_tuned_and_their_normalisations_are_not(tuned: TrainedModel) -> None:
    published = make().build().layers[transfer._BACKBONE]
    found = tuned.classifier._backbone
    pairs = list(zip(blocks(published), blocks(found), strict=True))
    for before, after in pairs[:-1]:
        for old, new in zip(before, after, strict=True):
            for ours, theirs in zip(old.get_weights(), new.get_weights(), strict=True):
                np.testing.assert_array_equal(ours, theirs)
    for old, new in zip(*pairs[-1], strict=True):
        same = [(a == b).all() for a, b in zip(old.get_weights(), new.get_weights(), strict=True)]
        assert all(same) == ("BatchNormalization" in type(old).__name__ or not same), old.name
    assert [row["epoch"] for row in tuned.history] == [1, 2, 3]
    assert tuned.training.best_epoch == 3
    assert tuned.training.facts["fine-tuned"].startswith("the last 1 of 10 blocks, learning rate 0.0001")


def test_a_tuned_network_is_stored_whole(tuned: TrainedModel, toy_scene: Scene, tmp_path: Path) -> None:
    tuned.save(tmp_path / "model")
    loaded = TrainedModel.load(tmp_path / "model")
    cube = tuned.features(toy_scene)
    np.testing.assert_array_equal(loaded.classifier.predict_map(cube), tuned.classifier.predict_map(cube))
    (tmp_path / "model" / "backbone.weights.h5").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"backbone\.weights\.h5: are not those of efficientnet_lite0"):
        TrainedModel.load(tmp_path / "model")


def test_a_learned_adapter_begins_with_the_components_and_leaves_the_network(
    frozen: TrainedModel, toy_scene: Scene, toy_split: Split
) -> None:
    learned = hsclass.fit(toy_scene, toy_split, "transfer", channels="adapter", **QUICK)
    kernels = [model.classifier.network_.get_layer("channels").get_weights()[0] for model in (frozen, learned)]
    assert 0 < np.abs(kernels[0] - kernels[1]).max() < 0.1
    digests = [weights_digest(model.classifier._backbone) for model in (frozen, learned)]
    assert digests[0] == digests[1]
    assert (frozen.training.parameters, learned.training.parameters) == (1281 * 3, 1281 * 3 + 25 * 3)


def test_a_layer_trained_on_features_is_as_good_on_windows(
    frozen: TrainedModel, toy_scene: Scene, toy_split: Split
) -> None:
    """Validation accuracy of the best epoch, had from features, is that of the whole network."""
    pixels = toy_split.places(Role.VALIDATION)
    found = frozen.classifier.predict_proba(frozen.features(toy_scene), pixels).argmax(axis=1)
    truth = np.searchsorted([2, 7, 12], toy_scene.require_labels()[pixels[:, 0], pixels[:, 1]])
    best = frozen.history[frozen.training.best_epoch - 1]
    assert (found == truth).mean() == pytest.approx(best["val_accuracy"])


def test_spectra_that_are_too_alike_are_one_sentence(toy_scene: Scene, toy_split: Split) -> None:
    flat = replace(toy_scene, cube=np.full_like(toy_scene.cube, 7))
    with pytest.raises(DataError, match=r"^model transfer: "):
        hsclass.fit(flat, toy_split, "transfer", **QUICK)
