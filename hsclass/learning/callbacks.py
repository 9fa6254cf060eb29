"""What steers a network's training: the best epoch is kept, a hopeless training stops, a flat one slows down."""

import math
from typing import Any

import keras


class KeepBest(keras.callbacks.Callback):
    """Keep the weights of the best epoch, and stop when none has been better for a while.

    Keras' own `EarlyStopping` would copy the weights of the whole training model each time, and those include the cube.

    Parameters
    ----------
    network : keras.Model
        The part of the training model whose weights are kept.
    monitor : str
        The figure that decides: of an accuracy the higher, of a loss the lower is better. Epochs of one accuracy, and
        on few pixels there are many, are distinguished by the loss of the same pixels.
    patience : int or None
        Epochs without a better one before training stops; None: never.
    """

    def __init__(self, network: Any, monitor: str, patience: int | None) -> None:
        super().__init__()
        self.network = network
        self.monitor = monitor
        self.patience = patience
        self.best: tuple[float, ...] = (math.inf,)
        self.best_epoch = 0
        self.weights: list[Any] | None = None
        self.diverged: int | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Compare this epoch with the best one; a loss that is not finite ends the training."""
        figures = logs or {}
        rank = self._rank(figures)
        if not math.isfinite(figures["loss"]):
            self.diverged = epoch + 1
            self.model.stop_training = True
        elif rank < self.best:
            self.best, self.best_epoch, self.weights = rank, epoch + 1, self.network.get_weights()
        elif self.patience is not None and epoch + 1 - self.best_epoch >= self.patience:
            self.model.stop_training = True

    def _rank(self, figures: dict[str, float]) -> tuple[float, ...]:
        """Numbers that are lower, in order, for a better epoch."""
        value = figures[self.monitor]
        if "accuracy" in self.monitor:
            return -value, figures[self.monitor.replace("accuracy", "loss")]
        return (value,)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Put the best epoch's weights back."""
        if self.weights is not None:
            self.network.set_weights(self.weights)


class LowerOnPlateau(keras.callbacks.Callback):
    """Lower the learning rate where no epoch has been better for a while, by the rule that decides which is kept.

    Parameters
    ----------
    best : KeepBest
        Stands before this one in the list of callbacks.
    factor : float
        What the rate is multiplied by.
    patience : int
        Epochs without a better one, since that one or the last lowering.
    """

    def __init__(self, best: KeepBest, factor: float, patience: int) -> None:
        super().__init__()
        self.best = best
        self.factor = factor
        self.patience = patience
        self.lowered = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Compare the epochs that went by with the patience."""
        if epoch + 1 - max(self.best.best_epoch, self.lowered) >= self.patience:
            self.lowered = epoch + 1
            optimizer = self.model.optimizer
            # Not float(): under a strategy of several devices the variable has several copies.
            optimizer.learning_rate = float(keras.ops.convert_to_numpy(optimizer.learning_rate)) * self.factor
