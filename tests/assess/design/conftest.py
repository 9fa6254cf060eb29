"""A map of three classes of known sizes, and its reference labels."""

from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import from_origin

from hsclass.raster import Grid
from hsclass.scene import LandCover, write_classes

GRID = Grid(CRS.from_epsg(32633), from_origin(364000, 5810000, 10, 10))
CLASSES = (LandCover(1, "water", (0, 0, 255)), LandCover(2, "forest", (0, 99, 0)), LandCover(5, "field", (200, 200, 0)))


@pytest.fixture
def mapped() -> np.ndarray:
    """20 rows of class 1, 60 of 2 and 18 of 5 on 98 x 100 pixels; two pixels without a class."""
    values = np.repeat(np.array([1, 2, 5], np.uint8), [20, 60, 18])[:, np.newaxis] * np.ones((1, 100), np.uint8)
    values[0, :2] = 0
    return values


@pytest.fixture
def map_file(tmp_path: Path, mapped: np.ndarray) -> Path:
    path = tmp_path / "map.tif"
    write_classes(path, mapped, classes=CLASSES, grid=GRID)
    return path
