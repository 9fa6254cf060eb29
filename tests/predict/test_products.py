"""The rasters of a map: cloud-optimised, self-explaining, and honest about pixels without an answer."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

import hsclass
from hsclass.datasets.opening import read_scene
from hsclass.errors import UsageError
from hsclass.models.trained import TrainedModel
from hsclass.predict import map_file
from hsclass.predict.cloud_optimised import write_cloud_optimised
from hsclass.predict.opening import open_pixels
from hsclass.predict.stream import MapRequest
from hsclass.raster import Grid
from hsclass.report.preview import write_preview
from hsclass.scene import LandCover, Scene, read_classes, write_scene
from hsclass.split import Split, write_split
from tests import command_line


def layout(path: Path) -> list[dict[int, int]]:
    """The tags of each image of a little-endian TIFF, with its own offset as tag 0, read without GDAL."""
    data, found = path.read_bytes(), []
    assert data[:4] == b"II*\0"
    place = struct.unpack_from("<I", data, 4)[0]
    while place:
        count = struct.unpack_from("<H", data, place)[0]
        entry = {0: place}
        for number in range(count):
            tag, kind, length = struct.unpack_from("<HHI", data, place + 2 + 12 * number)
            value = struct.unpack_from("<H" if kind == 3 else "<I", data, place + 10 + 12 * number)[0]
            if length > 1 and tag in (273, 324):
                value = struct.unpack_from("<I", data, value)[0]
            entry[tag] = value
        found.append(entry)
        place = struct.unpack_from("<I", data, place + 2 + 12 * count)[0]
    return found


def test_layout_is_cloud_optimised(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(1, 4, (1100, 700)).astype(np.uint8)
    pieces = [(0, values[:500]), (500, values[500:])]
    write_cloud_optimised(
        tmp_path / "m.tif", pieces, shape=(1, 1100, 700), dtype=np.dtype(np.uint8), grid=Grid(), scratch=tmp_path,
        nodata=0, colors={1: (9, 8, 7)},
    )  # fmt: skip
    images = layout(tmp_path / "m.tif")
    assert [(image[256], image[257]) for image in images] == [(700, 1100), (350, 550), (175, 275), (87, 137)]
    assert all(image[322] == image[323] == 256 for image in images)  # tiles
    headers, data = [image[0] for image in images], [image[324] for image in images]
    assert headers == sorted(headers)
    assert max(headers) < min(data)  # all headers in front
    assert data == sorted(data, reverse=True)  # the smallest overview first
    with rasterio.open(tmp_path / "m.tif") as found:
        assert found.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        np.testing.assert_array_equal(found.read(1), values)
        small = found.read(1, out_shape=(550, 350))
        blocks = values.reshape(550, 2, 350, 2).swapaxes(1, 2).reshape(550, 350, 4)
        assert (small[..., None] == blocks).any(axis=2).all()  # nearest neighbour: a value of the four
    assert [path.name for path in tmp_path.iterdir()] == ["m.tif"]


def test_rotated_grid_survives(tmp_path: Path) -> None:
    grid = Grid(rasterio.CRS.from_epsg(32633), Affine(10, 3, 500, 3, -10, 9000))
    write_cloud_optimised(
        tmp_path / "m.tif", [(0, np.ones((4, 5), np.uint8))], shape=(1, 4, 5), dtype=np.dtype(np.uint8), grid=grid,
        scratch=tmp_path,
    )  # fmt: skip
    assert rasterio.open(tmp_path / "m.tif").transform == grid.transform


def test_probabilities_have_a_named_band_a_class(lda: TrainedModel, tall: Path, tmp_path: Path) -> None:
    request = MapRequest(tmp_path / "c.tif", tmp_path / "p.tif")
    map_file(lda, open_pixels(tall), tmp_path / "m.tif", request)
    scene = read_scene(tall)
    with rasterio.open(tmp_path / "p.tif") as found:
        assert found.descriptions == ("2 water", "7 wood", "12 soil")
        values = found.read()
        assert np.isnan(found.nodata)
    np.testing.assert_array_equal(np.isnan(values[1]), ~scene.mask)
    np.testing.assert_allclose(values[:, scene.mask].sum(axis=0), 1, rtol=1e-5)
    best = np.array([2, 7, 12])[values.argmax(axis=0)]
    np.testing.assert_array_equal(read_classes(tmp_path / "m.tif")[0], np.where(scene.mask, best, 0))
    np.testing.assert_array_equal(rasterio.open(tmp_path / "c.tif").read(1)[scene.mask], values.max(axis=0)[scene.mask])


def test_pixels_of_low_confidence_are_abstained(boxed, tall: Path, tmp_path: Path) -> None:
    model = boxed(1)
    map_file(model, open_pixels(tall), tmp_path / "m.tif", MapRequest(tmp_path / "c.tif", abstain=0.6))
    classes, legend = read_classes(tmp_path / "m.tif")
    sure, _ = read_classes_of(model, tall, tmp_path)
    confidence = rasterio.open(tmp_path / "c.tif").read(1)
    assert legend[-1] == LandCover(13, "abstained", (128, 128, 128))
    assert {0, 2, 7, 12, 13} == set(np.unique(classes))
    np.testing.assert_array_equal(classes == 13, (confidence < 0.6) & (confidence > 0))
    np.testing.assert_array_equal(classes[classes != 13], sure[classes != 13])
    found = rasterio.open(tmp_path / "m.tif")
    assert json.loads(found.tags()["abstained"]) == {"id": 13, "below": 0.6}
    assert found.colormap(1)[13] == (128, 128, 128, 255)
    assert found.colorinterp == (ColorInterp.palette,)
    in_memory = hsclass.predict_scene(model, read_scene(tall), abstain=0.6)
    np.testing.assert_array_equal(in_memory.classes, classes)
    assert in_memory.legend == legend


def read_classes_of(model: TrainedModel, scene: Path, folder: Path) -> tuple[np.ndarray, tuple[LandCover, ...]]:
    map_file(model, open_pixels(scene), folder / "sure.tif")
    return read_classes(folder / "sure.tif")


@pytest.mark.parametrize("threshold", [0.0, -0.1, 1.01])
def test_threshold_must_be_a_probability(lda: TrainedModel, toy_scene: Scene, threshold: float) -> None:
    with pytest.raises(UsageError, match="expected a probability above 0 and up to 1"):
        hsclass.predict_scene(lda, toy_scene, abstain=threshold)


def test_preview_shows_scene_and_map_side_by_side(lda: TrainedModel, tall: Path, tmp_path: Path) -> None:
    pixels = open_pixels(tall)
    map_file(lda, pixels, tmp_path / "m.tif")
    write_preview(pixels, tmp_path / "m.tif", tmp_path / "m.png")
    image = np.asarray(Image.open(tmp_path / "m.png"))
    assert image.shape == (400, 2 * (5 + 8 + 5), 3)  # twice as large, for people
    np.testing.assert_array_equal(image[::2, ::2], image[1::2, 1::2])
    image = image[::2, ::2]
    classes, legend = read_classes(tmp_path / "m.tif")
    for cover in legend:
        assert (image[:, 13:][classes == cover.id] == cover.color).all()
    gaps = classes == 0
    assert (image[:, 13:][gaps] == 255).all()
    assert (image[:, :5][gaps] == 255).all()
    assert (image[:, 5:13] == 255).all()


def test_command_maps_abstains_and_is_evaluated(toy_scene: Scene, toy_split: Split, tmp_path: Path) -> None:
    hsclass.fit(toy_scene, toy_split, "rf", trees=5).save(tmp_path / "model")
    write_scene(toy_scene, tmp_path / "toy")
    write_split(toy_split, tmp_path / "split.tif")
    done = command_line.hsclass(
        "predict", "model", "toy/cube.tif", "-o", "m.tif", "--abstain", 0.9, "--confidence", "c.tif",
        "--preview", "m.png", "--about", "m.json", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    classes, _ = read_classes(tmp_path / "m.tif")
    labels = toy_scene.require_labels()
    test = toy_split.roles == 3
    evaluated = (
        "evaluate",
        "m.tif",
        "--split",
        "split.tif",
        "--labels",
        "toy/labels.tif",
        "--confidence",
        "c.tif",
        "--json",
    )
    done = command_line.hsclass(*evaluated, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    abstained = int((classes == 13)[test].sum())
    assert 0 < abstained < test.sum()
    assert figures["oa"] == pytest.approx((classes == labels)[test].mean())
    assert figures["n_test"] == test.sum()
    assert figures["classes"][-1]["name"] == "abstained"
    assert [row[-1] for row in figures["confusion"]] == [
        int(((classes == 13) & (labels == identity) & test).sum()) for identity in (2, 7, 12)
    ] + [0]
    recalls = [row["producers_accuracy"] for row in figures["classes"][:3]]
    assert figures["aa"] == pytest.approx(np.mean(recalls))
    assert figures["calibration"] is None
    assert "abstains, so the confidence of its answers is not calibrated" in done.stderr
    bad = command_line.hsclass("predict", "model", "toy", "-o", "m.tif", "--part", "first", cwd=tmp_path)
    assert (bad.returncode, bad.stderr.count("\n")) == (2, 1)
    assert "--part first: expected the number of a part" in bad.stderr
