"""Counting and sorting of numbers: as NumPy does it at once."""

import numpy as np
import pytest

from hsclass.samples import counting
from hsclass.samples.counting import class_counts, counts_by_class, order_by_number, places_of, tally
from hsclass.samples.fields import places_by_number


@pytest.mark.parametrize("part", [1, 7, 1000])
def test_tally_in_parts_is_that_of_all_at_once(monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    monkeypatch.setattr(counting, "_PART", part)
    rng = np.random.default_rng(0)
    numbers, right = rng.integers(0, 5, 100).astype(np.uint8), rng.random(100) < 0.7
    np.testing.assert_array_equal(tally(numbers), np.bincount(numbers))
    np.testing.assert_array_equal(tally(numbers, least=9), np.bincount(numbers, minlength=9))
    np.testing.assert_array_equal(tally(numbers, right), np.bincount(numbers, right))
    shares = rng.random(100)
    np.testing.assert_allclose(tally(numbers, shares), np.bincount(numbers, shares), rtol=1e-12)
    assert len(tally(numbers[:0])) == 0


def test_classes_are_counted_in_all_and_in_each_unit_without_the_unlabelled() -> None:
    labels = np.array([[7, 0, 3], [3, 3, 0]])
    assert list(class_counts(labels).items()) == [(3, 3), (7, 1)]
    units, of = np.array([0, 2, 2, 0]), np.array([7, 3, 3, 3])
    assert counts_by_class(units, of, np.array([3, 7]), count=4).tolist() == [[1, 1], [0, 0], [2, 0], [0, 0]]


def test_order_is_by_number_then_as_it_was() -> None:
    numbers = np.random.default_rng(0).integers(0, 6, 200) * 3
    order, starts = order_by_number(numbers)
    np.testing.assert_array_equal(order, np.argsort(numbers, kind="stable"))
    np.testing.assert_array_equal(starts, np.append(0, np.cumsum(np.bincount(numbers))))


def test_places_are_those_of_argwhere_and_of_each_number() -> None:
    numbers = np.random.default_rng(1).integers(0, 4, (9, 11)) ** 2
    np.testing.assert_array_equal(places_of(numbers > 0, np.dtype(np.int16)), np.argwhere(numbers > 0))
    for found, number in zip(places_by_number(numbers), (1, 4, 9), strict=True):
        np.testing.assert_array_equal(found, np.argwhere(numbers == number))
    assert places_by_number(np.zeros((3, 3), int)) == []
