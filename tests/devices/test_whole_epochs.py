"""An epoch is one call of the backend, and ends with the weights that `Model.fit` ends with."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from hsclass.devices import shared_fit
from hsclass.devices.whole_epochs import make_metrics, run_epochs
from hsclass.learning.batches import Batches, SourceBatches
from hsclass.learning.fitting import make_trainer
from hsclass.learning.history import History
from hsclass.learning.recipes import NetworkOptions

INPUTS = np.random.default_rng(0).normal(size=(21, 7, 7, 9)).astype(np.float32)
TARGETS = np.eye(2, dtype=np.float32)[(INPUTS.mean(axis=(1, 2, 3)) > 0).astype(int)]
EPOCHS = 3


def prepared(**options: Any) -> tuple[Any, Batches, Batches]:
    """A small convolutional network with dropout, batches of which the last one is smaller, and validation."""
    from hsclass.models.band_convolution import BandConvolution

    keras.utils.set_random_seed(1)
    layers = [
        keras.layers.Reshape((7, 7, 9, 1)), BandConvolution(2, (3, 3, 3), pool=3, activation="relu"),
        BandConvolution(2, (3, 3, 1), activation="relu"), keras.layers.Flatten(), keras.layers.Dropout(0.4),
        keras.layers.Dense(2, activation="softmax"),
    ]  # fmt: skip
    network = keras.Sequential([keras.Input((7, 7, 9)), *layers])
    chosen = NetworkOptions(batch_size=4, **options)
    mixup = chosen.mixup or None
    batches = Batches(INPUTS[:15], TARGETS[:15], batch_size=4, seed=3, weights=np.ones(15, np.float32), mixup=mixup)
    validation = Batches(INPUTS[15:], TARGETS[15:], batch_size=4, mixup=None if mixup is None else 0)
    return make_trainer(network, [keras.Input((7, 7, 9))], chosen, steps=len(batches)), batches, validation


class Note(keras.callbacks.Callback):
    """Draw each epoch's order, and keep its figures."""

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self.batches, self.figures = batches, []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.batches.start(epoch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.figures.append(dict(logs))


def trained(**options: Any) -> tuple[list[np.ndarray], list[dict[str, float]]]:
    trainer, batches, validation = prepared(**options)
    note = Note(batches)
    shared_fit.fit_model(trainer, batches, validation=validation, epochs=EPOCHS, callbacks=[note])
    return trainer.get_weights(), note.figures


@pytest.mark.parametrize("options", [{}, {"mixup": 0.3}])
def test_weights_and_figures_are_those_of_keras_loop(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]) -> None:
    weights, figures = trained(**options)
    monkeypatch.setattr(shared_fit, "whole_epoch", lambda *_: None)
    expected, of_keras = trained(**options)
    rounding = 1e-6 if keras.backend.backend() == "jax" else 0  # XLA joins operations in another way
    for weight, other in zip(weights, expected, strict=True):
        np.testing.assert_allclose(weight, other, rtol=0, atol=rounding)
    for ours, theirs in zip(figures, of_keras, strict=True):
        assert ours.pop("learning_rate") == pytest.approx(1e-3)
        assert ours == pytest.approx(theirs, rel=rounding, abs=rounding)
    assert set(figures[0]) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def count_downloads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows whenever Python gets the values of a tensor, by Keras or by a method of the tensor."""
    downloads: list[str] = []
    kinds = [kind for kind in type(keras.ops.zeros(())).__mro__ if kind is not object]
    methods = ("numpy", "__array__", "__float__", "__int__", "__index__", "__bool__")
    places = [(kind, name) for kind in kinds for name in methods if name in vars(kind)]

    def counted(name: str, get: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            downloads.append(name)
            return get(*given, **named)

        return call

    for owner, name in [(keras.ops, "convert_to_numpy"), *places]:
        monkeypatch.setattr(owner, name, counted(name, vars(owner)[name]))
    return downloads


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_host_waits_for_the_device_once_an_epoch(monkeypatch: pytest.MonkeyPatch, schedule: str) -> None:
    trainer, batches, validation = prepared(schedule=schedule, epochs=EPOCHS)
    history = History(EPOCHS)
    run = shared_fit.whole_epoch(trainer, batches, validation)
    assert run is not None
    run()  # makes the graph
    downloads = count_downloads(monkeypatch)
    assert float(keras.ops.ones(())) == len(downloads) == 1  # the counter counts
    run_epochs(trainer, run, epochs=EPOCHS, initial_epoch=0, steps=len(batches), callbacks=[history, Note(batches)])
    assert downloads[1:] == ["convert_to_numpy"] * EPOCHS
    assert [row["epoch"] for row in history.rows] == [1, 2, 3]


def test_host_asks_for_an_epoch_once_and_for_no_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, batches, validation = prepared()
    counts = {"epochs": 0, "steps": 0}
    make, step = shared_fit.whole_epoch, trainer.train_step

    def counted_step(*given: Any) -> Any:
        counts["steps"] += 1
        return step(*given)

    def counted(*given: Any) -> Any:
        run = make(*given)

        def call() -> dict[str, float]:
            counts["epochs"] += 1
            return run()

        return call

    monkeypatch.setattr(trainer, "train_step", counted_step)
    monkeypatch.setattr(shared_fit, "whole_epoch", counted)
    monkeypatch.setattr(Batches, "__getitem__", lambda *_: pytest.fail("the host dealt a batch"))
    shared_fit.fit_model(trainer, batches, validation=validation, epochs=EPOCHS, callbacks=[])
    # Python runs a step only where its graph is made: once, and under JAX once more for the smaller last batch.
    assert counts["epochs"] == EPOCHS
    assert 1 <= counts["steps"] <= 2


def test_examples_that_are_read_from_disk_are_dealt_by_keras() -> None:
    class Source:
        def take(self, places: np.ndarray) -> np.ndarray:
            return INPUTS[places]

    trainer, *_ = prepared()
    streamed = SourceBatches(Source(), np.arange(15), TARGETS[:15], batch_size=4, seed=3)
    assert shared_fit.whole_epoch(trainer, streamed, None) is None


def run_here(folder: Path, chosen: str, **environment: str) -> None:
    """Run chosen tests of this file in another process, for what TensorFlow and Keras read once."""
    options = ["-q", "-k", chosen, "-o", "addopts=--import-mode=importlib", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, __file__],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


@pytest.mark.skipif(os.environ.get("TF_DETERMINISTIC_OPS") != "0", reason="XLA's operations are not repeatable")
def test_graph_of_a_step_is_one_that_xla_compiles() -> None:
    import tensorflow as tf

    trainer, batches, _ = prepared()
    make_metrics(trainer, batches)
    step = tf.function(trainer.train_step, jit_compile=True)
    assert "HloModule" in step.experimental_get_compiler_ir(tuple(map(tf.constant, batches[0])))(stage="hlo")


def test_step_compiles_with_xla(tmp_path: Path) -> None:
    run_here(tmp_path, "graph_of_a_step", TF_DETERMINISTIC_OPS="0", KERAS_BACKEND="tensorflow")


def test_under_jax(tmp_path: Path) -> None:
    pytest.importorskip("jax")
    run_here(tmp_path, "keras_loop or asks or waits", KERAS_BACKEND="jax")
