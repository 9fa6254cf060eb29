"""MATLAB files: variables found by name or by dimensions, in both file formats."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import csc_matrix

from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError


@pytest.fixture
def mat(tmp_path: Path, cube: np.ndarray, labels: np.ndarray) -> Path:
    savemat(tmp_path / "all.mat", {"cube": cube, "gt": labels, "names": "abc", "centres": np.arange(3.0)})
    return tmp_path / "all.mat"


@pytest.fixture
def mat73(tmp_path: Path, cube: np.ndarray, labels: np.ndarray) -> Path:
    """Write what MATLAB's -v7.3 writes: HDF5 behind a block of 512 bytes, with the axes reversed."""
    with h5py.File(tmp_path / "new.mat", "w", userblock_size=512) as file:
        file["cube"] = cube.transpose(2, 1, 0)
        file["gt"] = labels.T
        file.create_group("#refs#")
    return tmp_path / "new.mat"


@pytest.mark.parametrize("which", ["mat", "mat73"])
@pytest.mark.parametrize("by_key", [True, False])
def test_cube_and_ground_truth_keep_their_axes(
    request: pytest.FixtureRequest, cube: np.ndarray, labels: np.ndarray, which: str, by_key: bool
) -> None:
    path = request.getfixturevalue(which)
    read = open_cube(path, key="cube" if by_key else None, ndim=3).stored()
    np.testing.assert_array_equal(read, cube)
    assert read.dtype == np.int16
    np.testing.assert_array_equal(open_cube(path, key="gt" if by_key else None, ndim=2).stored()[..., 0], labels)


def test_other_byte_order_is_turned(tmp_path: Path, cube: np.ndarray) -> None:
    with h5py.File(tmp_path / "big.mat", "w", userblock_size=512) as file:
        file["cube"] = cube.transpose(2, 1, 0).astype(">i2")
    read = open_cube(tmp_path / "big.mat", ndim=3).stored()
    assert read.dtype == np.dtype("=i2")
    np.testing.assert_array_equal(read, cube)


@pytest.mark.parametrize(
    ("key", "ndim", "sentence"),
    [
        ("cub", 3, "has no variable 'cub'; it holds cube (4, 5, 3), gt (4, 5), centres (1, 3); correct 'key'"),
        ("names", 2, "has no variable 'names'; it holds"),
        ("gt", 3, "holds an array of shape (4, 5); expected a cube (rows, cols, bands)"),
        ("cube", 2, "holds an array of shape (4, 5, 3); expected reference labels (rows, cols)"),
    ],
)
def test_wrong_key(mat: Path, key: str, ndim: int, sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        open_cube(mat, key=key, ndim=ndim).stored()
    assert str(caught.value).startswith(f"{mat}: ")
    assert sentence in str(caught.value)


def test_choice_among_several_is_left_to_the_user(tmp_path: Path, cube: np.ndarray) -> None:
    savemat(tmp_path / "two.mat", {"a": cube, "b": cube})
    with pytest.raises(DataError, match=r"has 2 variables that could be a cube .* a \(4, 5, 3\), b .* by 'key'"):
        open_cube(tmp_path / "two.mat", ndim=3).stored()


def test_cells_and_structures_are_no_arrays(tmp_path: Path) -> None:
    savemat(tmp_path / "cells.mat", {"c": np.array([["x", 1], ["y", 2]], object), "s": {"a": 1}})
    with pytest.raises(
        DataError,
        match=r"has 0 variables that could be reference labels .* no array of numbers and the cell c, the str",
    ):
        open_cube(tmp_path / "cells.mat", ndim=2).stored()
    with pytest.raises(DataError, match="has no variable 'c'"):
        open_cube(tmp_path / "cells.mat", key="c", ndim=2).stored()


@pytest.mark.parametrize("which", ["mat", "mat73"])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.4])
def test_truncated_file(request: pytest.FixtureRequest, which: str, share: float) -> None:
    path = request.getfixturevalue(which)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"\.mat: cannot be read as a MATLAB file \(.+\); it is damaged"):
        open_cube(path, key="cube", ndim=3).stored()


@pytest.mark.parametrize("content", [b"", b"<html>please log in</html>" * 20])
def test_no_matlab_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "page.mat"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"page\.mat: (is an empty file|cannot be read as a MATLAB file)"):
        open_cube(path, ndim=3).stored()


def test_arrays_in_a_struct_are_named_by_it(tmp_path: Path, cube: np.ndarray, labels: np.ndarray) -> None:
    path = tmp_path / "struct.mat"
    savemat(path, {"hsi": {"Data": cube, "info": {"gt": labels, "note": "text"}}})
    np.testing.assert_array_equal(open_cube(path).stored(), cube)
    np.testing.assert_array_equal(open_cube(path, key="hsi.info.gt", ndim=2).stored()[..., 0], labels)
    with pytest.raises(DataError, match=r"has no variable 'Data'; it holds hsi\.Data \(4, 5, 3\), hsi\.info\.gt"):
        open_cube(path, key="Data")
    savemat(path, {"hsi": {"Data": cube}, "gt": labels})
    np.testing.assert_array_equal(open_cube(path, key="hsi.Data").stored(), cube)
    with pytest.raises(DataError, match=r"it holds gt .* and the struct hsi"):
        open_cube(path, ndim=3)


def test_sparse_matrix_is_read(tmp_path: Path, labels: np.ndarray) -> None:
    savemat(tmp_path / "sparse.mat", {"gt": csc_matrix(labels.astype(float))})
    np.testing.assert_array_equal(open_cube(tmp_path / "sparse.mat", ndim=2).stored()[..., 0], labels)
