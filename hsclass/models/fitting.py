"""The one training loop of every network: windows of a scene, images, and a second phase with other options."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras

from hsclass.errors import DataError
from hsclass.models.batches import Batches
from hsclass.models.callbacks import History, KeepBest
from hsclass.models.checkpoint import Checkpoint
from hsclass.models.classifier import Progress
from hsclass.models.recipes import NetworkOptions, compile_arguments


@dataclass(frozen=True)
class Fitted:
    """What a training did.

    Attributes
    ----------
    best_epoch : int
        The epoch, from 1, whose weights the network now has; 0 where none had a finite loss.
    diverged : int or None
        The epoch, from 1, that ended the training because its loss was not finite.
    resumed : int
        Epochs that an earlier, killed run of this training had done.
    history : list of dict
        One row an epoch.
    """

    best_epoch: int
    diverged: int | None = None
    resumed: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


def make_trainer(network: Any, before: Sequence[Any], options: NetworkOptions, *, steps: int, **compiled: Any) -> Any:
    """Return a compiled model from a batch's inputs to the network's outputs: what `train_network` trains.

    All variables of a training but the network's own are made here: call it inside `strategy.scope()`, as the network's
    `build`, where there is a distribution strategy.

    Parameters
    ----------
    network : keras.Model
        What is learned and kept.
    before : sequence of keras.layers.Layer
        What turns a batch's inputs into the network's, beginning with a `keras.Input`: gathering, augmentation.
    options : NetworkOptions
        Optimizer, loss and learning rate.
    steps : int
        Batches an epoch, which schedules of the learning rate count in.
    **compiled
        Arguments of `Model.compile` in place of those that the options give, as another loss.
    """
    trainer = keras.Sequential([*before, network])
    trainer.compile(
        **{**compile_arguments(keras, options), "jit_compile": keras.backend.backend() == "jax", **compiled}
    )
    return trainer


def train_network(
    trainer: Any,
    network: Any,
    batches: Batches,
    validation: Batches | None,
    *,
    options: NetworkOptions,
    progress: Progress,
    checkpoint: Checkpoint | None = None,
    callbacks: Sequence[Any] = (),
) -> Fitted:
    """Train for up to `options.epochs` epochs; the network is left with the weights of the best one.

    Parameters
    ----------
    trainer, network : keras.Model
        From `make_trainer`, and the part of it whose weights are kept.
    batches : Batches
        To learn from.
    validation : Batches or None
        Decides which epoch is kept; without it the training loss does.
    options : NetworkOptions
        Most epochs, patience and what is monitored.
    progress : callable
        Takes a line of text an epoch.
    checkpoint : Checkpoint, optional
        Where the state is kept from epoch to epoch, and taken up from.
    callbacks : sequence of keras.callbacks.Callback
        More that watch the training.

    Raises
    ------
    DataError
        If no epoch has a finite loss.
    """
    monitor = options.monitor if validation is not None else "loss"
    history = History(options.epochs, progress)
    best = KeepBest(network, monitor, options.patience)
    order = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.start(epoch))
    trainer.fit(
        batches,
        epochs=options.epochs,
        validation_data=validation,
        callbacks=[order, history, best, *callbacks],
        verbose=0,
    )
    if best.weights is None:
        raise DataError(
            f"training diverged: no epoch has a finite loss; lower learning_rate (now {options.learning_rate:g}) or"
            f" check the normalisation (now {options.normalization})"
        )
    return Fitted(best.best_epoch, diverged=best.diverged, history=history.rows)
