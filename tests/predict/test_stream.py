"""A map made in strips from a file is the map made in memory, also after a kill."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.shutil import copy

import hsclass
from hsclass.datasets.cube import Cube, Strip
from hsclass.datasets.opening import read_scene
from hsclass.errors import DataError, UsageError
from hsclass.models.trained import TrainedModel
from hsclass.predict import map_file
from hsclass.predict.opening import open_pixels
from hsclass.predict.pixels import Pixels
from hsclass.predict.prediction import Chunk, Predictor
from hsclass.predict.stream import MapPart, MapRequest
from hsclass.predict.tiles import Tiles
from hsclass.raster import write_raster
from hsclass.scene import Scene, read_classes, write_scene
from hsclass.split import Split

LEAST = MapRequest(memory=1e-3)  # of which a strip has one tile


@pytest.mark.parametrize("reach", [0, 1, 3, 12])
@pytest.mark.parametrize("shape", [(99, 5), (33, 1), (7, 23), (64, 14)])
def test_strips_join_without_seams(
    make_tall, boxed, tmp_path: Path, shape: tuple[int, int], reach: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, model = make_tall(*shape), boxed(reach)
    write_scene(scene, tmp_path / "scene")
    # The whole scene in one tile, as the definition has it.
    probabilities = model.classifier.predict_map(np.where(scene.mask[..., None], scene.cube, 0))
    expected = np.where(scene.mask, np.array([2, 7, 12])[probabilities.argmax(axis=2)], 0)
    confidence = np.where(scene.mask, probabilities.max(axis=2), 0)
    for height in (5, 16, 64):
        monkeypatch.setattr(Tiles, "of", lambda rows, cols, reach, height=height: Tiles(rows, height, reach))
        request = replace(LEAST, confidence=tmp_path / "c.tif")
        map_file(model, open_pixels(tmp_path / "scene"), tmp_path / "m.tif", request)
        classes, legend = read_classes(tmp_path / "m.tif")
        np.testing.assert_array_equal(classes, expected)
        assert legend == scene.classes
        np.testing.assert_array_equal(rasterio.open(tmp_path / "c.tif").read(1), confidence)
        np.testing.assert_array_equal(hsclass.predict_scene(model, scene).classes, expected)


def test_memory_changes_no_byte(lda: TrainedModel, tall: Path, tmp_path: Path) -> None:
    files = []
    for memory in (1e-3, 0.05, 1000):
        request = MapRequest(tmp_path / "c.tif", tmp_path / "p.tif", memory=memory)
        map_file(lda, open_pixels(tall), tmp_path / "m.tif", request)
        files.append([(tmp_path / f"{name}.tif").read_bytes() for name in "cpm"])
    assert files[0] == files[1] == files[2]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "c.tif",
        "m.qml",
        "m.tif",
        "m.tif.aux.xml",
        "p.tif",
        "tall",
    ]


@pytest.mark.parametrize(
    ("name", "options", "features", "least"),
    [("lda", {}, "pca", 1e-3), ("rf", {"trees": 9}, "raw", 1e-3), ("ann", {"epochs": 2}, "raw", 1)],
)
def test_threads_change_no_byte(
    name: str, options: dict, features: str, least: float, toy_scene: Scene, toy_split: Split, tall: Path,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Two strips begin only when both have, so that the map ends only if two are worked on at once."""
    meeting, chunk, begun = threading.Barrier(2), Predictor.chunk, []

    def met(predictor: Predictor, rows: slice) -> Chunk:
        begun.append(threading.current_thread() is threading.main_thread())
        if not begun[-1]:
            meeting.wait(60)
        return chunk(predictor, rows)

    monkeypatch.setattr(Predictor, "chunk", met)
    model, files = hsclass.fit(toy_scene, toy_split, name, features=features, **options), []
    for threads, memory, alone in ((1, 100, True), (2, 100, False), (2, least, True)):
        model.classifier.threads = threads
        request = MapRequest(tmp_path / "c.tif", tmp_path / "p.tif", memory=memory)
        map_file(model, open_pixels(tall), tmp_path / "m.tif", request)
        files.append([(tmp_path / f"{name}.tif").read_bytes() for name in "cpm"])
        assert set(begun) == {alone}
        assert model.classifier.threads == threads
        begun.clear()
    assert files[0] == files[1] == files[2]


