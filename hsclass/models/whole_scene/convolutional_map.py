"""The fully convolutional form of a window network.

Neighbouring windows share almost all their convolutions. Where these are unpadded and unstrided in space, running them
once over the scene gives the same numbers as window by window; the first dense layer becomes a convolution as large as
the map that it flattened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import keras
from keras import layers, ops

from hsclass.models.band_convolution import BandConvolution

_CONVOLUTIONS = (layers.Conv2D, layers.Conv3D, layers.DepthwiseConv2D, layers.SeparableConv2D)
_POOLINGS = (layers.MaxPooling2D, layers.MaxPooling3D, layers.AveragePooling2D, layers.AveragePooling3D)
_MEANS = (layers.GlobalAveragePooling2D, layers.GlobalAveragePooling3D)
_NORMALISATIONS = (layers.BatchNormalization, layers.LayerNormalization)
_ELEMENTWISE = (
    layers.Activation, layers.ReLU, layers.LeakyReLU, layers.ELU, layers.Dropout, layers.SpatialDropout2D,
    layers.SpatialDropout3D, layers.GaussianNoise, layers.GaussianDropout, layers.Identity,
)  # fmt: skip
_OF_EACH_NUMBER = {
    getattr(keras.activations, name, None)  # None: unknown to this version, as of a layer without activation
    for name in (
        "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "exponential", "tanh",
        "sigmoid", "log_sigmoid", "hard_sigmoid", "hard_silu", "hard_tanh", "hard_shrink", "soft_shrink", "tanh_shrink",
        "softplus", "softsign", "squareplus", "sparse_plus", "threshold",
    )
} | {None}  # fmt: skip
_OF_EACH_PIXEL = _OF_EACH_NUMBER | {
    getattr(keras.activations, name, None) for name in ("softmax", "log_softmax", "sparsemax")
}
"""These and no others: one's own may mix pixels, and `glu` gives fewer numbers than it takes."""


@dataclass(frozen=True)
class ConvolutionalForm:
    """A network that takes a piece of a scene, and gives the probabilities of all its pixels at once.

    Attributes
    ----------
    model : keras.Model
        From (1, rows + 2 reach, cols + 2 reach, features) to (1, rows, cols, classes). It shares the weights of the
        network that it is the form of, but for a copy of the first dense layer's.
    numbers : int
        The most that a layer takes and gives, together, for one pixel.
    """

    model: Any
    numbers: int


def convolutional_form(network: Any, *, compiled: bool = False) -> ConvolutionalForm | None:
    """Return the fully convolutional form of a window network; None if it would give other numbers.

    `compiled` convolutions in space and along the bands take half as long, but seconds for each new shape of a piece.
    Layers may mix the values of one pixel as they like, along the bands above all, and neighbouring pixels by
    unpadded, unstrided convolutions and poolings.
    """
    if len(network.output_shape) != 2:
        return None
    source = signal = keras.Input((None, None, network.input_shape[-1]))
    flattened: tuple[int, ...] = ()
    numbers = 0
    for layer in network.layers:
        before = signal
        given = layer.input.shape
        if getattr(layer, "activation", None) not in _OF_EACH_PIXEL:
            return None
        if isinstance(layer, layers.Flatten):
            if len(given) > 3:
                flattened = given[1:3]
                signal = _PerPixel((prod(given[3:]),))(signal)
        elif isinstance(layer, layers.Dense) and flattened:
            signal = _dense_as_convolution(layer, flattened, signal)
            flattened = ()
        elif not (_is_local(layer) if flattened in ((), (1, 1)) else _is_elementwise(layer)):
            return None
        elif isinstance(layer, layers.Reshape):
            signal = _PerPixel(layer.output.shape[3:])(signal)
        elif isinstance(layer, _MEANS):
            signal = _mean_over_window(layer, given, signal)
        elif isinstance(layer, BandConvolution):
            signal = layer(signal, scene=compiled)
        else:
            signal = layer(signal)
        inside = layer.numbers(*before.shape[3:]) if isinstance(layer, BandConvolution) else 0
        numbers = max(numbers, prod(before.shape[3:]) + prod(signal.shape[3:]), inside)
    return None if flattened not in ((), (1, 1)) else ConvolutionalForm(keras.Model(source, signal), numbers)


def _is_local(layer: Any) -> bool:
    """Whether a layer gives each window what it gives a scene at the window's place."""
    if isinstance(layer, _CONVOLUTIONS):
        return _is_unstrided(layer, layer.kernel_size)
    if isinstance(layer, _POOLINGS):
        return _is_unstrided(layer, layer.pool_size)
    if isinstance(layer, layers.ZeroPadding3D | layers.Cropping3D):
        sides = layer.padding if isinstance(layer, layers.ZeroPadding3D) else layer.cropping
        return layer.data_format == "channels_last" and sides[:2] == ((0, 0), (0, 0))
    if isinstance(layer, layers.Reshape):
        given, made = layer.input.shape, layer.output.shape
        return len(given) >= 4 and len(made) >= 4 and given[1:3] == made[1:3]
    if isinstance(layer, (*_NORMALISATIONS, layers.Softmax)):
        axes = layer.axis if isinstance(layer.axis, Sequence) else (layer.axis,)
        return len(layer.input.shape) > 3 and all(axis == -1 or axis >= 3 for axis in axes)
    return isinstance(layer, (layers.Dense, *_ELEMENTWISE)) or (
        isinstance(layer, _MEANS) and layer.data_format == "channels_last" and not layer.keepdims
    )


def _is_unstrided(layer: Any, size: Sequence[int]) -> bool:
    reaches = layer.padding == "valid" or tuple(size[:2]) == (1, 1)
    return layer.data_format == "channels_last" and tuple(layer.strides[:2]) == (1, 1) and reaches


def _is_elementwise(layer: Any) -> bool:
    return isinstance(layer, _ELEMENTWISE) and getattr(layer, "activation", None) in _OF_EACH_NUMBER


class _PerPixel(layers.Layer):
    """Give the values of each pixel another shape."""

    def __init__(self, shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def call(self, values: Any) -> Any:
        return ops.reshape(values, (*ops.shape(values)[:3], *self.shape))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:3], *self.shape)


def _mean_over_window(layer: Any, given: tuple[int, ...], signal: Any) -> Any:
    if len(given) == 5:
        signal = ops.mean(signal, axis=3)
    return layers.AveragePooling2D(given[1:3], strides=1, name=f"{layer.name}_of_windows")(signal)


def _dense_as_convolution(dense: Any, size: tuple[int, ...], signal: Any) -> Any:
    convolution = layers.Conv2D(
        dense.units, size, activation=dense.activation, use_bias=dense.use_bias, dtype=dense.dtype_policy,
        name=f"{dense.name}_of_windows",  # a network from a file may have the name that Keras would give
    )  # fmt: skip
    result = convolution(signal)
    kernel, *bias = dense.get_weights()
    convolution.set_weights([kernel.reshape(*size, -1, dense.units), *bias])
    return result
