"""Smoothing that stops at edges."""

from collections.abc import Callable

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.features.bilateral import Bilateral, edge_aware_mean


def test_weights_fall_with_the_distance_in_the_guide() -> None:
    """In the guide the neighbours are 0 and 2 away; exp(-4 / 2) is the weight of the latter."""
    cube = np.array([[[1.0], [4.0], [10.0]]])
    guide = np.array([[[0.0], [0.0], [2.0]]])
    far = np.exp(-2)
    expected = [(1 + 4) / 2, (1 + 4 + 10 * far) / (2 + far), (4 * far + 10) / (1 + far)]
    np.testing.assert_allclose(edge_aware_mean(cube, guide, radius=1, width=1.0)[0, :, 0], expected, rtol=1e-6)


def test_distance_is_the_mean_over_the_components() -> None:
    cube = np.array([[[1.0]], [[3.0]]])
    guide = np.array([[[0.0, 0.0]], [[2.0, 4.0]]])
    weight = np.exp(-10 / (2 * 9))
    found = edge_aware_mean(cube, guide, radius=1, width=3.0)
    assert found[0, 0, 0] == pytest.approx((1 + 3 * weight) / (1 + weight))


def test_without_contrast_it_is_the_mean_of_the_part_of_the_window_within_the_scene() -> None:
    cube = np.random.default_rng(1).normal(size=(9, 7, 2)).astype(np.float32)
    found = edge_aware_mean(cube, np.zeros((9, 7, 1)), radius=2, width=1.0)
    np.testing.assert_allclose(found[4, 3], cube[2:7, 1:6].mean(axis=(0, 1)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[0, 6], cube[:3, 4:].mean(axis=(0, 1)), rtol=1e-5, atol=1e-6)


def test_blocks_of_rows_leave_no_seam() -> None:
    """A scene of several blocks has in its middle what a cut of it has."""
    rng = np.random.default_rng(5)
    cube, guide = rng.normal(size=(90, 300, 60)).astype(np.float32), rng.normal(size=(90, 300, 2))
    whole = edge_aware_mean(cube, guide, radius=2, width=1.0)
    part = edge_aware_mean(cube[20:45, 10:20], guide[20:45, 10:20], radius=2, width=1.0)
    np.testing.assert_array_equal(part[2:-2, 2:-2], whole[22:43, 12:18])


def test_noise_goes_and_the_edge_between_fields_stays(classes_cube: Callable[..., tuple[np.ndarray, ...]]) -> None:
    cube, labels = classes_cube(2, bands=6, seed=3)
    found = Bilateral(radius=3).fit(cube, labels).transform(cube)
    means = np.stack([cube[labels == one].mean(axis=0) for one in (1, 2)])
    before, after = (np.abs(data - means[labels - 1]).mean() for data in (cube, found))
    assert after < before / 2
    apart = means[1] - means[0]
    beside = (found[:, 11:13].mean(axis=0) - means[0]) @ apart / (apart @ apart)
    np.testing.assert_allclose(beside, [0, 1], atol=0.1)


def test_reach_is_the_radius() -> None:
    assert Bilateral().reach == 4
    assert Bilateral(radius=2).reach == 2


def test_training_pixels_that_do_not_touch_are_one_sentence() -> None:
    labels = np.zeros((9, 9), int)
    labels[::2, ::2] = 1
    cube = np.random.default_rng(0).normal(size=(9, 9, 4)).astype(np.float32)
    with pytest.raises(DataError, match=r"^features mnf: 4 components need more than 4 pairs of neighbours"):
        Bilateral().fit(cube, labels)
