"""TensorBoard logs are written where they are asked for."""

from pathlib import Path

import keras
import numpy as np
import pytest

from hsclass.errors import UsageError
from hsclass.learning import logs


def test_none_are_written_unless_asked_for() -> None:
    assert logs.tensorboard_callbacks(None) == []


def test_figures_of_each_epoch_are_written(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    network.compile("sgd", "mse")
    found = network.fit(
        np.ones((4, 1)), np.ones((4, 1)), epochs=3, verbose=0, callbacks=logs.tensorboard_callbacks(tmp_path)
    )
    read = accumulator.EventAccumulator(str(tmp_path / "train"))
    read.Reload()
    events = read.Tensors("epoch_loss")
    assert [event.step for event in events] == [0, 1, 2]
    written = [float(np.frombuffer(event.tensor_proto.tensor_content, np.float32)[0]) for event in events]
    np.testing.assert_allclose(written, found.history["loss"], rtol=1e-6)


def test_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"package tensorboard is not installed; install hsclass\[tensorboard\]"):
        logs.tensorboard_callbacks(tmp_path)