def test_strip_that_fails_ends_the_map_and_leaves_the_finished_ones(
    lda: TrainedModel, tall: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[tuple[int, int]]
) -> None:
    map_file(lda, open_pixels(tall), tmp_path / "m.tif")
    unbroken = (tmp_path / "m.tif").read_bytes()
    (tmp_path / "m.tif").unlink()
    lda.save(tmp_path / "model")
    model, first, read = TrainedModel.load(tmp_path / "model", threads=2), threading.Event(), Cube.strip

    def strip(cube: Cube, rows: slice, bands: np.ndarray | None = None) -> Strip:
        if rows == slice(64, 128):
            assert first.wait(60)
            raise DataError("a block is damaged")
        if rows == slice(128, 192):  # the other thread's next
            first.set()
        return read(cube, rows, bands)

    with monkeypatch.context() as damaged:
        damaged.setattr(Cube, "strip", strip)
        with pytest.raises(DataError, match="a block is damaged"):
            map_file(model, open_pixels(tall), tmp_path / "m.tif")
    assert model.classifier.threads == 2
    assert not (tmp_path / "m.tif").exists()
    asked.clear()
    report = map_file(model, open_pixels(tall), tmp_path / "m.tif")
    assert (64, 128) in asked
    assert not {(0, 64), (128, 192)} & set(asked)
    assert report.resumed in {128, 136}  # the last strip may have begun
    assert (tmp_path / "m.tif").read_bytes() == unbroken


def test_memory_map_and_file_map_agree_bit_by_bit(lda: TrainedModel, tall: Path, tmp_path: Path) -> None:
    map_file(lda, open_pixels(tall), tmp_path / "m.tif", replace(LEAST, confidence=tmp_path / "c.tif"))
    mapped = hsclass.predict_scene(lda, read_scene(tall))
    np.testing.assert_array_equal(read_classes(tmp_path / "m.tif")[0], mapped.classes)
    np.testing.assert_array_equal(rasterio.open(tmp_path / "c.tif").read(1), mapped.confidence)


def test_window_network_in_tiles_gives_the_classes_of_the_whole(toy_scene, toy_split) -> None:
    toy = toy_scene
    sizes = {"filters": (4, 4, 4), "dense": (16,), "epochs": 4, "learning_rate": 0.01, "dropout": 0.0}
    model = hsclass.fit(toy, toy_split, "cnn3d", **sizes)
    scene = replace(toy, labels=None, cube=np.tile(toy.cube, (6, 1, 1)), mask=np.tile(toy.mask, (6, 1)))
    tiled = hsclass.predict_scene(model, scene)  # 144 rows: tiles of 64
    whole = model.classifier.predict_map(model.features(scene))
    np.testing.assert_array_equal(tiled.classes, np.array([2, 7, 12])[whole.argmax(axis=2)])
    np.testing.assert_allclose(tiled.confidence, whole.max(axis=2), atol=1e-5)


