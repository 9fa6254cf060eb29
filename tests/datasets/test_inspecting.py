"""What is said of files before anything is made of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine
from scipy.io import savemat

import hsclass.datasets.cube
from hsclass.cli import app
from hsclass.datasets.inspecting import InspectedFile, inspect_files
from hsclass.errors import DataError
from hsclass.raster import Grid, write_raster

UTM = CRS.from_epsg(32633)
HERE = Affine(30, 0, 1000, 0, -30, 5000)


def save(path: Path, cube: np.ndarray, **given: Any) -> Path:
    write_raster(path, np.moveaxis(cube, 2, 0), **{"grid": Grid(UTM, HERE), **given})
    return path


def look(*paths: Path) -> list[InspectedFile]:
    return inspect_files(list(paths))


def warned(finding: InspectedFile, words: str) -> bool:
    return any(words in warning for warning in finding.warnings)


@pytest.fixture
def big() -> np.ndarray:
    """Return 40 x 30 pixels of 6 bands without a fault: every value of a band occurs once."""
    rng = np.random.default_rng(0)
    return np.stack([rng.permutation(1200).reshape(40, 30) + 1 for _ in range(6)], axis=2).astype(np.int16)


def test_cube_without_a_fault(tmp_path: Path, big: np.ndarray) -> None:
    path = save(tmp_path / "c.tif", big, wavelengths=np.linspace(400, 900, 6), fwhm=np.full(6, 7.5), nodata=-1)
    (found,) = look(path)
    assert (found.kind, found.warnings) == ("cube", [])
    facts = found.facts
    assert (facts["shape"], facts["dtype"], facts["crs"]) == ([40, 30, 6], "int16", "EPSG:32633")
    assert facts["transform"] == [1000, 30, 0, 5000, 0, -30]
    assert facts["wavelengths"] == {
        "first": 400, "last": 900, "ascending": True, "falls_after": [], "lowest": 400, "highest": 900,
        "repeated": False,
    }  # fmt: skip
    assert (facts["fwhm"], facts["values"], facts["nodata_share"]) == ([7.5, 7.5], [1, 1200], 0)
    assert facts["memory_mb"] == round(40 * 30 * 6 * 4 / 1e6, 1)


@pytest.mark.parametrize("block_bytes", [1, 10**9])
def test_faults_of_values_are_counted_whatever_the_blocks(
    tmp_path: Path, big: np.ndarray, monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    monkeypatch.setattr(hsclass.datasets.cube, "_BLOCK_BYTES", block_bytes)
    big[..., 1], big[..., 2] = -99, 5
    big[0, :10, 0] = -3
    big[5:10, :, 3] = 3000
    big[:2] = np.where(np.arange(30)[:, None] < 15, -99, big[:2])
    big[30, 0, 4] = -99
    (found,) = look(save(tmp_path / "c.tif", big, nodata=-99))
    assert found.facts["empty_bands"] == [1]
    assert found.facts["nodata_share"] == round(30 / 1200, 6)
    assert found.facts["partly_share"] == round(1 / 1200, 6)
    assert warned(found, "bands without any data: 1;")
    assert warned(found, "bands of one value only: 2;")
    assert warned(found, "1 pixel lacks data in some of the other bands")
    assert not warned(found, "negative")  # they lie where the first rows are without data
    assert warned(found, "1 band has many pixels at the highest value, as saturated ones do: 3")


def test_units_that_cannot_be_are_reported(tmp_path: Path, big: np.ndarray) -> None:
    (found,) = look(save(tmp_path / "c.tif", big, wavelengths=np.linspace(4e5, 9e5, 6), fwhm=np.full(6, 6e5)))
    assert warned(found, "wavelengths are up to 900000 nm: they look like nanometres declared as micrometres")
    assert warned(found, "the widest band has a width of 600000 nm, more than all wavelengths span")


def test_negative_and_missing_values(tmp_path: Path, big: np.ndarray) -> None:
    big[3, 3, 0], big[4, 4, 5] = -32768, -20
    (found,) = look(save(tmp_path / "c.tif", big))
    assert warned(found, "2 values are negative, the lowest -32768, in the bands 0, 5:")
    assert warned(found, "the value -32768 occurs, often missing data; if so, say 'nodata: -32768'")
    values = big.astype(np.float32)
    values[0, 0, 0], values[1, 1, 1] = np.nan, np.inf
    np.save(tmp_path / "c.npy", values)
    assert warned(look(tmp_path / "c.npy")[0], "2 values are NaN or infinite; say 'nodata: .nan'")


def test_a_value_that_is_the_lowest_of_every_band_may_be_missing_data(tmp_path: Path, big: np.ndarray) -> None:
    big[5, 5:8] = -777
    (found,) = look(save(tmp_path / "c.tif", big))
    assert warned(found, "the value -777 is the lowest of every band, as a value for missing data is")
    assert not warned(found, "values are negative")
    assert not warned(look(save(tmp_path / "d.tif", big, nodata=-777))[0], "-777")


@pytest.mark.parametrize(
    ("dtype", "mark"),
    [("int16", -9999), ("int16", -32768), ("uint16", 0), ("uint16", 65535), ("float32", 0), ("uint8", 255)],
)
@pytest.mark.parametrize("block_bytes", [1, 10**9])
def test_pixels_with_a_usual_mark_of_missing_data_in_every_band_are_counted(
    tmp_path: Path, big: np.ndarray, monkeypatch: pytest.MonkeyPatch, dtype: str, mark: int, block_bytes: int
) -> None:
    monkeypatch.setattr(hsclass.datasets.cube, "_BLOCK_BYTES", block_bytes)
    cube = (big % 200 + 1).astype(dtype)
    cube[5, 5:8], cube[30, 2] = mark, mark
    cube[6, 6, :5] = mark  # not in every band
    sentence = f"4 pixels are {mark:g} in every band and count as data, as nothing declares it; say 'nodata: {mark:g}'"
    (found,) = look(save(tmp_path / "c.tif", cube))
    assert warned(found, sentence)
    assert not warned(found, "is the lowest of every band")
    assert not warned(look(save(tmp_path / "d.tif", cube, nodata=mark))[0], "in every band and count")
    assert not warned(look(save(tmp_path / "e.tif", cube[..., :1]))[0], "in every band and count")
    other = look(save(tmp_path / "f.tif", cube, nodata=77))[0]
    assert warned(other, f"4 pixels are {mark:g} in every band and count as data")
    assert warned(other, f"say 'nodata: [77, {mark:g}]'")


def test_bands_that_the_file_marks_as_bad_give_no_advice(tmp_path: Path, big: np.ndarray) -> None:
    big[..., 1], big[..., 2] = 5, -1
    big[3, 3, 2] = -2
    path = save(tmp_path / "c.tif", big)
    assert warned(look(path)[0], "bands of one value only: 1;")
    assert warned(look(path)[0], "values are negative, the lowest -2, in the bands 2:")
    with rasterio.open(path, "r+") as sink:
        sink.update_tags(2, bbl="0")
        sink.update_tags(3, bbl="0")
    (found,) = look(path)
    assert found.facts["bad_bands"] == [1, 2]
    assert len(found.warnings) == 1  # that they are left out


def test_names_of_classes_are_shown(tmp_path: Path) -> None:
    ids = np.array([[0, 1, 1], [2, 2, 2]], np.uint8)
    (tmp_path / "c.img").write_bytes(ids.tobytes())
    (tmp_path / "c.hdr").write_text(
        "ENVI\nsamples = 3\nlines = 2\nbands = 1\ndata type = 1\ninterleave = bsq\nfile type = ENVI Classification\n"
        "classes = 4\nclass names = {none, water, wood, roof}\nclass lookup = {0,0,0, 0,0,9, 0,9,0, 9,0,0}\n"
    )
    facts = look(tmp_path / "c.img")[0].facts
    assert (facts["classes"], facts["names"]) == ({1: 2, 2: 3}, {1: "water", 2: "wood"})


def test_damage_by_a_text_conversion_is_reported(tmp_path: Path) -> None:
    from tensorly.datasets import load_indian_pines

    np.save(tmp_path / "pines.npy", np.asarray(load_indian_pines().tensor).astype(np.uint16))
    whole = np.random.default_rng(0).integers(0, 5000, (60, 50, 40)).astype(np.int16)
    np.save(tmp_path / "whole.npy", whole)
    pines, random = look(tmp_path / "pines.npy", tmp_path / "whole.npy")
    assert warned(pines, "no byte is 13, and 10 is twice as frequent as its neighbours")
    assert warned(pines, "about 2.0% of the values are 768 too low and about 0.5% of the values are 3 too low")
    assert not warned(random, "byte")


def test_values_without_data_do_not_hide_the_damage_or_pass_for_it(tmp_path: Path) -> None:
    whole = np.random.default_rng(0).integers(0, 5000, (60, 50, 40)).astype(np.int16)
    parts = whole.view(np.uint8)
    broken = np.where(parts == 13, np.uint8(10), parts).view(np.int16)
    broken[:5] = 13 * 257  # as nodata, bytes of 13 stand for no measurement
    assert warned(look(save(tmp_path / "broken.tif", broken, nodata=13 * 257))[0], "no byte is 13")
    assert not warned(look(save(tmp_path / "kept.tif", broken))[0], "no byte is 13")


@pytest.mark.parametrize(
    ("centres", "words"),
    [
        ([400, 500, 600, 590, 700, 800], "they fall after band 2, as where spectrometers overlap"),
        ([400, 500, 600, 600, 700, 800], "600 nm stands for several bands"),
        ([0.4, 0.5, 0.6, 0.7, 0.8, 0.9], "they look like micrometres without saying so"),
        ([400, 500, np.nan, 600, 700, 800], "bands without a wavelength: 2;"),
    ],
)
def test_faults_of_wavelengths(tmp_path: Path, big: np.ndarray, centres: list[float], words: str) -> None:
    (found,) = look(save(tmp_path / "c.tif", big, wavelengths=np.array(centres)))
    assert len(found.warnings) == 1
    assert warned(found, words)


def test_labels_and_what_is_wrong_with_them(tmp_path: Path, big: np.ndarray) -> None:
    cube = save(tmp_path / "c.tif", big)
    labels = np.zeros((40, 30), np.uint8)
    labels[:3, :4], labels[5, 5] = 9, 2
    write_raster(tmp_path / "l.tif", labels, grid=Grid(UTM, HERE))
    _, found = look(cube, tmp_path / "l.tif")
    assert (found.kind, found.facts["labelled"], found.facts["classes"]) == ("labels", 13, {2: 1, 9: 12})
    assert found.warnings == ["class ids are sparse: 2, 9; they are kept as they are"]
    write_raster(tmp_path / "l.tif", labels, grid=Grid(UTM, Affine(30, 0, 1030, 0, -30, 5000)))
    assert warned(look(tmp_path / "l.tif", cube)[0], "in another order, or of another part: they will be brought into")
    write_raster(tmp_path / "l.tif", labels, grid=Grid(UTM, Affine(30, 0, 1015, 0, -30, 5000)))
    assert warned(look(tmp_path / "l.tif", cube)[0], "lies on another grid than the cube")
    write_raster(tmp_path / "l.tif", labels, grid=Grid(CRS.from_epsg(32632), HERE))
    assert warned(look(cube, tmp_path / "l.tif")[1], "lies in EPSG:32632, the cube in EPSG:32633")
    np.save(tmp_path / "l.npy", labels.T - 0.5)
    found = look(cube, tmp_path / "l.npy")[1]
    assert warned(found, "is 30 x 40 pixels, the cube 40 x 30, as if it were transposed")
    assert warned(found, "1200 pixels hold a value that is no class id, such as -0.5")


def test_variables_of_matlab_files(tmp_path: Path, big: np.ndarray) -> None:
    import h5py

    savemat(tmp_path / "old.mat", {"scene": big, "gt": big[..., 0]})
    with h5py.File(tmp_path / "new.mat", "w", userblock_size=512) as file:
        file["scene"], file["gt"] = big.transpose(2, 1, 0), big[..., 0].T
    for name, text in (("old.mat", "MATLAB 5"), ("new.mat", "MATLAB 7.3")):
        (found,) = look(tmp_path / name)
        facts = found.facts
        assert (facts["key"], facts["shape"], facts["format"]) == ("scene", [40, 30, 6], text)
        assert facts["values"] == [1, 1200]
        assert inspect_files([tmp_path / name], key="gt")[0].kind == "labels"


def test_blocks_of_a_file_join_to_the_whole(tmp_path: Path, big: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    import h5py

    from hsclass.datasets.readers import open_cube

    monkeypatch.setattr(hsclass.datasets.cube, "_BLOCK_BYTES", 7 * 30 * 6 * 2)
    save(tmp_path / "c.tif", big)
    np.save(tmp_path / "c.npy", big)
    np.savez(tmp_path / "c.npz", big)
    savemat(tmp_path / "c.mat", {"c": big})
    with h5py.File(tmp_path / "c73.mat", "w") as file:
        file["c"] = big.transpose(2, 1, 0)
    for name in ("c.tif", "c.npy", "c.npz", "c.mat", "c73.mat"):
        blocks = [block.copy() for block, _ in open_cube(tmp_path / name).blocks()]
        assert [len(block) for block in blocks] == [7, 7, 7, 7, 7, 5]
        np.testing.assert_array_equal(np.concatenate(blocks), big)


def test_labels_that_may_stand_for_no_class_and_a_grid_rounded_in_text(tmp_path: Path, big: np.ndarray) -> None:
    ids = np.where(np.arange(1200).reshape(40, 30) % 3, 1, 255).astype(np.uint8)
    cube = save(tmp_path / "c.tif", big)
    near = Grid(UTM, Affine(30, 0, 1000.03, 0, -30, 5000))  # by a thousandth of a pixel
    found = look(cube, save(tmp_path / "l.tif", ids[..., np.newaxis], grid=near))[1]
    assert warned(found, "400 pixels are 255, the highest value of uint8; if they stand for no class")
    assert not warned(found, "another grid")


def test_polygons_outside(tmp_path: Path, big: np.ndarray) -> None:
    import pyogrio
    import shapely

    cube = save(tmp_path / "c.tif", big)
    south_up = save(tmp_path / "south.tif", big[::-1], grid=Grid(UTM, Affine(30, 0, 1000, 0, 30, 5000 - 40 * 30)))
    for left, outside in ((1100, False), (90000, True)):
        path = tmp_path / f"p{left}.gpkg"
        pyogrio.raw.write(
            path, geometry=np.array([shapely.to_wkb(shapely.box(left, 4800, left + 60, 4900))], object),
            field_data=[np.array(["oats"])], fields=["crop"], crs="EPSG:32633", geometry_type="Polygon",
        )  # fmt: skip
        found = look(cube, path)[1]
        assert warned(found, "its 1 feature lies outside of the scene") == outside
        assert warned(look(south_up, path)[1], "its 1 feature lies outside of the scene") == outside
        assert outside or found.warnings == []
        assert found.facts["values"] == {"crop": {"oats": 1}}
        assert (found.kind, found.facts["features"], found.facts["fields"]) == ("shapes", 1, ["crop"])


def test_polygons_that_label_nothing_are_named(tmp_path: Path, big: np.ndarray) -> None:
    import pyogrio
    import shapely

    big[10:20, 10:20] = -1
    cube = save(tmp_path / "c.tif", big, nodata=-1)
    pixels = [(2, 2, 4), (90, 90, 4), (12, 12, 3), (5, 5, 0.2)]  # row, column and side
    shapes = [shapely.box(1000 + 30 * c, 5000 - 30 * (r + s), 1000 + 30 * (c + s), 5000 - 30 * r) for r, c, s in pixels]
    pyogrio.raw.write(
        tmp_path / "p.gpkg", geometry=np.array([shapely.to_wkb(shape) for shape in [*shapes, shapes[0]]], object),
        field_data=[np.array(["oats", "rock", "water", "oats", "oats"]), np.arange(5) + 0.5], fields=["crop", "area"],
        crs="EPSG:32633", geometry_type="Polygon",
    )  # fmt: skip
    found = look(tmp_path / "p.gpkg", cube)[0]
    assert found.facts["class_field"] == "crop"
    assert [warning.split(";")[0] for warning in found.warnings] == [
        "1 of 5 features lies outside of the scene and is left out: feature 2 (rock)",
        "1 of 5 features holds no pixel's centre and is left out: feature 4 (oats)",
        "1 of 5 features lies where the cube holds no data and is left out: feature 3 (water)",
        "class rock has no labelled pixel (its 1 feature lies outside of the scene)",
        "class water has no labelled pixel (its 1 feature lies where the cube holds no data)",
    ]


def test_offset_and_alpha_band_are_shown(tmp_path: Path, big: np.ndarray) -> None:
    path = tmp_path / "c.tif"
    values = np.concatenate([big[..., :3], np.full((40, 30, 1), 255, np.int16)], axis=2).astype(np.uint8)
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 4, "height": 40, "width": 30, "photometric": "rgb"}
    with rasterio.open(path, "w", **profile, alpha="yes") as sink:
        sink.write(np.moveaxis(values, 2, 0))
        sink.offsets = (-0.1,) * 4
        sink.scales = (0.0001,) * 4
    (found,) = look(path)
    assert (found.facts["scale"], found.facts["offset"]) == ([0.0001], [-0.1])
    assert (found.facts["alpha_bands"], found.facts["bad_bands"]) == ([3], [])
    assert not warned(found, "marked as bad")


def test_values_that_stand_for_no_class_are_no_fault(tmp_path: Path) -> None:
    ids = np.where(np.arange(1200).reshape(40, 30) % 3, 1, np.nan).astype(np.float32)
    path = save(tmp_path / "l.tif", ids[..., np.newaxis])
    assert look(path)[0].warnings == ["400 pixels are NaN and will be unlabelled"]
    assert inspect_files([path], unlabelled=(np.nan,))[0].warnings == []
    save(path, np.where(np.isnan(ids), -9, ids)[..., np.newaxis])
    assert warned(look(path)[0], "400 pixels hold a value that is no class id, such as -9; expected whole numbers")
    assert inspect_files([path], unlabelled=(-9,))[0].warnings == []


@pytest.mark.parametrize("name", ["gone.tif", "scene.csv", "bad.tif", "bad.mat", "bad.npy", "bad.geojson", "empty.tif"])
def test_file_that_cannot_be_inspected(tmp_path: Path, name: str) -> None:
    if name != "gone.tif":
        (tmp_path / name).write_text("" if name == "empty.tif" else "nothing of the kind")
    with pytest.raises(DataError) as caught:
        look(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: ")


def test_command_prints_text_and_json(tmp_path: Path, big: np.ndarray) -> None:
    from typer.testing import CliRunner

    cube = str(save(tmp_path / "c.tif", big, wavelengths=np.array([400.0, 500, 600, 590, 700, 800])))
    said = CliRunner().invoke(app, ["inspect", cube]).stdout
    assert "shape: 40, 30, 6" in said
    assert "  ! wavelengths are not in ascending order" in said
    (found,) = json.loads(CliRunner().invoke(app, ["inspect", cube, "--json"]).stdout)["files"]
    assert (found["kind"], found["shape"], found["fwhm"]) == ("cube", [40, 30, 6], None)


def test_labels_on_the_grid_of_a_cube_say_how_large_blocks_must_be(tmp_path: Path) -> None:
    # Squares of 10 pixels are alike.
    rng = np.random.default_rng(0)
    squares = np.kron(rng.normal(0, 300, (10, 10, 2)), np.ones((10, 10, 1))) + rng.normal(0, 10, (100, 100, 2))
    cube = save(tmp_path / "c.tif", squares.astype(np.int16))
    labels = np.ones((100, 100, 1), np.uint8)
    labels[:, 50:] = 2
    _, found = look(cube, save(tmp_path / "l.tif", labels))
    pixels, metres = (float(word.strip("(")) for word in found.facts["spectra_range"].split()[:3:2])
    assert 9 <= pixels <= 15
    assert metres == pytest.approx(30 * pixels, abs=2)
    assert f"blocks of {int(np.ceil(pixels))} pixels or more" in found.facts["advice"]
    few = np.zeros_like(labels)
    few[:9, :9] = 1
    _, found = look(cube, save(tmp_path / "few.tif", few))
    assert found.facts["spectra_range"] == "not known: only 81 pixels, of 100 that a variogram needs"
    assert "advice" not in found.facts
