"""NumPy files: read as they are, and never executed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError


class Trap:
    def __reduce__(self) -> Any:
        return Path.touch, (Path("sprung"),)


@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_keeps_values_and_type(tmp_path: Path, cube: np.ndarray, order: Any) -> None:
    np.save(tmp_path / "c.npy", np.array(cube, order=order))
    read = open_cube(tmp_path / "c.npy", ndim=3).stored()
    np.testing.assert_array_equal(read, cube)
    assert read.dtype == np.int16


@pytest.mark.parametrize(("given", "expected"), [(">i2", "=i2"), ("bool", "uint8"), ("float16", "float32")])
def test_types_that_geotiff_lacks_are_widened(tmp_path: Path, cube: np.ndarray, given: str, expected: str) -> None:
    np.save(tmp_path / "c.npy", cube.astype(given))
    read = open_cube(tmp_path / "c.npy", ndim=3).stored()
    assert read.dtype == np.dtype(expected)
    np.testing.assert_array_equal(read, cube.astype(given))


def test_npz_by_key_and_by_dimensions(tmp_path: Path, cube: np.ndarray, labels: np.ndarray) -> None:
    np.savez(tmp_path / "all.npz", x=cube, y=labels, z=labels)
    np.testing.assert_array_equal(open_cube(tmp_path / "all.npz", ndim=3).stored(), cube)
    np.testing.assert_array_equal(open_cube(tmp_path / "all.npz", key="z", ndim=2).stored()[..., 0], labels)
    with pytest.raises(DataError, match="has 2 variables that could be reference labels"):
        open_cube(tmp_path / "all.npz", ndim=2).stored()
    with pytest.raises(DataError, match=r"has no variable 'w'; it holds x \(4, 5, 3\), y \(4, 5\), z \(4, 5\)"):
        open_cube(tmp_path / "all.npz", key="w", ndim=2).stored()


def test_npy_has_no_key(tmp_path: Path, cube: np.ndarray) -> None:
    np.save(tmp_path / "c.npy", cube)
    with pytest.raises(DataError, match=r"c\.npy: a \.npy file holds one array, found key 'x'; take 'key' out"):
        open_cube(tmp_path / "c.npy", key="x", ndim=3).stored()


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_objects_are_refused_unexecuted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"trap.{suffix}"
    trap = np.array([Trap(), 1], object)
    if suffix == "npy":
        np.save(path, trap, allow_pickle=True)
    else:
        np.savez(path, x=trap)
    with pytest.raises(DataError, match=r"trap\.np.: cannot be read as NumPy data \(.*[oO]bject"):
        open_cube(path, ndim=3).stored()
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("suffix", ["npy", "npz"])
@pytest.mark.parametrize("share", [0.1, 0.9])
def test_truncated_file(tmp_path: Path, cube: np.ndarray, suffix: str, share: float) -> None:
    path = tmp_path / f"c.{suffix}"
    np.save(path, cube) if suffix == "npy" else np.savez(path, x=cube)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"c\.np.: (cannot be read as NumPy data|says that it holds 4 x 5 x 3 values)"):
        open_cube(path, ndim=3).stored()


def test_file_of_another_kind(tmp_path: Path) -> None:
    for name in ("t.npy", "t.npz"):
        (tmp_path / name).write_text("band 1, band 2\n")
        with pytest.raises(DataError, match="cannot be read as NumPy data"):
            open_cube(tmp_path / name, ndim=3).stored()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "scene.csv",
            r"scene\.csv: the extension '\.csv' has no reader; expected one of \.npy, \.npz, \.mat, \.h5, \.tif",
        ),
        ("gone.npy", r"gone\.npy: no such file"),
        ("empty.npy", r"empty\.npy: is an empty file; expected data"),
    ],
)
def test_no_such_file_or_format(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "scene.csv").write_text("1")
    (tmp_path / "empty.npy").touch()
    with pytest.raises(DataError, match=sentence):
        open_cube(tmp_path / name, ndim=3).stored()


def test_labels_with_an_axis_of_one_value_after_the_columns(tmp_path: Path) -> None:
    labels = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    np.save(tmp_path / "l.npy", labels)
    np.savez(tmp_path / "l.npz", gt=labels, names=np.arange(5))
    for read in (open_cube(tmp_path / "l.npy"), open_cube(tmp_path / "l.npy", ndim=2), open_cube(tmp_path / "l.npz")):
        assert read.shape == (3, 4, 1)
        np.testing.assert_array_equal(read.stored(), labels)
        np.testing.assert_array_equal(read.strip(slice(1, 2)).stored, labels[1:2])
    np.save(tmp_path / "hot.npy", np.zeros((3, 4, 2), np.uint8))
    with pytest.raises(DataError, match=r"of shape \(3, 4, 2\); expected reference labels \(rows, cols\)"):
        open_cube(tmp_path / "hot.npy", ndim=2)
