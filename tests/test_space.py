"""What a dimension of a search space holds."""

import pytest

from hsclass.errors import UsageError
from hsclass.options import parse_options
from hsclass.space import Choice, Range, search_space


def test_range_of_whole_numbers_holds_whole_numbers_only() -> None:
    dimension = Range(low=2, high=8)
    assert dimension.whole
    assert 2 in dimension
    assert 8 in dimension
    assert 9 not in dimension
    assert 2.5 not in dimension
    assert [value for value in (0, True, 1) if value in Range(low=0, high=1)] == [0, 1]


def test_range_of_real_numbers_holds_whole_ones_too() -> None:
    dimension = Range(low=0.5, high=8.0)
    assert not dimension.whole
    assert 3 in dimension
    assert "scale" not in dimension


def test_choice_tells_true_from_one_and_takes_lists_for_tuples() -> None:
    dimension = Choice(choices=(1, (64, 32), None))
    assert dimension.texts == ("1", "[64, 32]", "null")
    assert [value for value in (True, [64, 32], None) if value in dimension] == [[64, 32], None]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"low": 5, "high": 2}, "'low' 5 must not be above 'high' 2"),
        ({"low": 0, "high": 2, "log": True}, "'log' needs a 'low' above 0 and no 'step'"),
        ({"low": 1, "high": 2, "log": True, "step": 1}, "'log' needs a 'low' above 0 and no 'step'"),
        ({"low": 1, "high": 2, "step": 0}, "option 'step"),
        ({"low": 1}, "option 'high' is missing"),
        ({"low": 1, "high": 2, "mid": 1}, "unknown option 'mid'"),
    ],
)
def test_impossible_range_is_one_sentence(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=r"space of 'c': ") as caught:
        parse_options(Range, given, "space of 'c'")
    assert sentence in str(caught.value)


def test_a_space_cannot_be_changed() -> None:
    space = search_space(c=Range(low=1.0, high=2.0))
    with pytest.raises(TypeError):
        space["c"] = Range(low=1.0, high=3.0)  # type: ignore[index]
