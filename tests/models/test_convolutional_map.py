"""The fully convolutional twin gives what the network gives window by window, tile by tile, to the border."""

from typing import Any

import keras
import numpy as np
import pytest

from hsclass.models import convolutional_map
from hsclass.models.ann import AnnOptions, DenseNetwork
from hsclass.models.cnn3d import Cnn3dOptions, Convolutional3D
from hsclass.models.convolutional_map import is_convolutional, predict_convolutionally
from hsclass.models.network import NetworkClassifier
from hsclass.models.windows import pad_cube

BANDS, CLASSES = 24, 4


def make(kind: str, window: int = 7) -> NetworkClassifier:
    """A network of random weights, biases included, whose probabilities differ much from pixel to pixel."""
    family, options = {
        "ann": (DenseNetwork, AnnOptions(hidden=(9, 5))),
        "cnn3d": (Convolutional3D, Cnn3dOptions(filters=(3, 2, 4), dense=(6, 5))),
    }[kind]
    classifier = family(options, window=window, n_features=BANDS, n_classes=CLASSES)
    keras.utils.set_random_seed(7)
    classifier.network_ = classifier.build()
    rng = np.random.default_rng(11)
    weights = [value + rng.normal(0, 0.3, value.shape) for value in classifier.network_.get_weights()]
    classifier.network_.set_weights(weights)
    return classifier


def make_cube(rows: int, cols: int, bands: int = BANDS) -> np.ndarray:
    return np.random.default_rng(rows * 100 + cols).normal(size=(rows, cols, bands)).astype(np.float32)


