"""How numbers are written."""

import pytest

from hsclass.report.text import count, duration, number, ordered, percent, span

NAN = float("nan")


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (1, "100 %"), (0.9999, "99.9 %"), (0.00001, "0.1 %"), (0.4567, "45.7 %"), (None, "–"), (NAN, "–")],
)
def test_only_nothing_is_0_percent_and_only_all_is_100(share: float | None, text: str) -> None:
    assert percent(share).replace("\u202f", " ") == text


def test_numbers_have_a_true_minus_and_no_negative_zero() -> None:
    assert number(-0.25, 2) == "−0.25"
    assert number(-0.0001, 2) == "0.00"
    assert number(None) == number(NAN) == "–"
    assert count(10249) == "10\u202f249"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.123, "0.12 s"), (9.94, "9.9 s"), (59.6, "60 s"), (600, "10 min"), (3 * 3600, "3.0 h"), (None, "–")],
)
def test_times_are_in_the_unit_that_suits(seconds: float | None, text: str) -> None:
    assert duration(seconds).replace("\u202f", " ") == text


def test_span_is_one_text_where_all_are_alike() -> None:
    assert span(["a", "a"]) == "a"
    assert span(["a", "b", "c"]) == "a to c"
    assert span([]) == "–"
    assert ordered([3, None, NAN, 1]) == [1, 3]
