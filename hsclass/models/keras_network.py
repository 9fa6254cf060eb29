"""What all model families that are Keras networks share: one training, one form on disk."""

import logging
import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hsclass.backend import device_name, load_keras
from hsclass.cost import Layers, Task
from hsclass.errors import DataError, UsageError
from hsclass.learning.recipes import NetworkOptions, recipe_facts
from hsclass.models.classifier import Classifier, FitReport
from hsclass.space import Choice, Range, Space, search_space

if TYPE_CHECKING:
    from hsclass.learning.batches import Batches
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

_NEVER = -1e4  # a bias with which softmax and sigmoid are 0 in float32


class KerasNetwork(Classifier):
    """A Keras network behind the contract of `Classifier`.

    A family gives `build` and `layers`; its kind, on windows or on images, gives `fit` and `predict_proba`.

    Attributes
    ----------
    examples : str
        What the network learns from, in the plural, for messages.
    checkpoint : Checkpoint or None
        Where a training keeps its state; None: nowhere.
    tensorboard : Path or None
        Folder of TensorBoard logs; None: none are written.
    """

    Options = NetworkOptions
    space = TRAINING_SPACE
    network = True
    parallel = True
    several_workers = True
    examples: ClassVar[str]
    checkpoint: "Checkpoint | None" = None
    tensorboard: Path | None = None

    @property
    def side(self) -> int:
        """Side [pixels] of what the network takes."""
        return self.window

    @property
    def activation(self) -> str:
        """Of the last layer."""
        return "sigmoid" if self.several_labels else "softmax"

    @abstractmethod
    def build(self) -> Any:
        """Return the untrained network, keras.Sequential, from (side, side, n_features) to (n_classes,)."""

    @classmethod
    @abstractmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the same layers, counted."""

    def facts(self) -> dict[str, str]:
        """Return what a report says of the network in addition to its training."""
        return {}

    def start(self, seed: int, build: Callable[[], Any] | None = None) -> Any:
        """Seed Keras, build the network that is to be trained, and return Keras."""
        keras = load_keras(self.threads)
        from hsclass.learning.precision import building_in, keep_output_exact

        keras.utils.set_random_seed(seed)
        with building_in(self.options.precision):
            self.network_ = (build or self.build)()
        if self.options.precision == "mixed":
            keep_output_exact(self.network_)
        return keras

    def weighting(self, targets: np.ndarray) -> dict[str, Any]:
        """Return what lets rare classes count as much as frequent ones, as arguments of `Batches`.

        Raises
        ------
        UsageError
            If samples may have several classes, which cannot be balanced.
        """
        from hsclass.learning.balance import class_weights

        balance = self.options.balance
        if targets.ndim > 1 and balance != "none":
            raise UsageError(f"option 'balance': is {balance}, but samples have several classes each; set it to none")
        return {
            "weights": class_weights(targets) if balance == "weights" else None,
            "balanced": balance == "batches",
        }

    def compiled(self, keras: Any) -> dict[str, Any]:
        """Return arguments of `Model.compile` in place of those that the options give; none here."""
        del keras
        return {}

    def train(self, network: Any, before: Sequence[Any], batches: "Batches", steering: "Batches | None") -> FitReport:
        """Train a network, and let `network_`, which shares its weights, predict.

        Parameters
        ----------
        network : keras.Model
            What learns: `network_` or a part of it.
        before : sequence of keras.layers.Layer
            What turns a batch's inputs into the network's; see `make_trainer`.
        batches, steering : Batches
            To learn from, and to choose the epoch that is kept; None: the training loss chooses it.
        """
        import keras

        from hsclass.devices.memory import peak_gpu_memory_mb
        from hsclass.learning.fitting import make_trainer, train_network
        from hsclass.learning.logs import tensorboard_callbacks

        options = self.options
        trainer = make_trainer(network, before, options, steps=len(batches), **self.compiled(keras))
        _LOG.info(
            "%d %s of %dx%dx%d, %d to validate", len(batches.inputs), self.examples, self.side, self.side,
            self.n_features, 0 if steering is None else len(steering.inputs),
        )  # fmt: skip
        fitted = train_network(
            trainer, network, batches, steering, options=options, checkpoint=self.checkpoint, what=self.examples,
            callbacks=tensorboard_callbacks(self.tensorboard),
        )  # fmt: skip
        notes = fitted.notes + self.leave_out(batches.targets.sum(axis=0) == 0)
        parameters = sum(math.prod(weight.shape) for weight in self.network_.trainable_variables)
        if options.precision == "mixed":
            self.rebuild()  # it then predicts in float32, as one read from disk does
        changed = {
            "monitor": "loss" if steering is None else options.monitor, "augment": options.augment and self.side > 1,
        }  # fmt: skip
        return FitReport(
            facts=recipe_facts(options.model_copy(update=changed), self.examples) | self.facts() | fitted.facts,
            parameters=parameters,
            epochs=len(fitted.history),
            best_epoch=fitted.best_epoch,
            backend=keras.backend.backend(),
            device=device_name(),
            history=fitted.history,
            notes=notes,
            resumed=fitted.resumed,
            gpu_memory_mb=peak_gpu_memory_mb(),
        )

    def leave_out(self, untrained: np.ndarray) -> list[str]:
        """Let the network never predict the classes without training samples, as the other families do.

        Parameters
        ----------
        untrained : ndarray of bool, shape (n_classes,)

        Returns
        -------
        list of str
            A note where the last layer does not allow it.
        """
        import keras

        from hsclass.learning.precision import output_layer

        if not untrained.any():
            return []
        last = output_layer(self.network_)
        softmax = getattr(last, "activation", None) is keras.activations.get(self.activation)
        if last is None or not softmax or getattr(last, "bias", None) is None:
            return [
                f"classes without training {self.examples} may be predicted: the network does not end in a Dense layer"
                f" with a bias and activation {self.activation}"
            ]
        kernel, bias = last.get_weights()
        last.set_weights([kernel, np.where(untrained, np.float32(_NEVER), bias)])
        return []

    def rebuild(self) -> None:
        """Make the network anew, with its weights: it then no longer belongs to the devices it was trained on."""
        from hsclass.learning.precision import building_in

        weights = self.network_.get_weights()
        with building_in("float32"):
            self.network_ = self.build()
        self.network_.set_weights(weights)

    def save(self, folder: Path) -> None:
        """Write the weights; the architecture follows from the options."""
        self.network_.save_weights(folder / FILE)

    def load(self, folder: Path) -> None:
        """Build the network from the options and read its weights."""
        load_keras(self.threads)
        from hsclass.learning.precision import building_in

        with building_in("float32"):
            self.network_ = self.build()
        try:
            self.network_.load_weights(folder / FILE)
        except Exception as error:  # a damaged file can fail the reader at any of its steps
            reason = str(error).splitlines()[0].rstrip(":")
            raise DataError(f"{folder / FILE}: does not hold this network's weights ({reason}); train again") from error
        if not all(np.isfinite(weight).all() for weight in self.network_.get_weights()):
            raise DataError(f"{folder / FILE}: is damaged, it holds weights that are NaN or infinite; train again")
