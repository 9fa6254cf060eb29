"""Resuming: the state of a training is written after each epoch, and restored when the training starts again."""

from typing import Any

import keras

from hsclass.learning.callbacks import KeepBest, LowerOnPlateau
from hsclass.learning.checkpoint import Checkpoint, State
from hsclass.learning.history import History


class Resume(keras.callbacks.Callback):
    """Write the state of a training at the end of epochs, and restore it before the first.

    The state contains everything that the next epoch depends on: weights, optimizer, random generators of dropout and
    augmentation, best weights so far. The order of the examples follows from the number of the epoch. This callback
    must come after those whose state it stores.

    Parameters
    ----------
    checkpoint : Checkpoint
        Where the state is stored.
    trainer, network : keras.Model
        The training model, compiled and its optimizer built, and the part of it that is kept.
    history, best, plateau : callbacks
        The callbacks whose state is stored.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        trainer: Any,
        network: Any,
        *,
        history: History,
        best: KeepBest,
        plateau: LowerOnPlateau | None = None,
    ) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self.history, self.best, self.plateau = history, best, plateau
        weights = {id(weight) for weight in trainer.weights}
        self.groups = {
            "network": network.weights,
            "generators": [variable for variable in trainer.variables if id(variable) not in weights],
            "optimizer": trainer.optimizer.variables,
        }

    def restore(self) -> tuple[int, bool]:
        """Restore the stored state; return the number of its epochs, and whether the training was finished."""
        state = self.checkpoint.read()
        if state is None:
            return 0, False
        for group, variables in self.groups.items():
            for variable, value in zip(variables, state.arrays.get(group, ()), strict=True):
                variable.assign(value)
        about = state.about
        self.history.rows = list(about["history"])
        self.best.best, self.best.best_epoch = tuple(about["best"]), about["best_epoch"]
        self.best.diverged = about["diverged"]
        self.best.weights = list(state.arrays["best"]) if about["best_epoch"] else None
        if self.plateau is not None:
            self.plateau.lowered = about["lowered"]
        return len(self.history.rows), about["finished"]

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the state, unless writing takes too large a share of the time."""
        if self.checkpoint.due:
            self._write(finished=self.model.stop_training)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Write the last state, so that the rest of the command can be repeated without training."""
        self._write(finished=True)

    def _write(self, *, finished: bool) -> None:
        arrays = {
            group: [keras.ops.convert_to_numpy(variable) for variable in variables]
            for group, variables in self.groups.items()
        }
        about = {
            "finished": finished,
            "history": self.history.rows,
            "best": list(self.best.best),
            "best_epoch": self.best.best_epoch,
            "diverged": self.best.diverged,
            "lowered": 0 if self.plateau is None else self.plateau.lowered,
        }
        self.checkpoint.write(State(about, arrays | {"best": self.best.weights or []}))
