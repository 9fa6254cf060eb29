"""What watches the training: the best epoch is kept, a hopeless training stops, every epoch is written down."""

from typing import Any

import keras
import numpy as np
import pytest

from hsclass.learning.callbacks import KeepBest
from hsclass.learning.history import History
from hsclass.progress import progress

Figures = list[dict[str, float]]


class Script(keras.callbacks.Callback):
    """Play given figures as if they were measured, and set the network's only weight to the number of the epoch."""

    def __init__(self, network: Any, figures: Figures, others: list[keras.callbacks.Callback]) -> None:
        super().__init__()
        self.network, self.figures, self.others = network, figures, others
        self.epochs_run = 0

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        for other in self.others:
            other.set_model(model)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        for other in self.others:
            other.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epochs_run = epoch + 1
        self.network.set_weights([np.full((1, 1), epoch + 1.0)])
        for other in self.others:
            other.on_epoch_end(epoch, self.figures[epoch])

    def on_train_end(self, logs: Any = None) -> None:
        for other in self.others:
            other.on_train_end(logs)


@pytest.fixture
def network() -> Any:
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])


def train(network: Any, figures: Figures, *callbacks: keras.callbacks.Callback) -> int:
    """Run keras' own training loop over scripted figures; return how many epochs ran."""
    trainer = keras.Sequential([keras.Input((1,)), network])
    trainer.compile(optimizer=keras.optimizers.SGD(0.25), loss="mse")
    script = Script(network, figures, list(callbacks))
    trainer.fit(np.ones((2, 1)), np.ones((2, 1)), epochs=len(figures), verbose=0, callbacks=[script], shuffle=False)
    return script.epochs_run


def weight(network: Any) -> float:
    return float(network.get_weights()[0][0, 0])


def losses(*values: float) -> Figures:
    return [{"val_loss": value, "loss": -float(epoch)} for epoch, value in enumerate(values)]


def test_weights_of_the_best_epoch_are_put_back(network: Any) -> None:
    best = KeepBest(network, "val_loss", None)
    assert train(network, losses(0.9, 0.4, 0.6, 0.5), best) == 4
    assert (best.best_epoch, best.best, weight(network)) == (2, (0.4,), 2.0)


def test_the_figure_asked_for_decides(network: Any) -> None:
    best = KeepBest(network, "loss", None)
    train(network, losses(0.9, 0.4, 0.6, 0.5), best)
    assert (best.best_epoch, weight(network)) == (4, 4.0)


def test_of_an_accuracy_the_higher_is_better_and_of_equal_ones_the_lower_loss(network: Any) -> None:
    best = KeepBest(network, "val_accuracy", None)
    pairs = [(0.5, 0.1), (0.9, 0.8), (0.9, 0.6), (0.9, 0.7), (0.8, 0.05)]
    train(network, [{"loss": 1.0, "val_accuracy": accuracy, "val_loss": loss} for accuracy, loss in pairs], best)
    assert (best.best_epoch, weight(network)) == (3, 3.0)


def test_first_of_equally_good_epochs_is_kept(network: Any) -> None:
    best = KeepBest(network, "val_loss", None)
    train(network, losses(0.9, 0.4, 0.4), best)
    assert (best.best_epoch, weight(network)) == (2, 2.0)


@pytest.mark.parametrize(("patience", "epochs"), [(1, 3), (2, 4), (3, 5), (None, 6)])
def test_training_stops_after_so_many_epochs_without_a_better_one(network: Any, patience: int, epochs: int) -> None:
    figures = losses(0.9, 0.5, 0.6, 0.7, 0.55, 0.8)
    assert train(network, figures, KeepBest(network, "val_loss", patience)) == epochs
    assert weight(network) == 2.0


def test_a_better_epoch_starts_the_patience_anew(network: Any) -> None:
    best = KeepBest(network, "val_loss", 2)
    assert train(network, losses(0.9, 0.95, 0.8, 0.85, 0.7, 0.71, 0.72, 0.1), best) == 7
    assert (best.best_epoch, weight(network)) == (5, 5.0)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_training_loss_that_is_not_finite_ends_the_training_with_the_last_good_weights(
    network: Any, value: float
) -> None:
    best = KeepBest(network, "val_loss", None)
    figures = [{"loss": loss, "val_loss": 0.5} for loss in (0.9, 0.5, value, 0.1)]
    figures[0]["val_loss"] = 0.6
    assert train(network, figures, best) == 3
    assert (best.best_epoch, weight(network)) == (2, 2.0)


def test_validation_loss_that_is_not_finite_is_never_the_best(network: Any) -> None:
    best = KeepBest(network, "val_loss", None)
    assert train(network, losses(float("nan"), 0.5, float("nan")), best) == 3
    assert (best.best_epoch, weight(network)) == (2, 2.0)


def test_without_any_good_epoch_there_are_no_weights(network: Any) -> None:
    best = KeepBest(network, "val_loss", None)
    assert train(network, [{"loss": float("nan"), "val_loss": 0.5}, {"loss": 0.1, "val_loss": 0.4}], best) == 1
    assert best.weights is None
    assert best.best_epoch == 0


def test_history_has_a_row_an_epoch_and_reports_it(network: Any, reports: Any) -> None:
    history = History(5)
    figures = [{"loss": 0.5, "accuracy": 0.75}, {"loss": 0.25, "accuracy": 1.0, "val_loss": 0.3, "val_accuracy": 0.9}]
    with progress("train", 5, unit="epochs") as history.bar:
        train(network, figures, history)
    seconds = [row.pop("seconds") for row in history.rows]
    assert history.rows == [
        {"epoch": 1, "loss": 0.5, "accuracy": 0.75, "val_loss": None, "val_accuracy": None, "learning_rate": 0.25},
        {"epoch": 2, "loss": 0.25, "accuracy": 1.0, "val_loss": 0.3, "val_accuracy": 0.9, "learning_rate": 0.25},
    ]
    assert all(second >= 0 for second in seconds)
    assert reports.notes[0].startswith("loss 0.5000, accuracy 0.7500, ")
    assert "val_loss 0.3000, val_accuracy 0.9000" in reports.notes[1]


def test_weights_with_an_accuracy_but_no_finite_loss_are_not_kept(network: Any) -> None:
    best = KeepBest(network, "val_accuracy", None)
    figures = [{"loss": 1.0, "val_accuracy": 0.5, "val_loss": loss} for loss in (0.7, float("nan"))]
    figures[1]["val_accuracy"] = 0.9
    train(network, figures, best)
    assert (best.best_epoch, weight(network)) == (1, 1.0)
