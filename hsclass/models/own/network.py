"""Keras networks of the user's own on windows."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import ConfigDict

from hsclass.backend import load_keras
from hsclass.cost import Cost, Layers, Task
from hsclass.errors import DataError, UsageError
from hsclass.learning.recipes import NetworkOptions
from hsclass.memory import MAP_MEMORY
from hsclass.models.classifier import Classifier
from hsclass.models.network import NetworkClassifier
from hsclass.models.own.architecture import read_architecture, write_architecture
from hsclass.models.own.source import ModelSource
from hsclass.space import Space

_TOLERANCE = 1e-3  # of a sum of probabilities


class OwnNetwork(NetworkClassifier):
    """A network that a function of the user's builds, trained by the recipes of hsclass."""

    own = "network"
    source: ClassVar[ModelSource]
    Options: ClassVar[type[NetworkOptions]] = NetworkOptions
    space: ClassVar[Space] = {}

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the layers of a 3D-CNN, or of a dense network on single pixels: one's own are not known before."""
        from hsclass.models.ann import DenseNetwork
        from hsclass.models.cnn3d import Convolutional3D

        family: type[NetworkClassifier] = DenseNetwork if task.side < _LEAST_WINDOW else Convolutional3D
        given = {name: getattr(options, name) for name in NetworkOptions.model_fields}
        return family.layers(family.Options.model_validate(given), task)

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction of such layers cost."""
        return super().cost(options, task)

    def build(self) -> Any:
        """Return a new network of the user's, after a check that it takes windows and gives probabilities.

        Raises
        ------
        UsageError
            If it does not.
        """
        side, name = self.side, self.source.name
        shape = (side, side, self.n_features)
        network = self.source.make(
            self.options, NetworkOptions, input_shape=shape, n_classes=self.n_classes, n_features=self.n_features,
            threads=self.threads,
        )  # fmt: skip
        import keras

        from hsclass.learning.precision import keep_output_exact

        if not isinstance(network, keras.Model):
            raise UsageError(f"model {name}: returned {type(network).__name__}; expected a keras.Model")
        if self.options.precision == "mixed":
            keep_output_exact(network)
        try:
            found = np.asarray(network(np.zeros((1, *shape), np.float32)))
        except Exception as error:  # whatever the layers raise
            reason = " ".join(str(error).split())[:200]
            raise UsageError(f"model {name}: does not take windows of shape {shape} ({reason})") from error
        if found.shape != (1, self.n_classes) or abs(found.sum() - 1) > _TOLERANCE or found.min() < 0:
            raise UsageError(
                f"model {name}: gives {found.shape[1:]} numbers that add up to {found.sum():.3g}; expected the"
                f" probabilities of {self.n_classes} classes; end it in Dense(n_classes, activation='softmax')"
            )
        return network

    def facts(self) -> dict[str, str]:
        """Return where the network is from."""
        return {"model of one's own": self.source.name}

    def predict_map(
        self, cube: np.ndarray, rows: slice | None = None, *, mask: np.ndarray | None = None,
        memory: float = MAP_MEMORY,
    ) -> np.ndarray:  # fmt: skip
        """Return class probabilities of every pixel: in large pieces where the layers stand in a row."""
        keras = load_keras(self.threads)
        whole = NetworkClassifier.predict_map if isinstance(self.network_, keras.Sequential) else Classifier.predict_map
        return whole(self, cube, rows, mask=mask, memory=memory)

    def save(self, folder: Path) -> None:
        """Write the architecture and the weights.

        Raises
        ------
        UsageError
            If a layer is not one of Keras, so that reading it would run code.
        """
        try:
            write_architecture(self.network_, folder)
        except DataError as error:
            raise UsageError(f"model {self.source.name}: can be used, but not saved: {error}") from error
        super().save(folder)


_LEAST_WINDOW = 9  # that the layers of the 3D-CNN fit


class SavedNetworkOptions(NetworkOptions):
    """Options of a trained network of one's own, as its card has them."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())


class SavedNetwork(OwnNetwork):
    """A trained network, whose architecture is in its files."""

    Options = SavedNetworkOptions

    def build(self) -> Any:
        """Return the network that the files describe."""
        shape = (self.side, self.side, self.n_features)
        return read_architecture(self.folder_, shape=shape, n_classes=self.n_classes)

    def load(self, folder: Path) -> None:
        """Build the network from its description, which may name layers of Keras only, and read its weights."""
        self.folder_ = folder
        super().load(folder)
