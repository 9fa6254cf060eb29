"""A convolution in space and along the bands, with the pooling along the bands that follows it."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras import ops

from hsclass.backend import device_name
from hsclass.models.plane_products import KERNEL, convolve_planes, saves
from hsclass.models.row_products import LINES, convolve_rows

_RISING = ("linear", "relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid")


class BandConvolution(keras.layers.Conv3D):
    """`Conv3D`, unpadded in space, then maxima along the bands: the same variables and values, but for rounding.

    Bias and activation follow the pooling where the activation never falls: they are then computed for the maxima
    alone. On a processor and in float32, plane products replace the sums of windows where they need fewer
    multiplications, and row products those of scenes.
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

    def call(self, inputs: Any, scene: bool = False) -> Any:
        """Return the activations, shape (batch, rows - k + 1, cols - k + 1, pooled bands, filters).

        `scene` says that the input is part of a scene and only predicted, not trained on.
        """
        _, rows, cols, bands, channels = inputs.shape
        across, span = self.kernel_size[:2], self.kernel_size[2]
        before = span // 2 * self.padded
        lacking = self.convolved(bands) + span - 1 - bands - before  # bands; negative: what no pool takes
        zeros, taken = (before, max(lacking, 0)), inputs[:, :, :, : bands + min(lacking, 0)]
        fewer = tuple(across) == (KERNEL, KERNEL) and self.compute_dtype == "float32" and device_name() == "CPU"
        if scene and fewer:
            after = partial(self._activated, maxima=self._largest)
            return convolve_rows(taken, self.kernel, bands=zeros, then=after)
        if fewer and rows == cols and saves(rows, span=span, channels=channels, filters=self.filters):
            planes = inputs if self.padded else taken
            return self._activated(convolve_planes(planes, self.kernel, padded=self.padded), self._pooled)
        if self.padded:
            taken = ops.pad(taken, ((0, 0), (0, 0), (0, 0), zeros, (0, 0)))
        return self._activated(ops.conv(taken, self.kernel, padding="valid", data_format="channels_last"), self._pooled)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a layer."""
        config = super().get_config()
        del config["data_format"]
        return config | {"pool": self.pool, "padded": self.padded, "partial": self.partial}

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, rows, cols, pooled bands, filters)."""
        batch, *plane, bands, _ = input_shape
        rows, cols = (None if side is None else side - k + 1 for side, k in zip(plane, self.kernel_size, strict=False))
        return batch, rows, cols, math.ceil(self.convolved(bands) / self.pool), self.filters

    def numbers(self, bands: int, channels: int) -> int:
        """Return the most numbers of a pixel of a scene that are held together, of an input of that shape."""
        sums, taken = self.convolved(bands), bands * channels
        of_rows = math.ceil(LINES * (taken + sums * self.filters))
        return taken + of_rows + math.ceil(sums / self.pool) * self.filters

    def convolved(self, bands: Any) -> int:
        """Return how many bands the convolution has to give, of so many."""
        most = bands if self.padded else bands - self.kernel_size[2] + 1
        return most if self.partial else most // self.pool * self.pool

    def _activated(self, values: Any, maxima: Callable[[Any], Any]) -> Any:
        """Return what follows the convolution alone; it may have bands at the end that no pool takes."""
        late = self.activation.__name__ in _RISING
        if late:
            values = maxima(values)
        if self.use_bias:
            values = ops.add(values, self.bias)
        values = self.activation(values)
        return values if late else maxima(values)

    def _pooled(self, values: Any) -> Any:
        """Return the maxima by pooling in two dimensions, whose gradient is exact."""
        if self.pool == 1:
            return values
        _, rows, cols, bands, filters = ops.shape(values)
        lines = ops.reshape(values, (-1, 1, bands, filters))
        size, padding = (1, self.pool), "same" if self.partial else "valid"
        maxima = ops.max_pool(lines, size, strides=size, padding=padding, data_format="channels_last")
        return ops.reshape(maxima, (-1, rows, cols, maxima.shape[2], filters))

    def _largest(self, values: Any) -> Any:
        """Return the same maxima in a form that compiles into fewer passes; equal values would share the gradient."""
        _, rows, cols, bands, filters = ops.shape(values)
        count = math.ceil(bands / self.pool) if self.partial else bands // self.pool
        lacking = max(0, count * self.pool - bands)
        around = ((0, 0), (0, 0), (0, 0), (lacking // 2, lacking - lacking // 2), (0, 0))
        values = ops.pad(values[:, :, :, : count * self.pool], around, constant_values=-math.inf)
        return ops.max(ops.reshape(values, (-1, rows, cols, count, self.pool, filters)), axis=4)
