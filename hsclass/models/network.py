"""Model families that are Keras networks on windows of a feature cube."""

from typing import Any, ClassVar

import numpy as np

from hsclass.backend import load_keras, predicted
from hsclass.cost import Cost, Task, network_cost
from hsclass.memory import MAP_MEMORY
from hsclass.models.classifier import FitReport, Sample, Takes
from hsclass.models.keras_network import TRAINING_SPACE, KerasNetwork

__all__ = ["TRAINING_SPACE", "NetworkClassifier"]

_PREDICT_BATCH = 128  # the first layer of the published network holds 2 MB a window; more is not faster


class NetworkClassifier(KerasNetwork):
    """A Keras network on windows; a family that looks at one spectrum only has windows of `side` 1."""

    takes: ClassVar[Takes] = "windows"
    examples = "windows"

    @property
    def reach(self) -> int:
        """How far [pixels] the network looks: half its window."""
        return self.side // 2

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        return network_cost(cls.layers(options, task), options, task)

    def prepare(self, cube: np.ndarray, train: Sample) -> None:
        """Set the weights of a network just built that are computed from the training pixels, not learned: none here.

        `cube` is the feature cube, shape (rows, cols, n_features).
        """
        del cube, train

    def fit(self, inputs: np.ndarray, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Train on windows around the `train` pixels; `validation` decides which epoch is kept."""
        self.start(seed)
        from hsclass.learning.balance import class_weights
        from hsclass.learning.batches import Batches

        self.prepare(inputs, train)
        batches = Batches(
            train.places, train.one_hot(self.n_classes), batch_size=self.options.batch_size, seed=seed,
            mixup=self.options.mixup or None, **self.weighting(train.targets),
        )  # fmt: skip
        # Which epoch is kept must not hang on how often the largest class is guessed: regions hold few fields of each.
        steering = Batches(
            validation.places, validation.one_hot(self.n_classes), batch_size=_PREDICT_BATCH,
            weights=class_weights(validation.targets), mixup=0 if self.options.mixup else None,
        )  # fmt: skip
        return self.train(self.network_, self.gathering(inputs, seed), batches, steering if len(validation) else None)

    def gathering(self, cube: np.ndarray, seed: int) -> list[Any]:
        """Return the layers from the places of pixels to windows, changed at random where the options ask for it."""
        import keras

        from hsclass.learning.augmentation import augmentation_layers
        from hsclass.models.windows import GatherWindows

        before = [keras.Input((2,), dtype="int32"), GatherWindows(cube, self.side)]
        return [*before, *augmentation_layers(self.options, seed, side=self.side)]

    def predict_proba(self, inputs: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Return class probabilities of the windows around `places`, gathered batch by batch."""
        load_keras(self.threads)
        from hsclass.models.windows import GatherWindows

        # A model of both would stay a part of the network, and with it the cube.
        gather, found = GatherWindows(inputs, self.side), np.empty((len(places), self.n_classes), np.float32)
        for start in range(0, len(places), _PREDICT_BATCH):
            part = places[start : start + _PREDICT_BATCH].astype(np.int32)
            found[start : start + len(part)] = predicted(self.network_, gather(part))
        return found

    def predict_map(
        self,
        cube: np.ndarray,
        rows: slice | None = None,
        *,
        mask: np.ndarray | None = None,
        memory: float = MAP_MEMORY,
    ) -> np.ndarray:
        """Return class probabilities of every pixel: in large pieces where that is the same, else window by window."""
        load_keras(self.threads)
        from hsclass.learning.precision import building_in
        from hsclass.models.whole_scene.network_map import NetworkMap

        with building_in("float32"):
            mapper = getattr(self, "_mapper", None)
            if mapper is None or mapper.network is not self.network_:
                mapper = self._mapper = NetworkMap(self.network_)
            if not mapper.possible:
                return super().predict_map(cube, rows, mask=mask, memory=memory)
            return mapper.predict(cube, rows or slice(0, len(cube)), memory)