def test_smoothed_ensemble_in_tiles_gives_the_map_of_the_whole(
    toy_scene: Scene, toy_split: Split, make_tall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pixels without data, a tenth of all, count in no window, whichever tile they are in."""
    options = {"members": ["lda", "multiscale_svm"], "calibrate": None, "size": 3}
    options["members"][1] = {"model": "multiscale_svm", "scales": [1, 3], "machines": 1, "samples": 40}
    model = hsclass.fit(toy_scene, toy_split, "ensemble", **options)
    assert model.reach == 2
    scene = make_tall(40, 7)
    write_scene(scene, tmp_path / "scene")
    whole = model.classifier.predict_map(model.features(scene), mask=scene.mask)
    monkeypatch.setattr(Tiles, "of", lambda rows, cols, reach: Tiles(rows, 4, reach))
    map_file(
        model, open_pixels(tmp_path / "scene"), tmp_path / "m.tif", replace(LEAST, probabilities=tmp_path / "p.tif")
    )
    found = np.moveaxis(rasterio.open(tmp_path / "p.tif").read(), 0, 2)
    np.testing.assert_allclose(found[scene.mask], whole[scene.mask], atol=1e-5)


def test_raster_without_labels_keeps_its_grid_and_gaps(lda: TrainedModel, make_tall, tmp_path: Path) -> None:
    scene = make_tall(70, 6)
    path = tmp_path / "flight.tif"
    write_raster(
        path, np.moveaxis(scene.cube, 2, 0), grid=scene.grid, nodata=-9999, wavelengths=scene.wavelengths
    )  # fmt: skip
    map_file(lda, open_pixels(path), tmp_path / "m.tif")
    with rasterio.open(tmp_path / "m.tif") as found:
        assert (found.crs, found.transform, found.nodata, found.shape) == (
            scene.grid.crs, scene.grid.transform, 0, (70, 6),
        )  # fmt: skip
        np.testing.assert_array_equal(found.read(1) == 0, ~scene.mask)
        assert found.colormap(1)[7] == (0, 99, 0, 255)
        assert found.tags()["scene"] == "flight"


def test_pixel_of_a_foreign_raster_that_lacks_one_band_is_not_mapped(
    lda: TrainedModel, make_tall, tmp_path: Path
) -> None:
    scene = make_tall(4, 5, whole=True)
    cube = scene.cube.astype(np.float32)
    cube[1, 2, 20], cube[3, 0, 5] = np.nan, -9999
    write_raster(tmp_path / "f.tif", np.moveaxis(cube, 2, 0), grid=scene.grid, nodata=-9999)
    map_file(lda, open_pixels(tmp_path / "f.tif"), tmp_path / "m.tif")
    assert np.argwhere(read_classes(tmp_path / "m.tif")[0] == 0).tolist() == [[1, 2], [3, 0]]


def test_envi_cube_with_permuted_bands_and_bad_ones_maps_like_the_scene(
    lda: TrainedModel, make_tall, tmp_path: Path, warnings_logged: Callable[[], list[str]]
) -> None:
    scene = make_tall(70, 6, whole=True)
    order = np.random.default_rng(1).permutation(24)
    bad = np.zeros((70, 6, 1), np.int16)
    cube = np.concatenate([scene.cube[..., order[:10]], bad, scene.cube[..., order[10:]]], axis=2)
    centres = np.insert(scene.wavelengths[order], 10, 1380.0)
    write_raster(tmp_path / "plain.tif", np.moveaxis(cube, 2, 0), grid=scene.grid)
    copy(tmp_path / "plain.tif", tmp_path / "cube.dat", driver="ENVI")
    with (tmp_path / "cube.hdr").open("a") as header:
        header.write(f"wavelength units = Nanometers\nwavelength = {{{', '.join(f'{c:g}' for c in centres)}}}\n")
        header.write(f"bbl = {{{', '.join('0' if c == 1380 else '1' for c in centres)}}}\n")
    map_file(lda, open_pixels(tmp_path / "cube.dat"), tmp_path / "m.tif")
    said = warnings_logged()
    expected = hsclass.predict_scene(lda, scene).classes
    np.testing.assert_array_equal(read_classes(tmp_path / "m.tif")[0], expected)
    assert said == ["scene cube: the bands are put in the model's order"]


def test_other_bands_are_refused_and_resampled_when_asked(lda: TrainedModel, toy_scene, tmp_path: Path) -> None:
    scene = toy_scene
    fine = np.arange(395.0, 640, 5)
    cube = np.stack([[np.interp(fine, scene.wavelengths, pixel) for pixel in row] for row in scene.cube])
    finer = replace(scene, cube=cube.astype(np.float32), wavelengths=fine, labels=None, name="fine")
    write_scene(finer, tmp_path / "fine")
    with pytest.raises(
        DataError, match="scene fine: has 49 bands, but the model was trained on 24; 25 are not the model's"
    ):
        map_file(lda, open_pixels(tmp_path / "fine"), tmp_path / "m.tif")
    map_file(lda, open_pixels(tmp_path / "fine"), tmp_path / "m.tif", MapRequest(resample="linear"))
    expected = hsclass.predict_scene(lda, scene).classes  # every centre of the model is one of the scene's
    np.testing.assert_array_equal(read_classes(tmp_path / "m.tif")[0], expected)
    assert "resampled to the model's 24 by wavelength (linear)" in rasterio.open(tmp_path / "m.tif").tags()["bands"]
    in_memory = hsclass.predict_scene(lda, finer, resample="linear")
    np.testing.assert_array_equal(in_memory.classes, expected)


@pytest.mark.parametrize(
    ("features", "model", "options"),
    [("sdap", "lda", {}), ("raw", "ensemble", {"members": "lda", "calibrate": None, "smooth": "segments"})],
)
def test_what_looks_without_bound_is_mapped_at_once_and_it_is_said(
    features: str, model: str, options: dict, toy_scene, toy_split, tmp_path: Path,
    warnings_logged: Callable[[], list[str]],
) -> None:  # fmt: skip
    model = hsclass.fit(toy_scene, toy_split, model, features=features, **options)
    write_scene(toy_scene, tmp_path / "toy")
    map_file(model, open_pixels(tmp_path / "toy"), tmp_path / "m.tif", LEAST)
    said = warnings_logged()
    assert (
        f"features {features} or model {model.card.model} look without bound, so the whole scene is mapped at once"
        in said[-1]
    )
    np.testing.assert_array_equal(read_classes(tmp_path / "m.tif")[0], hsclass.predict_scene(model, toy_scene).classes)


def test_memory_of_segments_counts_in_what_a_map_is_said_to_take(
    toy_scene, toy_split, tmp_path: Path, warnings_logged: Callable[[], list[str]]
) -> None:
    options = {"members": "lda", "calibrate": None, "smooth": "segments"}
    model = hsclass.fit(toy_scene, toy_split, "ensemble", **options)
    tall = replace(
        toy_scene, cube=np.tile(toy_scene.cube, (9, 9, 1)), labels=None, mask=np.tile(toy_scene.mask, (9, 9))
    )
    write_scene(tall, tmp_path / "tall")
    map_file(model, open_pixels(tmp_path / "tall"), tmp_path / "m.tif", LEAST)
    rows, cols, bands = tall.shape
    # As read, its results of 1 + 4 bytes; in a tile as read with a mask, bands and features twice, classes three times.
    size = tall.cube.dtype.itemsize
    pixel = bands * size + 5 + bands * (size + 1) + 4 * (4 * bands + 3 * len(model.classes)) + 500
    said = re.search(r"takes about (\d+) MB", warnings_logged()[-1])
    assert said is not None
    assert int(said[1]) == round(rows * cols * pixel / 1e6)


@pytest.mark.parametrize(("factor", "warned"), [(1e-4, True), (1, False), (1.3, False), (0.7, False), (100, True)])
def test_values_in_other_units_are_reported(
    toy_scene: Scene,
    toy_split: Split,
    tmp_path: Path,
    factor: float,
    warned: bool,
    warnings_logged: Callable[[], list[str]],
) -> None:
    model = hsclass.fit(toy_scene, toy_split, "lda")
    cube = np.tile((toy_scene.cube * factor).astype(np.float32), (1, 2, 1))
    scene = replace(toy_scene, cube=cube, mask=np.ones((24, 48), bool), labels=None)
    map_file(model, Pixels.of_scene(scene), tmp_path / "m.tif")
    said = warnings_logged()
    assert [("are both in the same units" in text) for text in said] == [True] * warned


def test_known_units_are_brought_together(
    toy_scene: Scene, toy_split: Split, tmp_path: Path, warnings_logged: Callable[[], list[str]]
) -> None:
    model = hsclass.fit(replace(toy_scene, scale=1e-4), toy_split, "lda")
    scene = replace(toy_scene, cube=toy_scene.cube * np.float32(1e-4), scale=1.0)
    map_file(model, Pixels.of_scene(scene), tmp_path / "m.tif")
    said = warnings_logged()
    np.testing.assert_array_equal(read_classes(tmp_path / "m.tif")[0], hsclass.predict_scene(model, toy_scene).classes)
    assert said == ["scene toy: values are multiplied by 10000, from scale 1 to the model's 0.0001"]


def test_too_little_memory_is_reported(
    lda: TrainedModel, tall: Path, tmp_path: Path, warnings_logged: Callable[[], list[str]]
) -> None:
    map_file(lda, open_pixels(tall), tmp_path / "m.tif", LEAST)
    said = warnings_logged()
    assert "a tile of 64 rows takes about" in said[0]
    with pytest.raises(UsageError, match="--memory 0: expected megabytes"):
        map_file(lda, open_pixels(tall), tmp_path / "m.tif", MapRequest(memory=0))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return the rows that strips of cubes are read of."""
    found: list[tuple[int, int]] = []
    read = Cube.strip

    def strip(cube: Cube, rows: slice, bands: np.ndarray | None = None) -> Strip:
        found.append((rows.start, rows.stop))
        return read(cube, rows, bands)

    monkeypatch.setattr(Cube, "strip", strip)
    return found


def test_resumed_map_is_the_unbroken_one(
    lda: TrainedModel, tall: Path, tmp_path: Path, reports: Any, asked: list[tuple[int, int]]
) -> None:
    request = replace(LEAST, probabilities=tmp_path / "p.tif")
    map_file(lda, open_pixels(tall), tmp_path / "m.tif", request)
    unbroken = (tmp_path / "m.tif").read_bytes(), (tmp_path / "p.tif").read_bytes()
    (tmp_path / "m.tif").unlink()
    (tmp_path / "p.tif").unlink()
    reports.stop(2)
    with pytest.raises(reports.stopped):
        map_file(lda, open_pixels(tall), tmp_path / "m.tif", request)
    assert not (tmp_path / "m.tif").exists()
    asked.clear()
    report = map_file(lda, open_pixels(tall), tmp_path / "m.tif", request)
    assert asked == [(128, 192), (192, 200)]
    assert report.resumed == 128
    assert ((tmp_path / "m.tif").read_bytes(), (tmp_path / "p.tif").read_bytes()) == unbroken
    assert not list(tmp_path.glob(".*"))


def test_strip_finished_with_other_memory_is_used(
    lda: TrainedModel, tall: Path, tmp_path: Path, reports: Any, asked: list[tuple[int, int]]
) -> None:
    reports.stop(1)
    with pytest.raises(reports.stopped):
        map_file(lda, open_pixels(tall), tmp_path / "m.tif", LEAST)
    asked.clear()
    map_file(lda, open_pixels(tall), tmp_path / "m.tif")
    assert asked == [(64, 200)]


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "text"])
def test_damaged_finished_strips_are_made_again(
    lda: TrainedModel, tall: Path, tmp_path: Path, harm: str, reports: Any, asked: list[tuple[int, int]]
) -> None:
    reports.stop(3)
    with pytest.raises(reports.stopped):
        map_file(lda, open_pixels(tall), tmp_path / "m.tif", LEAST)
    strip = tmp_path / ".tiles-m.tif" / "rows-000000064-000000128.npz"
    whole = bytearray(strip.read_bytes())
    if harm == "flip":
        whole[whole.index(b"classes.npy") + 160] ^= 1
    strip.write_bytes({"cut": whole[:-40], "flip": whole, "empty": b"", "text": b"not a strip"}[harm])
    (strip.parent / "rows-000000128-nonsense.npz").write_text("foreign")
    asked.clear()
    map_file(lda, open_pixels(tall), tmp_path / "m.tif", LEAST)
    assert asked == [(64, 128), (192, 200)]
    np.testing.assert_array_equal(
        read_classes(tmp_path / "m.tif")[0], hsclass.predict_scene(lda, read_scene(tall)).classes
    )


