"""The three-dimensional convolutional network of Lange et al. (2018)."""

import math
from typing import Any

from pydantic import Field, model_validator

from hsclass.backend import load_keras
from hsclass.cost import Layers, Task
from hsclass.models.layers import (
    DENSE_SPACE,
    PENALTY_SPACE,
    Odd,
    Sizes,
    dense_layers,
    hidden_arguments,
    require_bands,
)
from hsclass.models.network import TRAINING_SPACE
from hsclass.models.spatial import SpatialNetwork, SpatialOptions, check_window
from hsclass.space import Choice, search_space


class Cnn3dOptions(SpatialOptions):
    """Options of the three-dimensional convolutional network; the defaults are the published sizes."""

    filters: Sizes = Field((48, 32, 32), min_length=1, description="of each convolution")
    kernel: Odd = Field(5, description="bands that a convolution spans, odd")
    spatial_kernel: Odd = Field(3, description="side [pixels] of a convolution, odd")
    pools: Sizes = Field(
        (3, 3, 2), description="bands that are pooled after each convolution; the first ones where they are fewer"
    )
    dense: Sizes = Field((128, 128), description="units of the dense layers")

    @model_validator(mode="after")
    def _pool_each(self) -> "Cnn3dOptions":
        if len(self.filters) > len(self.pools):
            raise ValueError(
                f"'filters' has {len(self.filters)} convolutions, but 'pools' gives {len(self.pools)}; give one for"
                " each, 1 to pool nothing"
            )
        return self


class Convolutional3D(SpatialNetwork):
    """3D-CNN on windows of the cube.

    Three convolutions of 3 × 3 pixels × 5 bands, unpadded in space, each followed by max-pooling along the bands
    (by 3, 3 and 2); the band axis is padded by 2 on each side before the second and third. Then two dense layers and
    a softmax. Needs windows of 7 pixels or more, because each convolution takes one pixel off each side. That is the
    published network; the options make it shallower or deeper, or let it span other numbers of bands and pixels.

    References
    ----------
    J. Lange, G. Cavallaro, M. Götz, E. Erlingsson, M. Riedel: The Influence of Sampling Methods on Pixel-Wise
    Hyperspectral Image Classification with 3D Convolutional Neural Networks. IGARSS 2018, 2087-2090.
    """

    Options = Cnn3dOptions
    space = search_space(
        filters=Choice(choices=((16, 16), (32, 32), (16, 16, 16), (32, 32, 32), (48, 32, 32), (64, 48, 48))),
        kernel=Choice(choices=(3, 5, 7, 9)),
        window=Choice(choices=(None, 7, 9)),
        augment=Choice(choices=(True, False)),
        **DENSE_SPACE,
        **PENALTY_SPACE,
        **TRAINING_SPACE,
    )

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where a layer would be left without input, or the window is wider than the split's."""
        count = len(options.filters)
        check_window("cnn3d", options, window, kernels=(options.spatial_kernel,) * count, shorten="'filters'")
        least = options.kernel - 1 + math.prod(options.pools[:count])
        require_bands("cnn3d", n_features, least, "its convolutions and poolings along the bands")

    def build(self) -> Any:
        """Return the untrained network."""
        keras = load_keras(self.threads)
        from hsclass.models.band_convolution import BandConvolution

        layers, options = keras.layers, self.options
        hidden, across = hidden_arguments(keras, options), options.spatial_kernel
        stack = [keras.Input((self.side, self.side, self.n_features)), layers.Reshape((self.side, self.side, -1, 1))]
        for step, (filters, pool) in enumerate(zip(options.filters, options.pools, strict=False)):
            size = across, across, options.kernel
            stack.append(BandConvolution(filters, size, pool=pool, padded=step > 0, **hidden))
        stack.append(layers.Flatten())
        return keras.Sequential([*stack, *dense_layers(keras, options.dense, options, classes=self.n_classes)])

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the layers, counted."""
        side, across = options.window or task.side, options.spatial_kernel
        counted = Layers(side, side, task.features, 1)
        for step, (filters, pool) in enumerate(zip(options.filters, options.pools, strict=False)):
            counted.convolve(filters, across, across, options.kernel, padded=(False, False, step > 0)).pool(1, 1, pool)
        return counted.dense(*options.dense, task.classes)
