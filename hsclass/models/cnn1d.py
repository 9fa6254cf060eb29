"""The one-dimensional convolutional network of Hu et al. (2015)."""

import math
from typing import Any

from pydantic import Field, PositiveInt

from hsclass.backend import load_keras
from hsclass.cost import Layers, Task
from hsclass.models.layers import (
    DENSE_SPACE,
    PENALTY_SPACE,
    Activation,
    Sizes,
    dense_layers,
    hidden_arguments,
    require_bands,
)
from hsclass.models.network import TRAINING_SPACE
from hsclass.models.spectral import SpectralNetwork, SpectralOptions
from hsclass.space import Choice, search_space


class Cnn1dOptions(SpectralOptions):
    """Options of the one-dimensional convolutional network; the defaults are the published sizes."""

    filters: Sizes = Field((20,), min_length=1, description="of each convolution")
    kernel: PositiveInt | None = Field(
        None, description="bands that a convolution spans; null: a ninth of the bands, rounded down, as published"
    )
    pool: PositiveInt | None = Field(
        None,
        description="bands that are pooled after a convolution; null: a fifth of the kernel, rounded up, as published",
    )
    dense: Sizes = Field((100,), description="units of the dense layers")
    activation: Activation = Field("tanh", description="of all layers but the last, which is a softmax")
    dropout: float = Field(0.0, ge=0, lt=1, description="after each dense layer")


class Convolutional1D(SpectralNetwork):
    """CNN along the bands of one spectrum.

    One unpadded convolution of 20 filters over a ninth of the bands, max-pooling by a fifth of that (the outer pools
    may hold fewer bands), a dense layer of 100 units and a softmax, with hyperbolic tangents between. For 220 bands and
    8 classes these are the 81,408 trainable parameters of the publication. The weights start from Keras' distribution,
    not from the published uniform one. More `filters` repeat convolution and pooling.

    References
    ----------
    W. Hu, Y. Huang, L. Wei, F. Zhang, H. Li: Deep Convolutional Neural Networks for Hyperspectral Image Classification.
    Journal of Sensors, 2015, 258619.
    """

    Options = Cnn1dOptions
    space = search_space(
        filters=Choice(choices=((20,), (40,), (20, 20), (32, 64))),
        kernel=Choice(choices=(None, 5, 11, 21)),
        pool=Choice(choices=(None, 2, 3)),
        activation=Choice(choices=("tanh", "relu")),
        **DENSE_SPACE,
        **PENALTY_SPACE,
        **TRAINING_SPACE,
    )

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where a convolution spans more bands than there are left."""
        del window
        kernel, pool = _sizes(options, n_features)
        least = 1
        for _ in options.filters:
            least = (least - 1) * pool + kernel
        require_bands(
            "cnn1d",
            n_features,
            least,
            f"its convolutions over {kernel} bands and their poolings",
        )

    def build(self) -> Any:
        """Return the untrained network."""
        keras = load_keras(self.threads)
        from hsclass.models.band_convolution import BandConvolution

        layers, options = keras.layers, self.options
        kernel, pool = _sizes(options, self.n_features)
        hidden = hidden_arguments(keras, options)
        # One pixel wide in three dimensions, which the fully convolutional form supports.
        stack = [keras.Input((1, 1, self.n_features)), layers.Reshape((1, 1, -1, 1))]
        arguments = {"pool": pool, "partial": True, **hidden}
        stack += [BandConvolution(filters, (1, 1, kernel), **arguments) for filters in options.filters]
        stack.append(layers.Flatten())
        return keras.Sequential([*stack, *dense_layers(keras, options.dense, options, classes=self.n_classes)])

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the layers, counted."""
        kernel, pool = _sizes(options, task.features)
        counted = Layers(task.features, 1)
        for filters in options.filters:
            counted.convolve(filters, kernel).pool(pool, padded=True)
        return counted.dense(*options.dense, task.classes)


def _sizes(options: Cnn1dOptions, n_features: int) -> tuple[int, int]:
    """Bands of a convolution and of a pool."""
    kernel = options.kernel or max(1, n_features // 9)
    return kernel, options.pool or math.ceil(kernel / 5)
