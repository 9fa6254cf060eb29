"""Whole-scene prediction by a window network's fully convolutional twin, in row tiles of bounded memory.

Neighbouring windows share almost all their convolutions. Where these are unpadded and unstrided in space, running them
once over the scene gives the same numbers as window by window; the first dense layer becomes a convolution as large as
the map that it flattened.
"""

from math import prod
from typing import Any

import keras
import numpy as np
from keras import layers, ops

_MEMORY = 1_000_000_000
_CONVOLUTIONS = (layers.Conv2D, layers.Conv3D)
_POINTWISE = (layers.Dense, layers.Dropout, layers.Activation)


def is_convolutional(network: Any) -> bool:
    """Tell whether the fully convolutional twin of a keras.Sequential gives the same numbers as the network."""
    return all(_is_local(layer) for layer in network.layers)


def _is_local(layer: Any) -> bool:
    if isinstance(layer, _CONVOLUTIONS):
        unit = (1, 1)
        return layer.padding == "valid" and layer.strides[:2] == unit and layer.dilation_rate[:2] == unit
    if isinstance(layer, layers.MaxPooling3D):
        return layer.pool_size[:2] == layer.strides[:2] == (1, 1)
    if isinstance(layer, layers.ZeroPadding3D):
        return layer.padding[:2] == ((0, 0), (0, 0))
    if isinstance(layer, layers.Reshape):
        return layer.target_shape[2:] == (-1, 1)
    return isinstance(layer, (layers.Flatten, *_POINTWISE))


def convolutional_twin(network: Any) -> Any:
    """Return the twin of a network for which `is_convolutional` holds.

    It takes shape (1, rows + 2 reach, cols + 2 reach, features), gives (1, rows, cols, classes), and shares the
    network's weights but for a copy of the first dense layer's.
    """
    source = keras.Input((None, None, network.input_shape[-1]))
    signal, flattened = source, None
    for layer in network.layers:
        if isinstance(layer, layers.Reshape):
            signal = ops.expand_dims(signal, -1)
        elif isinstance(layer, layers.Flatten):
            flattened = layer.input.shape[1:]
        elif isinstance(layer, layers.Dense) and flattened is not None:
            signal = _dense_as_convolution(layer, flattened, signal)
            flattened = None
        else:
            signal = layer(signal)
    return keras.Model(source, signal)


def _dense_as_convolution(dense: Any, flattened: tuple[int, ...], signal: Any) -> Any:
    *size, _ = flattened
    family = layers.Conv3D if len(size) == 3 else layers.Conv2D
    convolution = family(dense.units, tuple(size), activation=dense.activation, use_bias=dense.use_bias)
    result = convolution(signal)
    kernel, *bias = dense.get_weights()
    convolution.set_weights([kernel.reshape(*flattened, dense.units), *bias])
    return ops.squeeze(result, 3) if len(size) == 3 else result


def predict_convolutionally(
    network: Any, cube: np.ndarray, *, window: int, rows: slice | None = None, twin: Any = None
) -> np.ndarray:
    """Return class probabilities, float32 of shape (rows, cols, classes), of a feature cube.

    Parameters
    ----------
    network : keras.Sequential
        For which `is_convolutional` holds.
    cube : ndarray of float32, shape (rows, cols, features)
    window : int
        Side [pixels] of the network's windows; the borders are mirrored by half of it.
    rows : slice, optional
        Which rows to predict. Default: all.
    twin : keras.Model, optional
        What `convolutional_twin` made of the network, to be made once for many tiles.
    """
    reach = window // 2
    height, cols, _ = cube.shape
    rows = rows or slice(0, height)
    down, across = (np.pad(np.arange(side), reach, mode="reflect") for side in (height, cols))
    twin = twin or convolutional_twin(network)
    step = _rows_a_tile(network, cols + 2 * reach, reach)
    tiles = []
    for top in range(rows.start, rows.stop, step):
        padded = cube[np.ix_(down[top : min(top + step, rows.stop) + 2 * reach], across)]
        tiles.append(np.asarray(twin.predict_on_batch(padded[np.newaxis])[0]))
    return np.concatenate(tiles)


def _rows_a_tile(network: Any, cols: int, reach: int) -> int:
    """Rows of which the largest layer, with room for its input and output, fits the memory budget."""
    kept = [layer.output.shape for layer in network.layers if not isinstance(layer, layers.Flatten)]
    widest = max(prod(shape[3:] or shape[1:]) for shape in [network.input_shape, *kept])
    return max(1, _MEMORY // (3 * 4 * cols * widest) - 2 * reach)
