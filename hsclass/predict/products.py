"""The rasters of a map: classes with their names and colours, confidence, probabilities."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsclass.predict.cloud_optimised import write_cloud_optimised
from hsclass.predict.prediction import Chunk, Legend
from hsclass.raster import Color, Grid
from hsclass.scene import UNLABELLED, LandCover

CLASSES, CONFIDENCE, PROBABILITIES = "classes of a map", "confidence of a map", "probabilities of a map"


@dataclass(frozen=True)
class Product:
    """A raster of a map.

    Attributes
    ----------
    kind : str
        `CLASSES`, `CONFIDENCE` or `PROBABILITIES`; in the file's tag `product`.
    bands : int
    dtype : dtype
    nodata : float
    descriptions : tuple of str
    colors : mapping of int to colour, or None
    values : callable
        Takes a chunk's values from it.
    """

    kind: str
    bands: int
    dtype: np.dtype
    nodata: float
    descriptions: tuple[str, ...]
    colors: Mapping[int, Color] | None
    values: Callable[[Chunk], np.ndarray]

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
            scratch=scratch, nodata=self.nodata, tags={**tags, "product": self.kind}, descriptions=self.descriptions,
            colors=self.colors,
        )  # fmt: skip


def _probabilities(chunk: Chunk) -> np.ndarray:
    assert chunk.probabilities is not None
    return chunk.probabilities


def product(kind: str, legend: Legend) -> Product:
    """Return the raster of a kind."""
    if kind == CLASSES:
        colors = {UNLABELLED: (0, 0, 0), **{cover.id: cover.color for cover in legend.entries}}
        small = legend.dtype == np.uint8
        return Product(
            kind, 1, legend.dtype, UNLABELLED, ("land cover",), colors if small else None, lambda chunk: chunk.classes
        )
    if kind == CONFIDENCE:
        return Product(kind, 1, np.dtype("f4"), 0, ("confidence",), None, lambda chunk: chunk.confidence)
    names = tuple(f"{cover.id} {cover.name}" for cover in legend.classes)
    return Product(kind, len(names), np.dtype("f4"), float("nan"), names, None, _probabilities)


def legend_tags(legend: Legend) -> dict[str, str]:
    """Return the tags that hold names and colours of classes, and which of them, if any, means abstained."""
    tags = {"classes": json.dumps([{"id": c.id, "name": c.name, "color": c.color} for c in legend.entries])}
    if legend.threshold is not None:
        tags["abstained"] = json.dumps({"id": legend.abstained.id, "below": legend.threshold})
    return tags


def read_legend(tags: Mapping[str, str]) -> Legend:
    """Read what `legend_tags` wrote."""
    entries = tuple(LandCover(c["id"], c["name"], tuple(c["color"])) for c in json.loads(tags["classes"]))
    if "abstained" not in tags:
        return Legend(entries)
    return Legend(entries[:-1], json.loads(tags["abstained"])["below"])


def _moved(grid: Grid, down: int) -> Grid:
    if grid.transform is None or not down:
        return grid
    return Grid(grid.crs, grid.transform * grid.transform.translation(0, down))
