"""Random-sampling optimism: a difference with an interval from those of its two parts, by hand."""

import pytest

from hsclass.assess import IntervalEstimate, optimism


def test_difference_and_interval_by_hand() -> None:
    found = optimism(IntervalEstimate(0.90, 0.86, 0.92), IntervalEstimate(0.50, 0.40, 0.53))
    assert found.value == pytest.approx(0.40)
    assert found.low == pytest.approx(0.40 - (0.04**2 + 0.03**2) ** 0.5) == pytest.approx(0.35)
    assert found.high == pytest.approx(0.40 + (0.02**2 + 0.10**2) ** 0.5)


def test_symmetric_intervals_add_in_squares() -> None:
    found = optimism(IntervalEstimate(0.6, 0.48, 0.72), IntervalEstimate(0.6, 0.55, 0.65))
    assert (found.low, found.high) == (pytest.approx(-0.13), pytest.approx(0.13))


def test_interval_ends_where_differences_do() -> None:
    found = optimism(IntervalEstimate(0.95, 0.2, 1), IntervalEstimate(0.05, 0, 0.9))
    assert found.high == pytest.approx(0.90 + (0.05**2 + 0.05**2) ** 0.5)
    assert optimism(IntervalEstimate(1, 0.2, 1), IntervalEstimate(0, 0, 0.9)).high == 1
    assert optimism(IntervalEstimate(0, 0, 0.9), IntervalEstimate(1, 0.2, 1)).low == -1


@pytest.mark.parametrize(
    "unknown", [IntervalEstimate(0.8, None, None), IntervalEstimate(0.8, 0.7, None), IntervalEstimate(0.8, None, 0.9)]
)
def test_no_interval_without_both(unknown: IntervalEstimate) -> None:
    known = IntervalEstimate(0.5, 0.4, 0.6)
    assert optimism(unknown, known) == IntervalEstimate(pytest.approx(0.3), None, None)
    assert optimism(known, unknown) == IntervalEstimate(pytest.approx(-0.3), None, None)
