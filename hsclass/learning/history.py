"""The history of a training, epoch by epoch: as rows, and as progress while it runs."""

import time
from typing import Any

import keras

from hsclass.progress import Progress

_NAMES = ("loss", "accuracy", "val_loss", "val_accuracy")
_EVERY = 10.0


class History(keras.callbacks.Callback):
    """Record the figures of each epoch and report progress: each epoch, and every ten seconds if Keras deals batches.

    Parameters
    ----------
    epochs : int
        Largest number of epochs of the training.
    examples : int
        Examples per epoch, for the rate.
    what : str
        Name of the examples, in the plural.

    Attributes
    ----------
    bar : Progress or None
        Where the epochs are reported.
    rows : list of dict
        The figures of each epoch.
    """

    def __init__(self, epochs: int, *, examples: int = 0, what: str = "windows") -> None:
        super().__init__()
        self.epochs = epochs
        self.bar: Progress | None = None
        self.examples = examples
        self.what = what
        self.rows: list[dict[str, Any]] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the clock of the epoch."""
        self.epoch = epoch
        self.start = self.reported = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Report progress within a long epoch."""
        now = time.perf_counter()
        if now - self.reported < _EVERY:
            return
        self.reported = now
        steps = self.params["steps"]
        left = (now - self.start) / (batch + 1) * (steps - batch - 1)
        self._report(0, f"batch {batch + 1} of {steps}, {_lasting(left)} left of epoch {self.epoch + 1}")

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add a row to the history."""
        seconds = time.perf_counter() - self.start
        figures = dict(logs or {})
        if (rate := figures.pop("learning_rate", None)) is None:  # only `whole_epoch` gives it
            rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        names = [*_NAMES, *(name for name in figures if name not in _NAMES)]
        self.rows.append(
            {"epoch": epoch + 1, **{name: figures.get(name) for name in names}, "learning_rate": rate}
            | {"seconds": round(seconds, 3)}
        )
        note = [f"{name} {figures[name]:.4f}" for name in names if name in figures]
        note.append(f"{seconds:.1f} s")
        if self.examples:
            note.append(f"{self.examples / seconds:.0f} {self.what} a second")
        if epoch + 1 < self.epochs:
            note.append(f"{_lasting(self._typical() * (self.epochs - epoch - 1))} left at most")
        self._report(1, ", ".join(note))

    def _report(self, epochs: int, note: str) -> None:
        if self.bar is not None:
            self.bar.update(epochs, note)

    def _typical(self) -> float:
        """Seconds per epoch, over the last five; the first one includes building the graph."""
        last = [row["seconds"] for row in (self.rows[1:] or self.rows)[-5:]]
        return sum(last) / len(last)


def _lasting(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
