"""A scene in memory and on disk."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.datasets.opening import read_scene
from hsclass.errors import DataError
from hsclass.raster import Grid, read_raster, write_raster
from hsclass.scene import LandCover, Scene, read_classes, write_classes, write_scene

CLASSES = (LandCover(2, "water", (0, 0, 255)), LandCover(7, "Wald & Flur", (0, 99, 0)))


@pytest.fixture
def scene() -> Scene:
    """Return 3 x 4 pixels of 2 bands, one of them without data."""
    cube = np.arange(24, dtype=np.int16).reshape(3, 4, 2)
    cube[1, 2] = -5
    labels = np.zeros((3, 4), np.uint8)
    labels[0], labels[2] = 2, 7
    mask = np.ones((3, 4), bool)
    mask[1, 2] = False
    return Scene(
        name="toy", cube=cube, labels=labels, wavelengths=np.array([700.5, 400.02]), mask=mask, classes=CLASSES,
        grid=Grid(CRS.from_epsg(32633), Affine(30, 0, 1000, 0, -30, 5000)), rgb=(1, 0, 1), title="A toy",
        source="Someone (2020)", digest="abc", nodata=-5, fwhm=np.array([9.5, 11.25]), scale=1e-4,
        bad_bands=(760.2, 1400.0),
    )  # fmt: skip


def test_everything_survives_the_disk(scene: Scene, tmp_path: Path) -> None:
    write_scene(scene, tmp_path)
    again = read_scene(tmp_path)
    for name in ("cube", "labels", "wavelengths", "mask", "fwhm"):
        np.testing.assert_array_equal(getattr(again, name), getattr(scene, name))
        assert getattr(again, name).dtype == getattr(scene, name).dtype
    for name in (
        "name",
        "classes",
        "grid",
        "rgb",
        "title",
        "source",
        "digest",
        "identity",
        "nodata",
        "scale",
        "bad_bands",
        "shape",
        "colors",
    ):
        assert getattr(again, name) == getattr(scene, name)


def test_identity_is_that_of_pixels_and_place_whatever_the_labels(scene: Scene) -> None:
    assert len(scene.identity) == 64
    labels = np.ones((3, 4), np.uint8)
    assert replace(scene, labels=labels, classes=CLASSES[:1], digest="other", name="b").identity == scene.identity
    assert replace(scene, labels=None, cube=scene.cube.astype(">i2")).identity == scene.identity
    changed = scene.cube.copy()
    changed[2, 3, 1] += 1
    moved = Grid(scene.grid.crs, Affine(30, 0, 1030, 0, -30, 5000))
    others = [
        replace(scene, cube=changed), replace(scene, cube=scene.cube.astype(np.int32)), replace(scene, grid=moved),
        replace(scene, cube=scene.cube.reshape(4, 3, 2), labels=None, mask=scene.mask.reshape(4, 3)),
    ]  # fmt: skip
    assert len({other.identity for other in [scene, *others]}) == 5


def test_both_files_say_the_identity(scene: Scene, tmp_path: Path) -> None:
    write_scene(scene, tmp_path)
    for name in ("cube.tif", "labels.tif"):
        assert read_raster(tmp_path / name).tags["identity"] == scene.identity


def test_cube_file_names_the_scene_too(scene: Scene, tmp_path: Path) -> None:
    write_scene(scene, tmp_path)
    assert read_scene(tmp_path / "cube.tif").name == "toy"


def test_least_scene_survives_the_disk(scene: Scene, tmp_path: Path) -> None:
    least = Scene("bare", scene.cube, None, None, np.ones((3, 4), bool), ())
    write_scene(least, tmp_path)
    again = read_scene(tmp_path)
    assert (again.labels, again.wavelengths, again.classes, again.rgb, again.nodata) == (None, None, (), None, None)
    assert again.mask.all()
    assert again.grid == Grid()


def test_pixel_with_a_value_in_one_band_holds_data(scene: Scene, tmp_path: Path) -> None:
    scene.cube[0, 0] = (-5, 3)
    write_scene(scene, tmp_path)
    assert np.argwhere(~read_scene(tmp_path).mask).tolist() == [[1, 2]]


def test_unlabelled_scene_leaves_no_ground_truth_of_another_behind(scene: Scene, tmp_path: Path) -> None:
    write_scene(scene, tmp_path)
    write_scene(replace(scene, labels=None, classes=()), tmp_path)
    assert read_scene(tmp_path).labels is None


def test_bands_keep_the_names_of_their_source(scene: Scene, tmp_path: Path) -> None:
    import rasterio

    write_scene(replace(scene, band_names=("red edge", "")), tmp_path)
    write_scene(read_scene(tmp_path), tmp_path / "again")
    for folder in (tmp_path, tmp_path / "again"):
        with rasterio.open(folder / "cube.tif") as source:
            assert source.descriptions == ("red edge", "band 2 (400.02 nm)")


def test_files_open_in_a_gis(scene: Scene, tmp_path: Path) -> None:
    import rasterio

    write_scene(scene, tmp_path)
    with rasterio.open(tmp_path / "cube.tif") as source:
        assert source.descriptions == ("band 1 (700.5 nm)", "band 2 (400.02 nm)")
        assert source.nodata == -5
    with rasterio.open(tmp_path / "labels.tif") as source:
        assert source.colormap(1)[7] == (0, 99, 0, 255)
        assert source.nodata == 0
        assert source.crs.to_epsg() == 32633


def test_shape_and_colours(scene: Scene) -> None:
    assert scene.shape == (3, 4, 2)
    assert scene.colors == {0: (0, 0, 0), 2: (0, 0, 255), 7: (0, 99, 0)}


def test_ground_truth_is_required(scene: Scene) -> None:
    assert scene.require_labels() is scene.labels
    with pytest.raises(
        DataError, match=r"scene toy: has no reference data; expected labels\.tif next to its cube\.tif"
    ):
        replace(scene, labels=None).require_labels()


def test_labels_of_another_shape(scene: Scene, tmp_path: Path) -> None:
    write_scene(scene, tmp_path)
    write_classes(tmp_path / "labels.tif", np.ones((3, 5), np.uint8), classes=CLASSES, grid=scene.grid)
    with pytest.raises(DataError, match=r"labels\.tif: is \(3, 5\) pixels, but the cube next to it is \(3, 4\)"):
        read_scene(tmp_path)


def test_class_ids_above_255_are_written(tmp_path: Path) -> None:
    values = np.array([[0, 300], [300, 1]], np.uint16)
    classes = (LandCover(1, "a", (1, 2, 3)), LandCover(300, "b", (4, 5, 6)))
    write_classes(tmp_path / "map.tif", values, classes=classes, grid=Grid())
    read, legend = read_classes(tmp_path / "map.tif")
    np.testing.assert_array_equal(read, values)
    assert legend == classes


def test_class_raster_of_elsewhere_has_no_legend(tmp_path: Path) -> None:
    write_raster(tmp_path / "map.tif", np.ones((2, 2), np.uint8), grid=Grid())
    with pytest.raises(DataError, match=r"map\.tif: has no 'classes' tag; expected a class raster written by hsclass"):
        read_classes(tmp_path / "map.tif")


def test_tags_are_text_of_ones_own(tmp_path: Path) -> None:
    write_classes(tmp_path / "m.tif", np.ones((2, 2), np.uint8), classes=CLASSES, grid=Grid(), tags={"model": "rf"})
    assert read_raster(tmp_path / "m.tif").tags["model"] == "rf"


def test_folder_without_a_cube(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cube\.tif: no such file"):
        read_scene(tmp_path)
