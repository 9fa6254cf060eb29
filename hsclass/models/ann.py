"""Dense network on single spectra."""

from typing import Any

from pydantic import Field

from hsclass.backend import load_keras
from hsclass.cost import Layers, Task
from hsclass.models.layers import PENALTY_SPACE, Sizes, dense_layers
from hsclass.models.network import TRAINING_SPACE
from hsclass.models.spectral import SpectralNetwork, SpectralOptions
from hsclass.space import Choice, search_space


class AnnOptions(SpectralOptions):
    """Options of the dense network."""

    hidden: Sizes = Field((128, 64), description="units of the hidden layers; none: a linear model with a softmax")


class DenseNetwork(SpectralNetwork):
    """Multilayer perceptron with dropout, on the spectrum of one pixel."""

    Options = AnnOptions
    space = search_space(
        hidden=Choice(choices=((64,), (128,), (256,), (128, 64), (256, 128), (128, 64, 32))),
        **PENALTY_SPACE,
        **TRAINING_SPACE,
    )
    parallel = False

    def build(self) -> Any:
        """Return the untrained network."""
        keras = load_keras(self.threads)
        stack = [keras.Input((1, 1, self.n_features)), keras.layers.Flatten()]
        return keras.Sequential(
            [*stack, *dense_layers(keras, self.options.hidden, self.options, classes=self.n_classes)]
        )

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the layers, counted."""
        return Layers(task.features).dense(*options.hidden, task.classes)
