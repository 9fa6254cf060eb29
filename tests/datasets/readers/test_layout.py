"""Cubes that lie otherwise in a MATLAB or NumPy file: axes by name or by the shape that is expected."""

import logging
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError

SHAPE = (4, 5, 3)
ORDERS = ["bands rows cols", "cols rows bands", "bands cols rows", "rows bands cols", "cols bands rows"]


def laid(cube: np.ndarray, axes: str, by_columns: bool = False) -> np.ndarray:
    """Return the cube with these axes, worked out pixel by pixel."""
    rows, cols, bands = cube.shape
    sizes = {"rows": rows, "cols": cols, "bands": bands, "pixels": rows * cols}
    out = np.zeros([sizes[name] for name in axes.split()], cube.dtype)
    for row, col, band in np.ndindex(cube.shape):
        at = {"rows": row, "cols": col, "bands": band, "pixels": col * rows + row if by_columns else row * cols + col}
        out[tuple(at[name] for name in axes.split())] = cube[row, col, band]
    return out


@pytest.mark.parametrize("axes", ORDERS)
@pytest.mark.parametrize("told", [True, False])
def test_order_of_axes(
    tmp_path: Path, cube: np.ndarray, axes: str, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    np.save(tmp_path / "c.npy", laid(cube, axes))
    given: dict[str, Any] = {"axes": axes} if told else {"shape": SHAPE}
    with caplog.at_level(logging.WARNING):
        read = open_cube(tmp_path / "c.npy", ndim=3, **given).stored()
    np.testing.assert_array_equal(read, cube)
    assert (f"taken as '{axes}' by the expected shape (4, 5, 3)" in caplog.text) != told


@pytest.mark.parametrize("axes", ["pixels bands", "bands pixels"])
@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("name", ["c.npy", "c.mat", "c73.mat"])
def test_axis_of_pixels_goes_by_columns_in_matlab_and_by_rows_in_numpy(
    tmp_path: Path, cube: np.ndarray, axes: str, told: bool, name: str
) -> None:
    values = laid(cube, axes, by_columns=name.endswith(".mat"))
    if name == "c73.mat":
        with h5py.File(tmp_path / name, "w") as file:
            file["x"] = values.T
    else:
        np.save(tmp_path / name, values) if name == "c.npy" else savemat(tmp_path / name, {"x": values})
    given: dict[str, Any] = {"axes": axes} if told else {}
    np.testing.assert_array_equal(open_cube(tmp_path / name, ndim=3, shape=SHAPE, **given).stored(), cube)


def test_order_of_pixels_may_be_told(tmp_path: Path, cube: np.ndarray) -> None:
    np.save(tmp_path / "c.npy", laid(cube, "pixels bands", by_columns=True))
    given: dict[str, Any] = {"axes": "pixels bands", "pixels": "by_columns", "shape": SHAPE}
    np.testing.assert_array_equal(open_cube(tmp_path / "c.npy", ndim=3, **given).stored(), cube)


@pytest.mark.parametrize("values", [lambda gt: gt.ravel(), lambda gt: gt.reshape(1, -1), lambda gt: gt.reshape(-1, 1)])
def test_ground_truth_as_one_vector(tmp_path: Path, labels: np.ndarray, values: Any) -> None:
    np.save(tmp_path / "gt.npy", values(labels))
    read = open_cube(tmp_path / "gt.npy", ndim=2, axes="pixels", shape=labels.shape).stored()[..., 0]
    np.testing.assert_array_equal(read, labels)
    savemat(tmp_path / "gt.mat", {"gt": values(labels.T), "cube": np.zeros((4, 5, 3))})
    read = open_cube(tmp_path / "gt.mat", ndim=2, axes="pixels", shape=labels.shape).stored()[..., 0]
    np.testing.assert_array_equal(read, labels)


def test_transposed_ground_truth(tmp_path: Path, labels: np.ndarray) -> None:
    np.save(tmp_path / "gt.npy", labels.T)
    np.testing.assert_array_equal(open_cube(tmp_path / "gt.npy", ndim=2, axes="cols rows").stored()[..., 0], labels)


def test_order_that_the_shape_cannot_tell_is_left_alone(tmp_path: Path) -> None:
    np.save(tmp_path / "c.npy", np.arange(4 * 4 * 3).reshape(3, 4, 4))
    assert open_cube(tmp_path / "c.npy", ndim=3, shape=(4, 4, 3)).stored().shape == (3, 4, 4)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"axes": "pixels bands"}, "has an axis of pixels; expected 'shape' (rows, cols, bands) in the descriptor"),
        ({"axes": "pixels bands", "shape": (4, 6, 3)}, "has 20 pixels along 'pixels bands'; expected 4 x 6 = 24"),
        ({"axes": "bands rows cols"}, "is (20, 3); expected the axes 'bands rows cols'"),
        ({"axes": "rows cols"}, "is (20, 3); expected the axes 'rows cols'"),
    ],
)
def test_wrong_axes(tmp_path: Path, cube: np.ndarray, given: dict[str, Any], sentence: str) -> None:
    np.save(tmp_path / "c.npy", cube.reshape(20, 3))
    with pytest.raises(DataError) as caught:
        open_cube(tmp_path / "c.npy", ndim=3, **given).stored()
    assert str(caught.value).startswith(f"{tmp_path / 'c.npy'}: ")
    assert sentence in str(caught.value)
