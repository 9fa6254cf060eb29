"""Model families that are Keras networks on windows: one training loop, one form on disk."""

import math
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hsclass.backend import device_name, load_keras
from hsclass.errors import DataError
from hsclass.models.classifier import Classifier, FitReport, Progress, Sample
from hsclass.models.recipes import NetworkOptions, recipe_facts
from hsclass.space import Choice, Range, Space, search_space

if TYPE_CHECKING:
    from hsclass.models.checkpoint import Checkpoint

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
        progress: Progress,
        checkpoint: "Checkpoint | None" = None,
    ) -> FitReport:
        """Train on windows around the `train` pixels; `validation` decides which epoch is kept."""
        keras = load_keras(self.threads)
        from hsclass.models.batches import Batches
        from hsclass.models.fitting import make_trainer, train_network
        from hsclass.models.windows import GatherWindows, RandomSymmetry

        options = self.options
        keras.utils.set_random_seed(seed)
        batches = Batches(train.pixels, self._one_hot(train), batch_size=options.batch_size, seed=seed)
        steering = Batches(
            validation.pixels, self._one_hot(validation), batch_size=_PREDICT_BATCH, weights=_balance(validation)
        )
        self.network_ = self.build()
        self.prepare(cube, train)
        before = [keras.Input((2,), dtype="int32"), GatherWindows(cube, self.side)]
        if options.augment and self.side > 1:
            before.append(RandomSymmetry(seed))
        trainer = make_trainer(self.network_, before, options, steps=len(batches))

        progress(f"{len(train)} windows of {self.side}x{self.side}x{self.n_features}, {len(validation)} to validate")
        fitted = train_network(
            trainer,
            self.network_,
            batches,
            steering if len(validation) else None,
            options=options,
            progress=progress,
            checkpoint=checkpoint,
        )
        monitor = options.monitor if len(validation) else "loss"
        return FitReport(
            facts=recipe_facts(options.model_copy(update={"monitor": monitor})),
            parameters=sum(math.prod(weight.shape) for weight in self.network_.trainable_variables),
            epochs=len(fitted.history),
            best_epoch=fitted.best_epoch,
            backend=keras.backend.backend(),
            device=device_name(),
            history=fitted.history,
        )

    def _one_hot(self, sample: Sample) -> np.ndarray:
        return np.eye(self.n_classes, dtype=np.float32)[sample.targets]

    def predict_proba(self, cube: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """Return class probabilities of the windows around `pixels`, gathered batch by batch."""
        keras = load_keras(self.threads)
        from hsclass.models.windows import GatherWindows

        layers = [keras.Input((2,), dtype="int32"), GatherWindows(cube, self.side), self.network_]
        return keras.Sequential(layers).predict(pixels.astype(np.int32), batch_size=_PREDICT_BATCH, verbose=0)

    def predict_map(self, cube: np.ndarray, rows: slice | None = None) -> np.ndarray:
        """Return class probabilities of every pixel: fully convolutionally where that is the same, else by windows."""
        load_keras(self.threads)
        from hsclass.models.convolutional_map import convolutional_twin, is_convolutional, predict_convolutionally

        if not is_convolutional(self.network_):
            return super().predict_map(cube, rows)
        network, twin = getattr(self, "_twin", (None, None))
        if network is not self.network_:
            twin = convolutional_twin(self.network_)
            self._twin = self.network_, twin
        return predict_convolutionally(self.network_, cube, window=self.side, rows=rows, twin=twin)

    def save(self, folder: Path) -> None:
        """Write the weights; the architecture follows from the options."""
        self.network_.save_weights(folder / FILE)

    def load(self, folder: Path) -> None:
        """Build the network from the options and read its weights."""
        load_keras(self.threads)
        self.network_ = self.build()
        try:
            self.network_.load_weights(folder / FILE)
        except (OSError, ValueError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"{folder / FILE}: does not hold this network's weights ({reason}); train again") from error


def _balance(sample: Sample) -> np.ndarray:
    """Weights that let every class of a sample count alike.

    Which epoch is kept must not hang on how often the largest class is guessed: regions hold few fields of each class.
    """
    counts = np.bincount(sample.targets)
    return (len(sample) / (np.count_nonzero(counts) * counts[sample.targets])).astype(np.float32)
