"""Comparison in pairs: by hand."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from hsclass.assess import compare
from hsclass.assess.comparison import exact_mcnemar, holm
from hsclass.errors import DataError, UsageError
from hsclass.split import Split


@pytest.fixture
def three(make_split: Callable[..., Split]) -> tuple[dict[str, np.ndarray], np.ndarray, Split]:
    """Three maps of 60 x 60 pixels: 70, 75 and 95 % right, the errors of each independent."""
    rng = np.random.default_rng(7)
    place = np.arange(60) // 6 % 2
    truth = 1 + 2 * place[:, np.newaxis] + place  # squares of four classes: 100 fields
    maps = {
        name: np.where(rng.random((60, 60)) < share, truth, truth % 4 + 1)
        for name, share in (("a", 0.7), ("b", 0.75), ("c", 0.95))
    }
    roles = np.full((60, 60), 3)
    roles[:10] = 1
    return maps, truth, make_split(roles, 3)


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"), [(0, 0, 1), (2, 0, 0.5), (0, 5, 2 / 32), (7, 1, 2 * (1 + 8) / 256), (4, 4, 1)]
)
def test_mcnemars_test_by_hand(only_a: int, only_b: int, p: float) -> None:
    assert exact_mcnemar(only_a, only_b) == pytest.approx(p)


def test_holm_by_hand() -> None:
    """Of four: 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1 raised to the 0.06 before it."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([0.03]) == [0.03]
    assert holm([]) == []


def test_pairs_have_their_counts_and_differences(three: tuple[dict[str, np.ndarray], np.ndarray, Split]) -> None:
    maps, truth, split = three
    found = compare(*three)
    assert [(pair.a, pair.b) for pair in found.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    right = {name: (drawn == truth)[split.roles == 3] for name, drawn in maps.items()}
    for pair in found.pairs:
        assert pair.difference == pytest.approx(right[pair.a].mean() - right[pair.b].mean())
        assert pair.only_a == (right[pair.a] & ~right[pair.b]).sum()
        assert pair.only_b == (~right[pair.a] & right[pair.b]).sum()
        assert pair.low < pair.difference < pair.high
    assert [pair.mcnemar_holm for pair in found.pairs] == holm([pair.mcnemar_p for pair in found.pairs])
    assert [pair.p_holm for pair in found.pairs] == holm([pair.p for pair in found.pairs])
    clear = found.pairs[1]
    assert clear.high < 0
    assert clear.p_holm < 0.01


def test_order_of_two_models_turns_the_sign_only(three: tuple[dict[str, np.ndarray], np.ndarray, Split]) -> None:
    maps, truth, split = three
    one = compare({"a": maps["a"], "b": maps["b"]}, truth, split).pairs[0]
    other = compare({"b": maps["b"], "a": maps["a"]}, truth, split).pairs[0]
    assert (one.difference, one.only_a, one.low) == (-other.difference, other.only_b, pytest.approx(-other.high))
    assert (one.mcnemar_p, one.p) == (other.mcnemar_p, other.p)


def test_fields_that_are_right_together_convince_mcnemar_only(make_split: Callable[..., Split]) -> None:
    """Each of eight fields is right under one of two models: five to three, which a coin does often."""
    fields = np.array([1, 0, 1, 1, 0, 0, 1, 1]).repeat(20) * np.ones((20, 1), int)
    truth = 1 + np.arange(8).repeat(20) % 2 * np.ones((20, 1), int)
    wrong = 3 - truth
    maps = {"a": np.where(fields == 1, truth, wrong), "b": np.where(fields == 1, wrong, truth)}
    found = compare(maps, truth, make_split(np.full((20, 160), 3), 5))
    (pair,) = found.pairs
    assert pair.difference == pytest.approx(0.25)
    assert pair.mcnemar_p < 1e-9
    assert pair.p > 0.2
    assert pair.low < 0 < pair.high


def test_equal_maps_do_not_differ(three: tuple[dict[str, np.ndarray], np.ndarray, Split]) -> None:
    maps, truth, split = three
    (pair,) = compare({"a": maps["a"], "b": maps["a"]}, truth, split).as_dict()["pairs"]
    assert (pair["difference"], pair["mcnemar_p"], pair["p"]) == (0, 1, 1)
    assert (pair["low"], pair["high"]) == (None, None)


def test_figures_as_json(three: tuple[dict[str, np.ndarray], np.ndarray, Split]) -> None:
    found = compare(*three).as_dict()
    json.dumps(found, allow_nan=False)
    assert {key: found[key] for key in ("n_test", "level", "methods")} == {
        "n_test": 3000, "level": 0.95, "methods": ["a", "b", "c"],
    }  # fmt: skip
    assert (found["blocks"], found["block_side"]) == (10, 19)
    assert set(found["pairs"][0]) == {
        "a", "b", "difference", "low", "high", "only_a", "only_b",
        "mcnemar_p", "mcnemar_holm", "p", "p_holm",
    }  # fmt: skip


def test_single_map_has_no_pairs(three: tuple[dict[str, np.ndarray], np.ndarray, Split]) -> None:
    maps, truth, split = three
    assert compare({"a": maps["a"]}, truth, split).as_dict()["pairs"] == []


def test_maps_that_cannot_be_compared(make_split: Callable[..., Split]) -> None:
    split, truth = make_split([[3, 3]]), np.array([[1, 1]])
    with pytest.raises(UsageError, match="predictions: has none"):
        compare({}, truth, split)
    with pytest.raises(DataError, match=r"map b \(1, 3\).* differ in shape"):
        compare({"a": truth, "b": np.ones((1, 3), int)}, truth, split)
