"""The account of a training, epoch by epoch, as rows and as it is told while it goes on."""

import time
from typing import Any

import keras

from hsclass.models.classifier import Progress

_NAMES = ("loss", "accuracy", "val_loss", "val_accuracy")
_EVERY = 10.0


class History(keras.callbacks.Callback):
    """Write down each epoch's figures and tell the progress: each epoch, and every ten seconds of a long one.

    Parameters
    ----------
    epochs : int
        Most epochs that the training may take.
    progress : callable
        Takes a line of text.
    examples : int
        Examples an epoch, for the rate.
    what : str
        What an example is, in the plural.
    """

    def __init__(self, epochs: int, progress: Progress, *, examples: int = 0, what: str = "windows") -> None:
        super().__init__()
        self.epochs = epochs
        self.progress = progress
        self.examples = examples
        self.what = what
        self.rows: list[dict[str, Any]] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the epoch's clock."""
        self.epoch = epoch
        self.start = self.told = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Tell how far a long epoch is."""
        now = time.perf_counter()
        if now - self.told < _EVERY:
            return
        self.told = now
        steps = self.params["steps"]
        left = (now - self.start) / (batch + 1) * (steps - batch - 1)
        self.progress(
            f"epoch {self.epoch + 1}/{self.epochs}: batch {batch + 1} of {steps}, {_lasting(left)} left of the epoch"
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add a row to the history."""
        seconds = time.perf_counter() - self.start
        figures = logs or {}
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        names = [*_NAMES, *(name for name in figures if name not in _NAMES)]
        self.rows.append(
            {"epoch": epoch + 1, **{name: figures.get(name) for name in names}, "learning_rate": rate}
            | {"seconds": round(seconds, 3)}
        )
        told = [f"{name} {figures[name]:.4f}" for name in names if name in figures]
        told.append(f"{seconds:.1f} s")
        if self.examples:
            told.append(f"{self.examples / seconds:.0f} {self.what} a second")
        if epoch + 1 < self.epochs:
            told.append(f"{_lasting(self._typical() * (self.epochs - epoch - 1))} left at most")
        self.progress(f"epoch {epoch + 1}/{self.epochs}: {', '.join(told)}")

    def _typical(self) -> float:
        """Seconds of an epoch, of the last five; the first includes building the graph."""
        last = [row["seconds"] for row in (self.rows[1:] or self.rows)[-5:]]
        return sum(last) / len(last)


def _lasting(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
