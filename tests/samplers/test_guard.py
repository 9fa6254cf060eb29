"""The guard and the neighbourhood it is made of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsclass.samplers.guard import apply_guard
from hsclass.samples.neighbours import DuplicateNeighbours, WindowNeighbours, within
from hsclass.split import Role

TRAIN, VALIDATION, TEST, GUARD = Role.TRAIN, Role.VALIDATION, Role.TEST, Role.GUARD


def nearest(centres: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Chebyshev distance of each centre to the nearest of the others, by comparing all pairs."""
    if len(others) == 0:
        return np.full(len(centres), np.inf)
    return np.abs(centres[:, np.newaxis] - others[np.newaxis]).max(axis=2).min(axis=1)


@pytest.mark.parametrize("distance", [0, 1, 3])
def test_within_agrees_with_all_pairs(distance: int) -> None:
    marked = np.random.default_rng(1).random((13, 9)) < 0.05
    every = np.argwhere(np.ones_like(marked))
    expected = (nearest(every, np.argwhere(marked)) <= distance).reshape(marked.shape)
    assert np.array_equal(within(marked, distance), expected)


def test_a_row_of_pixels_is_guarded_pixel_by_pixel() -> None:
    # Window 3: what is 1 or 2 pixels off shares a pixel. Validation at 2 goes; the one at 4 stays and guards 5 and 6,
    # while the test pixel at 3 is in reach of it too.
    roles = np.array([[1, 3, 2, 3, 2, 3, 3, 3, 0, 3]], np.uint8)
    labels = np.where(roles > 0, 1, 0)
    guarded, notes = apply_guard(roles, labels, WindowNeighbours(3))
    assert guarded.tolist() == [[1, 4, 4, 4, 2, 4, 4, 3, 0, 3]]
    assert notes == {}


def test_a_dropped_validation_pixel_guards_nothing() -> None:
    guarded, notes = apply_guard(np.array([[1, 0, 2, 3]], np.uint8), np.array([[1, 0, 1, 2]]), WindowNeighbours(3))
    assert guarded.tolist() == [[1, 0, 4, 3]]
    assert notes == {1: "validation lost: all 1 pixels are nearer than 3 pixels to another role's"}


def test_a_class_that_loses_its_test_set_is_noted() -> None:
    guarded, notes = apply_guard(
        np.array([[1, 3, 3, 3, 3]], np.uint8), np.array([[1, 2, 2, 3, 3]]), WindowNeighbours(3)
    )
    assert guarded.tolist() == [[1, 4, 4, 3, 3]]
    assert list(notes) == [2]
    assert "test lost: all 2 pixels" in notes[2]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(1, 12),
    cols=st.integers(1, 12),
    window=st.sampled_from([1, 3, 5, 9]),
)
def test_guard_agrees_with_all_pairs_on_random_scenes(seed: int, rows: int, cols: int, window: int) -> None:
    rng = np.random.default_rng(seed)
    roles = rng.choice([0, TRAIN, VALIDATION, TEST], (rows, cols), p=[0.3, 0.05, 0.05, 0.6]).astype(np.uint8)
    labels = np.where(roles > 0, rng.integers(1, 4, (rows, cols)), 0)
    guarded, _ = apply_guard(roles, labels, WindowNeighbours(window))

    train, validation, test = (np.argwhere(roles == role) for role in (TRAIN, VALIDATION, TEST))
    expected = roles.copy()
    near = nearest(validation, train) <= window - 1
    expected[tuple(validation[near].T)] = GUARD
    near = nearest(test, np.concatenate([train, validation[~near]])) <= window - 1
    expected[tuple(test[near].T)] = GUARD
    assert np.array_equal(guarded, expected)


def test_near_duplicates_of_training_images_are_dropped_from_the_others() -> None:
    # Images 0 and 2, 2 and 3, 1 and 4 are near-duplicates: what neighbours a kept validation image goes, too.
    neighbours = DuplicateNeighbours([f"{bits:016x}" for bits in (0, 2**64 - 1, 0b111, 0b1111, 2**64 - 1)] + [""], 3)
    roles, labels = np.array([1, 2, 3, 3, 3, 0], np.uint8), np.array([1, 1, 2, 1, 2, 1])
    assert neighbours.near(roles == Role.TRAIN).tolist() == [True, False, True, False, False, False]
    guarded, notes = apply_guard(roles, labels, neighbours)
    assert guarded.tolist() == [1, 2, 4, 3, 4, 0]
    assert notes == {2: "test lost: all 2 images are near-duplicates of one of another role's"}
    kept, _ = apply_guard(roles, labels, neighbours, keep=(Role.TEST, Role.VALIDATION, Role.TRAIN))
    assert kept.tolist() == [4, 4, 3, 3, 3, 0]
