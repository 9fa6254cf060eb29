"""The training loop of every network: for windows of a scene, for images, and for a second phase with other options."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras

from hsclass.backend import backend_name
from hsclass.devices.memory import explained_out_of_memory
from hsclass.devices.shared_fit import fit_model
from hsclass.errors import DataError
from hsclass.learning.augmentation import Mixup
from hsclass.learning.batches import Batches
from hsclass.learning.callbacks import KeepBest, LowerOnPlateau
from hsclass.learning.checkpoint import Checkpoint
from hsclass.learning.history import History
from hsclass.learning.recipes import NetworkOptions, compile_arguments
from hsclass.learning.resuming import Resume
from hsclass.progress import progress

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fitted:
    """Summary of a training.

    Attributes
    ----------
    best_epoch : int
        The epoch, from 1, whose weights the network now has.
    diverged : int or None
        The epoch, from 1, that ended the training because its loss was not finite.
    resumed : int
        Epochs completed by an earlier, killed run of this training.
    history : list of dict
        One row per epoch.
    """

    best_epoch: int
    diverged: int | None = None
    resumed: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """Sentences for the user."""
        notes = []
        if self.diverged:
            notes.append(
                f"training diverged: the loss of epoch {self.diverged} is not finite; epoch {self.best_epoch} is kept;"
                " lower learning_rate to train longer"
            )
        return notes

    @property
    def facts(self) -> dict[str, str]:
        """The notes for the information section of a report."""
        return {"diverged": f"in epoch {self.diverged}, where training stopped"} if self.diverged else {}


def make_trainer(network: Any, before: Sequence[Any], options: NetworkOptions, *, steps: int, **compiled: Any) -> Any:
    """Return a compiled model from a batch's inputs to the network's outputs: what `train_network` trains.

    All variables of a training except those of the network are created here. With a distribution strategy, call this
    and the network's `build` inside `strategy.scope()`.

    Parameters
    ----------
    network : keras.Model
        The network that is trained and kept.
    before : sequence of keras.layers.Layer
        Layers from the inputs of a batch to those of the network, starting with a `keras.Input`: gathering,
        augmentation.
    options : NetworkOptions
        Optimizer, loss, learning rate and mixup.
    steps : int
        Batches per epoch, for schedules of the learning rate.
    **compiled
        Arguments of `Model.compile` that replace those from the options, such as another loss.
    """
    trainer = _blending(before, network) if options.mixup else keras.Sequential([*before, network])
    arguments = {**compile_arguments(keras, options, steps=steps), **compiled}
    if network.dtype_policy.name == "mixed_float16":  # Keras looks at the policy of the trainer, which is float32
        arguments["optimizer"] = keras.optimizers.LossScaleOptimizer(arguments["optimizer"])
    trainer.compile(**arguments)
    if backend_name() == "tensorflow" and trainer.distribute_strategy.num_replicas_in_sync == 1:
        # The sum over one device, which Keras computes by a function that TensorFlow registers for good, together with
        # the graph and all that it holds, such as the cube.
        inner = getattr(trainer.optimizer, "inner_optimizer", trainer.optimizer)  # which a scaled loss wraps
        inner._all_reduce_sum_gradients = list
    trainer.optimizer.build(trainer.trainable_variables)
    return trainer


def _blending(before: Sequence[Any], network: Any) -> Any:
    """Return the model of batches whose inputs are (inputs, partners, shares)."""
    # Keras 3.10 makes no model of an input alone.
    layers = keras.Sequential(list(before)) if len(before) > 1 else lambda value: value
    inputs, partners = (keras.Input(batch_shape=before[0].shape, dtype=before[0].dtype) for _ in range(2))
    shares = keras.Input((1,))
    blended = Mixup()((layers(inputs), layers(partners), shares))
    return keras.Model((inputs, partners, shares), network(blended))


def train_network(
    trainer: Any,
    network: Any,
    batches: Batches,
    validation: Batches | None,
    *,
    options: NetworkOptions,
    checkpoint: Checkpoint | None = None,
    callbacks: Sequence[Any] = (),
    what: str = "windows",
) -> Fitted:
    """Train for up to `options.epochs` epochs; the network then has the weights of the best one.

    Parameters
    ----------
    trainer, network : keras.Model
        The model from `make_trainer`, and the part of it whose weights are kept.
    batches : Batches
        The training data.
    validation : Batches or None
        Decides which epoch is kept; without it the training loss decides.
    options : NetworkOptions
        Number of epochs, patience and the monitored figure.
    checkpoint : Checkpoint, optional
        Where the state is stored after each epoch, and read when a training is resumed.
    callbacks : sequence of keras.callbacks.Callback
        Further callbacks.
    what : str
        Name of the examples, in the plural, for messages.

    Raises
    ------
    DataError
        If no epoch has a finite loss.
    OutOfMemoryError
        If memory is insufficient for a batch.
    """
    history = History(options.epochs, examples=len(batches.order), what=what)
    best = KeepBest(network, options.monitor if validation is not None else "loss", options.patience)
    watching = [keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.start(epoch)), history, best]
    plateau = LowerOnPlateau(best, options.drop, options.drop_every) if options.schedule == "plateau" else None
    if plateau is not None:
        watching.append(plateau)
    done, finished = 0, False
    if checkpoint is not None:
        resume = Resume(checkpoint, trainer, network, history=history, best=best, plateau=plateau)
        done, finished = resume.restore()
        watching.append(resume)
        if done:
            _LOG.info("training resumes after epoch %d, from %s", done, checkpoint.folder)
    smaller = max(1, options.batch_size // 2)
    remedy = f"set batch_size to {smaller} or less, or use more memory"
    with (
        progress("train", options.epochs, unit="epochs") as history.bar,
        explained_out_of_memory(f"training with {options.batch_size} {what} a batch", remedy),
    ):
        history.bar.update(done)
        fit_model(
            trainer,
            batches,
            validation=validation,
            epochs=options.epochs,
            initial_epoch=options.epochs if finished else done,
            callbacks=[*watching, *callbacks],
        )
    if best.weights is None:
        raise DataError(
            f"training diverged: no epoch has a finite loss; lower learning_rate (now {options.learning_rate:g}) or"
            f" check the normalisation (now {options.normalization})"
        )
    return Fitted(best.best_epoch, best.diverged, done, history.rows)
