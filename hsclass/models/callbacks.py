"""What watches a network's training: the best epoch is kept, progress is told, the history is written down."""

import math
import time
from typing import Any

import keras

from hsclass.models.classifier import Progress


class KeepBest(keras.callbacks.Callback):
    """Keep the weights of the best epoch, and stop when none has been better for a while.

    Keras' own `EarlyStopping` would copy the weights of the whole training model each time, and those include the cube.

    Parameters
    ----------
    network : keras.Model
        The part of the training model whose weights are kept.
    monitor : str
        The figure that decides: of an accuracy the higher, of a loss the lower is better. Epochs of one accuracy, and
        on few pixels there are many, are told apart by the loss of the same pixels.
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


class History(keras.callbacks.Callback):
    """Write down each epoch's figures and tell the progress.

    Parameters
    ----------
    epochs : int
        Most epochs that the training may take.
    progress : callable
        Takes a line of text.
    """

    def __init__(self, epochs: int, progress: Progress) -> None:
        super().__init__()
        self.epochs = epochs
        self.progress = progress
        self.rows: list[dict[str, float | int | None]] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the epoch's clock."""
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add a row to the history."""
        seconds = time.perf_counter() - self.start
        figures = logs or {}
        rate = float(self.model.optimizer.learning_rate)
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        self.rows.append(
            {"epoch": epoch + 1, **{name: figures.get(name) for name in names}, "learning_rate": rate}
            | {"seconds": round(seconds, 3)}
        )
        told = ", ".join(f"{name} {figures[name]:.4f}" for name in names if name in figures)
        self.progress(f"epoch {epoch + 1}/{self.epochs}: {told}, {seconds:.1f} s")
