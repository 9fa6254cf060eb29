"""A tall scene on disk, and models whose maps can be worked out by hand."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import Affine

import hsclass
from hsclass.models.trained import TrainedModel
from hsclass.raster import Grid
from hsclass.scene import Scene, write_scene
from hsclass.split import Split

NODATA = -9999


class Box:
    """A classifier of whole numbers: which class is the sum of the window of the first band, modulo three."""

    threads = 1
    options = None

    def __init__(self, reach: int) -> None:
        self.reach = reach

    @staticmethod
    def runs_keras(options: None) -> bool:
        return False

    @staticmethod
    def map_bytes(options: None) -> float:
        return 0.0

    def predict_map(
        self, cube: np.ndarray, rows: slice | None = None, *, mask: np.ndarray | None = None, memory: float = 0
    ) -> np.ndarray:
        rows = rows or slice(0, len(cube))
        padded = np.pad(cube[..., 0], self.reach, mode="reflect").astype(int)
        side = 2 * self.reach + 1
        sums = np.lib.stride_tricks.sliding_window_view(padded, (side, side)).sum(axis=(2, 3))[rows]
        found = np.full((*sums.shape, 3), 0.25, np.float32)
        np.put_along_axis(found, (sums % 3)[..., None], 0.5 + (sums % 5)[..., None].astype(np.float32) / 16, axis=2)
        return found


@pytest.fixture(scope="session")
def lda(toy_scene: Scene, toy_split: Split) -> TrainedModel:
    return hsclass.fit(toy_scene, toy_split, "lda", normalization="none")


@pytest.fixture(scope="session")
def make_tall(toy_scene: Scene) -> Callable[..., Scene]:
    """Return a maker of scenes of random whole numbers, of the toy's bands, with gaps in the data unless `whole`."""

    def make(rows: int, cols: int, *, whole: bool = False) -> Scene:
        rng = np.random.default_rng(rows * cols)
        cube = rng.integers(900, 2200, (rows, cols, 24)).astype(np.int16)
        mask = np.ones((rows, cols), bool) if whole else rng.random((rows, cols)) > 0.1
        cube[~mask] = NODATA
        grid = Grid(CRS.from_epsg(32633), Affine(30, 0, 1000, 0, -30, 90000))
        return replace(toy_scene, name="tall", cube=cube, labels=None, mask=mask, nodata=NODATA, grid=grid, digest="d2")

    return make


@pytest.fixture(scope="session")
def boxed(lda: TrainedModel) -> Callable[[int], TrainedModel]:
    """Return a maker of models that sum windows of a reach."""
    return lambda reach: replace(lda, classifier=Box(reach))


@pytest.fixture
def tall(make_tall: Callable[..., Scene], tmp_path: Path) -> Path:
    """Return the folder of a scene of 200 x 5 pixels, four tiles, the last of 8 rows."""
    folder = tmp_path / "tall"
    write_scene(make_tall(200, 5), folder)
    return folder
