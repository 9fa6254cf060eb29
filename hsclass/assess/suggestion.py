"""Suggest places to collect labels from the rasters of a map, read in strips."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import Affine, xy
from rasterio.windows import Window

from hsclass.alignment import require_same_grid
from hsclass.assess.campaign import Layers, cells_of, choose
from hsclass.assess.design.places import write_places
from hsclass.assess.design.strata import ClassRaster
from hsclass.assess.reading import known_classes
from hsclass.errors import DataError, UsageError
from hsclass.raster import UNREADABLE, Grid, grid_of, quiet


@dataclass(frozen=True)
class Suggestions:
    """Places to visit, in order of priority.

    Attributes
    ----------
    pixels : ndarray of int, shape (n, 2)
        Row and column.
    classes : ndarray of int, shape (n,)
        Ids that the map gives.
    confidence, dissimilarity, scores : ndarray of float64, shape (n,)
        Of the cell around each; see `hsclass.assess.campaign.Cells`.
    trips : ndarray of int, shape (n,)
        From 1.
    grid : Grid
        Of the map.
    outlines : tuple of GeoJSON geometries, or None
        The segment around each, in the CRS of the map.
    legend : mapping of int to str
        Names of the map's classes by id, as far as it has any.
    """

    pixels: np.ndarray
    classes: np.ndarray
    confidence: np.ndarray
    dissimilarity: np.ndarray
    scores: np.ndarray
    trips: np.ndarray
    grid: Grid
    outlines: tuple[Mapping[str, Any], ...] | None = None
    legend: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.classes)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the places with an empty column `reference`, to be filled in: .gpkg, .geojson, .kml or .csv.

        Raises
        ------
        UsageError
            If the ending is another one, the map has no CRS, which GeoJSON and KML need, or segments go to CSV.
        """
        rows, cols = self.pixels.T
        places = np.array(xy(self.grid.placing, rows, cols)).T
        columns = {
            "id": np.arange(1, len(self) + 1), "trip": self.trips, "map_class": self.classes,
            "map_class_name": np.array([self.legend.get(number, "") for number in self.classes.tolist()], str),
            "confidence": self.confidence.round(4), "dissimilarity": self.dissimilarity.round(4),
            "score": self.scores.round(4), "reference": np.array([""] * len(self)),
        }  # fmt: skip
        write_places(path, self.grid, places, columns, outlines=self.outlines)


def suggest(
    map_file: str | os.PathLike[str],
    confidence: str | os.PathLike[str],
    dissimilarity: str | os.PathLike[str],
    *,
    number: int = 20,
    cell: int = 9,
    distance: float | None = None,
    per_trip: int = 1,
    radius: float | None = None,
    within: str | os.PathLike[str] | None = None,
    visited: str | os.PathLike[str] | None = None,
    segments: int | None = None,
) -> Suggestions:
    """Suggest places for the next labels: uncertain, unlike the training samples, spread over map and classes.

    Parameters
    ----------
    map_file, confidence, dissimilarity : path-like
        Rasters of class ids, of the probability of the class, and of the dissimilarity index (the first band), as
        `hsclass predict --confidence FILE --applicability` writes them.
    number : int
        Places, at most: fewer where no more cells are left, none where all of the map is visited.
    cell : int
        Side of the cells that are ranked [pixels].
    distance : float, optional
        Least distance between places [pixels]; see `hsclass.assess.campaign.choose`.
    per_trip : int
        Places that are visited together; 1: each alone.
    radius : float, optional
        How far from the first place of a trip the others may be [pixels]; by default five cells.
    within : path-like, optional
        Raster on the map's grid: only places where it is above 0.
    visited : path-like, optional
        Raster on the map's grid, such as the reference labels: no place where it is above 0.
    segments : int, optional
        Give the outline of the connected pixels of the map's class around each place, within a square of so many
        pixels.

    Raises
    ------
    DataError
        If a raster cannot be read, lies on another grid, or no pixel has a class, a confidence and a dissimilarity.
    UsageError
        If a number is impossible.
    """
    for name, value in {"--number": number, "--cell": cell, "--per-trip": per_trip}.items():
        if value < 1:
            raise UsageError(f"{name} {value}: expected 1 or more")
    raster = ClassRaster.open(map_file)
    files = {"confidence": confidence, "dissimilarity": dissimilarity, "within": within, "visited": visited}
    layers = {name: Path(file) for name, file in files.items() if file is not None}
    for path in layers.values():
        _require_on_grid(path, raster)
    cells = cells_of(_strips(raster, layers, cell), side=cell)
    if not len(cells) and within is visited is None:
        raise DataError(f"{map_file}: no pixel has a class, a confidence and a dissimilarity; check the rasters")
    found = choose(
        cells, number, distance=distance, per_trip=per_trip, radius=5 * cell if radius is None else radius
    )  # fmt: skip
    at = found.cells
    return Suggestions(
        cells.pixels[at], cells.classes[at], cells.confidence[at], cells.dissimilarity[at], cells.scores[at],
        found.trips, raster.grid, None if segments is None else _outlines(raster, cells.pixels[at], segments // 2),
        {cover.id: cover.name for cover in known_classes(raster.path)},
    )  # fmt: skip


def _outlines(raster: ClassRaster, pixels: np.ndarray, radius: int) -> tuple[Mapping[str, Any], ...]:
    from rasterio.features import shapes
    from scipy.ndimage import label

    found = []
    for row, col in pixels.tolist():
        top, left = max(0, row - radius), max(0, col - radius)
        classes = raster.window(slice(top, row + radius + 1), slice(left, col + radius + 1))
        here = row - top, col - left
        parts = label(classes == classes[here])[0]
        patch = (parts == parts[here]).astype(np.uint8)
        moved = raster.grid.placing @ Affine.translation(left, top)
        found.append(next(outline for outline, value in shapes(patch, mask=patch > 0, transform=moved) if value))
    return tuple(found)


def _require_on_grid(path: Path, raster: ClassRaster) -> None:
    try:
        with quiet(), rasterio.open(path) as source:
            shape, grid = (source.height, source.width), grid_of(source)
    except UNREADABLE as error:
        raise DataError(f"{path}: cannot be read as a raster ({error}); expected one on the map's grid") from error
    require_same_grid(
        grid, raster.grid, shapes=(shape, raster.shape), name=f"{path}: the raster", other=str(raster.path)
    )


def _strips(raster: ClassRaster, layers: dict[str, Path], side: int) -> Iterator[Layers]:
    rows, cols = raster.shape
    with quiet():
        sources = {name: rasterio.open(path) for name, path in layers.items()}
    try:
        for top in range(0, rows, side):
            here = slice(top, min(top + side, rows))
            classes = raster.window(here, slice(0, cols))
            window = Window.from_slices(here, slice(0, cols))
            with quiet():
                found = {name: source.read(1, window=window, masked=True) for name, source in sources.items()}
            if "within" in found:
                classes = np.where(found["within"].filled(0) > 0, classes, 0)
            if "visited" in found:
                classes = np.where(found["visited"].filled(0) > 0, 0, classes)
            measured = (found[name].astype(np.float64).filled(np.nan) for name in ("confidence", "dissimilarity"))
            yield top, classes, *measured
    except UNREADABLE as error:
        raise DataError(f"{raster.path.parent}: a raster cannot be read to its end ({error}); make it again") from error
    finally:
        for source in sources.values():
            source.close()
