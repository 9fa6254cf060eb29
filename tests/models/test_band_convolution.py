"""Convolution and pooling in one layer are those of Keras' layers, computed in float64, and so are their gradients."""

import math
from typing import Any

import keras
import numpy as np
import pytest

from hsclass.models import plane_products
from hsclass.models.band_convolution import BandConvolution
from hsclass.models.cnn3d import Cnn3dOptions, Convolutional3D
from hsclass.models.whole_scene import network_map
from hsclass.models.whole_scene.network_map import NetworkMap
from hsclass.models.windows import pad_cube


def layer_and_input(side: int, bands: int, channels: int, filters: int, **arguments: Any) -> tuple[Any, np.ndarray]:
    rng = np.random.default_rng(side * 100 + bands)
    layer = BandConvolution(filters, (3, 3, 5), **arguments)
    layer.build((None, side, side, bands, channels))
    layer.set_weights([rng.normal(0, 0.2, weight.shape) for weight in layer.get_weights()])
    return layer, rng.normal(size=(3, side, side, bands, channels)).astype(np.float32)


def by_hand(layer: Any, values: np.ndarray) -> np.ndarray:
    """Sums over a window and bias, then maxima of a pool, in float64; ReLU last."""
    kernel, bias = (np.asarray(weight, np.float64) for weight in layer.get_weights())
    half = 2 * layer.padded
    values = np.pad(values.astype(np.float64), ((0, 0), (0, 0), (0, 0), (half, half), (0, 0)))
    seen = np.lib.stride_tricks.sliding_window_view(values, (3, 3, 5), axis=(1, 2, 3))
    sums = np.einsum("nrcbkxyz,xyzkf->nrcbf", seen, kernel) + bias
    count, size = sums.shape[3], layer.pool
    first = -(-count % size // 2) if layer.partial else 0  # where pools hold fewer, the first and the last one do
    starts = range(first, count if layer.partial else count - size + 1, size)
    maxima = [sums[:, :, :, max(0, at) : at + size].max(axis=3) for at in starts]
    return np.maximum(np.stack(maxima, axis=3), 0)


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("partial", [True, False])
@pytest.mark.parametrize(("side", "filters"), [(7, 16), (5, 16), (6, 16), (7, 1)])
def test_values_are_those_of_sums_and_maxima(side: int, filters: int, padded: bool, partial: bool) -> None:
    layer, values = layer_and_input(
        side, 17, 12, filters, pool=3, padded=padded, partial=partial, activation="relu"
    )  # fmt: skip
    expected = by_hand(layer, values)
    found = keras.ops.convert_to_numpy(layer(values))
    assert found.shape == expected.shape == (3, *layer.compute_output_shape(values.shape)[1:])
    np.testing.assert_allclose(found, expected, atol=2e-5 * expected.max())


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("partial", [True, False])
@pytest.mark.parametrize(("side", "pool"), [(6, 3), (9, 3), (5, 2), (3, 1)])
def test_values_of_a_scene_are_those_of_sums_and_maxima(side: int, pool: int, padded: bool, partial: bool) -> None:
    layer, values = layer_and_input(side, 17, 5, 6, pool=pool, padded=padded, partial=partial, activation="relu")
    expected = by_hand(layer, values)
    found = keras.ops.convert_to_numpy(layer(values, scene=True))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=2e-5 * expected.max())


def test_layer_is_made_again_from_its_configuration() -> None:
    layer, values = layer_and_input(5, 17, 2, 3, pool=3, padded=True, partial=True, activation="relu")
    again = BandConvolution.from_config(layer.get_config())
    again.build(values.shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(values), layer(values))


@pytest.mark.parametrize("results", [3, 4, 5])
def test_products_of_a_line_are_its_correlation(results: int) -> None:
    of_values, of_kernel, of_products = plane_products.toom_cook(results)
    assert len(of_values) == results + 2  # in place of 3 for each result
    values, kernel = np.arange(results + 2) ** 2.0, np.array([2.0, -1.0, 0.5])
    expected = np.correlate(values, kernel)
    np.testing.assert_allclose(of_products @ ((of_values @ values) * (of_kernel @ kernel)), expected, atol=1e-12)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "selu", "gelu", "tanh", "sigmoid", "linear"])
def test_pooling_before_the_activation_changes_nothing(activation: str) -> None:
    layer, values = layer_and_input(5, 17, 2, 3, pool=3, activation=activation)
    plain = keras.Sequential(
        [keras.layers.Conv3D(3, (3, 3, 5), activation=activation), keras.layers.MaxPooling3D((1, 1, 3))]
    )
    plain.build(values.shape)
    plain.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(values), plain(values), atol=1e-5)


