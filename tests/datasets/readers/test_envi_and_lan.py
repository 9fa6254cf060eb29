"""ENVI in its three orders, named by header or data, and ERDAS .lan; short files are not read as zeros."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio

from hsclass.datasets.build import read_labels
from hsclass.datasets.companions import companion_files
from hsclass.datasets.readers import open_cube
from hsclass.datasets.readers.envi import read_header
from hsclass.errors import DataError
from hsclass.raster import Grid, write_raster

ORDERS = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}
LISTS = """wavelength units = Micrometers
wavelength = {0.4, 0.55,
 0.7}
fwhm = {0.01, 0.01, 0.0125}
bbl = {1, 0, 1}
data ignore value = -7
"""


def write_envi(
    folder: Path, cube: np.ndarray, order: str, *, more: str = "", suffix: str = "", lead: bytes = b""
) -> Path:
    """Write an ENVI file as the format says, without GDAL, and return its header."""
    rows, cols, bands = cube.shape
    (folder / f"scene{suffix}").write_bytes(lead + cube.transpose(ORDERS[order]).astype("<i2").tobytes())
    header = folder / "scene.hdr"
    header.write_text(
        f"ENVI\nsamples = {cols}\nlines = {rows}\nbands = {bands}\nheader offset = {len(lead)}\n"
        f"file type = ENVI Standard\ndata type = 2\ninterleave = {order}\nbyte order = 0\n{more}"
    )
    return header


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("suffix", ["", ".dat", ".img", ".raw"])
@pytest.mark.parametrize("by_header", [True, False])
def test_orders_and_names(tmp_path: Path, cube: np.ndarray, order: str, suffix: str, by_header: bool) -> None:
    header = write_envi(tmp_path, cube, order, suffix=suffix, lead=b"any lead")
    path = header if by_header else tmp_path / f"scene{suffix}"
    np.testing.assert_array_equal(open_cube(path, ndim=3).stored(), cube)


def test_lists_of_the_header(tmp_path: Path, cube: np.ndarray) -> None:
    read = open_cube(write_envi(tmp_path, cube, "bil", more=LISTS), ndim=3)
    assert read.wavelengths is not None
    assert read.fwhm is not None
    assert read.good_bands is not None
    np.testing.assert_allclose(read.wavelengths, [400, 550, 700])
    np.testing.assert_allclose(read.fwhm, [10, 10, 12.5])
    assert read.good_bands.tolist() == [True, False, True]
    assert read.nodata == (-7,)
    assert read.scale is None


@pytest.mark.parametrize(
    ("more", "scale", "offset"),
    [
        ("reflectance scale factor = 10000\n", [1e-4] * 3, None),
        ("data gain values = {2, 2, 4}\ndata offset values = {0, 1, 0}\n", [2, 2, 4], [0, 1, 0]),
    ],
)
def test_scale_of_the_header(
    tmp_path: Path, cube: np.ndarray, more: str, scale: list[float], offset: list[float] | None
) -> None:
    read = open_cube(write_envi(tmp_path, cube, "bsq", more=more), ndim=3)
    np.testing.assert_array_equal(read.stored(), cube)
    assert read.scale is not None
    np.testing.assert_allclose(read.scale, scale)
    assert (None if read.offset is None else read.offset.tolist()) == offset


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("missing", [1, 100])
def test_data_shorter_than_the_header_says(tmp_path: Path, cube: np.ndarray, order: str, missing: int) -> None:
    header = write_envi(tmp_path, cube, order, suffix=".dat")
    data = tmp_path / "scene.dat"
    data.write_bytes(data.read_bytes()[:-missing])
    with pytest.raises(DataError) as caught:
        open_cube(header, ndim=3).stored()
    assert str(caught.value) == (
        f"{data}: has {120 - missing} bytes, but its header says 4 lines x 5 samples x 3 bands of int16, which take"
        " 120; correct the header, or get the whole file"
    )


def test_header_without_data_and_data_without_header(tmp_path: Path, cube: np.ndarray) -> None:
    header = write_envi(tmp_path, cube, "bsq", suffix=".dat")
    (tmp_path / "scene.dat").rename(tmp_path / "else.dat")
    with pytest.raises(DataError, match=r"scene\.hdr: is the header of an ENVI file whose data are missing next to it"):
        open_cube(header, ndim=3).stored()
    with pytest.raises(DataError, match=r"else\.dat: cannot be read as a raster"):
        open_cube(tmp_path / "else.dat", ndim=3).stored()


def test_files_that_belong_together(tmp_path: Path, cube: np.ndarray) -> None:
    header = write_envi(tmp_path, cube, "bsq", suffix=".dat")
    assert companion_files(header) == [tmp_path / "scene.dat"]
    assert companion_files(tmp_path / "scene.dat") == [header]
    assert companion_files(tmp_path / "scene.npy") == []


@pytest.mark.parametrize(("code", "dtype"), [(2, np.int16), (0, np.uint8)])
def test_erdas_lan(tmp_path: Path, cube: np.ndarray, code: int, dtype: type) -> None:
    """The header of 128 bytes holds mark, type, bands, columns and rows; in each line of pixels, band follows band."""
    rows, cols, bands = cube.shape
    lead = struct.pack("<6sHH6xii", b"HEAD74", code, bands, cols, rows).ljust(128, b"\0")
    values = (cube % 200).astype(dtype)
    (tmp_path / "scene.lan").write_bytes(lead + values.transpose(0, 2, 1).tobytes())
    read = open_cube(tmp_path / "scene.lan", ndim=3)
    whole = (tmp_path / "scene.lan").read_bytes()
    (tmp_path / "short.lan").write_bytes(whole[:-1])
    with pytest.raises(
        DataError, match=rf"short\.lan: has {len(whole) - 1} bytes, but its header says .* {len(whole)}"
    ):
        open_cube(tmp_path / "short.lan")
    np.testing.assert_array_equal(read.stored(), values)
    assert read.dtype == dtype
    assert read.grid.crs is None
    assert read.grid.transform is None


def test_scale_of_a_geotiff(tmp_path: Path, cube: np.ndarray) -> None:
    with rasterio.open(tmp_path / "c.tif", "w", driver="GTiff", height=4, width=5, count=3, dtype="int16") as sink:
        sink.write(np.moveaxis(cube, 2, 0))
        sink.scales, sink.offsets = (0.5, 0.5, 0.25), (0, 0, 10)
    read = open_cube(tmp_path / "c.tif", ndim=3)
    assert read.scale is not None
    assert read.offset is not None
    assert (read.scale.tolist(), read.offset.tolist()) == ([0.5, 0.5, 0.25], [0, 0, 10])


def test_gains_that_gdal_leaves_out(tmp_path: Path, cube: np.ndarray, warnings_logged: Callable[[], list[str]]) -> None:
    gains = "data gain values = {0.5, 0.25, 0.125}\ndata offset values = {0, 1, 2}\n"
    for order in ("bsq", "bil"):
        read = open_cube(write_envi(tmp_path, cube, order, more=gains))
        values = read.strip(slice(0, 4)).read(slice(0, 4))[0]
        np.testing.assert_array_equal(values, cube * np.array([0.5, 0.25, 0.125]) + np.arange(3))
    assert not warnings_logged()
    assert open_cube(write_envi(tmp_path, cube, "bsq", more="data gain values = {0.5, 0.25}\n")).scale is None
    assert "'data_gain_values' in the header lists 2 values for 3 bands" in warnings_logged()[0]


@pytest.mark.parametrize("spelt", [str.upper, str.capitalize])
def test_keys_of_the_header_in_capitals(tmp_path: Path, cube: np.ndarray, spelt: Callable[[str], str]) -> None:
    keys = {
        "bbl": "{1, 0, 1}",
        "reflectance scale factor": "10000",
        "wavelength": "{400, 500, 600}",
        "fwhm": "{7, 8, 9}",
    }
    more = "".join(f"{spelt(key)} = {value}\n" for key, value in keys.items())
    read = open_cube(write_envi(tmp_path, cube, "bsq", more=more))
    assert read.good.tolist() == [0, 2]
    assert read.factor == 1e-4
    assert read.wavelengths is not None
    assert read.fwhm is not None
    assert (read.wavelengths.tolist(), read.fwhm.tolist()) == ([400, 500, 600], [7, 8, 9])


@pytest.mark.parametrize("name", ["f970619.rfl", "x.cube", "y.envi", "2019.08.12_refl"])
def test_data_of_any_name(tmp_path: Path, cube: np.ndarray, name: str) -> None:
    header = write_envi(tmp_path, cube, "bsq")
    (tmp_path / "scene").rename(tmp_path / name)
    header.rename(tmp_path / f"{name}.hdr")
    np.testing.assert_array_equal(open_cube(tmp_path / name).stored(), cube)


@pytest.mark.parametrize("unit", ["", "wavelength units = Unknown\n"])
def test_micrometres_without_a_unit(
    tmp_path: Path, cube: np.ndarray, unit: str, warnings_logged: Callable[[], list[str]]
) -> None:
    more = f"{unit}wavelength = {{0.4, 0.55, 0.9}}\nfwhm = {{0.01, 0.01, 0.0125}}\n"
    read = open_cube(write_envi(tmp_path, cube, "bsq", more=more))
    assert read.wavelengths is not None
    assert read.fwhm is not None
    np.testing.assert_allclose(read.wavelengths, [400, 550, 900])
    np.testing.assert_allclose(read.fwhm, [10, 10, 12.5])
    assert "wavelengths without a unit end at 0.9 and are taken as micrometres" in warnings_logged()[0]


@pytest.mark.parametrize(("values", "sure"), [("400, 500", 2), ("400, 500, 600, 700", 1)])
def test_a_list_of_another_length_leaves_bands_without_a_value(
    tmp_path: Path, cube: np.ndarray, caplog: pytest.LogCaptureFixture, values: str, sure: int
) -> None:
    read = open_cube(write_envi(tmp_path, cube, "bsq", more=f"wavelength = {{{values}}}\n"), ndim=3)
    assert read.wavelengths is not None
    assert np.isfinite(read.wavelengths).sum() == sure
    assert ("'wavelength' in the header lists 4 values for 3 bands" in caplog.text) == (sure == 1)


@pytest.mark.parametrize("values", ["400,5, 500,5, 600", "400,5; 500,5; 600", "400,5\n500,5\n600"])
def test_decimal_commas(tmp_path: Path, cube: np.ndarray, caplog: pytest.LogCaptureFixture, values: str) -> None:
    more = f"wavelength units = nm\nwavelength = {{{values}}}\n"
    read = open_cube(write_envi(tmp_path, cube, "bsq", more=more), ndim=3)
    assert read.wavelengths is not None
    assert read.wavelengths.tolist() == [400.5, 500.5, 600]
    assert "is read with decimal commas" in caplog.text


@pytest.mark.parametrize("values", ["1, 0, 1", "true, False, TRUE", "yes, no, yes", "1.0, 0.0, 1.0", "good, bad, good"])
def test_spellings_of_bad_bands(tmp_path: Path, cube: np.ndarray, values: str) -> None:
    read = open_cube(write_envi(tmp_path, cube, "bsq", more=f"bbl = {{{values}}}\n"), ndim=3)
    assert read.good.tolist() == [0, 2]


def test_a_header_with_a_byte_order_mark_is_named(tmp_path: Path, cube: np.ndarray) -> None:
    header = write_envi(tmp_path, cube, "bsq", suffix=".dat")
    header.write_text(header.read_text(), encoding="utf-8-sig")
    with pytest.raises(DataError, match=r"though it has an ENVI header; .* without a byte order mark"):
        open_cube(header)


def test_esri_bil_that_is_shorter_than_its_header_says(tmp_path: Path) -> None:
    """GDAL would read zeros past the end of the file."""
    (tmp_path / "s.bil").write_bytes(bytes(range(1, 25)))
    (tmp_path / "s.hdr").write_text("NROWS 3\nNCOLS 4\nNBANDS 2\nNBITS 8\nLAYOUT BIL\nBYTEORDER I\n")
    np.testing.assert_array_equal(
        open_cube(tmp_path / "s.bil").stored(), np.arange(1, 25).reshape(3, 2, 4).transpose(0, 2, 1)
    )
    (tmp_path / "s.bil").write_bytes(bytes(range(1, 24)))
    with pytest.raises(DataError, match=r"s\.bil: has 23 bytes, but its header says 3 lines x 4 samples x 2 bands"):
        open_cube(tmp_path / "s.bil")


def test_a_projection_in_another_encoding_is_named(tmp_path: Path, cube: np.ndarray) -> None:
    cube.astype("<i2").tofile(tmp_path / "s.img")
    rows, cols, bands = cube.shape
    (tmp_path / "s.hdr").write_bytes(
        f"ENVI\nsamples = {cols}\nlines = {rows}\nbands = {bands}\ndata type = 2\ninterleave = bip\n"
        "map info = {Gauß-Krüger, 1, 1, 5000, 5000, 30, 30, units=Meters}\n".encode("latin-1")
    )
    with pytest.raises(DataError, match=r"s\.img: holds text that is not UTF-8 .* write its header in UTF-8"):
        open_cube(tmp_path / "s.hdr")


def test_a_header_next_to_a_geotiff_adds_what_the_tiff_does_not_say(tmp_path: Path, cube: np.ndarray) -> None:
    write_raster(tmp_path / "scene.tif", cube.transpose(2, 0, 1), grid=Grid())
    write_envi(tmp_path, cube, "bsq", more=LISTS)
    read = open_cube(tmp_path / "scene.tif")
    assert read.wavelengths is not None
    assert read.wavelengths.tolist() == [400, 550, 700]
    assert (read.good.tolist(), read.nodata) == ([0, 2], (-7,))
    write_raster(tmp_path / "scene.tif", cube.transpose(2, 0, 1), grid=Grid(), wavelengths=np.array([1.0, 2, 3]))
    assert open_cube(tmp_path / "scene.tif").wavelengths.tolist() == [1, 2, 3]


def test_classes_of_an_envi_classification(tmp_path: Path, cube: np.ndarray) -> None:
    values = np.array([[0, 1], [2, 4]], np.int16)[..., np.newaxis]
    names = "class names = {Unclassified, Grünland, roof,\n old roof}\nclass lookup = {0,0,0, 0,205,0, 255,0,0, 9,9,9}"
    header = write_envi(tmp_path, values, "bsq", more=f"file type = ENVI Classification\n{names}\n")
    labels, entries, _ = read_labels(header, {"key": None}, Grid(), (2, 2, 5), ())
    np.testing.assert_array_equal(labels, values[..., 0])
    assert [(entry.id, entry.name, entry.color) for entry in entries] == [
        (1, "Grünland", "#00cd00"), (2, "roof", "#ff0000"), (4, "class 4", None),
    ]  # fmt: skip


@pytest.mark.parametrize("start", ['<?xml version="1.0"?>\n<RegionsOfInterest version="1.1">', "ENVI\0\1\2"])
def test_regions_in_another_form_are_named(tmp_path: Path, start: str) -> None:
    (tmp_path / "r.xml").write_text(start)
    with pytest.raises(
        DataError, match=r"r\.xml: holds regions of interest in a form of ENVI that has no reader; export"
    ):
        open_cube(tmp_path / "r.xml")


def test_header_in_windows_1252_is_read_with_a_notice(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "ENVI\nclass names = {Unclassified, Grünland}\n"
    (tmp_path / "c.hdr").write_bytes(text.encode("cp1252"))
    assert read_header(tmp_path / "c.img")["class_names"] == "{Unclassified, Grünland}"
    assert "c.hdr: is not UTF-8; names are read as Windows-1252" in caplog.text
