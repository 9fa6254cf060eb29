"""A convolution in space and along the bands, with the pooling along the bands that follows it."""

import math
from typing import Any

import keras
from keras import ops

from hsclass.backend import device_name
from hsclass.models.plane_products import KERNEL, convolve_planes, saves

_RISING = ("linear", "relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid")


class BandConvolution(keras.layers.Conv3D):
    """`Conv3D`, unpadded in space, then maxima along the bands: the same variables and values, but for rounding.

    Bias and activation follow the pooling where the activation never falls: they are then computed for the maxima
    alone. On a processor and in float32, plane products replace the sums where they need fewer multiplications.
    The gradient goes to the largest value of a pool, however close the next one is; TensorFlow's `MaxPool3D` gives it
    to both where they are 1e-5 apart (docs/decisions/0012-plane-products.md).

    Parameters
    ----------
    filters : int
    kernel_size : (int, int, int)
        Rows, columns and bands.
    pool : int
        Bands that are pooled.
    padded : bool
        Zeros around the bands, so that the convolution gives as many as it takes.
    partial : bool
        Keep bands that do not fill a pool: the first and the last pool then hold fewer.
    **arguments
        Of `Conv3D`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: tuple[int, int, int],
        *,
        pool: int = 1,
        padded: bool = False,
        partial: bool = False,
        **arguments: Any,
    ) -> None:
        super().__init__(filters, kernel_size, data_format="channels_last", **arguments)
        self.pool, self.padded, self.partial = pool, padded, partial

    def call(self, inputs: Any) -> Any:
        """Return the activations, shape (batch, rows - k + 1, cols - k + 1, pooled bands, filters)."""
        values = self._sums(inputs)
        late = self.activation.__name__ in _RISING
        if late:
            values = self._maxima(values)
        if self.use_bias:
            values = ops.add(values, self.bias)
        values = self.activation(values)
        return values if late else self._maxima(values)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, rows, cols, pooled bands, filters)."""
        batch, *plane, bands, _ = input_shape
        rows, cols = (None if side is None else side - k + 1 for side, k in zip(plane, self.kernel_size, strict=False))
        return batch, rows, cols, math.ceil(self.convolved(bands) / self.pool), self.filters

    def numbers(self, bands: int, channels: int) -> int:
        """Return the most numbers of a pixel that are taken and given together, of an input of that shape."""
        sums = self.convolved(bands)
        return sums * self.filters + max(bands * channels, math.ceil(sums / self.pool) * self.filters)

    def convolved(self, bands: Any) -> int:
        """Return how many bands the convolution has to give, of so many."""
        most = bands if self.padded else bands - self.kernel_size[2] + 1
        return most if self.partial else most // self.pool * self.pool

    def _sums(self, inputs: Any) -> Any:
        """Return the convolution alone; it may have bands at the end that `_maxima` drops."""
        _, rows, cols, bands, channels = inputs.shape
        span, half = self.kernel_size[2], self.kernel_size[2] // 2
        after = self.convolved(bands) + span - 1 - bands - half * self.padded  # zeros, or bands that no pool takes
        square = rows == cols and tuple(self.kernel_size[:2]) == (KERNEL, KERNEL)
        exact = self.compute_dtype == "float32" and device_name() == "CPU"
        if square and exact and saves(rows, span=span, channels=channels, filters=self.filters):
            return convolve_planes(
                inputs if self.padded else inputs[:, :, :, : bands + after], self.kernel, padded=self.padded
            )
        inputs = inputs[:, :, :, : bands + min(after, 0)]
        if self.padded:
            inputs = ops.pad(inputs, ((0, 0), (0, 0), (0, 0), (half, max(after, 0)), (0, 0)))
        return ops.conv(inputs, self.kernel, padding="valid", data_format="channels_last")

    def _maxima(self, values: Any) -> Any:
        """Pool in two dimensions, whose gradient is exact."""
        if self.pool == 1:
            return values
        _, rows, cols, bands, filters = ops.shape(values)
        lines = ops.reshape(values, (-1, 1, bands, filters))
        size, padding = (1, self.pool), "same" if self.partial else "valid"
        maxima = ops.max_pool(lines, size, strides=size, padding=padding, data_format="channels_last")
        return ops.reshape(maxima, (-1, rows, cols, maxima.shape[2], filters))
