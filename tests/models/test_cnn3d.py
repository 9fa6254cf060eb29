"""The three-dimensional network has the published layers, and refuses what does not fit it."""

from typing import Any

import keras
import numpy as np
import pytest

from hsclass.errors import UsageError
from hsclass.models.cnn3d import Cnn3dOptions, Convolutional3D


def make(window: int, bands: int, classes: int = 3, **options: Any) -> Convolutional3D:
    return Convolutional3D(Cnn3dOptions(**options), window=window, n_features=bands, n_classes=classes)


def layer_table(network: Any, *kinds: type) -> list[tuple[tuple[int, ...], int]]:
    """Output shape without the batch, and number of parameters, of the layers of those kinds."""
    return [(layer.output.shape[1:], layer.count_params()) for layer in network.layers if isinstance(layer, kinds)]


def test_published_layer_table_of_indian_pines() -> None:
    network = make(9, 220, classes=16).build()
    # 216, 72 and 24 bands, pooled by 3, 3 and 2
    assert layer_table(network, keras.layers.Conv3D) == [
        ((7, 7, 72, 48), 2_208),
        ((5, 5, 24, 32), 69_152),
        ((3, 3, 12, 32), 46_112),
    ]
    assert layer_table(network, keras.layers.Flatten) == [((3_456,), 0)]
    assert layer_table(network, keras.layers.Dense) == [((128,), 442_496), ((128,), 16_512), ((16,), 2_064)]
    assert network.count_params() == 578_544
    assert network.input_shape == (None, 9, 9, 220)


def test_activations_are_rectified_but_for_the_softmax() -> None:
    network = make(9, 24).build()
    names = [layer.activation.__name__ for layer in network.layers if hasattr(layer, "activation")]
    assert names == ["relu"] * 5 + ["softmax"]


def test_dropout_follows_each_dense_layer_but_the_last() -> None:
    network = make(7, 24, dropout=0.25).build()
    rates = [layer.rate for layer in network.layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == [0.25, 0.25]


def test_options_set_the_sizes() -> None:
    network = make(7, 24, filters=(2, 3, 4), dense=(5,)).build()
    assert [shape[-1] for shape, _ in layer_table(network, keras.layers.Conv3D)] == [2, 3, 4]
    assert [shape for shape, _ in layer_table(network, keras.layers.Dense)] == [(5,), (3,)]


@pytest.mark.parametrize("window", [1, 3, 5])
def test_window_too_small_for_three_convolutions(window: int) -> None:
    with pytest.raises(UsageError, match=f"window {window} does not fit.*7 pixels or more"):
        make(window, 220)


@pytest.mark.parametrize("bands", [1, 4, 21])
def test_too_few_bands_for_the_poolings(bands: int) -> None:
    with pytest.raises(UsageError, match=f"{bands} bands do not fit.*22 or more"):
        make(9, bands)


@pytest.mark.parametrize(("window", "bands", "flat"), [(7, 22, 1 * 1 * 1), (11, 24, 5 * 5 * 1), (7, 40, 1 * 1 * 2)])
def test_smallest_and_other_sizes_can_be_built_and_run(window: int, bands: int, flat: int) -> None:
    network = make(window, bands, filters=(2, 2, 2), dense=(4,)).build()
    assert layer_table(network, keras.layers.Flatten) == [((flat * 2,), 0)]
    probabilities = network.predict_on_batch(np.ones((2, window, window, bands), np.float32))
    np.testing.assert_allclose(probabilities.sum(axis=1), [1, 1], rtol=1e-5)


def test_reach_is_half_the_window() -> None:
    assert make(9, 24).reach == 4


def test_a_shallower_network_spans_other_bands_and_takes_smaller_windows() -> None:
    options = Cnn3dOptions(filters=(2, 3), kernel=7, dense=(4,), window=5)
    network = Convolutional3D(options, window=9, n_features=40, n_classes=3)
    assert (network.side, network.reach) == (5, 2)
    built = network.build()
    # 40 bands less 6, pooled by 3; padded by 3, so that 11 stay, pooled by 3
    assert [shape for shape, _ in layer_table(built, keras.layers.Conv3D)] == [(3, 3, 11, 2), (1, 1, 3, 3)]
    assert layer_table(built, keras.layers.Flatten) == [((3 * 3,), 0)]


def test_window_wider_than_the_splits_is_refused() -> None:
    with pytest.raises(UsageError, match="option 'window' is 11, wider than the 9 pixels that the split keeps apart"):
        Convolutional3D(Cnn3dOptions(window=11), window=9, n_features=220, n_classes=3)


@pytest.mark.parametrize(
    "sizes",
    [{"filters": (0, 2, 2)}, {"filters": ()}, {"filters": (2,) * 4}, {"dense": (-1,)}, {"kernel": 4}, {"window": 8}],
)
def test_impossible_sizes_are_refused(sizes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(sizes))):
        Cnn3dOptions(**sizes)
