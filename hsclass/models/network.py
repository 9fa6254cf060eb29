"""Model families that are Keras networks on windows: one training loop, one form on disk."""

import logging
import math
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hsclass.backend import device_name, load_keras
from hsclass.cost import Cost, Layers, Task, network_cost
from hsclass.errors import DataError
from hsclass.learning.recipes import NetworkOptions, recipe_facts
from hsclass.models.classifier import MAP_MEMORY, Classifier, FitReport, Sample
from hsclass.space import Choice, Range, Space, search_space

if TYPE_CHECKING:
    from hsclass.learning.checkpoint import Checkpoint

_LOG = logging.getLogger(__name__)

FILE = "network.weights.h5"
TRAINING_SPACE: Space = search_space(
    learning_rate=Range(low=1e-4, high=1e-2, log=True),
    weight_decay=Range(low=1e-6, high=1e-1, log=True),
    dropout=Range(low=0.0, high=0.6),
    batch_size=Choice(choices=(16, 32, 64, 128)),
)
"""What a search varies in the training of any network."""

_PREDICT_BATCH = 128  # the first layer of the published network holds 2 MB a window; more is not faster


class NetworkClassifier(Classifier):
    """A Keras network on windows behind the contract of `Classifier`.

    A family gives `build` and, where it looks at one spectrum only, `side`.
    """

    Options = NetworkOptions
    space = TRAINING_SPACE
    network = True
    parallel = True
    several_workers = True

    @property
    def side(self) -> int:
        """Side [pixels] of the windows that the network takes."""
        return self.window

    @property
    def reach(self) -> int:
        """How far [pixels] the network looks: half its window."""
        return self.side // 2

    @abstractmethod
    def build(self) -> Any:
        """Return the untrained network, keras.Sequential, from (side, side, n_features) to (n_classes,)."""

    @classmethod
    @abstractmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the same layers, counted."""

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        return network_cost(cls.layers(options, task), options, task)

    def prepare(self, cube: np.ndarray, train: Sample) -> None:
        """Set the weights of a network just built that are computed from the training pixels, not learned: none here.

        `cube` is the feature cube, shape (rows, cols, n_features).
        """
        del cube, train

    def fit(
        self,
        cube: np.ndarray,
        train: Sample,
        validation: Sample,
        *,
        seed: int,
        checkpoint: "Checkpoint | None" = None,
        tensorboard: Path | None = None,
    ) -> FitReport:
        """Train on windows around the `train` pixels; `validation` decides which epoch is kept."""
        keras = load_keras(self.threads)
        from hsclass.devices.gpu_memory import peak_gpu_memory_mb
        from hsclass.learning.balance import class_weights
        from hsclass.learning.batches import Batches
        from hsclass.learning.fitting import train_network
        from hsclass.learning.logs import tensorboard_callbacks

        options = self.options
        keras.utils.set_random_seed(seed)
        batches = Batches(
            train.pixels,
            self._one_hot(train),
            batch_size=options.batch_size,
            seed=seed,
            weights=class_weights(train.targets) if options.balance == "weights" else None,
            balanced=options.balance == "batches",
            mixup=options.mixup or None,
        )
        # Which epoch is kept must not hang on how often the largest class is guessed: regions hold few fields of each.
        steering = Batches(
            validation.pixels,
            self._one_hot(validation),
            batch_size=_PREDICT_BATCH,
            weights=class_weights(validation.targets),
            mixup=0 if options.mixup else None,
        )
        trainer = self._make(cube, train, seed=seed, steps=len(batches))

        shape = f"{self.side}x{self.side}x{self.n_features}"
        _LOG.info("%d windows of %s, %d to validate", len(train), shape, len(validation))
        fitted = train_network(
            trainer,
            self.network_,
            batches,
            steering if len(validation) else None,
            options=options,
            checkpoint=checkpoint,
            callbacks=tensorboard_callbacks(tensorboard),
        )
        self._settle()
        changed = {
            "monitor": options.monitor if len(validation) else "loss",
            "augment": options.augment and self.side > 1,
        }
        return FitReport(
            facts=recipe_facts(options.model_copy(update=changed)) | fitted.facts,
            parameters=sum(math.prod(weight.shape) for weight in self.network_.trainable_variables),
            epochs=len(fitted.history),
            best_epoch=fitted.best_epoch,
            backend=keras.backend.backend(),
            device=device_name(),
            history=fitted.history,
            notes=fitted.notes,
            resumed=fitted.resumed,
            gpu_memory_mb=peak_gpu_memory_mb(),
        )

    def _make(self, cube: np.ndarray, train: Sample, *, seed: int, steps: int) -> Any:
        """Build the network, and around it the model that is trained; all variables of a training are made here."""
        import keras

        from hsclass.learning.augmentation import augmentation_layers
        from hsclass.learning.fitting import make_trainer
        from hsclass.learning.precision import building_in, keep_output_exact
        from hsclass.models.windows import GatherWindows

        with building_in(self.options.precision):
            self.network_ = self.build()
        if self.options.precision == "mixed":
            keep_output_exact(self.network_)
        self.prepare(cube, train)
        before = [keras.Input((2,), dtype="int32"), GatherWindows(cube, self.side)]
        before += augmentation_layers(self.options, seed, side=self.side)
        return make_trainer(self.network_, before, self.options, steps=steps)

    def _settle(self) -> None:
        """Let a network that was trained in mixed precision predict in float32, as one read from disk does."""
        if self.options.precision == "mixed":
            self.rebuild()

    def rebuild(self) -> None:
        """Make the network anew, with its weights: it then no longer belongs to the devices it was trained on."""
        weights = self.network_.get_weights()
        self.network_ = self.build()
        self.network_.set_weights(weights)

    def _one_hot(self, sample: Sample) -> np.ndarray:
        return np.eye(self.n_classes, dtype=np.float32)[sample.targets]

    def predict_proba(self, cube: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """Return class probabilities of the windows around `pixels`, gathered batch by batch."""
        keras = load_keras(self.threads)
        from hsclass.models.windows import GatherWindows

        layers = [keras.Input((2,), dtype="int32"), GatherWindows(cube, self.side), self.network_]
        return keras.Sequential(layers).predict(pixels.astype(np.int32), batch_size=_PREDICT_BATCH, verbose=0)

    def predict_map(self, cube: np.ndarray, rows: slice | None = None, *, memory: float = MAP_MEMORY) -> np.ndarray:
        """Return class probabilities of every pixel: in large pieces where that is the same, else window by window."""
        load_keras(self.threads)
        from hsclass.models.whole_scene.network_map import NetworkMap

        mapper = getattr(self, "_mapper", None)
        if mapper is None or mapper.network is not self.network_:
            mapper = self._mapper = NetworkMap(self.network_)
        if not mapper.possible:
            return super().predict_map(cube, rows, memory=memory)
        return mapper.predict(cube, rows or slice(0, len(cube)), memory)

    def save(self, folder: Path) -> None:
        """Write the weights; the architecture follows from the options."""
        self.network_.save_weights(folder / FILE)

    def load(self, folder: Path) -> None:
        """Build the network from the options and read its weights."""
        load_keras(self.threads)
        self.network_ = self.build()
        try:
            self.network_.load_weights(folder / FILE)
        except Exception as error:  # a damaged file can fail the reader at any of its steps
            reason = str(error).splitlines()[0].rstrip(":")
            raise DataError(f"{folder / FILE}: does not hold this network's weights ({reason}); train again") from error
        if not all(np.isfinite(weight).all() for weight in self.network_.get_weights()):
            raise DataError(f"{folder / FILE}: is damaged, it holds weights that are NaN or infinite; train again")
