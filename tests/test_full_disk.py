"""A disk that fills up at any place of a file: one sentence, and never a file that is not whole."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.assess.design.places import read_places, write_places
from hsclass.errors import WriteError
from hsclass.predict.cloud_optimised import write_cloud_optimised
from hsclass.raster import Grid, write_raster

BANDS = np.random.default_rng(0).integers(0, 255, (2, 300, 300)).astype(np.uint8)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Make the system refuse to let a file grow beyond so many bytes, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def plainly(path: Path) -> None:
    write_raster(path, BANDS, grid=Grid())


def cloud_optimised(path: Path) -> None:
    (path.parent / "scratch").mkdir(exist_ok=True)
    write_cloud_optimised(
        path, [(0, BANDS[:, :150]), (150, BANDS[:, 150:])], shape=BANDS.shape, dtype=BANDS.dtype, grid=Grid(),
        scratch=path.parent / "scratch",
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("write", [plainly, cloud_optimised])
def test_raster_is_whole_or_said_not_to_be(write: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "map.tif"
    said = whole = 0
    for size in range(1000, 400_000, 13_000):
        path.unlink(missing_ok=True)
        try:
            with files_of_at_most(size):
                write(path)
        except WriteError as error:
            assert str(error).startswith(f"output {path}: could not be written")
            assert not [entry for entry in tmp_path.rglob("*") if entry.is_file()]
            said += 1
        else:
            with rasterio.open(path) as source:
                np.testing.assert_array_equal(source.read(), BANDS)
            whole += 1
    assert said > 10
    assert whole > 0


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".kml", ".csv"])
def test_points_to_label_are_whole_or_said_not_to_be(suffix: str, tmp_path: Path) -> None:
    places = np.random.default_rng(0).uniform(0, 9000, (500, 2))
    columns = {"id": np.arange(1, 501), "reference": np.array([""] * 500)}
    path = tmp_path / f"sample{suffix}"
    grid = Grid(CRS.from_epsg(32633), Affine(30, 0, 0, 0, -30, 9000))
    write_places(path, grid, places, columns)
    size = path.stat().st_size
    for most in range(500, size, size // 12):
        path.unlink(missing_ok=True)
        with files_of_at_most(most), pytest.raises(WriteError, match=f"^output {path}: could not be written"):
            write_places(path, grid, places, columns)
        assert list(tmp_path.iterdir()) == []
    with files_of_at_most(size):
        write_places(path, grid, places, columns)
    assert read_places(path)[0]["id"] == [str(number) for number in range(1, 501)]
