"""Pixels that hold no numbers are mapped as no data, counted and placed; running out of memory is one sentence."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasterio.transform import Affine

import hsclass
from hsclass.errors import OutOfMemoryError
from hsclass.models.trained import TrainedModel
from hsclass.predict import map_file
from hsclass.predict.opening import open_pixels
from hsclass.predict.pixels import Pixels
from hsclass.predict.stream import MapRequest
from hsclass.raster import Grid, write_raster
from hsclass.scene import Scene, read_classes, write_scene
from hsclass.split import Split

BROKEN = [(3, 4), (3, 7), (150, 2)]
SENTENCE = (
    "scene tall: 3 pixels hold NaN or infinite values among others, the first at row 3, column 4 (0-based); they are"
    " mapped as no data"
)


@pytest.fixture
def spoiled(make_tall) -> Scene:
    """200 x 9 pixels, of which three hold values that are no numbers and one lacks data."""
    scene = make_tall(200, 9, whole=True)
    cube = scene.cube.astype(np.float32)
    cube[3, 4, 5], cube[3, 7], cube[150, 2, :3] = np.nan, [np.nan] * 23 + [1.0], np.inf
    cube[60, 0] = -9999
    mask = np.ones((200, 9), bool)
    mask[60, 0] = False
    return replace(scene, cube=cube, mask=mask)


@pytest.fixture
def mapped(warnings_logged: Callable[[], list[str]]) -> Any:
    """Map a scene and return its classes and what was said of it."""

    def mapped(model: TrainedModel, source: Any, path: Path) -> tuple[np.ndarray, list[str]]:
        map_file(model, source, path, MapRequest(memory=1e-3, confidence=path.with_name("c.tif")))
        return read_classes(path)[0], [text for text in warnings_logged() if "--memory" not in text]

    return mapped


def test_pixels_without_numbers_are_counted_and_placed(
    lda: TrainedModel, spoiled: Scene, tmp_path: Path, mapped: Any
) -> None:
    write_scene(spoiled, tmp_path / "tall")
    write_raster(
        tmp_path / "foreign.tif", np.moveaxis(spoiled.cube, 2, 0), nodata=-9999,
        grid=Grid(None, Affine.identity()), wavelengths=spoiled.wavelengths,
    )  # fmt: skip
    sources = {"tall": Pixels.of_scene(spoiled), "own": open_pixels(tmp_path / "tall")}
    sources["foreign"] = open_pixels(tmp_path / "foreign.tif")
    for name, source in sources.items():
        classes, said = mapped(lda, source, tmp_path / "m.tif")
        assert [tuple(pixel) for pixel in np.argwhere(classes == 0)] == [(3, 4), (3, 7), (60, 0), (150, 2)], name
        assert said == [SENTENCE.replace("tall", "foreign") if name == "foreign" else SENTENCE]


def test_map_in_memory_reports_them_too(lda: TrainedModel, spoiled: Scene) -> None:
    found = hsclass.predict_scene(lda, spoiled)
    assert found.notes == (SENTENCE.removeprefix("scene tall: "),)
    assert (found.classes == 0).sum() == 4
    assert hsclass.predict_scene(lda, replace(spoiled, cube=np.nan_to_num(spoiled.cube, posinf=0))).notes == ()


def test_pixel_that_holds_no_number_at_all_is_plain_nodata_in_a_raster(
    lda: TrainedModel, spoiled: Scene, tmp_path: Path, mapped: Any
) -> None:
    cube = np.ones((24, 4, 4), np.float32)
    cube[:, 1, 1] = np.nan
    write_raster(tmp_path / "f.tif", cube, grid=Grid(None, Affine.identity()), nodata=np.nan)
    classes, said = mapped(lda, open_pixels(tmp_path / "f.tif"), tmp_path / "m.tif")
    assert np.argwhere(classes == 0).tolist() == [[1, 1]]
    assert not [text for text in said if "NaN" in text]


def test_they_do_not_spoil_the_windows_beside_them(toy_scene: Scene, toy_split: Split) -> None:
    sizes = {"filters": (2, 2, 2), "dense": (4,), "epochs": 1}
    model = hsclass.fit(toy_scene, toy_split, "cnn3d", **sizes)
    cube, mask = toy_scene.cube.copy(), toy_scene.mask.copy()
    cube[10, 10, 3] = np.nan
    mask[10, 10] = False
    expected = hsclass.predict_scene(model, replace(toy_scene, mask=mask))
    found = hsclass.predict_scene(model, replace(toy_scene, cube=cube))
    np.testing.assert_array_equal(found.classes, expected.classes)
    np.testing.assert_array_equal(found.confidence, expected.confidence)


def test_they_are_reported_after_a_resumed_run(
    lda: TrainedModel, spoiled: Scene, tmp_path: Path, reports: Any, mapped: Any
) -> None:
    reports.stop(1)
    with pytest.raises(reports.stopped):
        map_file(lda, Pixels.of_scene(spoiled), tmp_path / "m.tif", MapRequest(memory=1e-3))
    _, said = mapped(lda, Pixels.of_scene(spoiled), tmp_path / "m.tif")
    assert said[-1] == SENTENCE


class Hungry:
    """A classifier that notes what it may work in, and asks for more than there is."""

    threads, reach, options = 1, 4, None

    def __init__(self) -> None:
        self.given: list[float] = []

    def runs_keras(self, options: object) -> bool:
        return True

    def map_bytes(self, options: object) -> float:
        return 0.0

    def predict_map(
        self, cube: np.ndarray, rows: slice | None = None, *, memory: float = 0, **others: object
    ) -> np.ndarray:
        self.given.append(memory)
        raise MemoryError("Unable to allocate 3 TiB")


def test_running_out_of_memory_is_one_sentence_and_the_network_has_its_share(
    lda: TrainedModel, make_tall, tmp_path: Path
) -> None:
    hungry = Hungry()
    model = replace(lda, classifier=hungry)
    with pytest.raises(
        OutOfMemoryError, match=r"^mapping 200 rows of scene tall ran out of memory; give a smaller --mem"
    ):
        map_file(model, Pixels.of_scene(make_tall(200, 5)), tmp_path / "m.tif", MapRequest(memory=100))
    # 64 rows with 4 around, of 5 columns, take less than a quarter: three quarters of 100 MB are left.
    assert hungry.given == [75e6]


def test_scene_without_data_gives_an_empty_map_and_says_so(
    lda: TrainedModel, spoiled: Scene, tmp_path: Path, mapped: Any
) -> None:
    write_raster(
        tmp_path / "nothing.tif", np.full((24, 200, 9), np.nan, np.float32), grid=Grid(None, Affine.identity()),
        wavelengths=spoiled.wavelengths,
    )  # fmt: skip
    classes, said = mapped(lda, open_pixels(tmp_path / "nothing.tif"), tmp_path / "map.tif")
    assert not classes.any()
    assert said == ["scene nothing: no pixel has data, so that the map is empty; check what stands for no data"]


@pytest.mark.parametrize("mark", [-9999, 0])
def test_a_usual_mark_of_missing_data_that_nothing_declares_is_reported(
    lda: TrainedModel, spoiled: Scene, tmp_path: Path, mapped: Any, mark: int
) -> None:
    cube = np.nan_to_num(spoiled.cube, nan=1, posinf=1)
    cube[-1, 3:5] = mark
    write_raster(tmp_path / "f.tif", np.moveaxis(cube, 2, 0), grid=Grid(), wavelengths=spoiled.wavelengths)
    _, said = mapped(lda, open_pixels(tmp_path / "f.tif"), tmp_path / "m.tif")
    assert any(f"row 199 (0-based) has 2 pixels of {mark} in every band, mapped as data" in text for text in said)
