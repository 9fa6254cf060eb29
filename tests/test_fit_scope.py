"""The fit scope of a model: pixels, reach, form on disk."""

from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.errors import DataError
from hsclass.fit_scope import PARTS, FitScope, marked, read_fit_scope, write_fit_scope
from hsclass.raster import Grid, write_raster

SHAPE = (3, 4)


def scope_of(reach: int | None = 4) -> FitScope:
    places = {
        "normalizer": [(0, 0), (1, 1)],
        "extractor": [(1, 1)],
        "model": [(0, 0), (1, 1), (2, 3)],
        "validation": [],
    }
    parts = {part: marked(np.array(pixels, int).reshape(-1, 2), SHAPE) for part, pixels in places.items()}
    return FitScope(parts, reach, "d1", Grid(CRS.from_epsg(32633), Affine(30, 0, 1000, 0, -30, 5000)))


def test_pixels_are_marked_where_they_are() -> None:
    assert marked(np.array([[0, 3], [2, 0]]), SHAPE).astype(int).tolist() == [[0, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]]


def test_counts_and_all_that_was_seen() -> None:
    scope = scope_of()
    assert scope.counts == {"normalizer": 2, "extractor": 1, "model": 3, "validation": 0}
    assert np.argwhere(scope.seen).tolist() == [[0, 0], [1, 1], [2, 3]]


@pytest.mark.parametrize("reach", [0, 4, None])
def test_it_survives_the_disk(tmp_path: Path, reach: int | None) -> None:
    scope = scope_of(reach)
    write_fit_scope(scope, tmp_path)
    again = read_fit_scope(tmp_path)
    assert (again.reach, again.identity, again.grid) == (reach, "d1", scope.grid)
    for part in PARTS:
        np.testing.assert_array_equal(again.parts[part], scope.parts[part])


def test_another_raster_is_refused(tmp_path: Path) -> None:
    write_raster(tmp_path / "fit_scope.tif", np.zeros(SHAPE, np.uint8), grid=Grid())
    with pytest.raises(DataError, match=r"fit_scope.tif: is not the fit scope of a model that hsclass train wrote"):
        read_fit_scope(tmp_path)


def test_scope_of_images_lists_their_places_and_survives_the_disk(tmp_path: Path) -> None:
    parts = {part: marked(np.arange(start)[:, np.newaxis], (6,)) for start, part in enumerate(PARTS)}
    write_fit_scope(FitScope(parts, 0, "d2"), tmp_path)
    assert not (tmp_path / "fit_scope.tif").exists()
    again = read_fit_scope(tmp_path)
    assert (again.reach, again.identity, again.counts) == (0, "d2", dict(zip(PARTS, range(4), strict=True)))
    np.testing.assert_array_equal(again.seen, [True] * 3 + [False] * 3)
    (tmp_path / "fit_scope.json").write_text('{"samples": 2, "parts": {"normalizer": [9]}}')
    with pytest.raises(DataError, match=r"fit_scope.json: is not the fit scope of a model that hsclass train wrote"):
        read_fit_scope(tmp_path)
