"""Random-sampling optimism on the pixels that both splits test: by hand, and against a comparison under one split."""

from collections.abc import Callable

import numpy as np
import pytest

from hsclass.assess import compare, optimism
from hsclass.split import Split


def test_only_pixels_that_both_test_count(make_split: Callable[..., Split]) -> None:
    """By hand: two of four pixels are shared; the one is right twice, the other in the matched random run alone."""
    here, there = make_split([[3, 3, 3, 1, 1]]), make_split([[1, 3, 3, 3, 3]])
    labels = np.ones((1, 5), int)
    found = optimism(
        [np.array([[1, 1, 1, 1, 1]])], [np.array([[1, 1, 2, 2, 2]])], labels, ([here], [there]), method="rf"
    )
    assert (found.method, found.n_test, found.n_here, found.n_there, found.fields) == ("rf", 2, 3, 4, 1)
    assert (found.here, found.there, found.difference) == (1.0, 0.5, 0.5)
    assert (found.low, found.high) == (None, None)  # one field says nothing of others


def test_on_the_same_test_pixels_it_is_the_paired_comparison(make_split: Callable[..., Split]) -> None:
    rng = np.random.default_rng(5)
    labels = 1 + np.arange(16).reshape(4, 4).repeat(6, axis=0).repeat(6, axis=1) % 3
    maps = [np.where(rng.random(labels.shape) < share, labels, labels % 3 + 1) for share in (0.9, 0.6)]
    split = make_split(np.full(labels.shape, 3), 3)
    found = optimism(maps[:1], maps[1:], labels, ([split], [split]))
    (pair,) = compare({"here": maps[0], "there": maps[1]}, labels, split).pairs
    assert (found.difference, found.low, found.high) == (pair.difference, pair.low, pair.high)
    assert found.low < found.difference < found.high


def test_seeds_count_together_and_a_field_once(make_split: Callable[..., Split]) -> None:
    rng = np.random.default_rng(6)
    labels = 1 + np.arange(16).reshape(4, 4).repeat(6, axis=0).repeat(6, axis=1) % 3
    split = make_split(np.full(labels.shape, 3), 3)
    right, wrong = (np.where(rng.random(labels.shape) < share, labels, labels % 3 + 1) for share in (0.9, 0.6))
    one = optimism([right], [wrong], labels, ([split], [split]))
    three = optimism([right] * 3, [wrong] * 3, labels, ([split] * 3, [split] * 3))
    assert (three.difference, three.low, three.high) == pytest.approx((one.difference, one.low, one.high))
    assert (three.n_test, three.fields) == (3 * one.n_test, one.fields)


def test_splits_that_share_no_test_pixel_have_no_difference(make_split: Callable[..., Split]) -> None:
    labels = np.ones((1, 2), int)
    found = optimism([labels], [labels], labels, ([make_split([[3, 1]])], [make_split([[1, 3]])]))
    assert (found.n_test, found.n_here, found.n_there, found.difference, found.low) == (0, 1, 1, None, None)
