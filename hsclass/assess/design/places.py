"""Files of places: GeoPackage, GeoJSON, KML and CSV, with one layout of columns."""

import csv
import os
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import DataError, KeptError, UsageError
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
    KeptError
        If the file is there already and is not one with the same columns that nobody has filled in.
    WriteError
        If the disk is full.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in {*DRIVERS, ".csv"}:
        raise UsageError(f"output {path}: ends in '{path.suffix}'; expected {', '.join([*DRIVERS, '.csv'])}")
    if suffix in _GLOBAL and grid.crs is None:
        raise UsageError(f"output {path}: is in degrees, and the map has no CRS to convert from; write .gpkg or .csv")
    _require_replaceable(path, columns)
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
        written = BytesIO()  # GDAL does not report every write that a full disk refuses
        pyogrio.raw.write(
            written, shapely.to_wkb(shapes), fields, list(held), geometry_type=kind, crs=crs, driver=DRIVERS[suffix],
            layer=path.stem,
        )  # fmt: skip
        partial.write_bytes(written.getvalue())


def _require_replaceable(path: Path, columns: Mapping[str, np.ndarray]) -> None:
    """Raise KeptError where a file that would be written over is another one, or holds what somebody filled in."""
    if not path.exists():
        return
    layers = _layers(path)
    found = read_places(path)[0] if layers == 1 else {}
    if layers != 1 or not set(columns) <= {name.lower() for name in found}:
        raise KeptError(
            f"output {path}: is there and was not written by this command; write to another file, or move this one"
        )
    ours = {*columns, "x", "y"} - {"reference"}
    theirs = [name for name in found if name.lower() not in ours]
    if path.suffix.lower() == ".kml":  # GDAL adds columns of its own
        theirs = [name for name in theirs if name.lower().startswith("reference")]
    filled = sum(bool(text.strip()) for name in theirs for text in found[name])
    if filled:
        raise KeptError(
            f"output {path}: holds {filled} labels or notes that somebody filled in; write to another file, or move"
            " this one"
        )


def _layers(path: Path) -> int:
    if path.suffix.lower() == ".csv":
        return 1
    import pyogrio
    from pyogrio.errors import DataSourceError

    try:
        return len(pyogrio.list_layers(path))
    except DataSourceError:
        return 0


def _in_degrees(grid: Grid, places: np.ndarray) -> np.ndarray:
    from rasterio.warp import transform

    return np.array(transform(grid.crs, "EPSG:4326", *places.T)).T


def _outlines_in_degrees(grid: Grid, outlines: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    from rasterio.warp import transform_geom

    return transform_geom(grid.crs, "EPSG:4326", list(outlines))


def read_places(path: str | os.PathLike[str]) -> tuple[dict[str, list[str]], Any]:
    """Return the columns of a file of places as text, x and y among them, and its CRS, None of a CSV file.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    return _read_csv(Path(path)) if Path(path).suffix.lower() == ".csv" else _read_points(Path(path))


def _read_csv(path: Path) -> tuple[dict[str, list[str]], None]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}); expected a CSV file in UTF-8") from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    # Cells beyond those of the header have no name, and are left out.
    rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter, restkey=""))
    if not rows:
        raise DataError(f"{path}: holds no rows; expected one for each point of the sample")
    decimal = "," if delimiter != "," else "."
    found = {}
    for name in filter(None, rows[0]):
        cells = [row[name] or "" for row in rows]
        found[name] = [cell.replace(decimal, ".") for cell in cells] if name.lower() in {"id", "x", "y"} else cells
    return found, None


def _read_points(path: Path) -> tuple[dict[str, list[str]], Any]:
    import pyogrio
    import shapely
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        about, _, geometry, fields = pyogrio.raw.read(path)
    except (DataSourceError, DataLayerError) as error:
        raise DataError(f"{path}: cannot be read ({error}); expected .gpkg, .geojson, .kml or .csv") from error
    rows = {
        name: ["" if _empty(value) else str(value) for value in values]
        for name, values in zip(about["fields"], fields, strict=True)
    }
    if "id2" in rows:  # GDAL calls KML's own identifiers "id"
        rows["id"] = rows.pop("id2")
    if geometry is not None and len(geometry):
        points = shapely.centroid(shapely.from_wkb(geometry))
        rows["x"] = [repr(value) for value in shapely.get_x(points).tolist()]
        rows["y"] = [repr(value) for value in shapely.get_y(points).tolist()]
    return rows, about["crs"]


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))
