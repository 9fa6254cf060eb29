"""Files of places: GeoPackage, GeoJSON, KML and CSV, with one layout of columns."""

import csv
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import UsageError
from hsclass.raster import Grid

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".kml": "KML"}
_GLOBAL = {".geojson", ".kml"}  # their coordinates are degrees, whatever the map's


def write_places(
    path: str | os.PathLike[str],
    grid: Grid,
    places: np.ndarray,
    columns: Mapping[str, np.ndarray],
    *,
    outlines: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    """Write places, as points or as polygons, and what is known of each.

    Parameters
    ----------
    path : path-like
        Ending in .gpkg, .geojson, .kml or .csv. GeoJSON and KML are in degrees (WGS 84), the others in the map's CRS.
    grid : Grid
        Of the map.
    places : ndarray, shape (n, 2)
        x and y in the CRS of the map.
    columns : mapping of str to ndarray, shape (n,)
        `x` and `y` are put after `id`, the first of them.
    outlines : sequence of GeoJSON geometries, optional
        Polygons in the CRS of the map, which are written in place of points.

    Raises
    ------
    UsageError
        If the ending is another one, the map has no CRS, which GeoJSON and KML need, or outlines are asked for in CSV.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in {*DRIVERS, ".csv"}:
        raise UsageError(f"output {path}: ends in '{path.suffix}'; expected {', '.join([*DRIVERS, '.csv'])}")
    if suffix in _GLOBAL and grid.crs is None:
        raise UsageError(f"output {path}: is in degrees, and the map has no CRS to convert from; write .gpkg or .csv")
    shown = _in_degrees(grid, places) if suffix in _GLOBAL else places
    if suffix == ".csv" and outlines is not None:
        raise UsageError(f"output {path}: holds points alone; write segments to .gpkg, .geojson or .kml")
    first, *others = columns
    held = {first: columns[first], "x": shown[:, 0], "y": shown[:, 1], **{name: columns[name] for name in others}}
    with atomic_path(path) as partial, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")  # a map without CRS has none to give
        if suffix == ".csv":
            with partial.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(held)
                writer.writerows(zip(*(values.tolist() for values in held.values()), strict=True))
            return
        import pyogrio
        import shapely

        crs = "EPSG:4326" if suffix in _GLOBAL else None if grid.crs is None else grid.crs.to_wkt()
        fields = [values.astype(object) if values.dtype.kind == "U" else values for values in held.values()]
        if outlines is None:
            shapes, kind = shapely.points(shown), "Point"
        else:
            turned = _outlines_in_degrees(grid, outlines) if suffix in _GLOBAL else outlines
            shapes, kind = np.array([shapely.geometry.shape(outline) for outline in turned]), "Polygon"
        pyogrio.raw.write(
            partial, shapely.to_wkb(shapes), fields, list(held), geometry_type=kind, crs=crs, driver=DRIVERS[suffix],
            layer=path.stem,
        )  # fmt: skip


def _in_degrees(grid: Grid, places: np.ndarray) -> np.ndarray:
    from rasterio.warp import transform

    return np.array(transform(grid.crs, "EPSG:4326", *places.T)).T


def _outlines_in_degrees(grid: Grid, outlines: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    from rasterio.warp import transform_geom

    return transform_geom(grid.crs, "EPSG:4326", list(outlines))
