"""From fetched files to a scene: what is checked, cut, masked and named."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.datasets.build import build_scene, read_labels
from hsclass.datasets.descriptor import ClassEntry, LabelSource, SceneOptions
from hsclass.datasets.fetch import fetch
from hsclass.datasets.opening import read_scene
from hsclass.errors import DataError, UsageError
from hsclass.raster import Grid, write_raster
from hsclass.scene import LandCover, Scene, write_scene

Describe = Callable[..., Path]
NAN = float("nan")


def build(file: Path, **options: Any) -> Scene:
    folder = file.parent / "data"
    fetch(file, folder)
    return build_scene(file, folder=folder, options=SceneOptions(**options))


def refusal(file: Path, error: type[Exception] = DataError, **options: Any) -> str:
    with pytest.raises(error) as caught:
        build(file, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_scene_holds_what_files_and_descriptor_say(describe: Describe, cube: np.ndarray, labels: np.ndarray) -> None:
    scene = build(
        describe(
            title="A toy", cite="Someone (2020)", wavelengths=[600, 500.5, 700], rgb=[2, 0, 1],
            classes=[{"id": 3, "name": "soil", "color": "#0a0B0c", "pixels": 4}, {"id": 1, "name": "wood"},
                     {"id": 2, "name": "water", "pixels": 1}],
        )
    )  # fmt: skip
    assert (scene.name, scene.title, scene.source) == ("toy", "A toy", "Someone (2020)")
    np.testing.assert_array_equal(scene.cube, cube)
    assert scene.cube.dtype == np.int16
    np.testing.assert_array_equal(scene.labels, labels)
    assert scene.wavelengths is not None
    assert scene.wavelengths.tolist() == [600, 500.5, 700]
    assert scene.rgb == (2, 0, 1)
    assert [(cover.id, cover.name) for cover in scene.classes] == [(1, "wood"), (2, "water"), (3, "soil")]
    assert scene.classes[2].color == (10, 11, 12)
    assert len({cover.color for cover in scene.classes}) == 3
    assert scene.mask.all()
    assert scene.nodata is None
    assert scene.grid == Grid()


def test_classes_without_names_are_numbered(describe: Describe) -> None:
    assert [(cover.id, cover.name) for cover in build(describe()).classes] == [
        (1, "class 1"), (2, "class 2"), (3, "class 3"),
    ]  # fmt: skip


def test_title_falls_back_to_the_name(describe: Describe) -> None:
    assert build(describe()).title == "toy"


def test_cut_and_dropped_classes(describe: Describe, cube: np.ndarray) -> None:
    scene = build(describe(), rows=[0, 2], cols=[1, 5], drop_classes=[2])
    assert scene.labels is not None
    assert scene.labels.tolist() == [[1, 0, 0, 3], [1, 0, 0, 3]]
    np.testing.assert_array_equal(scene.cube, cube[0:2, 1:5])
    assert scene.mask.shape == (2, 4)
    assert [cover.id for cover in scene.classes] == [1, 3]
    assert scene.cube.flags["C_CONTIGUOUS"]


def test_classes_outside_of_the_cut_leave_the_legend_and_keep_their_colours(describe: Describe) -> None:
    whole, part = build(describe()), build(describe(), cols=[4, 5])
    assert part.classes == whole.classes[2:]


def test_cut_moves_the_grid(describe: Describe, tmp_path: Path, cube: np.ndarray) -> None:
    grid = Grid(CRS.from_epsg(32633), Affine(30, 0, 1000, 0, -30, 5000))
    write_raster(tmp_path / "cube.tif", np.moveaxis(cube, 2, 0), grid=grid)
    scene = build(describe(cube="cube.tif"), rows=[1, 3], cols=[2, 5])
    assert scene.grid == Grid(grid.crs, Affine(30, 0, 1060, 0, -30, 4970))


def test_name_may_be_given(describe: Describe) -> None:
    file = describe()
    fetch(file, file.parent / "data")
    assert build_scene(file, folder=file.parent / "data", name="north").name == "north"


def test_digest_follows_files_and_options(describe: Describe, tmp_path: Path, cube: np.ndarray) -> None:
    first = build(describe())
    assert len(first.digest) == 64
    assert build(describe(title="another")).digest == first.digest
    assert build(describe(), rows=[0, 4]).digest != first.digest
    assert build(describe(drop_bands=[0])).digest != first.digest
    file = describe()
    np.save(tmp_path / "cube.npy", cube + 1)
    assert build(file).digest != first.digest


def test_scene_without_ground_truth(describe: Describe) -> None:
    scene = build(describe(labels=None, classes=[{"id": 1, "name": "wood"}]))
    assert scene.labels is None
    assert [cover.name for cover in scene.classes] == ["wood"]
    sentence = refusal(describe(labels=None), UsageError, drop_classes=[1])
    assert "'drop_classes' is [1]; expected none, as the data set has no 'labels'" in sentence


def test_ids_above_255_need_two_bytes(describe: Describe, tmp_path: Path, labels: np.ndarray) -> None:
    file = describe()
    np.save(tmp_path / "labels.npy", np.where(labels == 3, 300.0, labels))
    scene = build(file)
    assert scene.labels is not None
    assert scene.labels.dtype == np.uint16
    assert [cover.id for cover in scene.classes] == [1, 2, 300]


def test_bands_are_dropped_with_their_wavelengths(describe: Describe, cube: np.ndarray) -> None:
    scene = build(describe(drop_bands=[0], wavelengths=[400, 500, 600], rgb=[2, 1, 2]))
    np.testing.assert_array_equal(scene.cube, cube[..., 1:])
    assert scene.wavelengths is not None
    assert scene.wavelengths.tolist() == [500, 600]
    assert scene.rgb == (1, 0, 1)


@pytest.mark.parametrize(
    ("wavelengths", "rgb"), [([475, 900, 660], None), ([660, 475, 545], (0, 2, 1)), ([1000, 1100, 1200], None)]
)
def test_natural_colours_are_the_nearest_bands_if_near(
    describe: Describe, wavelengths: list[float], rgb: tuple[int, int, int] | None
) -> None:
    assert build(describe(wavelengths=wavelengths)).rgb == rgb


def test_pixel_that_lacks_a_value_is_masked_and_unlabelled(
    describe: Describe, tmp_path: Path, cube: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    cube[0, 0, :], cube[1, 1, 2] = -1, -1
    file = describe(nodata=-1)
    np.save(tmp_path / "cube.npy", cube)
    with caplog.at_level(logging.WARNING):
        scene = build(file)
    assert np.argwhere(~scene.mask).tolist() == [[0, 0], [1, 1]]
    assert scene.cube[1, 1].tolist() == [-1, -1, -1]
    assert scene.nodata == -1
    assert scene.labels is not None
    assert scene.labels[0, 0] == scene.labels[1, 1] == 0
    assert (scene.labels == 1).sum() == 6
    assert "1 pixel lacks a value in some band and counts as without data" in caplog.text
    assert "2 labelled pixels hold no data and become unlabelled" in caplog.text


def test_missing_data_is_told_by_the_values_that_occur(describe: Describe, tmp_path: Path, cube: np.ndarray) -> None:
    values = cube.astype(np.float32)
    values[0, 0, 0], values[1, 1, 1] = np.inf, -np.inf
    np.save(tmp_path / "c.npy", values)
    with pytest.raises(DataError, match=r"say 'nodata: \[.inf, -.inf\]' in the descriptor"):
        build(describe(cube="c.npy"))
    assert int((~build(describe(cube="c.npy", nodata=[np.inf, -np.inf])).mask).sum()) == 2


def test_wavelengths_of_the_file_may_be_left_out(describe: Describe, tmp_path: Path, cube: np.ndarray) -> None:
    bands = np.moveaxis(cube, 2, 0)
    write_raster(tmp_path / "cube.tif", bands, grid=Grid(), wavelengths=np.array([450, 550, 450]), fwhm=np.full(3, 9))
    with pytest.raises(DataError, match=r"the wavelength 450 nm for the bands \[0, 2\].*, or \[\] to use none"):
        build(describe(cube="cube.tif"))
    scene = build(describe(cube="cube.tif", wavelengths=[]))
    assert scene.wavelengths is scene.fwhm is None
    assert scene.shape[2] == 3


def test_several_values_stand_for_missing_data(
    describe: Describe, tmp_path: Path, cube: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    values = np.moveaxis(cube, 2, 0).astype(np.float32)
    values[:, 0, 0], values[1, 1, 1] = -1, NAN
    write_raster(tmp_path / "cube.tif", values, grid=Grid(), nodata=-1)
    scene = build(describe(cube={"path": "cube.tif"}, nodata=[-1, NAN]))
    assert np.argwhere(~scene.mask).tolist() == [[0, 0], [1, 1]]
    assert scene.nodata == -1
    assert "declares" not in caplog.text
    scene = build(describe(cube={"path": "cube.tif"}, nodata=NAN))
    assert np.argwhere(~scene.mask).tolist() == [[1, 1]]
    assert "declares -1 as nodata, which counts as data, as the descriptor's 'nodata' replaces it" in caplog.text
    assert "say 'nodata: [-1, .nan]'" in caplog.text


def test_mask_survives_the_way_over_the_disk(describe: Describe, tmp_path: Path, cube: np.ndarray) -> None:
    values = cube.astype(np.float32)
    values[1, 1, 2] = NAN
    file = describe(nodata=NAN)
    np.save(tmp_path / "cube.npy", values)
    scene = build(file)
    write_scene(scene, tmp_path / "scene")
    again = read_scene(tmp_path / "scene")
    np.testing.assert_array_equal(again.mask, scene.mask)
    np.testing.assert_array_equal(again.cube, scene.cube)
    assert scene.mask.sum() == 19
    assert scene.nodata == again.nodata == -9999
    assert np.isfinite(again.cube).all()


def test_replacement_of_nan_is_a_value_that_does_not_occur(
    describe: Describe, tmp_path: Path, cube: np.ndarray
) -> None:
    values = cube.astype(np.float64)
    values[0, 0, 0], values[2, 2, 2] = NAN, -9999
    file = describe(nodata=NAN)
    np.save(tmp_path / "cube.npy", values)
    scene = build(file)
    assert scene.nodata == -32768
    assert scene.mask.sum() == 19
    assert scene.cube[2, 2, 2] == -9999


def test_bands_without_any_data_are_left_out(
    describe: Describe, tmp_path: Path, cube: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    cube[..., 1] = -1
    file = describe(nodata=-1, wavelengths=[400, 500, 600])
    np.save(tmp_path / "cube.npy", cube)
    scene = build(file)
    assert scene.shape == (4, 5, 2)
    assert scene.mask.all()
    assert scene.wavelengths is not None
    assert scene.wavelengths.tolist() == [400, 600]
    assert "left out the bands [1] (0-based)" in caplog.text


def test_nodata_of_the_labels_is_unlabelled(describe: Describe, tmp_path: Path, labels: np.ndarray) -> None:
    values = np.where(labels == 0, -99, labels.astype(np.int16))
    write_raster(tmp_path / "labels.tif", values, grid=Grid(), nodata=-99)
    scene = build(describe(labels="labels.tif"))
    np.testing.assert_array_equal(scene.labels, labels)


WRONG_CUBES: list[tuple[np.ndarray, dict[str, Any], str]] = [
    (np.zeros((4, 5)), {}, "holds an array of shape (4, 5); expected a cube (rows, cols, bands)"),
    (np.zeros((0, 5, 3)), {}, "shape (0, 5, 3); expected a cube (rows, cols, bands) that is not empty"),
    (np.zeros((4, 5, 3), complex), {}, "holds an array of complex128; expected plain real numbers"),
    (np.full((4, 5, 3), "x"), {}, "holds an array of <U1; expected plain real numbers"),
    (np.ones((4, 5, 3)), {"shape": [5, 5, 3]}, "the cube is (4, 5, 3) (rows, cols, bands); expected (5, 5, 3)"),
    (np.ones((4, 5, 3)), {"wavelengths": [400, 500]}, "has 3 bands, but the descriptor lists 2 'wavelengths'"),
    (
        np.ones((4, 5, 3)),
        {"wavelengths": [4e5, 5e5, 6e5]},
        "has wavelengths up to 600000 nm, as nanometres declared as",
    ),
    (np.ones((4, 5, 3)), {"wavelengths": [4, 4, 6]}, "has the wavelength 4 nm for the bands [0, 1] (0-based)"),
    (np.ones((4, 5, 3)), {"rgb": [0, 1, 7]}, "'rgb' [0, 1, 7] names a band that is missing or left out"),
    (np.ones((4, 5, 3), np.uint8), {"nodata": -1}, "holds uint8, which cannot be the descriptor's 'nodata' -1"),
    (np.ones((4, 5, 3)), {"nodata": 1}, "in every band, nodata being 1; expected some; correct 'nodata'"),
    (np.ones((4, 5, 3)), {"drop_bands": [1, 3]}, "'drop_bands' names [3], but the cube has the bands 0 to 2"),
]


@pytest.mark.parametrize(("values", "keys", "sentence"), WRONG_CUBES)
def test_wrong_cube(
    describe: Describe, tmp_path: Path, values: np.ndarray, keys: dict[str, Any], sentence: str
) -> None:
    file = describe(**keys)
    np.save(tmp_path / "cube.npy", values)
    found = refusal(file)
    assert found.startswith(f"{tmp_path / 'cube.npy'}: ")
    assert sentence in found


def test_labels_of_which_none_holds_data(describe: Describe, tmp_path: Path, labels: np.ndarray) -> None:
    np.save(tmp_path / "cube.npy", np.where(labels[..., np.newaxis], 7, 1).repeat(3, axis=2))
    found = refusal(describe(nodata=7))
    assert "none of its 13 labelled pixels holds data; expected some" in found


def test_nan_is_counted_and_located(describe: Describe, tmp_path: Path) -> None:
    values = np.ones((4, 5, 3))
    values[2, 3, 1], values[3, 0, 0] = NAN, np.inf
    file = describe()
    np.save(tmp_path / "cube.npy", values)
    sentence = refusal(file)
    assert f"{tmp_path / 'cube.npy'}: has 2 NaN or infinite values, the first at row 2, column 3, band 1" in sentence


def test_pixels_of_nan_alone_hold_no_data(
    describe: Describe, tmp_path: Path, cube: np.ndarray, labels: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    values = cube.astype(float)
    values[1, 2:4] = NAN
    file = describe()
    np.save(tmp_path / "cube.npy", values)
    scene = build(file)
    assert "cube.npy: 2 pixels are NaN in all bands and so without data" in caplog.text
    expected = np.ones((4, 5), bool)
    expected[1, 2:4] = False
    np.testing.assert_array_equal(scene.mask, expected)
    np.testing.assert_array_equal(scene.cube[expected], cube[expected])
    assert scene.nodata == -9999
    np.testing.assert_array_equal(scene.labels, np.where(expected, labels, 0))
    values[0, 0, 1] = NAN  # one that is NaN in some bands only is refused
    np.save(tmp_path / "cube.npy", values)
    assert "has 1 NaN or infinite value, the first at row 0, column 0, band 1" in refusal(describe())


def test_labels_of_nan_are_unlabelled(
    describe: Describe, tmp_path: Path, labels: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    file = describe()
    np.save(tmp_path / "labels.npy", np.where(labels == 2, NAN, labels))
    np.testing.assert_array_equal(build(file).labels, np.where(labels == 2, 0, labels))
    assert "labels.npy: 1 pixel is NaN and so unlabelled" in caplog.text


GOOD = np.ones((4, 5))
WRONG_LABELS: list[tuple[np.ndarray, str]] = [
    (np.ones((5, 4)), "the raster of labels is (5, 4) pixels; expected (4, 5), as the cube; it looks transposed"),
    (np.ones((4, 4)), "the raster of labels is (4, 4) pixels; expected (4, 5), as the cube"),
    (np.ones((4, 5, 2)), "shape (4, 5, 2); expected reference labels (rows, cols)"),
    (np.where(np.eye(4, 5), 1.5, 1), "has 4 values that are no class id, the first 1.5 at row 0, column 0"),
    (np.where(np.eye(4, 5, 2), -2, 1), "has 3 values that are no class id, the first -2 at row 0, column 2"),
    (np.where(np.eye(4, 5), 70000, 1), "the first 70000 at row 0, column 0 (0-based); expected whole numbers from 0"),
    (np.zeros((4, 5)), "has no labelled pixel; expected class ids of 1 and up"),
]


@pytest.mark.parametrize(("values", "sentence"), WRONG_LABELS)
def test_wrong_labels(describe: Describe, tmp_path: Path, values: np.ndarray, sentence: str) -> None:
    file = describe()
    np.save(tmp_path / "labels.npy", values)
    found = refusal(file)
    assert found.startswith(f"{tmp_path / 'labels.npy'}: ")
    assert sentence in found


def test_class_that_is_not_described(describe: Describe) -> None:
    sentence = refusal(describe(classes=[{"id": 1, "name": "wood"}, {"id": 3, "name": "soil"}]))
    assert (
        "labels.npy: holds the class ids [2] that 'classes' in the descriptor does not list; it lists [1, 3]"
        in sentence
    )


@pytest.mark.parametrize(("identity", "published", "counted"), [(1, 9, 8), (9, 5, 0)])
def test_other_number_of_pixels_than_published(describe: Describe, identity: int, published: int, counted: int) -> None:
    classes = [{"id": i, "name": f"n{i}"} for i in (1, 2, 3, 9) if i != identity]
    file = describe(classes=[*classes, {"id": identity, "name": "soya", "pixels": published}])
    assert f"class {identity} (soya) has {counted} pixels; expected {published}, as published" in refusal(file)


def test_labels_that_lie_elsewhere(describe: Describe, tmp_path: Path, cube: np.ndarray, labels: np.ndarray) -> None:
    here = Affine(30, 0, 1000, 0, -30, 5000)
    utm, other = CRS.from_epsg(32633), CRS.from_epsg(32632)
    write_raster(tmp_path / "cube.tif", np.moveaxis(cube, 2, 0), grid=Grid(utm, here))
    file = describe(cube="cube.tif", labels="labels.tif")
    write_raster(tmp_path / "labels.tif", labels, grid=Grid(other, here))
    assert "no labelled pixel within the cube: it lies in EPSG:32632" in refusal(file)
    write_raster(tmp_path / "labels.tif", labels, grid=Grid(None, Affine(30, 0, 1030, 0, -30, 5000)))
    assert "unknown system with the geotransform (1030.0, 30.0" in refusal(file)
    write_raster(tmp_path / "labels.tif", labels, grid=Grid(utm, here))
    assert build(file).grid == Grid(utm, here)


def test_labels_of_another_grid_take_the_nearest_pixel_and_say_so(
    describe: Describe, tmp_path: Path, cube: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    utm = CRS.from_epsg(32633)
    write_raster(tmp_path / "cube.tif", np.moveaxis(cube, 2, 0), grid=Grid(utm, Affine(30, 0, 1000, 0, -30, 5000)))
    fine = np.arange(1, 49, dtype=np.uint16).reshape(6, 8)  # 15 m, from the cube's second column on
    write_raster(tmp_path / "labels.tif", fine, grid=Grid(utm, Affine(15, 0, 1028, 0, -15, 5002)))
    with caplog.at_level(logging.WARNING):
        scene = build(describe(cube="cube.tif", labels="labels.tif"))
    # Centres of the cube's rows and columns, in pixels of the labels: (5002 - 4985) / 15 = 1.1, and (1045 - 1028) / 15.
    assert scene.require_labels().tolist() == [
        [0, 10, 12, 14, 16],
        [0, 26, 28, 30, 32],
        [0, 42, 44, 46, 48],
        [0, 0, 0, 0, 0],
    ]
    assert "lies on another grid than the cube (EPSG:32633, (6, 8) pixels)" in caplog.text
    assert "48 labelled pixels became 12" in caplog.text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"rows": [0, 5]}, "option 'rows' is [0, 5]; expected a stop of 4 at the most"),
        ({"drop_classes": [2, 9]}, "option 'drop_classes' names [9]; expected ids among [1, 2, 3]"),
        ({"rows": [1, 4], "cols": [2, 4]}, "rows 1 to 4, columns 2 to 4 hold no labelled pixel"),
        ({"drop_classes": [1, 2, 3]}, "hold no labelled pixel without classes [1, 2, 3]"),
    ],
)
def test_impossible_cut(describe: Describe, options: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(describe(), UsageError, **options)


def test_data_set_that_was_not_fetched(describe: Describe, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        build_scene(describe(), folder=tmp_path / "data")
    assert str(caught.value) == (
        f"{tmp_path / 'data/toy/source.json'}: no such file; expected what the fetch stage writes; run 'hsclass fetch'"
        f" for toy into {tmp_path / 'data'}"
    )


def test_descriptor_that_names_other_sources_since(describe: Describe, tmp_path: Path) -> None:
    fetch(describe(), tmp_path / "data")
    np.save(tmp_path / "other.npy", np.ones((4, 5, 3)))
    with pytest.raises(DataError, match=r"fetched from other sources \(.*cube\.npy, .*\) than the descriptor toy"):
        build_scene(describe(cube="other.npy"), folder=tmp_path / "data")


@pytest.mark.parametrize("text", ["", "[]", '{"name": "toy"}'])
def test_damaged_record_of_the_fetch(describe: Describe, tmp_path: Path, text: str) -> None:
    file = describe()
    fetch(file, tmp_path / "data")
    (tmp_path / "data/toy/source.json").write_text(text)
    with pytest.raises(DataError, match=r"source\.json: is not what the fetch stage writes"):
        build_scene(file, folder=tmp_path / "data")


def test_file_that_changed_or_vanished_since(describe: Describe, tmp_path: Path, cube: np.ndarray) -> None:
    file = describe()
    fetch(file, tmp_path / "data")
    np.save(tmp_path / "cube.npy", cube + 1)
    with pytest.raises(
        DataError, match=r"cube\.npy: has changed since it was fetched \(sha256 \w{64}, expected \w{64}"
    ):
        build_scene(file, folder=tmp_path / "data")
    (tmp_path / "cube.npy").unlink()
    with pytest.raises(DataError, match=r"cube\.npy: no such file, but .*source\.json names it"):
        build_scene(file, folder=tmp_path / "data")


def test_legend_colours_are_told_apart(describe: Describe) -> None:
    first = build(describe()).classes
    taken = "#{:02x}{:02x}{:02x}".format(*first[0].color)
    second = build(
        describe(classes=[{"id": 1, "name": "a"}, {"id": 2, "name": "b", "color": taken}, {"id": 3, "name": "c"}])
    ).classes
    assert second[1] == LandCover(2, "b", first[0].color)
    assert len({cover.color for cover in second}) == 3


def test_ids_of_the_file_are_renumbered_and_joined(describe: Describe, labels: np.ndarray) -> None:
    classes = [{"id": 1, "name": "crop", "values": [1, 3]}, {"id": 9, "name": "water", "values": [2, "wet"]}]
    scene = build(describe(classes=classes))
    np.testing.assert_array_equal(scene.labels, np.where(labels == 2, 9, np.where(labels > 0, 1, 0)))
    assert [(cover.id, cover.name) for cover in scene.classes] == [(1, "crop"), (9, "water")]
    assert scene.digest != build(describe()).digest


def test_one_factor_is_kept_beside_the_values(describe: Describe, cube: np.ndarray) -> None:
    scene = build(describe(scale=0.0001))
    assert scene.scale == 0.0001
    np.testing.assert_array_equal(scene.cube, cube)
    assert build(describe()).scale is None


def test_offset_makes_measured_values_and_keeps_nodata_apart(
    describe: Describe, tmp_path: Path, cube: np.ndarray
) -> None:
    cube[2, 2] = -1
    file = describe(scale=0.5, offset=0.5, nodata=-1)
    np.save(tmp_path / "cube.npy", cube)
    scene = build(file)
    assert scene.scale == 1
    assert scene.cube.dtype == np.float32
    assert np.argwhere(~scene.mask).tolist() == [[2, 2]]
    assert scene.nodata == -9999
    np.testing.assert_allclose(scene.cube[scene.mask], cube[scene.mask] * 0.5 + 0.5)
    assert scene.cube[2, 2].tolist() == [-9999] * 3


def test_widths_and_left_out_centres_follow_the_bands(describe: Describe) -> None:
    scene = build(describe(wavelengths=[400, 500, 600], fwhm=[7, 8, 9], drop_bands=[1]))
    assert scene.fwhm is not None
    assert scene.fwhm.tolist() == [7, 9]
    assert scene.bad_bands == (500,)
    assert "has 3 bands, but the descriptor lists 2 'fwhm'" in refusal(describe(fwhm=[7, 8]))


def test_header_of_an_envi_file_may_be_named(describe: Describe, tmp_path: Path, cube: np.ndarray) -> None:
    header = "ENVI\nsamples = 5\nlines = 4\nbands = 3\ndata type = 2\ninterleave = bip\nbyte order = 0\n"
    (tmp_path / "scene.hdr").write_text(header)
    (tmp_path / "scene.dat").write_bytes(cube.astype("<i2").tobytes())
    file = describe(cube="scene.hdr")
    first = build(file)
    np.testing.assert_array_equal(first.cube, cube)
    (tmp_path / "scene.dat").write_bytes((cube + 1).astype("<i2").tobytes())
    with pytest.raises(DataError, match=r"scene\.hdr: its scene\.dat changed since it was fetched; fetch it again"):
        build_scene(describe(cube="scene.hdr"), folder=tmp_path / "data")
    assert build(describe(cube="scene.hdr")).digest != first.digest


@pytest.mark.parametrize(
    ("stored", "unlabelled"),
    [
        ([[1, 2], [2, -1]], -1),
        ([[1, 2], [2, 255]], 255),
        ([[1.0, 2], [2, np.nan]], float("nan")),
        ([[1, 2], [255, -1]], [-1, 255]),
    ],
)
def test_any_value_may_stand_for_unlabelled(tmp_path: Path, stored: Any, unlabelled: Any) -> None:
    np.save(tmp_path / "l.npy", np.array(stored))
    entry = {"key": None, "reading": LabelSource(path="l.npy", unlabelled=unlabelled).reading}
    labels, _, _ = read_labels(tmp_path / "l.npy", json.loads(json.dumps(entry)), Grid(), (2, 2, 5), ())
    assert labels.ravel().tolist() == [1, 2, 0 if isinstance(unlabelled, list) else 2, 0]


@pytest.mark.parametrize(("axes", "cube"), [("bands rows cols", (2, 3, 4)), ("rows bands cols", (3, 2, 4))])
def test_labels_tell_that_the_bands_of_a_cube_do_not_come_last(
    tmp_path: Path, axes: str, cube: tuple[int, int, int]
) -> None:
    """The labels are 3 x 4 pixels, the cube has 2 bands."""
    np.save(tmp_path / "l.npy", np.ones((3, 4), np.uint8))
    with pytest.raises(DataError, match=rf"is \(3, 4\) pixels; .* if its array has the axes '{axes}', say"):
        read_labels(tmp_path / "l.npy", {"key": None}, Grid(), cube, ())


def test_zero_beside_another_unlabelled_value_is_a_class_that_needs_an_id(tmp_path: Path) -> None:
    np.save(tmp_path / "l.npy", np.array([[0, 1], [1, -1]]))
    entry = {"key": None, "reading": {"unlabelled": [-1]}}
    with pytest.raises(DataError, match=r"has 1 pixel of 0, which 'unlabelled' does not name; .* 'values: \[0\]' in"):
        read_labels(tmp_path / "l.npy", entry, Grid(), (2, 2, 5), ())
    classes = (ClassEntry(id=1, name="rye", values=(0,)), ClassEntry(id=2, name="oats", values=(1,)))
    labels, _, _ = read_labels(tmp_path / "l.npy", entry, Grid(), (2, 2, 5), classes)
    assert labels.ravel().tolist() == [1, 2, 2, 0]


def picture(path: Path, colors: list[list[str]]) -> Path:
    """Write colours, #rrggbb, as the pixels of an image."""
    pixels = [[[int(color[k : k + 2], 16) for k in (1, 3, 5)] for color in row] for row in colors]
    Image.fromarray(np.array(pixels, np.uint8)).save(path)
    return path


