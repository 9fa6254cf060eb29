"""Callbacks that control a training: keep the best epoch, stop early, lower the learning rate on a plateau."""

import math
from typing import Any

import keras


class KeepBest(keras.callbacks.Callback):
    """Keep the weights of the best epoch, and stop if there is no improvement for some epochs.

    Keras' own `EarlyStopping` would copy the weights of the whole training model each time, including the cube.

    Parameters
    ----------
    network : keras.Model
        The part of the training model whose weights are kept.
    monitor : str
        The figure that decides: a higher accuracy or a lower loss is better. Epochs with equal accuracy, which are
        common with few pixels, are distinguished by the loss on the same pixels.
    patience : int or None
        Epochs without improvement before training stops; None: never.
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
        elif rank < self.best and math.isfinite(figures.get("val_loss", 0)):
            self.best, self.best_epoch, self.weights = rank, epoch + 1, self.network.get_weights()
        elif self.patience is not None and epoch + 1 - self.best_epoch >= self.patience:
            self.model.stop_training = True

    def _rank(self, figures: dict[str, float]) -> tuple[float, ...]:
        """Values to compare in order; lower ones mean a better epoch."""
        value = figures[self.monitor]
        if "accuracy" in self.monitor:
            return -value, figures[self.monitor.replace("accuracy", "loss")]
        return (value,)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Restore the weights of the best epoch."""
        if self.weights is not None:
            self.network.set_weights(self.weights)


class LowerOnPlateau(keras.callbacks.Callback):
    """Lower the learning rate if there is no improvement for some epochs, by the criterion of `KeepBest`.

    Parameters
    ----------
    best : KeepBest
        Must precede this one in the list of callbacks.
    factor : float
        Factor of the learning rate.
    patience : int
        Epochs without improvement, since the best epoch or the last reduction.
    """

    def __init__(self, best: KeepBest, factor: float, patience: int) -> None:
        super().__init__()
        self.best = best
        self.factor = factor
        self.patience = patience
        self.lowered = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Compare the number of epochs without improvement with the patience."""
        if epoch + 1 - max(self.best.best_epoch, self.lowered) >= self.patience:
            self.lowered = epoch + 1
            optimizer = self.model.optimizer
            # Not float(): under a strategy of several devices the variable has several copies.
            optimizer.learning_rate = float(keras.ops.convert_to_numpy(optimizer.learning_rate)) * self.factor
