"""The training loop takes any inputs, phases and outputs, and keeps the last good epoch of a training that diverges."""

from typing import Any

import keras
import numpy as np
import pytest

from hsclass.learning.batches import Batches
from hsclass.learning.fitting import Fitted, make_trainer, train_network
from hsclass.learning.recipes import NetworkOptions

IMAGES = np.random.default_rng(0).normal(size=(20, 4, 4, 3)).astype(np.float32)
TARGETS = np.eye(2, dtype=np.float32)[(IMAGES.mean(axis=(1, 2, 3)) > 0).astype(int)]
OPTIONS: dict[str, Any] = {"epochs": 4, "patience": None, "monitor": "loss", "batch_size": 8}


def network() -> Any:
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    return keras.Sequential([keras.Input((4, 4, 3)), *layers])


def train(net: Any, *, callbacks: Any = (), **options: Any) -> Fitted:
    batches = Batches(IMAGES, TARGETS, batch_size=8, seed=2)
    chosen = NetworkOptions(**{**OPTIONS, **options})
    trainer = make_trainer(net, [keras.Input((4, 4, 3))], chosen, steps=len(batches))
    return train_network(trainer, net, batches, None, options=chosen, callbacks=callbacks, what="images")


def test_images_are_learned_and_reported_as_such(reports: Any) -> None:
    fitted = train(network(), learning_rate=0.05)
    losses = [row["loss"] for row in fitted.history]
    assert losses[-1] < losses[0]
    assert (fitted.best_epoch, fitted.diverged, fitted.notes) == (4, None, [])
    assert len(reports.notes) == 4
    assert reports.notes[0].startswith("loss ")
    assert " images a second, " in reports.notes[0]


def test_second_phase_goes_on_with_the_weights_of_the_first() -> None:
    net = network()
    first = train(net, learning_rate=0.05)
    before = net.get_weights()
    second = train(net, learning_rate=1e-12, weight_decay=0, epochs=1)
    assert second.history[0]["loss"] <= first.history[-1]["loss"]
    np.testing.assert_allclose(net.get_weights()[0], before[0], atol=1e-6)


def test_last_good_epoch_of_a_training_that_diverges_is_kept_and_said() -> None:
    net, kept = network(), []

    class Break(keras.callbacks.Callback):
        """Remember the weights of the second epoch, and let the third one fail."""

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            if epoch == 2:
                kept.extend(net.get_weights())
                self.model.optimizer.learning_rate = float("nan")

    fitted = train(net, callbacks=[Break()], learning_rate=0.05)
    assert (fitted.best_epoch, fitted.diverged, len(fitted.history)) == (2, 3, 3)
    for weight, expected in zip(net.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(weight, expected)
    assert fitted.notes == [
        "training diverged: the loss of epoch 3 is not finite; epoch 2 is kept; lower learning_rate to train longer"
    ]
    assert fitted.facts == {"diverged": "in epoch 3, where training stopped"}


@pytest.mark.parametrize("option", [{}, {"optimizer": "sgd"}])
def test_same_seed_gives_the_same_weights(option: dict[str, Any]) -> None:
    one, other = network(), network()
    train(one, **option)
    train(other, **option)
    for weight, again in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, again)
