"""Rasters: grid, nodata, band centres and bad bands come from the file."""

import logging
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine
from scipy.io import netcdf_file

from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError
from hsclass.predict.style import write_style
from hsclass.raster import Grid
from hsclass.scene import LandCover, write_classes

GRID = Affine(30, 0, 364095, 0, -30, 5809965)


def write(path: Path, cube: np.ndarray, tags: list[dict[str, str]], driver: str = "GTiff", **profile: object) -> Path:
    rows, cols, bands = cube.shape
    with rasterio.open(
        path, "w", driver=driver, height=rows, width=cols, count=bands, dtype=cube.dtype,
        crs=CRS.from_epsg(32633), transform=GRID, **profile,
    ) as sink:  # fmt: skip
        sink.write(np.moveaxis(cube, 2, 0))
        for band, of_band in enumerate(tags, 1):
            sink.update_tags(band, **of_band)
    return path


def test_axes_grid_and_nodata(tmp_path: Path, cube: np.ndarray) -> None:
    read = open_cube(write(tmp_path / "c.tif", cube, [], nodata=-7), ndim=3)
    np.testing.assert_array_equal(read.stored(), cube)
    assert read.grid.crs == CRS.from_epsg(32633)
    assert read.grid.transform == GRID
    assert read.nodata == (-7,)
    assert read.wavelengths is None


@pytest.mark.parametrize(("second", "lacking"), [(-2, [[0, 0], [1, 1]]), (None, [[0, 0]])])
def test_nodata_may_differ_between_bands(
    tmp_path: Path, cube: np.ndarray, second: int | None, lacking: list[list[int]]
) -> None:
    cube[0, 0, 0], cube[1, 1, 1], cube[2, 2, 0] = -1, -2, -2
    single = [write(tmp_path / f"{band}.tif", cube[..., band : band + 1], []) for band in range(2)]
    declared = [f"<NoDataValue>{value}</NoDataValue>" if value else "" for value in (-1, second)]
    bands = "".join(
        f'<VRTRasterBand dataType="Int16" band="{number}">{said}<SimpleSource><SourceFilename>{path}</SourceFilename>'
        f"<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
        for number, (path, said) in enumerate(zip(single, declared, strict=True), 1)
    )
    (tmp_path / "both.vrt").write_text(f'<VRTDataset rasterXSize="5" rasterYSize="4">{bands}</VRTDataset>')
    read = open_cube(tmp_path / "both.vrt", ndim=3)
    shown = read.holds_data(read.stored(), read.mask())
    assert np.argwhere(~shown).tolist() == lacking
    assert read.nodata == ()


@pytest.mark.parametrize(
    ("centres", "units", "expected"),
    [
        (["400", "500.5", "450"], "Nanometers", [400, 500.5, 450]),
        (["400", "500.5", "450"], "nm", [400, 500.5, 450]),
        (["400", "500.5", "450"], None, [400, 500.5, 450]),
        (["0.4", "0.5005", "2.5"], "Micrometers", [400, 500.5, 2500]),
        (["0.4", "0.5005", "2.5"], "um", [400, 500.5, 2500]),
        (["400", "", "450"], "nm", [400, float("nan"), 450]),
        (["a", "b", "c"], "nm", None),
    ],
)
def test_band_centres_in_nanometres(
    tmp_path: Path, cube: np.ndarray, centres: list[str], units: str | None, expected: list[float] | None
) -> None:
    tags = [{"wavelength": centre} | ({"wavelength_units": units} if units else {}) for centre in centres]
    found = open_cube(write(tmp_path / "c.tif", cube, tags), ndim=3).wavelengths
    if expected is None:
        assert found is None
    else:
        assert found is not None
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_unknown_unit_is_not_guessed(tmp_path: Path, cube: np.ndarray, caplog: pytest.LogCaptureFixture) -> None:
    tags = [{"wavelength": "9000", "wavelength_units": "Wavenumber"}] * 3
    with caplog.at_level(logging.WARNING):
        assert open_cube(write(tmp_path / "c.tif", cube, tags), ndim=3).wavelengths is None
    assert "c.tif: wavelengths in 'wavenumber' are left out" in caplog.text


def test_bad_band_list(tmp_path: Path, cube: np.ndarray) -> None:
    path = write(tmp_path / "c.tif", cube, [{"bbl": "1"}, {"bbl": "0"}, {}])
    good = open_cube(path, ndim=3).good_bands
    assert good is not None
    assert good.tolist() == [True, False, True]


def test_envi_with_its_header(tmp_path: Path, cube: np.ndarray) -> None:
    path = write(tmp_path / "c.dat", cube, [], driver="ENVI")
    header = tmp_path / "c.hdr"
    header.write_text(header.read_text() + "wavelength units = Micrometers\nwavelength = {0.4, 0.55, 0.7}\n")
    read = open_cube(path, ndim=3)
    np.testing.assert_array_equal(read.stored(), cube)
    assert read.wavelengths is not None
    np.testing.assert_allclose(read.wavelengths, [400, 550, 700])


def test_ground_truth_has_one_band(tmp_path: Path, cube: np.ndarray) -> None:
    path = write(tmp_path / "gt.tif", cube[..., :1], [])
    np.testing.assert_array_equal(open_cube(path, ndim=2).stored()[..., 0], cube[..., 0])
    write(path, cube, [])
    with pytest.raises(DataError, match=r"gt\.tif: has 3 bands; expected one band of class ids"):
        open_cube(path, ndim=2).stored()


