"""Dense network on single spectra."""

from typing import Any

from pydantic import Field, PositiveInt

from hsclass.backend import load_keras
from hsclass.models.network import TRAINING_SPACE, NetworkClassifier
from hsclass.models.recipes import NetworkOptions
from hsclass.space import Choice, Range, search_space


class AnnOptions(NetworkOptions):
    """Options of the dense network."""

    hidden: tuple[PositiveInt, ...] = Field((128, 64), description="units of the hidden layers")
    l2: float = Field(0.0, ge=0, description="L2 penalty of the hidden layers' weights")
    epochs: int = Field(150, ge=1, description="most epochs to train")
    patience: int | None = Field(30, ge=1, description="epochs without a better one before stopping; null: never stop")


class DenseNetwork(NetworkClassifier):
    """Multilayer perceptron with rectified linear units and dropout, on the spectrum of one pixel."""

    Options = AnnOptions
    space = search_space(
        hidden=Choice(choices=((64,), (128,), (256,), (128, 64), (256, 128), (128, 64, 32))),
        l2=Range(low=1e-7, high=1e-2, log=True),
        **TRAINING_SPACE,
    )
    parallel = False

    @property
    def side(self) -> int:
        """1: the network sees the pixel alone."""
        return 1

    def build(self) -> Any:
        """Return the untrained network."""
        keras = load_keras(self.threads)
        layers, options = keras.layers, self.options
        stack = [keras.Input((1, 1, self.n_features)), layers.Flatten()]
        for units in options.hidden:
            penalty = keras.regularizers.L2(options.l2) if options.l2 else None
            stack += [
                layers.Dense(units, activation="relu", kernel_regularizer=penalty),
                layers.Dropout(options.dropout),
            ]
        return keras.Sequential([*stack, layers.Dense(self.n_classes, activation="softmax")])
