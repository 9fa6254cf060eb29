"""Calibration: 15 bins of confidence, by hand."""

import numpy as np
import pytest

from hsclass.assess import calibration


def test_error_and_curve_by_hand() -> None:
    """Three pixels of confidence 0.9 with two right, two of 0.5 and 0.52 with one right."""
    found = calibration(np.array([0.9, 0.5, 0.9, 0.52, 0.9]), np.array([True, False, True, True, False]))
    low, high = found.bins
    assert low.as_dict() == {"low": 7 / 15, "high": 8 / 15, "n": 2, "confidence": pytest.approx(0.51), "accuracy": 0.5}
    assert high.as_dict() == {
        "low": 13 / 15,
        "high": 14 / 15,
        "n": 3,
        "confidence": pytest.approx(0.9),
        "accuracy": 2 / 3,
    }
    assert found.ece == pytest.approx(2 / 5 * 0.01 + 3 / 5 * (0.9 - 2 / 3))


@pytest.mark.parametrize(("confidence", "place"), [(0, 0), (1 / 15, 0), (0.0667, 1), (0.2, 2), (0.8, 11), (1, 14)])
def test_upper_edge_belongs_to_its_bin_and_zero_to_the_first(confidence: float, place: int) -> None:
    for kind in (np.float32, np.float64):
        (row,) = calibration(np.array([confidence], kind), np.array([True])).bins
        assert row.low == pytest.approx(place / 15)


def test_error_is_zero_where_confidence_is_the_share_of_right() -> None:
    confidence = np.repeat([0.25, 0.75], 4)
    right = np.array([1, 0, 0, 0, 1, 1, 1, 0], bool)
    assert calibration(confidence, right).ece == pytest.approx(0)


def test_error_is_that_of_bins_looked_at_one_by_one() -> None:
    rng = np.random.default_rng(3)
    confidence, right = rng.random(500), rng.random(500) < 0.6
    expected = 0.0
    for low in range(15):
        members = (confidence > low / 15) & (confidence <= (low + 1) / 15)
        expected += abs(right[members].sum() - confidence[members].sum()) / 500
    found = calibration(confidence, right)
    assert found.ece == pytest.approx(expected)
    assert sum(row.n for row in found.bins) == 500
