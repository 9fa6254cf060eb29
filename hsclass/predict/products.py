"""The rasters of a map: classes with their names and colours, confidence, probabilities."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hsclass import __version__
from hsclass.predict.cloud_optimised import write_cloud_optimised
from hsclass.predict.prediction import Chunk, Legend
from hsclass.raster import Color, Grid
from hsclass.scene import UNLABELLED, LandCover

CLASSES, CONFIDENCE, PROBABILITIES = "classes of a map", "confidence of a map", "probabilities of a map"
DISSIMILARITY, INSIDE = "dissimilarity index of a map", "area of applicability of a map"
EXPECTED, DENSITY = "expected accuracy of a map", "local point density of a map"
FILES = {DISSIMILARITY: "di.tif", INSIDE: "aoa.tif", EXPECTED: "expected_accuracy.tif", DENSITY: "density.tif"}
"""Of the area of applicability of `map.tif`; see `file_next_to`."""

NO_DATA = 255
"""In rasters of the area of applicability; 0 is outside, 1 inside."""

_FLOAT, _NAN = np.dtype("f4"), float("nan")


def file_next_to(map_file: Path, kind: str) -> Path:
    """Return the file of one of `FILES` for a map: `di.tif` next to `map.tif`, `north.di.tif` next to `north.tif`."""
    return map_file.with_name(FILES[kind] if map_file.stem == "map" else f"{map_file.stem}.{FILES[kind]}")


@dataclass(frozen=True)
class Product:
    """A raster of a map.

    Attributes
    ----------
    kind : str
        Such as `CLASSES`; in the file's tag `product`.
    bands : int
    dtype : dtype
    nodata : float
    descriptions : tuple of str
    colors : mapping of int to colour, or None
    values : callable
        Takes a chunk's values from it.
    tags : mapping of str to str
        The legend, of rasters whose values or bands are classes.
    """

    kind: str
    bands: int
    dtype: np.dtype
    nodata: float
    descriptions: tuple[str, ...]
    colors: Mapping[int, Color] | None
    values: Callable[[Chunk], np.ndarray]
    tags: Mapping[str, str] = field(default_factory=dict)

    def write(
        self,
        path: Path,
        chunks: Iterable[Chunk],
        *,
        rows: slice,
        cols: int,
        grid: Grid,
        tags: Mapping[str, str],
        scratch: Path,
    ) -> None:
        """Write the raster of `rows` of a scene, whose whole grid is `grid`."""
        write_cloud_optimised(
            path, ((chunk.rows.start - rows.start, self.values(chunk)) for chunk in chunks),
            shape=(self.bands, rows.stop - rows.start, cols), dtype=self.dtype, grid=_moved(grid, rows.start),
            scratch=scratch, nodata=self.nodata, tags={**tags, **self.tags, "product": self.kind},
            descriptions=self.descriptions, colors=self.colors,
        )  # fmt: skip


def _probabilities(chunk: Chunk) -> np.ndarray:
    assert chunk.probabilities is not None
    return chunk.probabilities


def _measured(chunk: Chunk) -> np.ndarray:
    assert chunk.dissimilarity is not None
    return chunk.dissimilarity


def _whole(band: int, dtype: np.dtype, nodata: int) -> Callable[[Chunk], np.ndarray]:
    """Return what takes a band of `Chunk.dissimilarity` as whole numbers."""

    def values(chunk: Chunk) -> np.ndarray:
        found = _measured(chunk)[band]
        return np.where(np.isnan(found), nodata, found).astype(dtype)

    return values


def product(kind: str, legend: Legend) -> Product:
    """Return the raster of a kind."""
    return _APPLICABILITY[kind] if kind in _APPLICABILITY else _of_legend(kind, legend)


def _of_legend(kind: str, legend: Legend) -> Product:
    if kind == CLASSES:
        colors = {UNLABELLED: (0, 0, 0), **{cover.id: cover.color for cover in legend.entries}}
        small = legend.dtype == np.uint8
        return Product(
            kind,
            1,
            legend.dtype,
            UNLABELLED,
            ("land cover",),
            colors if small else None,
            lambda chunk: chunk.classes,
            legend_tags(legend),
        )
    if kind == CONFIDENCE:
        return Product(kind, 1, _FLOAT, 0, ("confidence",), None, lambda chunk: chunk.confidence)
    names = tuple(f"{cover.id} {cover.name}" for cover in legend.classes)
    return Product(kind, len(names), _FLOAT, _NAN, names, None, _probabilities, legend_tags(legend))


def origin_tags(model: str, scene: str) -> dict[str, str]:
    """Return the tags that say what made a raster: the model, the scene and the version of hsclass."""
    return {"model": model, "scene": scene, "software": f"hsclass {__version__}"}


def legend_tags(legend: Legend) -> dict[str, str]:
    """Return the tags that hold names and colours of classes, and which of them, if any, means abstained."""
    tags = {"classes": json.dumps([{"id": c.id, "name": c.name, "color": c.color} for c in legend.entries])}
    if legend.threshold is not None:
        tags["abstained"] = json.dumps({"id": legend.abstained.id, "below": legend.threshold})
    return tags


def read_legend(tags: Mapping[str, str]) -> Legend:
    """Read what `legend_tags` wrote; of rasters without a legend an empty one."""
    entries = tuple(LandCover(c["id"], c["name"], tuple(c["color"])) for c in json.loads(tags.get("classes", "[]")))
    if "abstained" not in tags:
        return Legend(entries)
    return Legend(entries[:-1], json.loads(tags["abstained"])["below"])


_SIDES = (
    LandCover(0, "outside the area of applicability", (200, 60, 50)),
    LandCover(1, "inside the area of applicability", (90, 160, 90)),
)
_APPLICABILITY = {
    made.kind: made
    for made in (
        Product(
            DISSIMILARITY, 2, _FLOAT, _NAN, ("dissimilarity index", "dissimilarity index to the class"), None,
            lambda chunk: _measured(chunk)[:2],
        ),
        Product(
            INSIDE, 1, np.dtype("u1"), NO_DATA, ("0 outside the area of applicability, 1 inside",),
            {side.id: side.color for side in _SIDES}, _whole(2, np.dtype("u1"), NO_DATA), legend_tags(Legend(_SIDES)),
        ),
        Product(EXPECTED, 1, _FLOAT, _NAN, ("expected accuracy",), None, lambda chunk: _measured(chunk)[3]),
        Product(
            DENSITY, 1, np.dtype("i2"), -1, ("training samples within the threshold",), None,
            _whole(4, np.dtype("i2"), -1),
        ),
    )
}  # fmt: skip


def _moved(grid: Grid, down: int) -> Grid:
    if grid.transform is None or not down:
        return grid
    return Grid(grid.crs, grid.transform @ grid.transform.translation(0, down))
