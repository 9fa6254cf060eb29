"""A lazily read cube: the same values whatever the format, and every way in which a file marks missing data."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine
from scipy.io import savemat

from hsclass.datasets import open_scene
from hsclass.datasets.cube import Cube
from hsclass.datasets.inspecting import inspect_files
from hsclass.datasets.opening import read_scene
from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError
from hsclass.raster import Grid, write_raster
from hsclass.scene import Scene, write_scene

UTM = Grid(CRS.from_epsg(32633), Affine(30, 0, 1000, 0, -30, 5000))
Describe = Callable[..., Path]


def save(path: Path, cube: np.ndarray, **profile: Any) -> Path:
    rows, cols, bands = cube.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=cols, count=bands, dtype=cube.dtype, crs=UTM.crs,
        transform=UTM.transform, **profile,
    ) as sink:  # fmt: skip
        sink.write(np.moveaxis(cube, 2, 0))
    return path


def every_format(folder: Path, cube: np.ndarray) -> list[Path]:
    save(folder / "c.tif", cube)
    np.save(folder / "c.npy", cube)
    np.save(folder / "f.npy", np.asfortranarray(cube))
    np.savez(folder / "c.npz", cube)
    savemat(folder / "c.mat", {"c": cube})
    with h5py.File(folder / "c73.mat", "w") as file:
        file["c"] = cube.transpose(2, 1, 0)
    with h5py.File(folder / "c.h5", "w") as file:
        file["group/c"] = cube
    return [folder / name for name in ("c.tif", "c.npy", "f.npy", "c.npz", "c.mat", "c73.mat", "c.h5")]


def test_rows_and_bands_of_every_format(tmp_path: Path, cube: np.ndarray) -> None:
    for path in every_format(tmp_path, cube):
        opened = open_cube(path)
        assert (opened.shape, opened.dtype) == ((4, 5, 3), np.int16)
        for order in ([0, 1, 2], [2, 0]):
            values, valid, broken = opened.strip(slice(1, 4), np.array(order)).read(slice(2, 4))
            np.testing.assert_array_equal(values, cube[2:4][..., order])
            assert values.flags.c_contiguous
            assert valid.all()
            assert not broken.any()
        kept = opened.keep(np.array([2, 1]))
        np.testing.assert_array_equal(kept.stored(), cube[..., [2, 1]])
        np.testing.assert_array_equal(kept.strip(slice(0, 1), np.array([1])).stored, cube[:1, :, 1:2])


def test_threads_read_strips_of_every_format_at_once(tmp_path: Path, cube: np.ndarray) -> None:
    for path in every_format(tmp_path, cube):
        opened = open_cube(path)

        def read(row: int, opened: Cube = opened) -> np.ndarray:
            return opened.strip(slice(row, row + 2)).stored.copy()

        held = opened.strip(slice(0, 2))
        with ThreadPoolExecutor(4) as pool:
            others = list(pool.map(read, [0, 1, 2] * 20))
        np.testing.assert_array_equal(held.stored, cube[:2])
        for row, other in zip([0, 1, 2] * 20, others, strict=True):
            np.testing.assert_array_equal(other, cube[row : row + 2])


def test_opening_reads_no_pixel(tmp_path: Path, cube: np.ndarray) -> None:
    path = tmp_path / "c.npy"
    np.save(path, cube)
    opened = open_cube(path)
    np.save(path, cube + 1)
    np.testing.assert_array_equal(opened.stored(), cube + 1)


def test_values_of_bands_with_scales_of_their_own_are_measured(tmp_path: Path, cube: np.ndarray) -> None:
    path = save(tmp_path / "c.tif", cube)
    with rasterio.open(path, "r+") as sink:
        sink.scales, sink.offsets = (0.5, 1, 2), (0, 10, 0)
    opened = open_cube(path)
    values, _, _ = opened.strip(slice(0, 4), np.array([2, 1])).read(slice(0, 4))
    assert (values.dtype, opened.factor) == (np.float32, 1)
    np.testing.assert_array_equal(values, cube[..., [2, 1]] * np.array([2, 1]) + np.array([0, 10]))
    same = opened.keep(np.array([0]))
    assert (same.measures, same.factor) == (False, 0.5)


def masked(path: Path, cube: np.ndarray, shown: np.ndarray, internal: bool) -> Path:
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=internal):
        save(path, cube)
        with rasterio.open(path, "r+") as sink:
            sink.write_mask(shown)
    return path


@pytest.mark.parametrize("internal", [True, False])
def test_mask_of_the_file_is_missing_data(
    describe: Describe, tmp_path: Path, cube: np.ndarray, labels: np.ndarray, internal: bool
) -> None:
    shown = np.full((4, 5), 255, np.uint8)
    shown[:2, 1] = 0
    cube[0, 1] = 0
    masked(tmp_path / "c.tif", cube, shown, internal)
    assert (tmp_path / "c.tif.msk").exists() != internal
    scene = open_scene(describe(cube="c.tif"), folder=tmp_path / "data")
    np.testing.assert_array_equal(scene.mask, shown > 0)
    assert scene.nodata == -9999
    assert (scene.cube[~scene.mask] == -9999).all()
    np.testing.assert_array_equal(scene.labels, np.where(shown > 0, labels, 0))
    write_scene(scene, tmp_path / "scene")
    np.testing.assert_array_equal(read_scene(tmp_path / "scene").mask, scene.mask)
    (found,) = inspect_files([tmp_path / "c.tif"])
    assert found.facts["nodata_share"] == 0.1


def test_mask_file_is_fetched_and_its_change_is_noticed(describe: Describe, tmp_path: Path, cube: np.ndarray) -> None:
    shown = np.full((4, 5), 255, np.uint8)
    masked(tmp_path / "c.tif", cube, shown, internal=False)
    file = describe(cube="c.tif")
    first = open_scene(file, folder=tmp_path / "data")
    shown[0, 0] = 0
    masked(tmp_path / "c.tif", cube, shown, internal=False)
    assert open_scene(file, folder=tmp_path / "data").digest != first.digest


def test_names_of_bands_follow_the_bands_into_the_scene(describe: Describe, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from hsclass.cli import app

    with rasterio.open(tmp_path / "c.tif", "w", driver="GTiff", dtype="int16", count=3, height=4, width=5) as sink:
        sink.write(np.arange(60, dtype=np.int16).reshape(3, 4, 5))
        sink.descriptions = ("B1", "B2", "B3")
    file = describe(cube="c.tif", drop_bands=[1])
    for command in (["fetch", str(file)], ["scene", str(file), "-o", str(tmp_path / "s")]):
        assert CliRunner().invoke(app, [*command, "--data", str(tmp_path / "data")]).exit_code == 0
    with rasterio.open(tmp_path / "s" / "cube.tif") as source:
        assert source.descriptions == ("B1", "B3")
        assert source.tags()["source"] == "c.tif, labels labels.npy"
    assert 'label="' in (tmp_path / "s" / "labels.qml").read_text()
    assert (tmp_path / "s" / "labels.tif.aux.xml").exists()


def test_alpha_band_is_a_mask_and_no_band_of_the_scene(describe: Describe, tmp_path: Path) -> None:
    values = np.arange(80, dtype=np.uint8).reshape(4, 5, 4) + 1
    values[..., 3] = 255
    values[1, :2, 3] = 0
    save(tmp_path / "c.tif", values, photometric="rgb", alpha="yes")
    scene = open_scene(describe(cube="c.tif"), folder=tmp_path / "data")
    assert scene.shape == (4, 5, 3)
    assert np.argwhere(~scene.mask).tolist() == [[1, 0], [1, 1]]
    with rasterio.open(tmp_path / "c.tif", "r+") as sink:  # the fourth is near infrared, as its wavelength says
        for band, centre in enumerate((480, 560, 660, 840), 1):
            sink.update_tags(band, wavelength=str(centre))
    scene = open_scene(describe(cube="c.tif"), folder=tmp_path / "data")
    assert scene.shape == (4, 5, 4)
    assert scene.mask.all()


@pytest.mark.parametrize("nodata", [-np.inf, np.inf, np.nan])
def test_nodata_that_is_no_number(describe: Describe, tmp_path: Path, cube: np.ndarray, nodata: float) -> None:
    values = cube.astype(np.float32)
    values[0, :3], values[2, 2, 1] = nodata, nodata
    save(tmp_path / "c.tif", values, nodata=nodata)
    scene = open_scene(describe(cube="c.tif"), folder=tmp_path / "data")
    assert np.argwhere(~scene.mask).tolist() == [[0, 0], [0, 1], [0, 2], [2, 2]]
    assert scene.nodata == -9999
    assert np.isfinite(scene.cube).all()
    np.testing.assert_array_equal(scene.cube[scene.mask], cube[scene.mask])


def test_mark_of_missing_data_does_not_occur_among_the_data(describe: Describe, tmp_path: Path) -> None:
    values = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)  # 0 occurs, 255 does not
    shown = np.full((4, 5), 255, np.uint8)
    shown[3, 4] = 0
    masked(tmp_path / "c.tif", values, shown, internal=True)
    scene = open_scene(describe(cube="c.tif"), folder=tmp_path / "data")
    assert scene.nodata == 255
    values[0, 0], values[0, 1] = (0, 255, 1), (2, 0, 255)  # both occur, but in no pixel alone
    masked(tmp_path / "c.tif", values, shown, internal=True)
    scene = open_scene(describe(cube="c.tif"), folder=tmp_path / "data")
    write_scene(scene, tmp_path / "scene")
    assert np.argwhere(~read_scene(tmp_path / "scene").mask).tolist() == [[3, 4]]
    values[0, 0], values[0, 1] = 0, 255
    masked(tmp_path / "c.tif", values, shown, internal=True)
    with pytest.raises(DataError, match=r"each of \[0.0, 255.0\] occurs among the data of uint8"):
        open_scene(describe(cube="c.tif"), folder=tmp_path / "data")


def test_raster_that_is_no_scene_is_not_opened_as_one(tmp_path: Path, cube: np.ndarray) -> None:
    save(tmp_path / "cube.tif", cube)
    with pytest.raises(DataError, match=r"cube\.tif: was not written by the scene stage of hsclass"):
        open_scene(tmp_path)


def test_zero_is_a_class_where_nodata_is_another_value(
    describe: Describe, tmp_path: Path, labels: np.ndarray, warnings_logged: Callable[[], list[str]]
) -> None:
    values = (labels.astype(int) - 1).astype(np.uint8)  # 255: unlabelled; 0, 1, 2: classes
    write_raster(tmp_path / "l.tif", values, grid=Grid(), nodata=255)
    scene = open_scene(describe(labels="l.tif"), folder=tmp_path / "data")
    assert [cover.id for cover in scene.classes] == [1, 2]
    assert any("nodata is 255, so that 0 may be a class; its 8 pixels count" in text for text in warnings_logged())
    classes = [{"id": identity, "name": f"c{identity}", "values": [identity - 1]} for identity in (1, 2, 3)]
    scene = open_scene(describe(labels="l.tif", classes=classes), folder=tmp_path / "data")
    np.testing.assert_array_equal(scene.labels, labels)
    assert not any("nodata is 255" in text for text in warnings_logged())
    (found,) = inspect_files([tmp_path / "l.tif"])
    assert any("its 8 pixels count as unlabelled unless 'values: [0]'" in text for text in found.warnings)


def test_cube_in_memory_and_in_a_file_give_the_same(tmp_path: Path, cube: np.ndarray) -> None:
    scene = Scene("s", cube, None, None, np.ones((4, 5), bool), (), nodata=None)
    write_scene(scene, tmp_path)
    opened: Cube = open_cube(tmp_path / "cube.tif")
    assert opened.own
    np.testing.assert_array_equal(opened.strip(slice(0, 4)).read(slice(0, 4))[0], cube)


@pytest.mark.parametrize("name", ["c.npy", "c.mat", "c.h5", "c73.mat"])
@pytest.mark.parametrize("step", [1, 3, 7])
def test_thumbnail_of_an_array_is_read_in_blocks(
    tmp_path: Path, name: str, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cube = np.arange(1, 11 * 6 * 4 + 1, dtype=np.int16).reshape(11, 6, 4)
    np.save(tmp_path / "c.npy", cube)
    savemat(tmp_path / "c.mat", {"data": cube})
    for file, array in (("c.h5", cube), ("c73.mat", cube.T)):
        with h5py.File(tmp_path / file, "w") as sink:
            sink["data"] = array
    monkeypatch.setattr("hsclass.datasets.cube._BLOCK_BYTES", 4 * cube[:1].nbytes)  # blocks of 4 rows
    opened = open_cube(tmp_path / name)
    asked: list[slice] = []
    load = opened.store._load  # type: ignore[attr-defined]
    monkeypatch.setattr(opened.store, "_load", lambda rows: (asked.append(rows), load(rows))[1])
    values, shown = opened.thumbnail(np.array([0, 3]), step)
    np.testing.assert_array_equal(values, cube[::step, ::step][..., [0, 3]])
    assert shown.all()
    assert max(rows.stop - rows.start for rows in asked) == 4
