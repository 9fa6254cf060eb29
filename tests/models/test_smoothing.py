"""Smoothing of probabilities, worked out by hand or by loops."""

import numpy as np
import pytest

from hsclass.models.smoothing import smoothed


def probabilities(rows: int, cols: int, classes: int) -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.ones(classes), (rows, cols)).astype(np.float32)


def by_loops(values: np.ndarray, mask: np.ndarray, radius: int, weight=lambda one, other: 1.0) -> np.ndarray:
    found = values.copy()
    for row, col in np.argwhere(mask):
        near = [
            (r, c) for r, c in np.argwhere(mask) if max(abs(r - row), abs(c - col)) <= radius
        ]  # fmt: skip
        weights = np.array([weight((row, col), place) for place in near])
        found[row, col] = (weights[:, None] * [values[place] for place in near]).sum(axis=0) / weights.sum()
    return found


@pytest.mark.parametrize("radius", [1, 2, 9])
def test_mean_is_over_the_pixels_of_the_window_that_hold_data(radius: int) -> None:
    values, mask = probabilities(7, 6, 3), np.ones((7, 6), bool)
    mask[2:4, 3] = mask[0, 0] = False
    found = smoothed(values, mask, how="mean", radius=radius)
    np.testing.assert_allclose(found, by_loops(values, mask, radius), atol=1e-6)
    assert found.dtype == np.float32


def test_log_mean_is_the_geometric_mean_scaled_to_one() -> None:
    values = np.array([[[0.9, 0.1], [0.4, 0.6], [0.5, 0.5]]], np.float32)
    found = smoothed(values, np.ones((1, 3), bool), how="log_mean", radius=1)
    first = np.sqrt([0.9 * 0.4, 0.1 * 0.6])
    np.testing.assert_allclose(found[0, 0], first / first.sum(), atol=1e-6)
    middle = np.cbrt([0.9 * 0.4 * 0.5, 0.1 * 0.6 * 0.5])
    np.testing.assert_allclose(found[0, 1], middle / middle.sum(), atol=1e-6)


def test_one_pixel_without_doubt_does_not_decide_a_log_mean() -> None:
    """A probability of 0 counts as 1e-4: eight neighbours at 0.8 outweigh it."""
    values = np.full((3, 3, 2), [0.2, 0.8], np.float32)
    values[0, 0] = 1, 0
    found = smoothed(values, np.ones((3, 3), bool), how="log_mean", radius=1)[1, 1]
    powers = np.array([0.2**8, 0.8**8 * 1e-4]) ** (1 / 9)
    np.testing.assert_allclose(found, powers / powers.sum(), atol=1e-5)
    assert found[1] > 0.5


def test_bilateral_weighs_by_the_guide() -> None:
    values, mask = probabilities(5, 6, 3), np.ones((5, 6), bool)
    mask[1, 1] = False
    guide = np.random.default_rng(1).normal(size=(5, 6, 2)).astype(np.float32)

    def weight(one: tuple[int, int], other: tuple[int, int]) -> float:
        return float(np.exp(-((guide[one] - guide[tuple(other)]) ** 2).mean() / (2 * 0.7**2)))

    found = smoothed(values, mask, how="bilateral", radius=2, guide=guide, width=0.7)
    expected = by_loops(values, mask, 2, lambda one, other: weight((one[0], one[1]), other))
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("how", ["mean", "log_mean", "bilateral"])
def test_pixels_without_data_keep_their_own_and_change_no_other(how: str) -> None:
    values, mask = probabilities(6, 6, 3), np.ones((6, 6), bool)
    mask[:, 3] = False
    guide = np.zeros((6, 6, 1), np.float32)
    other = values.copy()
    other[:, 3] = [1, 0, 0]
    first, second = (smoothed(v, mask, how=how, radius=1, guide=guide) for v in (values, other))
    np.testing.assert_array_equal(first[mask], second[mask])
    np.testing.assert_array_equal(second[:, 3], other[:, 3])
    # Nothing crosses a gap as wide as the radius.
    alone = smoothed(values[:, :3], mask[:, :3], how=how, radius=1, guide=guide[:, :3])
    np.testing.assert_allclose(first[:, :3], alone, atol=1e-6)
