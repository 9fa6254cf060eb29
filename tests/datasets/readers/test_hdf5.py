"""HDF5 files: arrays by their paths, in the order of axes that is given."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError

FIELDS = "HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields"


@pytest.fixture
def product(tmp_path: Path, cube: np.ndarray) -> Path:
    """Write two arrays (rows, bands, cols), as PRISMA has them."""
    with h5py.File(tmp_path / "p.he5", "w") as file:
        for name in ("VNIR_Cube", "SWIR_Cube"):
            file[f"{FIELDS}/{name}"] = np.moveaxis(cube, 2, 1) + (name == "SWIR_Cube")
    return tmp_path / "p.he5"


def test_array_by_path_and_axes(product: Path, cube: np.ndarray) -> None:
    read = open_cube(product, key=f"{FIELDS}/SWIR_Cube", ndim=3, axes="rows bands cols")
    np.testing.assert_array_equal(read.stored(), cube + 1)
    assert (read.shape, read.format) == ((4, 5, 3), "HDF5")


def test_several_arrays_are_listed(product: Path) -> None:
    with pytest.raises(
        DataError, match=r"has 2 variables that could be a cube .*Data Fields/VNIR_Cube \(4, 3, 5\)"
    ) as caught:
        open_cube(product)
    assert f"as cube: {{path: p.he5, key: {FIELDS}/SWIR_Cube, axes: rows cols bands}}" in str(caught.value)


def test_single_array_lies_in_rows_columns_and_bands(tmp_path: Path, cube: np.ndarray) -> None:
    with h5py.File(tmp_path / "one.h5", "w") as file:
        file["data"] = cube
    np.testing.assert_array_equal(open_cube(tmp_path / "one.h5").stored(), cube)


def test_file_that_is_no_hdf5(tmp_path: Path) -> None:
    (tmp_path / "bad.h5").write_text("nothing of the kind")
    with pytest.raises(DataError, match=r"bad\.h5: cannot be read as HDF5"):
        open_cube(tmp_path / "bad.h5")


def test_axes_of_a_raster_that_was_turned(tmp_path: Path, cube: np.ndarray) -> None:
    from hsclass.raster import Grid, write_raster

    write_raster(tmp_path / "p.tif", np.moveaxis(cube, 2, 1), grid=Grid())  # rows became bands, and bands rows
    np.testing.assert_array_equal(open_cube(tmp_path / "p.tif", axes="rows bands cols").stored(), cube)


def test_names_of_damaged_files_stay_short_and_on_one_line(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "d.h5", "w") as file:
        for number in range(25):
            file[f"{number:02d}\n\t" + "x" * 500] = np.ones((3, 4))
    with pytest.raises(
        DataError, match=r"it holds 00\?\?x+… \(3, 4\), .* and 5 others; give another file, or name"
    ) as caught:
        open_cube(tmp_path / "d.h5", ndim=3)
    assert "\n" not in str(caught.value)