def test_product_of_several_rasters_names_them(tmp_path: Path, cube: np.ndarray) -> None:
    with h5py.File(tmp_path / "product.h5", "w") as file:
        file["swir"], file["vnir"] = cube, cube
    with pytest.raises(
        DataError, match=r"product\.h5: has 2 variables that could be a cube .* it holds swir \(4, 5, 3\), vnir"
    ):
        open_cube(tmp_path / "product.h5", ndim=3).stored()


def test_raster_has_no_key(tmp_path: Path, cube: np.ndarray) -> None:
    with pytest.raises(DataError, match="a raster has bands but no variables, found key 'x'"):
        open_cube(write(tmp_path / "c.tif", cube, []), key="x", ndim=3).stored()


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_truncated_raster(tmp_path: Path, share: float) -> None:
    cube = np.random.default_rng(0).integers(0, 30000, (200, 200, 3)).astype(np.int16)
    path = write(tmp_path / "c.tif", cube, [])
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"c\.tif: cannot be read to its end"):
        open_cube(path, ndim=3).stored()


def test_a_classic_netcdf_that_is_shorter_than_it_says_is_refused(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.int16).reshape(4, 3, 2)
    with netcdf_file(tmp_path / "scene.nc", "w") as file:
        for name, size in zip("byx", values.shape, strict=True):
            file.createDimension(name, size)
        file.createVariable("radiance", "i2", ("b", "y", "x"))[:] = values
    read = open_cube(tmp_path / "scene.nc").stored()
    np.testing.assert_array_equal(read, np.moveaxis(values, 0, 2))  # GDAL would turn rows that have no coordinates
    content = (tmp_path / "scene.nc").read_bytes()
    claimed = content.replace(b"\0\0\0\1y\0\0\0\0\0\0\3", b"\0\0\0\1y\0\0\0\0\1\0\0")  # 65,536 rows
    assert claimed != content
    (tmp_path / "scene.nc").write_bytes(claimed)
    with pytest.raises(DataError, match=r"scene\.nc: has \d+ bytes, but its header says 65536 lines x 2 samples"):
        open_cube(tmp_path / "scene.nc")


def test_names_and_colours_of_classes_come_from_the_file(tmp_path: Path) -> None:
    ids = np.array([[[1], [2], [0]]], np.uint8)
    palette = write(tmp_path / "palette.tif", ids, [])
    with rasterio.open(palette, "r+") as sink:
        sink.write_colormap(1, {1: (255, 0, 0, 255), 2: (0, 0, 16, 255)})
    found = open_cube(palette, ndim=2).classes
    assert (found[1], found[2]) == (("class 1", "#ff0000"), ("class 2", "#000010"))
    names = "<PAMDataset><PAMRasterBand band='1'><CategoryNames><Category/><Category>wood</Category></CategoryNames>"
    Path(f"{palette}.aux.xml").write_text(f"{names}</PAMRasterBand></PAMDataset>", encoding="utf-8")
    found = open_cube(palette, ndim=2).classes
    assert (found[1], found[2]) == (("wood", "#ff0000"), ("class 2", "#000010"))
    named = write(tmp_path / "named.tif", ids, [])
    write_style(named, [LandCover(1, "wood", (1, 2, 3)), LandCover(2, "water", (4, 5, 6))])
    assert open_cube(named, ndim=2).classes == {1: ("wood", "#010203"), 2: ("water", "#040506")}
    own = tmp_path / "own.tif"
    write_classes(own, ids[..., 0], classes=(LandCover(1, "wood", (1, 2, 3)),), grid=Grid())
    assert open_cube(own, ndim=2).classes == {1: ("wood", "#010203")}


@pytest.mark.parametrize(
    "text", ["", "<PAMDataset>", "<a><FieldDefn><Usage>5</Usage></FieldDefn><Row><F>x</F></Row></a>"]
)
def test_metadata_that_name_no_class(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "ids.tif", np.ones((2, 2, 1), np.uint8), [])
    Path(f"{path}.aux.xml").write_text(text, encoding="utf-8")
    assert open_cube(path, ndim=2).classes == {}


def test_palette_without_colours(tmp_path: Path) -> None:
    write(tmp_path / "ids.tif", np.ones((2, 2, 1), np.uint8), [])
    source = "<SimpleSource><SourceFilename relativeToVRT='1'>ids.tif</SourceFilename></SimpleSource>"
    band = f"<VRTRasterBand dataType='Byte' band='1'><ColorInterp>Palette</ColorInterp>{source}</VRTRasterBand>"
    (tmp_path / "ids.vrt").write_text(f"<VRTDataset rasterXSize='2' rasterYSize='2'>{band}</VRTDataset>")
    assert open_cube(tmp_path / "ids.vrt", ndim=2).classes == {}


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the bytes that a process has read are in Linux's /proc")
def test_thumbnail_reads_each_block_about_once(tmp_path: Path) -> None:
    cube = np.random.default_rng(0).normal(size=(300, 300, 4)).astype(np.float32)
    path = write(tmp_path / "c.tif", cube, [], tiled=True, blockxsize=128, blockysize=128, compress="deflate")
    opened = open_cube(path)

    def read() -> int:
        return int(Path("/proc/self/io").read_text().split()[1])

    before = read()
    values, _ = opened.thumbnail(np.arange(4), 3)
    assert values.shape == (100, 100, 4)
    assert read() - before < 2 * path.stat().st_size
