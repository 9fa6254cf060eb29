"""Augmentation changes training batches in the ways that it says, and nothing else."""

from typing import Any

import keras
import numpy as np
import pytest

from hsclass.learning.augmentation import BandJitter, Mixup, RandomSymmetry, augmentation_layers
from hsclass.learning.recipes import NetworkOptions


def eight_symmetries(window: np.ndarray) -> list[bytes]:
    """Rotations of a (side, side, features) window and of its mirror image, as bytes to compare."""
    turned = [np.rot90(image, turns) for image in (window, window[:, ::-1]) for turns in range(4)]
    return [np.ascontiguousarray(image).tobytes() for image in turned]


def test_each_window_becomes_one_of_its_eight_symmetries_all_equally_likely() -> None:
    window = np.random.default_rng(2).normal(size=(3, 3, 2)).astype(np.float32)
    expected = eight_symmetries(window)
    assert len(set(expected)) == 8
    drawn = np.asarray(RandomSymmetry(seed=5)(np.repeat(window[np.newaxis], 1600, axis=0), training=True))
    counts = [sum(found.tobytes() == symmetry for found in drawn) for symmetry in expected]
    assert sum(counts) == 1600
    assert min(counts) > 150  # expected 200, standard deviation 13
    assert max(counts) < 250


def test_windows_of_a_batch_are_turned_one_by_one_and_not_mixed() -> None:
    windows = np.random.default_rng(3).normal(size=(40, 5, 5, 2)).astype(np.float32)
    drawn = np.asarray(RandomSymmetry(seed=1)(windows, training=True))
    places = [eight_symmetries(window).index(found.tobytes()) for window, found in zip(windows, drawn, strict=True)]
    assert len(set(places)) > 4


def test_each_batch_is_drawn_anew_and_a_seed_repeats() -> None:
    windows = np.random.default_rng(4).normal(size=(32, 3, 3, 1)).astype(np.float32)
    layer, again = RandomSymmetry(seed=9), RandomSymmetry(seed=9)
    first, second = (np.asarray(layer(windows, training=True)) for _ in range(2))
    assert (first != second).any()
    np.testing.assert_array_equal(np.asarray(again(windows, training=True)), first)


def test_prediction_is_not_augmented() -> None:
    windows = np.random.default_rng(5).normal(size=(8, 3, 3, 1)).astype(np.float32)
    np.testing.assert_array_equal(np.asarray(RandomSymmetry(seed=0)(windows)), windows)
    network = keras.Sequential([keras.Input((3, 3, 1)), RandomSymmetry(seed=0)])
    np.testing.assert_array_equal(network.predict(windows, verbose=0), windows)


def test_jitter_is_one_gain_and_one_offset_a_window_and_band() -> None:
    windows = np.random.default_rng(6).normal(size=(5, 3, 3, 4)).astype(np.float32)
    drawn = np.asarray(BandJitter(0.2, seed=1)(windows, training=True))
    for window, found in zip(windows.reshape(5, 9, 4), drawn.reshape(5, 9, 4), strict=True):
        for band in range(4):
            gain, offset = np.polyfit(window[:, band], found[:, band], 1)
            np.testing.assert_allclose(gain * window[:, band] + offset, found[:, band], atol=1e-5)


def test_gains_and_offsets_have_the_spread_asked_for() -> None:
    windows = np.zeros((4000, 1, 2, 1), np.float32)
    windows[:, 0, 1] = 1
    drawn = np.asarray(BandJitter(0.2, seed=1)(windows, training=True))
    offsets, gains = drawn[:, 0, 0, 0], drawn[:, 0, 1, 0] - drawn[:, 0, 0, 0]
    assert offsets.mean() == pytest.approx(0, abs=0.02)
    assert gains.mean() == pytest.approx(1, abs=0.02)
    assert offsets.std() == pytest.approx(0.2, rel=0.05)
    assert gains.std() == pytest.approx(0.2, rel=0.05)
    assert abs(np.corrcoef(offsets, gains)[0, 1]) < 0.06


def test_noise_is_drawn_for_each_value() -> None:
    windows = np.full((100, 3, 3, 10), 5, np.float32)
    [layer] = augmentation_layers(NetworkOptions(augment=False, noise=0.5), 1, side=3)
    added = np.asarray(layer(windows, training=True)) - 5
    assert added.mean() == pytest.approx(0, abs=0.02)
    assert added.std() == pytest.approx(0.5, rel=0.03)
    assert len(np.unique(added)) > 8900


def test_mixup_of_windows_by_hand() -> None:
    windows, partners = np.full((2, 1, 1, 2), 10, np.float32), np.zeros((2, 1, 1, 2), np.float32)
    shares = np.array([[0.25], [1]], np.float32)
    drawn = np.asarray(Mixup()((windows, partners, shares), training=True))
    assert drawn[:, 0, 0].tolist() == [[2.5, 2.5], [10, 10]]
    np.testing.assert_array_equal(np.asarray(Mixup()((windows, partners, shares))), windows)


@pytest.mark.parametrize(
    ("options", "side", "expected"),
    [
        ({}, 9, [RandomSymmetry]),
        ({}, 1, []),
        ({"augment": False}, 9, []),
        ({"augment": False, "noise": 0.1, "jitter": 0.1, "mixup": 0.2}, 1, [BandJitter, keras.layers.GaussianNoise]),
    ],
)
def test_layers_are_those_that_the_options_ask_for(options: dict[str, Any], side: int, expected: list[type]) -> None:
    assert [type(layer) for layer in augmentation_layers(NetworkOptions(**options), 0, side=side)] == expected


def test_each_layer_draws_numbers_of_its_own() -> None:
    layers = augmentation_layers(NetworkOptions(augment=True, jitter=0.1, noise=0.1), 3, side=9)
    states = {tuple(np.asarray(state).tolist()) for layer in layers for state in layer.non_trainable_variables}
    assert len(states) == 3
