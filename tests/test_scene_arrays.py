"""Scenes of arrays: from numpy, xarray and geopandas, and what is wrong with arrays in one sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
import xarray
from rasterio.crs import CRS
from rasterio.transform import Affine, from_origin

import hsclass
from hsclass import Scene
from hsclass.errors import DataError, UsageError
from hsclass.scene import LandCover, write_scene

CUBE = np.arange(1, 61, dtype=np.float32).reshape(4, 5, 3)
LABELS = np.array([[1, 1, 0, 3, 3]] * 4)
AT = from_origin(500000, 5800000, 10, 20)
WAVES = [450, 550, 650]


def test_scene_of_numpy_arrays_has_all_parts() -> None:
    scene = hsclass.open_scene(
        CUBE, LABELS, wavelengths=WAVES, crs=32633, transform=tuple(AT)[:6], classes={1: "water", 3: "wood"}, name="s"
    )
    np.testing.assert_array_equal(scene.cube, CUBE)
    np.testing.assert_array_equal(scene.labels, LABELS)
    assert scene.labels.dtype == np.uint8
    assert scene.wavelengths.tolist() == WAVES
    assert (scene.grid.crs, scene.grid.transform) == (CRS.from_epsg(32633), AT)
    assert [(cover.id, cover.name) for cover in scene.classes] == [(1, "water"), (3, "wood")]
    assert scene.mask.all()
    assert scene.nodata is None


def test_open_scene_and_from_array_are_one() -> None:
    assert hsclass.open_scene(CUBE, LABELS).identity == Scene.from_array(CUBE, LABELS).identity


def test_pixels_without_data_are_masked_and_lose_their_label(tmp_path: Path) -> None:
    cube = CUBE.copy()
    cube[0, 0, 1], cube[1, 1, 0], cube[2, 3, 2] = np.nan, np.inf, -7
    given = np.ones((4, 5), bool)
    given[3, 4] = False
    scene = Scene.from_array(cube, LABELS, nodata=-7, mask=given)
    gaps = [(0, 0), (1, 1), (2, 3), (3, 4)]
    assert [tuple(place) for place in np.argwhere(~scene.mask)] == gaps
    assert all(scene.labels[place] == 0 and (scene.cube[place] == -7).all() for place in gaps)
    assert np.isnan(cube[0, 0, 1])  # the caller's array is as it was
    write_scene(scene, tmp_path)
    again = hsclass.open_scene(tmp_path)
    np.testing.assert_array_equal(again.mask, scene.mask)
    assert again.identity == scene.identity


def test_masked_arrays_hide_pixels_and_labels() -> None:
    hidden = np.zeros(CUBE.shape, bool)
    hidden[1, 2, 0] = hidden[0, 0] = True
    labels = np.ma.masked_equal(np.where(LABELS == 0, 255, LABELS), 255)
    scene = hsclass.open_scene(np.ma.masked_array(CUBE, hidden), labels)
    assert np.argwhere(~scene.mask).tolist() == [[0, 0], [1, 2]]
    assert [cover.id for cover in scene.classes] == [1, 3]
    shown = np.ones((4, 5), bool)
    shown[3, 4] = False
    both = hsclass.open_scene(np.ma.masked_array(CUBE, hidden), mask=shown)
    assert np.argwhere(~both.mask).tolist() == [[0, 0], [1, 2], [3, 4]]


def test_missing_values_of_a_table_are_no_class() -> None:
    boxes = [shapely.box(500000 + 10 * col, 5799980, 500010 + 10 * col, 5800000) for col in range(3)]
    for values in (["a", None, "b"], np.array(["a", np.nan, "b"], object)):
        frame = geopandas.GeoDataFrame({"cover": values}, geometry=boxes, crs=32633)
        scene = hsclass.open_scene(CUBE, frame, crs=32633, transform=AT)
        assert [cover.name for cover in scene.classes] == ["a", "b"]
    frame["cover"] = frame["cover"].map({"a": 4, "b": 7}).astype("Int64")
    scene = hsclass.open_scene(CUBE, frame, crs=32633, transform=AT)
    assert scene.labels[0].tolist() == [4, 0, 7, 0, 0]


def test_lists_and_large_ids_get_the_types_of_a_scene() -> None:
    scene = Scene.from_array(CUBE.astype(">i4"), [[300] * 5] * 4, wavelengths=WAVES, fwhm=(5, 5, 6))
    assert scene.labels.dtype == np.uint16
    assert scene.cube.dtype.isnative
    assert scene.fwhm.dtype == scene.wavelengths.dtype == np.float64


def test_classes_by_names_in_order_or_with_their_colours() -> None:
    assert [c.name for c in Scene.from_array(CUBE, LABELS, classes=["a", "b", "c"]).classes] == ["a", "c"]
    covers = [LandCover(1, "x", (1, 2, 3)), LandCover(3, "y", (4, 5, 6))]
    assert Scene.from_array(CUBE, LABELS, classes=covers).classes == tuple(covers)


def array(**changes: Any) -> xarray.DataArray:
    """Return the cube as rioxarray reads it: bands first, coordinates of pixel centres."""
    about = {"crs_wkt": CRS.from_epsg(32633).to_wkt()}
    given = {
        "band": [1, 2, 3],
        "y": 5800000 - 20 * (np.arange(4) + 0.5),
        "x": 500000 + 10 * (np.arange(5) + 0.5),
        "wavelength": ("band", np.array(WAVES) / 1000, {"units": "um"}),
        "spatial_ref": ((), 0, about),
        **changes,
    }
    return xarray.DataArray(np.moveaxis(CUBE, 2, 0), given, ["band", "y", "x"])


def test_scene_of_xarray_has_its_grid_and_wavelengths() -> None:
    scene = hsclass.open_scene(array(), LABELS)
    np.testing.assert_array_equal(scene.cube, CUBE)
    assert (scene.grid.crs, scene.grid.transform) == (CRS.from_epsg(32633), AT)
    np.testing.assert_allclose(scene.wavelengths, WAVES)


def test_part_of_an_xarray_lies_where_the_part_is() -> None:
    """The stored transform is that of the whole: the coordinates decide."""
    whole = array(spatial_ref=((), 0, {"GeoTransform": " ".join(map(str, AT.to_gdal()))}))
    scene = hsclass.open_scene(whole.isel(y=slice(1, None), x=slice(2, None)))
    assert scene.grid.transform == from_origin(500020, 5799980, 10, 20)


def test_array_of_rioxarray_is_read_and_written(tmp_path: Path) -> None:
    rioxarray = pytest.importorskip("rioxarray")
    scene = Scene.from_array(CUBE, LABELS, wavelengths=WAVES, crs=32633, transform=AT, nodata=1)
    scene.to_xarray()["cube"].transpose("band", "y", "x").rio.to_raster(tmp_path / "a.tif")
    read = rioxarray.open_rasterio(tmp_path / "a.tif")
    again = hsclass.open_scene(read, LABELS, wavelengths=WAVES)
    assert again.grid == scene.grid
    assert again.nodata == 1
    assert again.identity == scene.identity


def test_scene_to_xarray_and_back_is_the_same_scene() -> None:
    scene = Scene.from_array(CUBE, LABELS, wavelengths=WAVES, fwhm=[5, 6, 7], crs=32633, transform=AT)
    whole = scene.to_xarray()
    assert whole["cube"].dims == ("y", "x", "band")
    assert whole["cube"].sel(x=500015, y=5799990).values.tolist() == CUBE[0, 1].tolist()
    assert whole["labels"].attrs["flag_values"] == [1, 3]
    again = hsclass.open_scene(whole["cube"], whole["labels"])
    assert (again.identity, again.grid, again.wavelengths.tolist()) == (scene.identity, scene.grid, WAVES)
    np.testing.assert_array_equal(again.labels, scene.labels)


def test_labels_of_xarray_are_brought_to_the_rows_and_columns_of_the_cube() -> None:
    labels = np.arange(1, 21).reshape(4, 5)
    known = Scene.from_array(CUBE, labels, crs=32633, transform=AT).to_xarray()["labels"]
    turned = hsclass.open_scene(array(), known.isel(y=slice(None, None, -1)))
    np.testing.assert_array_equal(turned.labels, labels)
    part = hsclass.open_scene(array(), known.isel(y=slice(1, 3), x=slice(0, 2)))
    np.testing.assert_array_equal(part.labels[1:3, :2], labels[1:3, :2])
    assert np.count_nonzero(part.labels) == 4


@pytest.mark.parametrize("crs", [32633, 4326])
def test_polygons_become_labels_where_pixel_centres_lie_inside(crs: int) -> None:
    left = shapely.box(500000, 5799920, 500020, 5800000)
    lower = shapely.box(500030, 5799920, 500050, 5799960)
    frame = geopandas.GeoDataFrame({"cover": ["wood", "lake"]}, geometry=[left, lower], crs=32633).to_crs(crs)
    scene = hsclass.open_scene(CUBE, frame, crs=32633, transform=AT)
    expected = np.zeros((4, 5), int)
    expected[:, :2], expected[2:, 3:] = 2, 1
    np.testing.assert_array_equal(scene.labels, expected)
    assert [(cover.id, cover.name) for cover in scene.classes] == [(1, "lake"), (2, "wood")]


FRAME = geopandas.GeoDataFrame(
    {"a": [1], "b": [2]}, geometry=[shapely.box(500000, 5799920, 500020, 5800000)], crs=32633
)

WRONG: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "object cube": (lambda: Scene.from_array(CUBE.astype(object)), DataError, "cube is of type object"),
    "float128": (lambda: Scene.from_array(CUBE.astype(np.longdouble)), DataError, "cube is of type float128"),
    "complex cube": (lambda: Scene.from_array(CUBE * 1j), DataError, "cube is of type complex"),
    "flat cube": (lambda: Scene.from_array(CUBE[0]), DataError, r"shape \(5, 3\); expected \(rows, cols, bands\)"),
    "float labels": (lambda: Scene.from_array(CUBE, LABELS * 1.0), DataError, "labels are of type float64"),
    "other labels": (lambda: Scene.from_array(CUBE, LABELS.T), DataError, r"labels are of shape \(5, 4\); .*\(4, 5\)"),
    "negative labels": (lambda: Scene.from_array(CUBE, LABELS - 1), DataError, "labels hold -1 to 2"),
    "no label": (lambda: Scene.from_array(CUBE, LABELS * 0), DataError, "no class id above 0"),
    "mask": (lambda: Scene.from_array(CUBE, mask=np.ones((3, 3), bool)), DataError, r"mask is .* shape \(3, 3\)"),
    "wavelengths": (lambda: Scene.from_array(CUBE, wavelengths=WAVES * 2), DataError, "6 wavelengths, but 3 bands"),
    "words": (lambda: Scene.from_array(CUBE, wavelengths=["r", "g", "b"]), DataError, "expected a number"),
    "mixed units": (lambda: Scene.from_array(CUBE, wavelengths=[450, 550, 0.65]), DataError, "0.65 to 550, some as"),
    "micrometres": (lambda: Scene.from_array(CUBE, wavelengths=[0.4, 0.5, 0.6]), DataError, "multiply them by 1000"),
    "negative width": (lambda: Scene.from_array(CUBE, fwhm=[5, 5, -1]), DataError, "fwhm hold -1"),
    "crs": (lambda: Scene.from_array(CUBE, crs="EPSG:0"), UsageError, "'crs' is 'EPSG:0'"),
    "transform": (lambda: Scene.from_array(CUBE, transform=(1, 2)), UsageError, r"'transform' is \(1, 2\)"),
    "order of GDAL": (lambda: Scene.from_array(CUBE, transform=AT.to_gdal()), UsageError, r"Affine.from_gdal\("),
    "bands first": (lambda: Scene.from_array(CUBE.T, LABELS.T), DataError, r"bands seem to come first.*moveaxis"),
    "no area": (lambda: Scene.from_array(CUBE, transform=Affine(0, 0, 1, 0, 0, 1)), UsageError, "'transform' is"),
    "all gaps": (lambda: Scene.from_array(CUBE * np.nan), DataError, "no pixel has a value in every band"),
    "rgb": (lambda: Scene.from_array(CUBE, rgb=(0, 1, 3)), UsageError, "'rgb' is .* from 0 to 2"),
    "unnamed class": (lambda: Scene.from_array(CUBE, LABELS, classes=["one"]), UsageError, r"\[3\], which 'classes'"),
    "keyword": (lambda: hsclass.open_scene(CUBE, colour=1), UsageError, "unexpected keyword argument 'colour'"),
    "of a file": (lambda: hsclass.open_scene("a.yaml", crs=1), UsageError, "^a.yaml: 'crs' is for a cube in memory"),
    "folder": (lambda: hsclass.open_scene(CUBE, folder="x"), UsageError, "^folder: is x"),
    "field": (lambda: hsclass.open_scene(CUBE, LABELS, field="x"), UsageError, "labels are no GeoDataFrame"),
    "dataset": (lambda: hsclass.open_scene(array().to_dataset(name="v")), UsageError, "variables v; give one"),
    "dims": (lambda: hsclass.open_scene(array().rename(x="u")), UsageError, "dimensions band, y, u; expected y and x"),
    "unit": (
        lambda: hsclass.open_scene(array(wavelength=("band", WAVES, {"units": "eV"}))), DataError,
        "in 'eV'; expected nm",
    ),
    "uneven": (lambda: hsclass.open_scene(array(x=[0, 1, 2, 3, 5])), DataError, "x is not evenly spaced"),
    "elsewhere": (
        lambda: hsclass.open_scene(
            array(), Scene.from_array(CUBE, LABELS, crs=32633, transform=from_origin(5, 5, 1, 1)).to_xarray()["labels"]
        ), DataError, "raster of labels .*; expected the grid of the cube",
    ),
    "columns": (
        lambda: hsclass.open_scene(CUBE, FRAME, crs=32633, transform=AT), DataError,
        "fields a, b; name the one .*'field'",
    ),
    "no column": (
        lambda: hsclass.open_scene(CUBE, FRAME, field="c", crs=32633, transform=AT), DataError, "has no field 'c'",
    ),
    "no grid": (lambda: hsclass.open_scene(CUBE, FRAME), DataError, "the cube has no map coordinates"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_array_is_one_sentence(name: str) -> None:
    call, error, message = WRONG[name]
    with pytest.raises(error, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_constructor_takes_lists_and_refuses_what_does_not_fit() -> None:
    parts = {"name": "s", "cube": CUBE, "labels": None, "mask": np.ones((4, 5), bool), "classes": ()}
    assert Scene(wavelengths=WAVES, **parts).wavelengths.dtype == np.float64
    with pytest.raises(DataError, match=r"its mask is of type bool and shape \(3, 3\)"):
        Scene(wavelengths=None, **{**parts, "mask": np.ones((3, 3), bool)})
