"""Inflation: a difference with an interval from those of its two parts, by hand."""

import pytest

from hsclass.assess import Estimate, inflation


def test_difference_and_interval_by_hand() -> None:
    found = inflation(Estimate(0.90, 0.86, 0.92), Estimate(0.50, 0.40, 0.53))
    assert found.value == pytest.approx(0.40)
    assert found.low == pytest.approx(0.40 - (0.04**2 + 0.03**2) ** 0.5) == pytest.approx(0.35)
    assert found.high == pytest.approx(0.40 + (0.02**2 + 0.10**2) ** 0.5)


def test_symmetric_intervals_add_in_squares() -> None:
    found = inflation(Estimate(0.6, 0.48, 0.72), Estimate(0.6, 0.55, 0.65))
    assert (found.low, found.high) == (pytest.approx(-0.13), pytest.approx(0.13))


def test_interval_ends_where_differences_do() -> None:
    found = inflation(Estimate(0.95, 0.2, 1), Estimate(0.05, 0, 0.9))
    assert found.high == pytest.approx(0.90 + (0.05**2 + 0.05**2) ** 0.5)
    assert inflation(Estimate(1, 0.2, 1), Estimate(0, 0, 0.9)).high == 1
    assert inflation(Estimate(0, 0, 0.9), Estimate(1, 0.2, 1)).low == -1


@pytest.mark.parametrize("unknown", [Estimate(0.8, None, None), Estimate(0.8, 0.7, None), Estimate(0.8, None, 0.9)])
def test_no_interval_without_both(unknown: Estimate) -> None:
    known = Estimate(0.5, 0.4, 0.6)
    assert inflation(unknown, known) == Estimate(pytest.approx(0.3), None, None)
    assert inflation(known, unknown) == Estimate(pytest.approx(-0.3), None, None)
