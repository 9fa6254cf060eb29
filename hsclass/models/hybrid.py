"""The network of Roy et al. (2020): three-dimensional convolutions, then two-dimensional ones."""

from typing import Any

from pydantic import Field, model_validator

from hsclass.backend import load_keras
from hsclass.cost import Layers, Task
from hsclass.errors import UsageError
from hsclass.models.layers import DENSE_SPACE, PENALTY_SPACE, Odd, Sizes, dense_layers, hidden_arguments, require_bands
from hsclass.models.network import TRAINING_SPACE
from hsclass.models.projection import ProjectedNetwork, ProjectedOptions, check_components
from hsclass.models.spatial import check_window
from hsclass.space import Choice, search_space


class HybridOptions(ProjectedOptions):
    """Options of the hybrid network; the defaults are the published sizes for Indian Pines."""

    filters_3d: Sizes = Field((8, 16, 32), min_length=1, description="of each three-dimensional convolution")
    kernels: tuple[Odd, ...] = Field(
        (7, 5, 3),
        description="components that each of these spans, odd; the first ones where they are fewer",
    )
    filters_2d: Sizes = Field((64,), description="of each two-dimensional convolution; none: leave these out")
    spatial_kernel: Odd = Field(3, description="side [pixels] of every convolution, odd")
    dense: Sizes = Field((256, 128), description="units of the dense layers")
    dropout: float = Field(0.4, ge=0, lt=1, description="after each dense layer")

    @model_validator(mode="after")
    def _span_each(self) -> "HybridOptions":
        if len(self.filters_3d) > len(self.kernels):
            raise ValueError(
                f"'filters_3d' has {len(self.filters_3d)} convolutions, but 'kernels' gives {len(self.kernels)}; give"
                " one for each"
            )
        return self


class Hybrid(ProjectedNetwork):
    """HybridSN: a CNN on windows of principal components, first in space and spectrum, then in space alone.

    Three convolutions of 3 × 3 pixels with 8, 16 and 32 filters over 7, 5 and 3 components; their bands and filters
    become the channels of one of 3 × 3 pixels with 64 filters; then dense layers of 256 and 128 units with dropout of
    0.4 and a softmax. All convolutions are unpadded, so that each takes one pixel off each side: windows of 9 pixels or
    more fit. The published windows have 25 pixels, which makes 5,122,176 parameters for 30 components and 16 classes.
    Smaller windows than 9 need fewer `filters_3d` or `filters_2d`: none is left out unasked.

    References
    ----------
    S. K. Roy, G. Krishna, S. R. Dubey, B. B. Chaudhuri: HybridSN: Exploring 3-D-2-D CNN Feature Hierarchy for
    Hyperspectral Image Classification. IEEE Geoscience and Remote Sensing Letters 17, 2020, 277-281.
    """

    Options = HybridOptions
    name = "hybrid"
    space = search_space(
        components=Choice(choices=(15, 20, 30, 50)),
        filters_3d=Choice(choices=((8,), (8, 16), (8, 16, 32), (16, 32))),
        filters_2d=Choice(choices=((), (32,), (64,), (128,))),
        augment=Choice(choices=(True, False)),
        **DENSE_SPACE,
        **PENALTY_SPACE,
        **TRAINING_SPACE,
    )

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where the windows do not fit the convolutions, or these or the components the features."""
        count = len(options.filters_3d) + len(options.filters_2d)
        shorten = "'filters_3d' or 'filters_2d'"
        check_window(cls.name, options, window, kernels=(options.spatial_kernel,) * count, shorten=shorten)
        check_components(cls.name, options, n_features)
        least = 1 + sum(kernel - 1 for kernel in options.kernels[: len(options.filters_3d)])
        if options.components is None:
            require_bands(cls.name, n_features, least, "its convolutions along the bands")
        elif options.components < least:
            raise UsageError(
                f"model {cls.name}: option 'components' is {options.components}; its convolutions along the components"
                f" need {least} or more; raise it, or give smaller 'kernels' or fewer 'filters_3d'"
            )

    def build(self) -> Any:
        """Return the untrained network."""
        keras = load_keras(self.threads)
        layers, options, hidden = keras.layers, self.options, hidden_arguments(keras, self.options)
        side, across, left = self.side, options.spatial_kernel, self.channels
        stack = [
            keras.Input((side, side, self.n_features)),
            *self.projection(keras),
            layers.Reshape((side, side, -1, 1)),
        ]
        for filters, kernel in zip(options.filters_3d, options.kernels, strict=False):
            stack.append(layers.Conv3D(filters, (across, across, kernel), **hidden))
            side, left = side - across + 1, left - kernel + 1
        if options.filters_2d:
            stack.append(layers.Reshape((side, side, left * options.filters_3d[-1])))
        stack += [layers.Conv2D(filters, across, **hidden) for filters in options.filters_2d]
        stack.append(layers.Flatten())
        return keras.Sequential([*stack, *dense_layers(keras, options.dense, options, classes=self.n_classes)])

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the layers, counted."""
        across, counted = options.spatial_kernel, cls.projected(options, task)
        counted.shape = (*counted.shape, 1)
        for filters, kernel in zip(options.filters_3d, options.kernels, strict=False):
            counted.convolve(filters, across, across, kernel)
        rows, cols, left, channels = counted.shape
        counted.shape = (rows, cols, left * channels)
        for filters in options.filters_2d:
            counted.convolve(filters, across, across)
        return counted.dense(*options.dense, task.classes)
