"""The two-dimensional convolutional network of Makantasis et al. (2015), on principal components."""

from typing import Any

from pydantic import Field

from hsclass.backend import load_keras
from hsclass.cost import Layers, Task
from hsclass.models.layers import DENSE_SPACE, PENALTY_SPACE, Odd, Sizes, dense_layers, hidden_arguments
from hsclass.models.network import TRAINING_SPACE
from hsclass.models.projection import ProjectedNetwork, ProjectedOptions, check_components
from hsclass.models.spatial import check_window
from hsclass.space import Choice, search_space


class Cnn2dOptions(ProjectedOptions):
    """Options of the two-dimensional convolutional network; the defaults are the published sizes for 30 components."""

    filters: Sizes = Field((90, 270), min_length=1, description="of each convolution")
    kernel: Odd = Field(3, description="side [pixels] of a convolution, odd")
    dense: Sizes = Field((180,), description="units of the dense layers")


class Convolutional2D(ProjectedNetwork):
    """CNN in the plane, with principal components as the channels.

    Two unpadded convolutions of 3 × 3 pixels with three and nine times as many filters as there are components, without
    pooling, then a dense layer of six times as many units and a softmax. Published for windows of 5 pixels, which the
    convolutions reduce to one; it needs these or wider ones. The publication keeps the components that hold 99.9 % of
    the variance; here their number is an option.

    References
    ----------
    K. Makantasis, K. Karantzalos, A. Doulamis, N. Doulamis: Deep Supervised Learning for Hyperspectral Data
    Classification through Convolutional Neural Networks. IGARSS 2015, 4959-4962.
    """

    Options = Cnn2dOptions
    name = "cnn2d"
    space = search_space(
        components=Choice(choices=(10, 20, 30, 50)),
        filters=Choice(choices=((32,), (64,), (32, 64), (64, 128), (90, 270))),
        window=Choice(choices=(None, 5, 7, 9)),
        augment=Choice(choices=(True, False)),
        **DENSE_SPACE,
        **PENALTY_SPACE,
        **TRAINING_SPACE,
    )

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where the windows do not fit the convolutions, or the components the features."""
        check_window(cls.name, options, window, kernels=(options.kernel,) * len(options.filters), shorten="'filters'")
        check_components(cls.name, options, n_features)

    def build(self) -> Any:
        """Return the untrained network."""
        keras = load_keras(self.threads)
        options, hidden = self.options, hidden_arguments(keras, self.options)
        stack = [keras.Input((self.side, self.side, self.n_features)), *self.projection(keras)]
        stack += [keras.layers.Conv2D(filters, options.kernel, **hidden) for filters in options.filters]
        stack.append(keras.layers.Flatten())
        return keras.Sequential([*stack, *dense_layers(keras, options.dense, options, classes=self.n_classes)])

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the layers, counted."""
        counted = cls.projected(options, task)
        for filters in options.filters:
            counted.convolve(filters, options.kernel, options.kernel)
        return counted.dense(*options.dense, task.classes)