GREEN, BLUE, WHITE, BLACK = "#006400", "#0000c8", "#ffffff", "#000000"


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_labels_in_the_colours_of_their_classes(
    describe: Describe, tmp_path: Path, suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [[GREEN, GREEN, BLUE, WHITE, BLACK]] * 4
    name = picture(tmp_path / f"l{suffix}", rows).name
    classes = [
        {"id": 3, "name": "forest", "color": GREEN.upper()},
        {"id": 7, "name": "water", "color": "#123456", "values": [BLUE, WHITE]},
    ]
    scene = build(describe(labels=name, classes=classes))
    assert scene.require_labels().tolist() == [[3, 3, 7, 7, 0]] * 4
    assert [(cover.id, cover.name) for cover in scene.classes] == [(3, "forest"), (7, "water")]
    assert f"{name}: 4 pixels are black, a colour of no class, and unlabelled" in caplog.text
    caplog.clear()
    classes.append({"id": 9, "name": "shadow", "color": BLACK})
    assert build(describe(labels=name, classes=classes)).require_labels()[0].tolist() == [3, 3, 7, 7, 9]
    assert "black" not in caplog.text


def test_colours_of_no_class_are_listed_with_their_pixels(describe: Describe, tmp_path: Path) -> None:
    name = picture(tmp_path / "l.png", [[GREEN, GREEN, BLUE, WHITE, BLACK]] * 4).name
    with pytest.raises(DataError) as caught:
        build(describe(labels=name, classes=[{"id": 1, "name": "water", "color": BLUE}]))
    assert "l.png: has 3 bands with the colours of a legend, and 2 of them belong to no class: #006400 (8 pixels)," in (
        str(caught.value)
    )
    assert "#ffffff (4 pixels); expected one band of class ids, or the colour of each class by 'color'" in str(
        caught.value
    )


def test_photograph_as_labels_is_refused(describe: Describe, tmp_path: Path) -> None:
    many = np.random.default_rng(0).integers(0, 256, (20, 20, 3)).astype(np.uint8)
    Image.fromarray(many).save(tmp_path / "l.png")
    with pytest.raises(
        DataError, match=r"l\.png: has 3 bands with 400 colours; expected one band of class ids, or the"
    ):
        build(describe(labels="l.png"))


@pytest.mark.parametrize(("dtype", "mark"), [("int16", -9999), ("uint16", 0), ("uint16", 65535)])
@pytest.mark.parametrize("scale", [None, 0.0001])
def test_a_usual_mark_of_missing_data_that_nothing_declares_is_reported(
    describe: Describe, tmp_path: Path, cube: np.ndarray, caplog: pytest.LogCaptureFixture, dtype: str, mark: int,
    scale: float | None,
) -> None:  # fmt: skip
    values = cube.astype(dtype) + 1
    values[0, :2], values[1, 1, 0] = mark, mark
    np.save(tmp_path / "marked.npy", values)
    scene = build(describe(cube="marked.npy", **({} if scale is None else {"scale": scale})))
    assert f"marked.npy: 2 pixels are {mark} in every band and count as data" in caplog.text
    assert scene.mask.all()