def test_finished_strips_of_another_model_scene_or_option_are_not_used(
    lda: TrainedModel, tall: Path, make_tall, tmp_path: Path, reports: Any, asked: list[tuple[int, int]]
) -> None:
    def stopped(model: TrainedModel, scene: Path, request: MapRequest, *, after: int = 1) -> list[tuple[int, int]]:
        asked.clear()
        reports.stop(after)
        with pytest.raises(reports.stopped):
            map_file(model, open_pixels(scene), tmp_path / "m.tif", request)
        return [rows for rows in asked if rows[1] - rows[0] > 1]  # before it starts, it looks at one row

    other_model = replace(lda, card=lda.card.model_copy(update={"seed": 9}))
    other_scene = tmp_path / "other"
    write_scene(make_tall(200, 5, whole=True), other_scene)
    assert stopped(lda, tall, LEAST) == [(0, 64)]
    assert stopped(lda, tall, LEAST, after=2) == [(64, 128)]
    assert stopped(other_model, tall, LEAST) == [(0, 64)]
    assert stopped(other_model, other_scene, LEAST) == [(0, 64)]
    assert stopped(other_model, other_scene, replace(LEAST, abstain=0.5)) == [(0, 64)]


KILLED = """
import os, signal, sys
from pathlib import Path
from hsclass import progress
from hsclass.predict import map_file
from hsclass.predict.opening import open_pixels
from hsclass.predict.stream import MapRequest
from hsclass.models.trained import TrainedModel

class Bar(progress._Lines):
    def update(self, done=1, note=""):
        super().update(done, note)
        if self._done == int(sys.argv[4]):
            os.kill(os.getpid(), signal.SIGKILL)

progress._Lines = Bar

model, scene, output = map(Path, sys.argv[1:4])
map_file(TrainedModel.load(model), open_pixels(scene), output, MapRequest(memory=1e-3), folder=model)
"""


