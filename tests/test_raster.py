"""GeoTIFF in and out: values, grid, metadata."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine

from hsclass.errors import DataError, UsageError
from hsclass.raster import Grid, quiet, read_raster, require_geotiff_name, write_raster

GRID = Grid(CRS.from_epsg(32633), Affine(30, 0, 364095, 0, -30, 5809965))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
def test_values_and_type_survive(tmp_path: Path, dtype: str) -> None:
    bands = np.random.default_rng(0).integers(0, 200, (3, 40, 50)).astype(dtype)
    write_raster(tmp_path / "a.tif", bands, grid=GRID)
    raster = read_raster(tmp_path / "a.tif")
    np.testing.assert_array_equal(raster.bands, bands)
    assert raster.bands.dtype == np.dtype(dtype)
    assert raster.grid == GRID
    assert raster.nodata is None


def test_reference_system_without_a_place_on_earth_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    local = CRS.from_wkt('LOCAL_CS["Arbitrary",UNIT["metre",1],AXIS["East",EAST],AXIS["North",NORTH]]')
    write_raster(tmp_path / "a.tif", np.ones((1, 4, 5), np.uint8), grid=Grid(local, GRID.transform))
    assert read_raster(tmp_path / "a.tif").grid == Grid(None, GRID.transform)
    assert "a.tif: its coordinate reference system has no place on Earth and is not used" in caplog.text


def test_one_band_may_be_given_as_rows_and_columns(tmp_path: Path) -> None:
    write_raster(tmp_path / "a.tif", np.arange(6, dtype=np.uint8).reshape(2, 3), grid=Grid())
    assert read_raster(tmp_path / "a.tif").bands.tolist() == [[[0, 1, 2], [3, 4, 5]]]


def test_metadata_is_what_other_programs_read(tmp_path: Path) -> None:
    write_raster(
        tmp_path / "a.tif", np.zeros((2, 4, 5), np.int16), grid=GRID, nodata=-99, tags={"scene": "x", "n": 3},
        descriptions=["first", "second"], wavelengths=np.array([400.02, 2498.96]),
    )  # fmt: skip
    with rasterio.open(tmp_path / "a.tif") as source:
        assert source.nodata == -99
        assert (source.tags()["scene"], source.tags()["n"]) == ("x", "3")
        assert source.descriptions == ("first", "second")
        assert source.tags(1)["wavelength"] == "400.02"
        assert source.tags(2)["wavelength_units"] == "Nanometers"
        assert float(source.tags(2, ns="IMAGERY")["CENTRAL_WAVELENGTH_UM"]) == pytest.approx(2.49896)
        assert source.compression.name == "deflate"
        assert source.block_shapes == [(256, 256), (256, 256)]
    raster = read_raster(tmp_path / "a.tif")
    assert raster.nodata == -99
    assert [float(tags["wavelength"]) for tags in raster.band_tags] == [400.02, 2498.96]


def test_colour_table(tmp_path: Path) -> None:
    write_raster(tmp_path / "a.tif", np.ones((4, 5), np.uint8), grid=Grid(), colors={1: (10, 20, 30)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(tmp_path / "a.tif") as source:
            assert source.colormap(1)[1] == (10, 20, 30, 255)


def test_raster_that_lies_nowhere_stays_so_without_a_warning(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_raster(tmp_path / "a.tif", np.zeros((4, 5), np.uint8), grid=Grid())
        assert read_raster(tmp_path / "a.tif").grid == Grid(None, None)


def test_filters_of_warnings_are_restored_whoever_leaves_first() -> None:
    before, first, second = list(warnings.filters), quiet(), quiet()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert warnings.filters == before


def test_writing_leaves_no_other_file(tmp_path: Path) -> None:
    write_raster(tmp_path / "new/a.tif", np.zeros((4, 5), np.uint8), grid=GRID, colors={1: (1, 2, 3)}, tags={"a": "b"})
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.tif"]


def test_missing_file() -> None:
    with pytest.raises(DataError, match=r"gone\.tif: no such file; check the path, or run the stage that writes it"):
        read_raster("gone.tif")


@pytest.mark.parametrize("content", [b"", b"not a raster at all"])
def test_file_that_is_no_raster(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.tif: cannot be read as a raster"):
        read_raster(tmp_path / "a.tif")


@pytest.mark.parametrize(("bend", "known"), [(0.0, True), (200.0, False)])
def test_ground_control_points_give_a_grid_where_they_lie_on_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bend: float, known: bool
) -> None:
    transform = Affine(30, 0, 364000, 0, -30, 5810000)
    places = [(0, 0), (0, 40), (20, 0), (20, 40), (10, 20)]
    points = [
        GroundControlPoint(row, col, *(transform @ (col, row + (bend / 30 if col == 20 else 0)))) for row, col in places
    ]
    with rasterio.open(
        tmp_path / "g.tif", "w", driver="GTiff", width=40, height=20, count=1, dtype="uint8",
        gcps=points, crs="EPSG:32633",
    ) as sink:  # fmt: skip
        sink.write(np.ones((1, 20, 40), np.uint8))
    grid = read_raster(tmp_path / "g.tif").grid
    assert (grid.transform is not None and grid.transform.almost_equals(transform, 1e-6)) == known
    assert (grid.crs is not None) == known
    assert ("its 5 ground control points are not on a regular grid" in caplog.text) != known


def test_map_is_not_written_where_a_folder_stands(tmp_path: Path) -> None:
    (tmp_path / "map.tif").mkdir()
    with pytest.raises(UsageError, match=r"map\.tif: is a folder, but a file is to be written; choose another name"):
        require_geotiff_name(tmp_path / "map.tif")
    require_geotiff_name(tmp_path / "other.tif")
