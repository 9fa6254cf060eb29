"""netCDF files whose dimensions have names: the same cube whatever the order of the axes."""

import itertools
import logging
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from scipy.io import netcdf_file

from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError

SIDES = {"y": 3, "x": 4, "wavelength": 5}
CUBE = np.random.default_rng(0).integers(1, 9000, tuple(SIDES.values())).astype(np.int16)
COORDINATES = {
    "y": 905.0 - 10 * np.arange(3), "x": 505.0 + 10 * np.arange(4), "wavelength": np.array([400, 500, 600, 700, 800.0])
}  # fmt: skip
PLACE = Affine(10, 0, 500, 0, -10, 910)
CRS = rasterio.CRS.from_epsg(32633)
ORDERS = list(itertools.permutations(SIDES))


def classic(path: Path, dims: tuple[str, ...], *, units: str | None = "nm", more: bool = False) -> Path:
    """Write a netCDF file of version 3; `more` adds labels on the same grid."""
    with netcdf_file(path, "w") as file:
        for name in dims:
            file.createDimension(name, SIDES[name])
            file.createVariable(name, "f8", (name,))[:] = COORDINATES[name]
        if units:
            file.variables["wavelength"].units = units
        held = file.createVariable("refl", "i2", dims)
        held[:] = CUBE.transpose([list(SIDES).index(name) for name in dims])
        held._FillValue = np.int16(-9)
        held.grid_mapping = "crs"
        file.createVariable("crs", "i4", ()).crs_wkt = CRS.to_wkt()
        if more:
            file.createVariable("labels", "i1", ("y", "x"))[:] = np.arange(12).reshape(3, 4)
    return path


def hierarchical(path: Path, dims: tuple[str, ...], *, units: str | None = "nm", more: bool = False) -> Path:
    """Write the same as netCDF 4, which is HDF5 with dimension scales."""
    with h5py.File(path, "w") as file:
        for name in dims:
            file[name] = COORDINATES[name]
            file[name].make_scale(name)
        if units:
            file["wavelength"].attrs["units"] = units
        arrays = {"refl": (CUBE.transpose([list(SIDES).index(name) for name in dims]), dims)}
        arrays |= {"labels": (np.arange(12, dtype=np.uint8).reshape(3, 4), ("y", "x"))} if more else {}
        for key, (values, names) in arrays.items():
            file[key] = values
            for place, name in enumerate(names):
                file[key].dims[place].attach_scale(file[name])
        file["refl"].attrs["_FillValue"] = np.array([-9], np.int16)
        file["refl"].attrs["grid_mapping"] = np.bytes_("crs")
        file["crs"] = np.int32(0)
        file["crs"].attrs["crs_wkt"] = np.bytes_(CRS.to_wkt())
    return path


@pytest.mark.parametrize("write", [classic, hierarchical])
@pytest.mark.parametrize("dims", ORDERS)
def test_named_dimensions_say_what_the_axes_are(write, dims: tuple[str, ...], tmp_path: Path) -> None:
    cube = open_cube(write(tmp_path / "s.nc", dims))
    assert cube.shape == (3, 4, 5)
    np.testing.assert_array_equal(cube.stored(), CUBE)
    np.testing.assert_array_equal(cube.strip(slice(1, 3), np.array([4, 1])).stored, CUBE[1:3][:, :, [4, 1]])
    np.testing.assert_array_equal(cube.wavelengths, COORDINATES["wavelength"])
    assert (cube.grid.transform, cube.grid.crs, cube.nodata) == (PLACE, CRS, (-9,))


@pytest.mark.parametrize("write", [classic, hierarchical])
def test_labels_next_to_a_cube_are_found_by_their_dimensions(write, tmp_path: Path) -> None:
    path = write(tmp_path / "s.nc", ("y", "x", "wavelength"), more=True)
    np.testing.assert_array_equal(open_cube(path).stored(), CUBE)
    for labels in (open_cube(path, ndim=2), open_cube(path, key="labels")):
        np.testing.assert_array_equal(labels.stored()[..., 0], np.arange(12).reshape(3, 4))
        assert labels.grid.transform == PLACE


def test_wavelengths_in_micrometres_or_an_unknown_unit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    coordinates = COORDINATES["wavelength"].copy()
    COORDINATES["wavelength"][:] = coordinates / 1000
    try:
        stated = open_cube(classic(tmp_path / "um.nc", ORDERS[0], units="um"))
        with caplog.at_level(logging.WARNING):
            bare = open_cube(classic(tmp_path / "bare.nc", ORDERS[0], units=None))
        assert "bare.nc: wavelengths without a unit end at 0.8 and are taken as micrometres" in caplog.text
        foreign = open_cube(classic(tmp_path / "cm.nc", ORDERS[0], units="1/cm"))
    finally:
        COORDINATES["wavelength"][:] = coordinates
    for cube in (stated, bare):
        np.testing.assert_allclose(cube.wavelengths, coordinates)
    assert foreign.wavelengths is None
    assert "is in '1/cm'; expected nm or µm; correct its attribute 'units'; its wavelengths are left out" in caplog.text


def test_uneven_coordinates_place_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = hierarchical(tmp_path / "s.nc", ("y", "x", "wavelength"))
    with h5py.File(path, "a") as file:
        file["x"][2] = 999
    assert open_cube(path).grid.transform is None
    assert "its coordinate x is not evenly spaced" in caplog.text


def test_dimensions_that_say_nothing_and_given_axes_are_read_as_before(tmp_path: Path) -> None:
    with netcdf_file(tmp_path / "s.nc", "w") as file:
        for name, side in zip("abc", CUBE.shape, strict=True):
            file.createDimension(name, side)
        file.createVariable("refl", "i2", tuple("abc"))[:] = CUBE
    np.testing.assert_array_equal(open_cube(tmp_path / "s.nc").stored(), np.moveaxis(CUBE, 0, 2))
    path = classic(tmp_path / "t.nc", ("wavelength", "y", "x"))
    np.testing.assert_array_equal(open_cube(path, axes="rows bands cols").stored(), CUBE.transpose(2, 1, 0))


def test_key_of_no_array(tmp_path: Path) -> None:
    path = classic(tmp_path / "s.nc", ("y", "x", "wavelength"))
    with pytest.raises(DataError, match=r"s.nc: has no array 'cube' .* it holds .*refl \(y, x, wavelength\)"):
        open_cube(path, key="cube")


def test_scaled_values_are_measured(tmp_path: Path) -> None:
    path = hierarchical(tmp_path / "s.nc", ("y", "x", "wavelength"))
    with h5py.File(path, "a") as file:
        file["refl"].attrs["scale_factor"], file["refl"].attrs["add_offset"] = 1e-4, -0.1
    cube = open_cube(path)
    np.testing.assert_allclose(cube.measured(cube.stored()), CUBE * 1e-4 - 0.1, rtol=1e-5)