def all_windows(cube: np.ndarray, side: int) -> np.ndarray:
    """Every window of the mirrored cube, materialised, shape (rows * cols, side, side, bands)."""
    view = np.lib.stride_tricks.sliding_window_view(pad_cube(cube, side // 2), (side, side), axis=(0, 1))
    return np.moveaxis(view, 2, 4).reshape(-1, side, side, cube.shape[2])


@pytest.mark.parametrize("kind", ["ann", "cnn3d"])
@pytest.mark.parametrize(("rows", "cols"), [(7, 13), (11, 9), (1, 8), (8, 1), (3, 2)])
def test_map_equals_the_network_on_every_window(kind: str, rows: int, cols: int) -> None:
    classifier, cube = make(kind), make_cube(rows, cols)
    assert is_convolutional(classifier.network_)
    expected = classifier.network_.predict_on_batch(all_windows(cube, classifier.side)).reshape(rows, cols, CLASSES)
    found = classifier.predict_map(cube)
    assert found.shape == (rows, cols, CLASSES)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_array_equal(found.argmax(axis=2), expected.argmax(axis=2))
    assert np.ptp(expected, axis=(0, 1)).max() > 0.05


@pytest.mark.parametrize("kind", ["ann", "cnn3d"])
def test_map_equals_window_by_window_prediction(kind: str) -> None:
    classifier, cube = make(kind, window=9), make_cube(11, 9)
    pixels = np.argwhere(np.ones((11, 9), bool))
    expected = classifier.predict_proba(cube, pixels).reshape(11, 9, CLASSES)
    np.testing.assert_allclose(classifier.predict_map(cube), expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["ann", "cnn3d"])
@pytest.mark.parametrize("rows_a_tile", [1, 3, 4, 11])
def test_row_tiles_join_without_a_seam(kind: str, rows_a_tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, cube = make(kind), make_cube(11, 9)
    whole = classifier.predict_map(cube)
    monkeypatch.setattr(convolutional_map, "_rows_a_tile", lambda *_: rows_a_tile)
    np.testing.assert_allclose(classifier.predict_map(cube), whole, atol=1e-6)


def test_memory_budget_sets_the_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, cube = make("cnn3d"), make_cube(11, 9)
    whole, heights = classifier.predict_map(cube), []
    twin = convolutional_map.convolutional_twin(classifier.network_)
    predict = twin.predict_on_batch
    twin.predict_on_batch = lambda tile: heights.append(tile.shape[1]) or predict(tile)
    monkeypatch.setattr(convolutional_map, "convolutional_twin", lambda _: twin)
    # widest: 20 bands of 3 filters after the first convolution; 15 columns with the mirrored ones; room for 10 rows
    monkeypatch.setattr(convolutional_map, "_MEMORY", 3 * 4 * 15 * 60 * 10)
    found = predict_convolutionally(classifier.network_, cube, window=7)
    assert heights == [10, 10, 9]
    np.testing.assert_allclose(found, whole, atol=1e-6)


def test_tiles_of_a_dense_network_have_room_for_its_widest_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = DenseNetwork(AnnOptions(hidden=(50, 8)), window=7, n_features=5, n_classes=3)
    monkeypatch.setattr(convolutional_map, "_MEMORY", 3 * 4 * 20 * 50 * 6)
    assert convolutional_map._rows_a_tile(classifier.build(), 20, 0) == 6


def test_too_small_a_budget_still_gives_one_row_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolutional_map, "_MEMORY", 1)
    assert convolutional_map._rows_a_tile(make("cnn3d").network_, 20, 3) == 1


def test_dense_layer_without_bias() -> None:
    stack = [
        keras.Input((3, 3, 2)),
        keras.layers.Conv2D(4, 2, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(3, use_bias=False, activation="softmax"),
    ]
    network, cube = keras.Sequential(stack), make_cube(4, 5, 2)
    expected = network.predict_on_batch(all_windows(cube, 3)).reshape(4, 5, 3)
    np.testing.assert_allclose(predict_convolutionally(network, cube, window=3), expected, atol=1e-5)


LAYERS = keras.layers


@pytest.mark.parametrize(
    "layers",
    [
        (LAYERS.Conv2D(2, 3, padding="same"),),
        (LAYERS.Conv2D(2, 3, strides=2),),
        (LAYERS.Conv2D(2, 3, dilation_rate=2),),
        (LAYERS.MaxPooling2D(2),),
        (LAYERS.GlobalAveragePooling2D(),),
        (LAYERS.BatchNormalization(axis=1),),
        (LAYERS.Reshape((7, 7, BANDS, 1)), LAYERS.MaxPooling3D((2, 2, 2))),
        (LAYERS.Reshape((7, 7, -1, 1)), LAYERS.MaxPooling3D((1, 1, 2), strides=(2, 2, 2))),
        (LAYERS.Reshape((7, 7, -1, 1)), LAYERS.ZeroPadding3D(((1, 1), (0, 0), (0, 0)))),
        (LAYERS.Reshape((7, 7, -1, 1)), LAYERS.Conv3D(2, 3, strides=(1, 2, 1))),
        (LAYERS.Reshape((7 * BANDS, 7, 1)),),
    ],
)
def test_network_that_is_no_plain_convolution_is_recognised(layers: tuple[Any, ...]) -> None:
    network = keras.Sequential([keras.Input((7, 7, BANDS)), *layers])
    assert not is_convolutional(network)


@pytest.mark.parametrize("convolution", [{"padding": "same"}, {"strides": 2}])
def test_map_of_such_a_network_is_made_window_by_window(convolution: dict[str, Any]) -> None:
    classifier, cube = make("cnn3d"), make_cube(5, 6)
    classifier.network_ = keras.Sequential(
        [
            keras.Input((7, 7, BANDS)),
            LAYERS.Conv2D(3, 3, **convolution),
            LAYERS.Flatten(),
            LAYERS.Dense(CLASSES, activation="softmax"),
        ]
    )
    expected = classifier.network_.predict_on_batch(all_windows(cube, 7)).reshape(5, 6, CLASSES)
    np.testing.assert_allclose(classifier.predict_map(cube), expected, atol=1e-5)
