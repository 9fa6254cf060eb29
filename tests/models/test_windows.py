"""Windows are what slicing the mirrored cube gives."""

import keras
import numpy as np
import pytest

from hsclass.backend import aligned_array, as_tensor
from hsclass.models.windows import GatherWindows, pad_cube


@pytest.fixture
def cube() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(7, 10, 3)).astype(np.float32)


def mirrored(place: int, size: int) -> int:
    """Index of the pixel that a place outside the scene mirrors, without repeating the border."""
    return abs(place) if place < size else 2 * (size - 1) - place


@pytest.mark.parametrize("window", [1, 3, 7])
def test_windows_of_all_pixels_are_slices_of_the_mirrored_cube(cube: np.ndarray, window: int) -> None:
    reach = window // 2
    rows, cols, bands = cube.shape
    pixels = np.argwhere(np.ones((rows, cols), bool)).astype(np.int32)
    windows = np.asarray(GatherWindows(cube, window)(pixels))
    assert windows.shape == (70, window, window, bands)
    steps = range(-reach, reach + 1)
    for (row, col), found in zip(pixels.tolist(), windows, strict=True):
        inside = [[cube[mirrored(row + i, rows), mirrored(col + j, cols)] for j in steps] for i in steps]
        np.testing.assert_array_equal(found, inside)


def test_corner_window_by_hand() -> None:
    cube = np.arange(9, dtype=np.float32).reshape(3, 3, 1)
    window = np.asarray(GatherWindows(cube, 3)(np.array([[0, 0]], np.int32)))[0, ..., 0]
    assert window.tolist() == [[4, 3, 4], [1, 0, 1], [4, 3, 4]]


def test_order_and_repeats_of_the_pixels_are_kept(cube: np.ndarray) -> None:
    pixels = np.array([[6, 9], [0, 3], [6, 9]], np.int32)
    centres = np.asarray(GatherWindows(cube, 5)(pixels))[:, 2, 2]
    np.testing.assert_array_equal(centres, [cube[6, 9], cube[0, 3], cube[6, 9]])


def test_scene_narrower_than_the_reach_is_mirrored_again() -> None:
    padded = pad_cube(np.array([[[0.0], [1.0]]]), 2)
    assert padded[0, :, 0].tolist() == [0, 1, 0, 1, 0, 1]


def test_the_cube_is_held_as_one_weight_that_is_not_trained(cube: np.ndarray) -> None:
    layer = GatherWindows(cube, 5)
    assert layer.trainable_weights == []
    assert [tuple(weight.shape) for weight in layer.weights] == [(7 * 10, 3)]
    assert layer.compute_output_shape((None, 2)) == (None, 5, 5, 3)


def test_a_tensor_of_lendable_memory_is_that_memory(cube: np.ndarray) -> None:
    lent = aligned_array(cube.shape)
    lent[...] = cube
    layer = GatherWindows(lent, 5)
    np.testing.assert_array_equal(np.asarray(layer(np.array([[6, 9]], np.int32)))[0, 2, 2], cube[6, 9])
    if keras.backend.backend() == "tensorflow":
        lent[6, 9] = 7
        np.testing.assert_array_equal(np.asarray(layer(np.array([[6, 9]], np.int32)))[0, 2, 2], [7, 7, 7])


def test_a_tensor_of_other_memory_is_the_array_and_keeps_apart_from_it() -> None:
    values = np.arange(24, dtype=np.float32).reshape(4, 6)[:, ::2]
    tensor = as_tensor(values)
    values[:] = -1
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(tensor), [[0, 2, 4], [6, 8, 10], [12, 14, 16], [18, 20, 22]]
    )
