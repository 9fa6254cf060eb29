"""Accuracy by distance to training: by hand."""

from typing import Any

import numpy as np
import pytest

from hsclass.assess import accuracy_by_distance
from hsclass.assess.blocks import Sites
from hsclass.assess.distance import bin_edges, expected_over_map


def measured(right: list[bool] | np.ndarray, roles: np.ndarray) -> list[dict[str, Any]]:
    pixels = np.argwhere(roles == 3)
    return accuracy_by_distance(
        np.asarray(right), Sites(pixels, np.arange(len(pixels)), np.ones(len(pixels), int)), roles, least=2
    )


@pytest.mark.parametrize(
    ("largest", "edges"), [(1, [1]), (2, [1, 2]), (4, [1, 2, 3]), (5, [1, 2, 3, 5]), (70, [1, 2, 3, 5, 9, 17, 33, 65])]
)
def test_edges_reach_as_far_as_the_largest_distance(largest: int, edges: list[int]) -> None:
    assert bin_edges(largest) == edges


def test_row_of_pixels_by_hand() -> None:
    """Training at column 0; tested pixels at 1, 2, 3, 4 and 6 pixels from it, wrong at 3 and at 6."""
    roles = np.array([[1, 3, 3, 3, 3, 0, 3]], np.uint8)
    found = measured([True, True, False, True, False], roles)
    assert [(row.low, row.high, row.n, row.oa) for row in found] == [
        (1, 2, 1, 1), (2, 3, 1, 1), (3, 5, 2, 0.5), (5, None, 1, 0),
    ]  # fmt: skip
    assert [row.oa_low for row in found] == [None] * 4


def test_distance_is_the_larger_of_rows_and_columns() -> None:
    roles = np.zeros((5, 5), np.uint8)
    roles[0, 0], roles[2, 4], roles[3, 3] = 1, 3, 3
    found = measured([True, False], roles)
    assert [(row.low, row.n) for row in found] == [(3, 2)]


def test_bins_without_test_pixels_are_left_out() -> None:
    roles = np.zeros((1, 12), np.uint8)
    roles[0, 0], roles[0, [1, 10]] = 1, 3
    found = measured([True, True], roles)
    assert [(row.low, row.high) for row in found] == [(1, 2), (9, None)]


def test_validation_pixels_are_no_training_pixels() -> None:
    roles = np.array([[1, 0, 0, 2, 3]], np.uint8)
    assert measured([True], roles)[0].low == 3


def test_intervals_lie_around_the_accuracies() -> None:
    rng = np.random.default_rng(4)
    roles = np.full((40, 40), 3, np.uint8)
    roles[:, :4] = 1
    found = measured(rng.random(40 * 36) < 0.8, roles)
    assert [row.low for row in found] == [1, 2, 3, 5, 9, 17, 33]
    assert all(row.oa_low < row.oa < row.oa_high for row in found)


def test_no_bins_without_training_pixels() -> None:
    assert measured([True], np.array([[3, 0]], np.uint8)) == []


def test_accuracy_over_the_map_weights_the_bins_by_the_map() -> None:
    """Training at column 0; tested at 1 (right), 2 (wrong) and 4 (right); the map has 1, 2, 3, 4, 5 and 6."""
    roles = np.array([[1, 3, 3, 0, 3, 0, 0]], np.uint8)
    pixels = np.argwhere(roles == 3)
    sites = Sites(pixels, np.arange(3), np.ones(3, int))
    bins = accuracy_by_distance(np.array([True, False, True]), sites, roles, least=2)
    # 1: one pixel, right; 2: one, wrong; 3 to 4: two, right; 5 and 6 lie farther than any test pixel.
    assert expected_over_map(bins, sites, roles, np.ones_like(roles, bool)) == (0.75, pytest.approx(4 / 6))
    assert expected_over_map(bins, sites, roles, roles == 1) == (None, None)
    assert expected_over_map(bins, sites, roles, np.array([[0, 0, 0, 0, 0, 0, 1]], bool)) == (None, 0)