def test_plane_products_are_taken_where_they_save_multiplications() -> None:
    # side 7: 49 (49 · 48 + 25 · 32) + 49 · 5 · 48 · 32 = 530,768 in place of 25 · 9 · 5 · 48 · 32 = 1,728,000
    assert plane_products.saves(7, span=5, channels=48, filters=32)
    # side 7, one channel, 48 filters: 49 (49 + 25 · 48) + 49 · 5 · 48 = 72,961; 25 · 9 · 5 · 48 = 54,000
    assert not plane_products.saves(7, span=5, channels=1, filters=48)
    assert not plane_products.saves(9, span=5, channels=48, filters=32)
    assert not plane_products.saves(None, span=5, channels=48, filters=32)


def loss_and_gradients(layer: Any, values: np.ndarray, shares: np.ndarray) -> list[np.ndarray]:
    """Of the sum of shares · outputs: gradients by the input, the kernel and the bias."""
    if keras.backend.backend() == "jax":
        import jax

        def loss(given: Any, weights: Any) -> Any:
            return (layer.stateless_call(weights, [], given)[0] * shares).sum()

        of_input, of_weights = jax.grad(loss, argnums=(0, 1))(values, [v.value for v in layer.trainable_variables])
        return [np.asarray(gradient) for gradient in (of_input, *of_weights)]
    import tensorflow as tf

    given = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(given)
        loss = tf.reduce_sum(layer(given) * shares)
    return [gradient.numpy() for gradient in tape.gradient(loss, [given, *layer.trainable_variables])]


@pytest.mark.parametrize("side", [5, 7])
def test_gradients_are_finite_differences(side: int) -> None:
    layer, values = layer_and_input(side, 11, 12, 16, pool=3, padded=True, activation="relu")
    shares = np.random.default_rng(1).normal(size=layer(values).shape).astype(np.float32)
    gradients = loss_and_gradients(layer, values, shares)
    weights = [np.asarray(weight, np.float64) for weight in layer.get_weights()]
    points = [values.astype(np.float64), *weights]
    step = 1e-6
    for which, gradient in enumerate(gradients):
        direction = np.random.default_rng(which).normal(size=gradient.shape)
        moved = [[*points[:which], points[which] + sign * step * direction, *points[which + 1 :]] for sign in (1, -1)]
        ahead, behind = ((by_hand(Fixed(layer, *weights), at) * shares).sum() for at, *weights in moved)
        assert (gradient * direction).sum() == pytest.approx((ahead - behind) / (2 * step), rel=1e-3)


class Fixed:
    """A layer with weights in float64."""

    def __init__(self, layer: Any, *weights: np.ndarray) -> None:
        self.padded, self.partial, self.pool, self.weights = layer.padded, layer.partial, layer.pool, weights

    def get_weights(self) -> Any:
        return self.weights


def test_of_two_values_nearly_equal_the_larger_alone_receives_the_gradient() -> None:
    layer = BandConvolution(1, (1, 1, 1), pool=3)
    values = np.array([1.0, 1.000004, 0.5], np.float32).reshape(1, 1, 1, 3, 1)
    layer.build(values.shape)
    layer.set_weights([np.ones((1, 1, 1, 1, 1)), np.zeros(1)])
    of_input, of_kernel, _ = loss_and_gradients(layer, values, np.ones((1, 1, 1, 1, 1), np.float32))
    np.testing.assert_array_equal(of_input.ravel(), [0, 1, 0])
    assert of_kernel.item() == pytest.approx(1.000004, abs=1e-7)


def test_map_by_row_products_or_sums_equals_windows_by_plane_products(monkeypatch: pytest.MonkeyPatch) -> None:
    family = Convolutional3D(Cnn3dOptions(filters=(16, 16, 16), dense=(8,)), window=9, n_features=40, n_classes=4)
    keras.utils.set_random_seed(3)
    network = family.build()
    network.set_weights([1.3 * weight for weight in network.get_weights()])
    cube = np.random.default_rng(0).normal(size=(6, 7, 40)).astype(np.float32)
    view = np.lib.stride_tricks.sliding_window_view(pad_cube(cube, 4), (9, 9), axis=(0, 1))
    expected = network.predict_on_batch(np.moveaxis(view, 2, 4).reshape(-1, 9, 9, 40)).reshape(6, 7, 4)
    assert np.ptp(expected, axis=(0, 1)).max() > 0.1
    for least in (0, math.inf):
        monkeypatch.setattr(network_map, "_COMPILED", least)
        np.testing.assert_allclose(NetworkMap(network).predict(cube, slice(0, 6), 1e9), expected, atol=1e-5)