def test_killed_process_is_resumed(lda: TrainedModel, tall: Path, tmp_path: Path, asked: list[tuple[int, int]]) -> None:
    model = tmp_path / "model"
    lda.save(model)
    map_file(lda, open_pixels(tall), tmp_path / "m.tif", folder=model)
    unbroken = (tmp_path / "m.tif").read_bytes()
    (tmp_path / "m.tif").unlink()
    command = [sys.executable, "-c", KILLED, str(model), str(tall), str(tmp_path / "m.tif"), "128"]
    done = subprocess.run(command, env={**os.environ, "KERAS_BACKEND": "tensorflow"}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "m.tif").exists()
    asked.clear()
    map_file(TrainedModel.load(model), open_pixels(tall), tmp_path / "m.tif", folder=model)
    assert asked == [(128, 200)]
    assert (tmp_path / "m.tif").read_bytes() == unbroken


def test_output_folder_that_cannot_be_is_one_sentence(lda: TrainedModel, tall: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written into"):
        map_file(lda, open_pixels(tall), tmp_path / "file" / "m.tif")


def test_output_over_the_scene_or_another_output_is_refused(lda: TrainedModel, tall: Path, tmp_path: Path) -> None:
    before = (tall / "cube.tif").read_bytes()
    with pytest.raises(UsageError, match=r"-o .*cube\.tif: is the scene itself; give it a name of its own"):
        map_file(lda, open_pixels(tall), tmp_path / "other" / ".." / "tall" / "cube.tif")
    with pytest.raises(UsageError, match=r"--confidence .*m\.tif: is the file of -o, too"):
        map_file(lda, open_pixels(tall), tmp_path / "m.tif", MapRequest(tmp_path / "m.tif"))
    assert (tall / "cube.tif").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["tall"]


@pytest.mark.parametrize("wrong", ["map", "confidence", "probabilities"])
def test_output_that_is_no_geotiff_by_its_name_is_refused(
    lda: TrainedModel, tall: Path, tmp_path: Path, wrong: str
) -> None:
    names = {
        name: tmp_path / f"{name}.{'png' if name == wrong else 'TIFF'}"
        for name in ("map", "confidence", "probabilities")
    }
    request = MapRequest(names["confidence"], names["probabilities"])
    with pytest.raises(
        UsageError, match=rf"{wrong}\.png: would be a GeoTIFF; expected a name that ends in \.tif or \.tiff"
    ):
        map_file(lda, open_pixels(tall), names["map"], request)
    assert [path.name for path in tmp_path.iterdir()] == ["tall"]


def test_scene_by_name_is_read_as_a_whole(toy_scene: Scene) -> None:
    pixels = Pixels.of_scene(toy_scene)
    values, mask, _ = pixels.cube.strip(slice(2, 5)).read(slice(3, 5))
    np.testing.assert_array_equal(values, toy_scene.cube[3:5])
    assert mask.all()


def test_part_must_exist(lda: TrainedModel, tall: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--part 5/4: there is no such part; expected 1/4 to 4/4"):
        map_file(lda, open_pixels(tall), tmp_path / "m.tif", MapRequest(part=MapPart(5, 4)))
