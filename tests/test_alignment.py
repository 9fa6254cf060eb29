"""Rasters that must lie on one grid: the same pixels in another order are brought into place, others are refused."""

import logging

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.alignment import Lattice, aligned, require_same_grid
from hsclass.errors import DataError
from hsclass.raster import Grid

UTM = CRS.from_epsg(32633)
HERE = Grid(UTM, Affine(30, 0, 364000, 0, -30, 5810000))
VALUES = np.arange(1, 13, dtype=np.uint8).reshape(3, 4)


def moved(
    values: np.ndarray, grid: Grid, *, shape: tuple[int, int] = (3, 4), there: Grid = HERE, resample: bool = False
) -> np.ndarray:
    return aligned(values, grid, there, shape=shape, name="m.tif: the mask", other="the labels", resample=resample)


def placed(*values: float, crs: CRS | None = UTM) -> Grid:
    return Grid(crs, Affine(*values))


def test_a_raster_stored_south_up_is_turned(caplog: pytest.LogCaptureFixture) -> None:
    south_up = placed(30, 0, 364000, 0, 30, 5810000 - 90)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(moved(VALUES[::-1], south_up), VALUES)
    assert "m.tif: the mask lies on another grid than the labels" in caplog.text
    assert "brought into place, pixel by pixel: 12 labelled pixels became 12" in caplog.text


def test_columns_from_the_east_are_turned() -> None:
    np.testing.assert_array_equal(moved(VALUES[:, ::-1], placed(-30, 0, 364000 + 120, 0, -30, 5810000)), VALUES)


def test_another_part_of_the_same_pixels_is_cut_and_filled() -> None:
    later = placed(30, 0, 364000 + 30, 0, -30, 5810000 - 60)  # one column right, two rows down
    expected = np.zeros((3, 4), np.uint8)
    expected[2, 1:] = [1, 2, 3]
    np.testing.assert_array_equal(moved(VALUES, later), expected)


def test_the_same_grid_leaves_the_array_itself() -> None:
    assert moved(VALUES, HERE) is VALUES
    assert moved(VALUES, Grid()) is VALUES
    assert moved(VALUES, Grid(None, HERE.transform)) is VALUES


@pytest.mark.parametrize("pixel", [30.0, 0.5, 1e-5, 8.983152841195215e-06])
@pytest.mark.parametrize(("share", "same"), [(0.05, True), (0.2, False)])
def test_the_tolerance_counts_in_pixels(pixel: float, share: float, same: bool) -> None:
    degrees = CRS.from_epsg(4326)
    one, other = (placed(pixel, 0, 13 + off * pixel, 0, -pixel, 52, crs=degrees) for off in (0, share))
    assert (Lattice.of(one, other, (3, 4)) is not None) == same


def test_a_pixel_size_that_is_rounded_counts_at_the_far_corner() -> None:
    nearly = placed(30.0001, 0, 364000, 0, -30.0001, 5810000)
    assert Lattice.of(nearly, HERE, (3, 4)) is not None
    assert Lattice.of(nearly, HERE, (30_000, 40_000)) is None  # 0.13 pixels at the far corner


@pytest.mark.parametrize(
    "grid",
    [
        placed(30, 0, 364015, 0, -30, 5810000),  # between the pixels
        placed(15, 0, 364000, 0, -15, 5810000),  # smaller pixels
        placed(30, 3, 364000, 3, -30, 5810000),  # turned
        placed(30, 0, 364000, 0, -30, 5810000, crs=CRS.from_epsg(32632)),
        placed(30, 0, 464000, 0, -30, 5910000),  # 140 km away
        placed(0.0004, 0, 13, 0, -0.0002, 52.4, crs=CRS.from_epsg(4326)),
        placed(0, 0, 0, 0, 0, 0),
        placed(30, 0, 1e300, 0, -30, 0),
    ],
    ids=["between", "smaller", "turned", "another zone", "far away", "degrees", "no extent", "infinite"],
)
def test_other_pixels_are_refused(grid: Grid) -> None:
    with pytest.raises(DataError, match=r"^m.tif: the mask "):
        moved(VALUES, grid)
    with pytest.raises(DataError, match="expected both on one grid"):
        require_same_grid(grid, HERE, shapes=((3, 4), (3, 4)), name="split:", other="scene s")


@pytest.mark.parametrize(
    ("grid", "difference"),
    [
        (placed(30, 0, 364012, 0, -30, 5810000), "it is shifted by 0.4 columns and 0 rows"),
        (placed(30, 0, 464000, 0, -30, 5809993), "it is shifted by 3333.33 columns and 0.23 rows"),
        (placed(10, 0, 364000, 0, -12.5, 5810000), "its pixels are 10 x 12.5, not 30 x 30"),
        (placed(30.003, 0, 364000, 0, -30, 5810000), "its pixels are 30.003 x 30, not 30 x 30"),
        (Grid(UTM, HERE.transform @ Affine.rotation(5)), "it is turned against it"),
        (placed(30, 0, 364000, 0, 30, 5809909), "its rows or columns run the other way"),
    ],
)
def test_difference_of_two_grids_is_said_in_pixels(grid: Grid, difference: str) -> None:
    with pytest.raises(DataError) as caught:
        require_same_grid(grid, HERE, shapes=((3, 4000), (3, 4000)), name="a.tif:", other="b.tif")
    assert str(caught.value).endswith(f": {difference}; expected both on one grid")
    assert difference not in refusal_of(placed(*grid.transform[:6], crs=CRS.from_epsg(32632)))
    if not difference.endswith("other way"):  # else brought into place
        with pytest.raises(DataError, match=f": {difference}; resample it to that grid by nearest neighbour"):
            moved(np.ones((3, 4000)), grid, shape=(3, 4000))


def refusal_of(grid: Grid) -> str:
    with pytest.raises(DataError) as caught:
        require_same_grid(grid, HERE, shapes=((3, 4), (3, 4)), name="a.tif:", other="b.tif")
    return str(caught.value)


def test_smaller_pixels_are_resampled_where_that_is_asked_for() -> None:
    fine = placed(15, 0, 364000, 0, -15, 5810000)
    np.testing.assert_array_equal(moved(VALUES.repeat(2, axis=0).repeat(2, axis=1), fine, resample=True), VALUES)


def test_without_a_place_the_shapes_decide() -> None:
    with pytest.raises(DataError, match=r"is \(4, 3\) pixels; expected \(3, 4\), as the labels; it looks transposed"):
        moved(VALUES.T, Grid())
    with pytest.raises(DataError, match=r"is \(4, 3\) pixels, but scene s is \(3, 4\)"):
        require_same_grid(Grid(), HERE, shapes=((4, 3), (3, 4)), name="split:", other="scene s")


def test_another_place_without_a_reference_system_is_refused() -> None:
    with pytest.raises(DataError, match="assign the missing coordinate reference system"):
        moved(VALUES, placed(30, 0, 364030, 0, -30, 5810000, crs=None))
