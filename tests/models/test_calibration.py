"""Calibration on what is known by construction."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.models.calibration import ProbabilityCalibration, fit_calibration, held_out_folds
from hsclass.models.classifier import Sample
from hsclass.samples.neighbours import within


def drawn(count: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are too certain by a factor of their logarithms, and classes drawn from the true ones."""
    rng = np.random.default_rng(0)
    true = rng.dirichlet(np.ones(4), count)
    targets = (true.cumsum(axis=1) > rng.random((count, 1))).argmax(axis=1)
    powers = true**temperature
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32), targets


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_temperature_is_found_again(temperature: float) -> None:
    probabilities, targets = drawn(20_000, temperature)
    found = fit_calibration("temperature", probabilities, targets)
    assert found.temperature == pytest.approx(temperature, rel=0.04)


@pytest.mark.parametrize("how", ["temperature", "isotonic"])
def test_confidence_becomes_the_share_that_is_right(how: str) -> None:
    probabilities, targets = drawn(20_000, 4.0)
    calibrated = fit_calibration(how, probabilities[::2], targets[::2])(probabilities[1::2])

    def excess(values: np.ndarray) -> float:
        return float(values.max(axis=1).mean() - (values.argmax(axis=1) == targets[1::2]).mean())

    assert excess(probabilities[1::2]) > 0.2
    assert abs(excess(calibrated)) < 0.02
    np.testing.assert_allclose(calibrated.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("how", ["temperature", "isotonic"])
def test_classes_keep_their_order(how: str) -> None:
    probabilities, targets = drawn(500, 4.0)
    calibrated = fit_calibration(how, probabilities, targets)(probabilities)
    np.testing.assert_array_equal(calibrated.argmax(axis=1), probabilities.argmax(axis=1))


def test_isotonic_steps_by_hand() -> None:
    """Scores 0.2 and 0.8 are right 1 of 3 and 2 of 3 times; a line of slope 0.001 keeps their order."""
    probabilities = np.array([[0.2, 0.8]] * 3, np.float32)
    found = fit_calibration("isotonic", probabilities, np.array([0, 1, 1]))
    line = (np.array([1 / 3, 2 / 3]) + 0.001 * np.array([0.2, 0.8])) / 1.001
    np.testing.assert_allclose(found(probabilities)[0], line / line.sum(), atol=1e-6)


def test_votes_of_none_count_as_half_of_the_fewest() -> None:
    """Of four trees; temperature alone would have to be infinite for a class that got no vote."""
    probabilities = np.array([[0.75, 0.25, 0.0], [0.5, 0.5, 0.0]], np.float32)
    found = fit_calibration("temperature", probabilities, np.array([0, 2]))
    assert found.floor == pytest.approx(0.125)
    assert np.isfinite(found.temperature)


def test_nothing_changes_without_calibration() -> None:
    probabilities, _ = drawn(50, 1.0)
    np.testing.assert_allclose(ProbabilityCalibration.none()(probabilities), probabilities, atol=1e-6)


def test_function_that_falls_is_refused() -> None:
    arrays = ProbabilityCalibration.none().as_arrays() | {"after": np.array([1.0, 0.0])}
    with pytest.raises(DataError, match=r"model\.npz: holds a calibration that is no increasing function"):
        ProbabilityCalibration.from_arrays(arrays, Path("model.npz"))


def fields(gap: int) -> Sample:
    """Eight fields of 6 x 6 pixels of two classes, as a chessboard."""
    places, targets = [], []
    for number in range(8):
        top, left = (number // 4) * (6 + gap), (number % 4) * (6 + gap)
        square = np.argwhere(np.ones((6, 6), bool)) + np.array([top, left])
        places.append(square)
        targets += [(number // 4 + number) % 2] * len(square)
    return Sample(np.concatenate(places).astype(np.int32), np.array(targets, np.int32))


def test_folds_hold_whole_fields_out_a_window_apart() -> None:
    sample = fields(gap=3)
    held_out = []
    for train, held in held_out_folds(sample, (15, 33), window=5, folds=4, seed=0):
        marked = np.zeros((15, 33), bool)
        marked[tuple(train.places.T)] = True
        assert not within(marked, 4)[tuple(held.places.T)].any()
        assert len(held) % 36 == 0
        held_out.append(held.places)
    together = np.concatenate(held_out)
    assert len(np.unique(together, axis=0)) == len(together) == len(sample)


def test_too_few_fields_are_one_sentence() -> None:
    sample = fields(gap=0)
    with pytest.raises(DataError, match=r"^calibrate: the 288 training pixels cannot be divided into 2 folds of whole"):
        list(held_out_folds(sample, (12, 24), window=99, folds=2, seed=0))
