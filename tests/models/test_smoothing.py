"""Means of probabilities over windows and segments, worked out by hand or by loops."""

import tracemalloc

import numpy as np
import pytest

from hsclass.models.smoothing import SEGMENT_BYTES, segment_means, segments, window_means


@pytest.mark.parametrize("radius", [1, 2, 9])
def test_mean_is_over_the_pixels_of_the_window_that_hold_data(radius: int) -> None:
    values = np.random.default_rng(0).random((7, 6, 3)).astype(np.float32)
    mask = np.ones((7, 6), bool)
    mask[2:4, 3] = mask[0, 0] = False
    expected = values.copy()
    for row, col in np.argwhere(mask):
        near = [place for place in np.argwhere(mask) if max(abs(place - (row, col))) <= radius]
        expected[row, col] = np.mean([values[tuple(place)] for place in near], axis=0)
    found = window_means(values, mask, radius)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.dtype == np.float32


def scene_of_two_fields(gap: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where the right field is, and a guide with noise of variance 1, a patch of 3 x 3 in the left field."""
    right = np.zeros((24, 30), bool)
    right[:, 14:] = True
    level = gap * right.astype(float)
    level[10:13, 4:7] = -gap
    return right, level[..., np.newaxis] + np.random.default_rng(0).normal(size=(24, 30, 6))


def test_fields_that_differ_by_more_than_noise_are_segments_and_small_patches_are_joined() -> None:
    right, guide = scene_of_two_fields(8.0)
    found = segments(guide, least=50)
    np.testing.assert_array_equal(found == found[0, -1], right)
    assert found.max() == 1
    finer = segments(guide, least=9)
    patch = finer == finer[11, 5]
    assert patch[10:13, 4:7].all()
    assert patch.sum() == 9


def test_segments_have_the_least_size() -> None:
    _, guide = scene_of_two_fields(1.5)
    assert np.bincount(segments(guide, least=20).ravel()).min() >= 20


def test_memory_that_segments_are_said_to_take_is_what_they_allocate() -> None:
    guide = np.random.default_rng(0).normal(size=(160, 160, 12)).astype(np.float32)
    segments(guide[:20, :20], least=50)  # imports
    tracemalloc.start()
    segments(guide, least=50)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most / 160**2 == pytest.approx(SEGMENT_BYTES, rel=0.05)


def test_mean_of_a_segment_is_of_its_pixels_with_data() -> None:
    found = np.array([[0, 0, 1], [0, 1, 1]])
    mask = np.array([[True, True, True], [False, True, False]])
    values = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    expected = values.copy()
    expected[0, 0] = expected[0, 1] = (1, 2)  # of (0, 1) and (2, 3)
    expected[0, 2] = expected[1, 1] = (6, 7)  # of (4, 5) and (8, 9)
    np.testing.assert_array_equal(segment_means(values, found, mask), expected)


def test_segments_without_any_data_keep_their_values() -> None:
    values = np.arange(4, dtype=np.float32).reshape(1, 2, 2)
    np.testing.assert_array_equal(segment_means(values, np.array([[0, 1]]), np.zeros((1, 2), bool)), values)
