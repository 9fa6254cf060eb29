"""The last layer of a network, trained by itself on features that the layers before it gave."""

from typing import Any, ClassVar

from hsclass.backend import load_keras
from hsclass.cost import Layers, Task
from hsclass.models.classifier import Takes
from hsclass.models.network import NetworkClassifier


class SoftmaxHead(NetworkClassifier):
    """Dropout and a linear layer with a softmax, on a vector of features; `Transfer` trains it."""

    takes: ClassVar[Takes] = "spectra"

    @property
    def side(self) -> int:
        """1: a vector has no neighbours."""
        return 1

    def build(self) -> Any:
        """Return the untrained layers."""
        keras = load_keras(self.threads)
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input((1, 1, self.n_features)),
                layers.Flatten(),
                layers.Dropout(self.options.dropout),
                layers.Dense(self.n_classes, activation="softmax"),
            ]
        )

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the same layers, counted."""
        return Layers(task.features).dense(task.classes)
