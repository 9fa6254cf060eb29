"""The data of the map viewer, unpacked as the page unpacks it."""

import base64
import json
import zlib
from pathlib import Path

import numpy as np
import pytest

from hsclass.datasets.opening import read_scene
from hsclass.raster import Grid, write_raster
from hsclass.report.viewer import as_script, viewer_part
from hsclass.scene import write_classes

BLOCKS = "results/farm/blocks-0"


def unpacked(text: str, shape: tuple[int, ...] = (12, 16)) -> np.ndarray:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(shape)


@pytest.fixture
def data(read_set):
    return lambda experiment: json.loads(viewer_part(read_set(experiment)).data)


def test_classes_are_given_by_their_places_in_the_legend(experiment, data) -> None:
    found = data(experiment)
    labels = read_scene("results/farm").labels
    # classes 1, 2 and 4; the last row is unlabelled
    assert (unpacked(found["reference"]) == np.array([0, 1, 2, 0, 3])[labels]).all()
    assert [(cover["id"], cover["own"]) for cover in found["classes"]] == [
        (1, "#fac814"), (2, "#c81414"), (4, "#0a5a1e"),
    ]  # fmt: skip


def test_viewer_begins_with_the_map_of_the_headline(experiment, data) -> None:
    found = data(experiment)
    run = found["runs"][found["first"]]
    assert (run["model"], run["split"], run["seed"]) == ("net", "blocks", 0)
    assert run["file"] == f"{BLOCKS}/raw/net/map.tif"
    # where nothing is labelled the map says class 2, the second
    assert set(unpacked(run["map"])[-1]) == {2}


def test_distance_is_that_of_a_chessboard_to_the_nearest_training_pixel(experiment, data) -> None:
    found = data(experiment)["splits"]["blocks-0"]
    roles, distance = unpacked(found["roles"]), unpacked(found["distance"])
    assert (roles[0] == 1).all()
    assert [int(row[0]) for row in distance] == [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]  # rows 0 to 2 train


def test_confidence_is_in_steps_and_0_where_there_is_none(experiment, data) -> None:
    values = np.full((12, 16), 0.5, np.float32)
    values[0, :4] = [0, 1, 0.25, np.nan]
    write_raster(f"{BLOCKS}/raw/net/confidence.tif", values, grid=Grid(), nodata=0)
    found = data(experiment)
    run = found["runs"][found["first"]]
    steps = unpacked(run["confidence"])
    # 63 steps: 1 is the lowest share, 64 the highest; 0.5 is 31.5 of 63, rounded to the even 32
    assert steps[0, :5].tolist() == [0, 64, 17, 0, 33]
    assert all(other["confidence"] is None for other in found["runs"] if other is not run)


def test_spectra_are_within_a_step_of_the_cube_and_means_are_those_of_the_class(experiment, data) -> None:
    spectra = data(experiment)["spectra"]
    scene = read_scene("results/farm")
    planes = unpacked(spectra["data"], (5, 12, 16)).cumsum(axis=0, dtype=np.uint8)
    low, high = (np.array(spectra[key])[:, None, None] for key in ("low", "high"))
    values = low + (planes - 1.0) / 254 * (high - low)
    cube = np.moveaxis(scene.cube, 2, 0)
    inside = (cube >= low) & (cube <= high)
    assert inside.mean() > 0.97
    assert (np.abs(values - cube)[inside] <= np.broadcast_to((high - low) / 254 * 0.51, cube.shape)[inside]).all()
    assert spectra["means"][0] == pytest.approx(scene.cube[scene.labels == 1].mean(axis=0), rel=1e-4)
    assert spectra["x"] == [470, 550, 650, 800, 1600]


def test_delivered_map_and_its_applicability_are_further_layers(experiment, data) -> None:
    folder = Path("results/farm/final")
    folder.mkdir()
    scene = read_scene("results/farm")
    write_classes(folder / "map.tif", scene.labels, classes=scene.classes, grid=Grid())
    inside = np.ones((12, 16), np.uint8)
    inside[0, :2] = [0, 255]
    write_raster(folder / "aoa.tif", inside, grid=Grid(), nodata=255)
    assert data(experiment)["further"] == []  # of another experiment on this scene
    experiment.deliver(outside=0.5)
    delivered, applicable = data(experiment)["further"]
    assert (delivered["label"], delivered["kind"], applicable["label"]) == (
        "Delivered map", "classes", "Area of applicability",
    )  # fmt: skip
    assert unpacked(applicable["data"])[0, :3].tolist() == [1, 0, 64]


def test_places_to_label_next_are_on_the_map_and_in_a_table(experiment, data, read) -> None:
    experiment.deliver(outside=0.5)
    assert data(experiment)["places"] == []
    experiment.suggest([(11, 3), (0, 15)])
    assert data(experiment)["places"] == [[11, 3, 1], [0, 15, 2]]
    rows = read(experiment).table("Unlabelled places")
    assert rows[1] == ["1", "11, 3", "3.5", "-11.5", "Hay & straw", "0.25", "1.50"]


def test_data_cannot_end_the_script_that_holds_them() -> None:
    assert as_script({"name": "</script><b>"}) == '{"name":"\\u003c/script>\\u003cb>"}'
