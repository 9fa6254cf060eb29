"""A training that was killed resumes after its last epoch, and ends as if it had not been."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.learning.checkpoint import FILE, Checkpoint
from hsclass.learning.resuming import Resume
from hsclass.models.ann import AnnOptions, DenseNetwork
from hsclass.models.classifier import FitReport, Sample

EPOCHS = 5
OPTIONS: dict[str, Any] = {
    "hidden": (4,), "dropout": 0.4, "jitter": 0.1, "noise": 0.1, "mixup": 0.3, "warmup": 1,
    "balance": "batches", "epochs": EPOCHS, "patience": None, "schedule": "cosine", "batch_size": 16,
}  # fmt: skip


def train(checkpoint: Checkpoint | None = None, **options: Any) -> tuple[Any, FitReport]:
    rng = np.random.default_rng(0)
    cube = rng.normal(size=(12, 12, 5)).astype(np.float32)
    pixels = np.argwhere(np.ones((12, 12))).astype(np.int32)
    targets = (cube[pixels[:, 0], pixels[:, 1], 0] > 0).astype(np.int32)
    train, validation = Sample(pixels[:60], targets[:60]), Sample(pixels[100:120], targets[100:120])
    model = DenseNetwork(AnnOptions(**{**OPTIONS, **options}), window=1, n_features=5, n_classes=2)
    model.checkpoint = checkpoint
    report = model.fit(cube, train, validation, seed=4)
    return model.network_.get_weights(), report


def at(folder: Path, **key: Any) -> Checkpoint:
    return Checkpoint(folder, key, share=0)


def kill_self_in_epoch_4(folder: Path) -> None:
    """Train in this process, which dies when it reports its fourth epoch, before that one's state is written."""
    from hsclass.learning.history import History

    def report(history: History, epochs: int, note: str) -> None:
        if len(history.rows) == 4:
            os.kill(os.getpid(), signal.SIGKILL)

    History._report = report
    train(at(folder))


def same(ours: list[np.ndarray], theirs: list[np.ndarray]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))


@pytest.fixture(scope="module")
def unbroken() -> tuple[Any, FitReport]:
    return train()


def test_killed_training_ends_with_the_weights_of_an_unbroken_one(
    tmp_path: Path, unbroken: Any, caplog: pytest.LogCaptureFixture
) -> None:
    code = (
        f"import sys, pathlib; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from hsclass.backend import load_keras; load_keras(1)\n"
        f"from {Path(__file__).stem} import kill_self_in_epoch_4 as run; run(pathlib.Path({str(tmp_path)!r}))\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with caplog.at_level(logging.INFO, "hsclass"):
        weights, report = train(at(tmp_path))
    assert f"training resumes after epoch 3, from {tmp_path}" in caplog.messages
    assert (report.resumed, report.epochs) == (3, EPOCHS)
    assert same(weights, unbroken[0])
    figures = [[{**row, "seconds": 0} for row in found.history] for found in (report, unbroken[1])]
    assert figures[0] == figures[1]
    assert report.best_epoch == unbroken[1].best_epoch


def test_finished_training_is_not_trained_again(tmp_path: Path, unbroken: Any, reports: Any) -> None:
    train(at(tmp_path))
    reports.updates.clear()
    weights, report = train(at(tmp_path))
    assert reports.updates == [(EPOCHS, "")]
    assert (report.resumed, report.epochs) == (EPOCHS, EPOCHS)
    assert same(weights, unbroken[0])


def test_state_of_another_training_is_not_taken_up(tmp_path: Path, unbroken: Any) -> None:
    train(at(tmp_path, seed=1), epochs=2)
    weights, report = train(at(tmp_path, seed=2))
    assert report.resumed == 0
    assert same(weights, unbroken[0])


def test_patience_and_plateau_go_on_where_they_were(tmp_path: Path, reports: Any) -> None:
    options = {"schedule": "plateau", "warmup": 0, "drop_every": 1, "patience": 3, "learning_rate": 1e-9, "epochs": 8}
    weights, report = train(**options)

    reports.stop(3)
    with pytest.raises(reports.stopped):
        train(at(tmp_path), **options)
    again, resumed = train(at(tmp_path), **options)
    assert resumed.resumed == 2
    assert [row["learning_rate"] for row in resumed.history] == [row["learning_rate"] for row in report.history]
    assert resumed.epochs == report.epochs
    assert same(again, weights)


def test_training_that_never_had_a_finite_loss_says_so_again(tmp_path: Path) -> None:
    hopeless = {"optimizer": "sgd", "learning_rate": 1e30, "schedule": "constant", "warmup": 0, "mixup": 0}
    for _ in range(2):
        with pytest.raises(DataError, match=r"no epoch has a finite loss; lower learning_rate \(now 1e\+30\)"):
            train(at(tmp_path), **hopeless)
    assert (tmp_path / FILE).exists()


def test_state_of_the_epoch_that_stopped_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"patience": 1, "learning_rate": 1e-9, "epochs": 8}
    monkeypatch.setattr(Resume, "on_train_end", lambda *_: None)  # killed between the two last writes
    _, stopped = train(at(tmp_path), **options)
    monkeypatch.undo()
    _, resumed = train(at(tmp_path), **options)
    assert resumed.epochs == resumed.resumed == stopped.epochs < 8
