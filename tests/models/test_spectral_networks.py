"""The networks on one spectrum compute what they say, checked in numpy."""

from typing import Any

import keras
import numpy as np

from hsclass.models.cnn1d import Cnn1dOptions, Convolutional1D
from hsclass.models.rnn import Recurrent, RnnOptions


def inner(network: Any, kind: type) -> Any:
    """The network up to its last layer of that kind, that layer included."""
    layer = [layer for layer in network.layers if isinstance(layer, kind)][-1]
    return keras.Model(network.inputs, layer.output)


def spectra(bands: int) -> np.ndarray:
    return np.random.default_rng(4).normal(size=(3, 1, 1, bands)).astype(np.float32)


def test_convolution_runs_along_the_bands_and_the_outer_pools_hold_fewer() -> None:
    options = Cnn1dOptions(filters=(2,), kernel=4, pool=3)
    network = Convolutional1D(options, window=1, n_features=13, n_classes=3).build()
    kernel, bias = network.layers[1].get_weights()
    found = inner(network, keras.layers.Conv3D).predict_on_batch(spectra(13))
    assert found.shape == (3, 1, 1, 4, 2)
    for spectrum, pooled in zip(spectra(13)[:, 0, 0], found[:, 0, 0], strict=True):
        for filter_ in range(2):
            values = np.tanh(np.correlate(spectrum, kernel[0, 0, :, 0, filter_], "valid") + bias[filter_])
            expected = [values[:2].max(), values[2:5].max(), values[5:8].max(), values[8:].max()]
            np.testing.assert_allclose(pooled[:, filter_], expected, atol=1e-5)


def test_bands_are_read_in_order_a_step_at_a_time_and_filled_up_with_0() -> None:
    network = Recurrent(RnnOptions(step=3), window=1, n_features=7, n_classes=2).build()
    steps = inner(network, keras.layers.Reshape).predict_on_batch(np.arange(1, 8, dtype=np.float32).reshape(1, 1, 1, 7))
    np.testing.assert_array_equal(steps, [[[1, 2, 3], [4, 5, 6], [7, 0, 0]]])


def test_the_state_behind_the_last_band_goes_on() -> None:
    """A gated unit of one value, by its equations: reset gate, update gate, candidate (Cho et al. 2014)."""
    network = Recurrent(RnnOptions(units=(1,)), window=1, n_features=5, n_classes=2).build()
    gated = next(layer for layer in network.layers if isinstance(layer, keras.layers.GRU))
    kernel, recurrent, bias = (np.random.default_rng(3).normal(size=w.shape) for w in gated.get_weights())
    gated.set_weights([kernel, recurrent, bias])

    def sigmoid(x: float) -> float:
        return 1 / (1 + np.exp(-x))

    expected = []
    for spectrum in spectra(5)[:, 0, 0]:
        state = 0.0
        for value in spectrum:
            (uz, ur, uh), (vz, vr, vh) = value * kernel[0] + bias[0], state * recurrent[0] + bias[1]
            update, reset = sigmoid(uz + vz), sigmoid(ur + vr)
            state = update * state + (1 - update) * np.tanh(uh + reset * vh)
        expected.append([state])
    found = inner(network, keras.layers.GRU).predict_on_batch(spectra(5))
    np.testing.assert_allclose(found, expected, atol=1e-5)
