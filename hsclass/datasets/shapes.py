"""Reference data from polygons or points: read, brought to the cube's system, drawn onto its grid."""

import functools
import itertools
import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.transform import Affine

from hsclass.datasets.descriptor import ClassEntry, ShapeOptions
from hsclass.datasets.readers import READERS
from hsclass.datasets.shape_classes import DESCRIPTOR, is_zero, read_classes, read_groups
from hsclass.datasets.shape_losses import BARE, HIDDEN, NO_DATA, OUTSIDE, SMALL, UNNAMED, ZERO, Losses
from hsclass.errors import DataError
from hsclass.raster import Grid, quiet
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)
SHAPE_SUFFIXES = (".gpkg", ".geojson", ".json", ".shp", ".fgb")
_NO_SHAPES = (".gml", ".xml")  # GDAL writes a file next to these when it opens them
_DRAWN = {"Point", "MultiPoint", "Polygon", "MultiPolygon"}


def holds_shapes(path: Path) -> bool:
    """Return whether a file holds polygons or points: by its suffix, or else by what GDAL finds in it.

    A file that GDAL can open as a raster, too, is one.
    """
    suffix = path.suffix.lower()
    if suffix in SHAPE_SUFFIXES:
        return True
    if not path.is_file() or suffix in _NO_SHAPES or suffix in READERS:
        return False
    import pyogrio
    import rasterio

    try:
        with quiet(), rasterio.open(path):
            return False
    except rasterio.errors.RasterioError:
        pass
    try:
        return any(kind is not None for _, kind in pyogrio.list_layers(path))
    except Exception:  # GDAL's errors are of many kinds
        return False


@dataclass(frozen=True)
class Shapes:
    """The features of a layer: geometries in the file's system, attributes by name, and the features' numbers (fid)."""

    geometries: np.ndarray
    attributes: dict[str, np.ndarray]
    crs: CRS | None
    numbers: np.ndarray


@dataclass(frozen=True)
class DrawnGroups:
    """Group of each labelled pixel, uint32 of shape (rows, cols), 0 elsewhere; and the attribute's values by number."""

    ids: np.ndarray
    names: dict[int, str]


def draw_labels(
    path: Path,
    options: ShapeOptions,
    *,
    grid: Grid,
    shape: tuple[int, int],
    entries: tuple[ClassEntry, ...],
    mask: np.ndarray | None = None,
    onto: str = "the cube",
    known_from: str = DESCRIPTOR,
) -> tuple[np.ndarray, tuple[ClassEntry, ...], DrawnGroups | None]:
    """Draw the polygons or points of a file onto the grid of a cube or map.

    A pixel belongs to a polygon when its centre lies inside, or with `all_touched` when any part of it does. What is
    left out is reported: features outside of the scene or where it holds no data, without geometry or class, or smaller
    than a pixel, and pixels that features of several classes cover.

    Parameters
    ----------
    path : Path
        A GeoPackage, GeoJSON, Shapefile or FlatGeobuf.
    options : ShapeOptions
    grid : Grid
        Of the cube.
    shape : tuple of int
        (rows, cols) of the cube.
    entries : tuple of ClassEntry
        Known classes, as of the descriptor; empty to take them from the attributes.
    mask : ndarray of bool, shape (rows, cols), optional
        Pixels that hold data. Features without any are reported; their labels are drawn all the same.
    onto, known_from : str
        What the grid is of, and what lists the known classes, for messages.

    Returns
    -------
    ids : ndarray of uint8 or uint16, shape (rows, cols)
        Class ids, 0 = unlabelled.
    entries : tuple of ClassEntry
        The descriptor's classes, or else those of the attributes.
    groups : DrawnGroups or None
        Group of each labelled pixel, from 1; None without the option `group`.

    Raises
    ------
    DataError
        If the file, layer or attribute cannot be read, a value is no class, a feature has no group, or nothing lies in
        the scene.
    """
    _require_map(grid, path, onto)
    shapes = read_shapes(path, options.layer)
    return draw_shapes(
        shapes, options, path, grid=grid, shape=shape, entries=entries, mask=mask, onto=onto, known_from=known_from
    )


def _require_map(grid: Grid, path: Path, onto: str) -> None:
    if grid.transform is None:
        raise DataError(
            f"{path}: holds polygons or points, but {onto} has no map coordinates, which they need; place it, as"
            " gdal_translate -a_srs EPSG:CODE -a_ullr LEFT TOP RIGHT BOTTOM does, or give the labels as a raster of"
            " its shape"
        )


def draw_shapes(
    shapes: Shapes,
    options: ShapeOptions,
    path: Path,
    *,
    grid: Grid,
    shape: tuple[int, int],
    entries: tuple[ClassEntry, ...] = (),
    mask: np.ndarray | None = None,
    onto: str = "the cube",
    known_from: str = DESCRIPTOR,
    report: Callable[[str], None] | None = None,
) -> tuple[np.ndarray, tuple[ClassEntry, ...], DrawnGroups | None]:
    """Draw polygons or points onto the grid of a cube, as `draw_labels` does those of a file.

    `path`, where they are from, is for messages only; `report` takes each sentence on what is left out, which is logged
    by default.
    """
    report = report or functools.partial(_LOG.warning, "%s: %s", path)
    _require_map(grid, path, onto)
    ids, entries = read_classes(shapes.attributes, options, entries, path, known_from=known_from)
    kinds = {str(geometry.geom_type) for geometry in shapes.geometries if geometry is not None}
    if foreign := kinds - _DRAWN:
        raise DataError(f"{path}: holds {', '.join(sorted(foreign))}; expected polygons or points; take them out")
    usable = np.array([geometry is not None and not geometry.is_empty for geometry in shapes.geometries], bool)
    losses = Losses(shapes.numbers, ids, entries)
    losses.add(BARE, np.flatnonzero(~usable))
    zero = usable & (ids == 0) & is_zero(shapes.attributes, options, path)
    losses.add(UNNAMED, np.flatnonzero(usable & (ids == 0) & ~zero))
    losses.add(ZERO, np.flatnonzero(zero))
    chosen = usable & (ids > 0)
    if not chosen.any():
        raise DataError(f"{path}: has no feature with a geometry and a class; expected class ids of 1 and up, or names")
    groups, names = (None, {}) if options.group is None else read_groups(shapes.attributes, options.group, path)
    groups = None if groups is None else groups[chosen]
    if groups is not None and (bare := int((groups == 0).sum())):
        raise DataError(
            f"{path}: {bare} of {len(groups)} features with a class have no '{options.group}'; expected the group of"
            " each; fill in the attribute, or take 'group' out of 'labels'"
        )
    geometries = _projected(shapes.geometries[chosen], shapes.crs, grid, path, onto)
    within = _inside(geometries, grid, shape, path)
    losses.add(OUTSIDE, np.flatnonzero(chosen)[~within])
    geometries, places = geometries[within], np.flatnonzero(chosen)[within]
    labels, owner, covering, shared = _drawn(geometries, ids[places], grid, shape, options)
    held = np.isin(np.arange(len(places)), owner[labels > 0] - 1)
    small = [k for k in np.flatnonzero(~held & ~covering) if not _covers_pixel(geometries[k], grid, shape, options)]
    losses.add(SMALL, places[small])
    losses.add(HIDDEN, places[~held & covering])
    if mask is not None:
        losses.add(NO_DATA, places[held & ~np.isin(np.arange(len(places)), owner[(labels > 0) & mask] - 1)])
    for sentence in losses.sentences():
        report(sentence)
    if shared:
        rule = {"drop": "left unlabelled", "first": "given to the first", "last": "given to the last"}[options.overlap]
        lie, are = ("lies", "is") if shared == 1 else ("lie", "are")
        report(f"{counted(shared, 'pixel')} {lie} in features of several classes and {are} {rule} (overlap)")
    if groups is None:
        return labels, entries, None
    drawn = np.where(labels > 0, np.concatenate([[0], groups[within]])[owner], 0).astype(np.uint32)
    if (lost := np.setdiff1d(groups, drawn)).size:
        report(
            f"{lost.size} of {counted(len(np.unique(groups)), 'group')} {'has' if lost.size == 1 else 'have'} no"
            f" labelled pixel: {', '.join(names[number] for number in lost[:5].tolist())}"
            + (", …" if lost.size > 5 else "")
        )
    return labels, entries, DrawnGroups(drawn, names)


def layers_of(path: Path) -> list[str]:
    """Return the layers of a file that have geometries; all, where none has.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    import pyogrio

    if not path.exists():
        raise DataError(f"{path}: no such file; correct the path")
    try:
        held = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    except Exception as error:  # GDAL's errors are of many kinds
        raise DataError(
            f"{path}: cannot be read as polygons or points ({_plain(error)}); get the whole file"
        ) from error
    drawn = [name for name, kind in held if kind is not None]  # tables, such as the styles of QGIS, have no geometry
    return drawn or [name for name, _ in held]


def read_shapes(path: Path, layer: str | None) -> Shapes:
    """Read a layer; without a name, the only one.

    Raises
    ------
    DataError
        If the file cannot be read, has no such layer or several to choose from, or has no feature.
    """
    import pyogrio
    import shapely

    layers = layers_of(path)
    if layer is not None and layer not in layers:
        raise DataError(f"{path}: has no layer '{layer}'; it holds {', '.join(layers)}; correct 'layer'")
    if layer is None and len(layers) != 1:
        raise DataError(
            f"{path}: holds the layers {', '.join(layers) or 'none'}; name the one to read by 'layer' in 'labels', or"
            " for 'hsclass init' by --set layer=NAME"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, numbers, wkb, columns = pyogrio.raw.read(
                path, layer=layer or layers[0], force_2d=True, return_fids=True, encoding=_encoding(path)
            )
            geometries = shapely.from_wkb(wkb)
        crs = None if not meta["crs"] else CRS.from_user_input(meta["crs"])
    except (CRSError, ValueError, TypeError, RuntimeError, shapely.errors.ShapelyError) as error:
        raise DataError(
            f"{path}: cannot be read as polygons or points ({_plain(error)}); get the whole file"
        ) from error
    if geometries is None or not len(geometries):
        raise DataError(
            f"{path}: layer {layer or layers[0]} holds no polygon and no point; expected the reference data"
        )
    return Shapes(geometries, dict(zip(meta["fields"], columns, strict=True)), crs, numbers)


def _encoding(path: Path) -> str | None:
    """Return UTF-8 for a Shapefile that does not say how its texts are encoded, but is not ASCII and holds UTF-8."""
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists() or not table.exists():
        return None
    content = table.read_bytes()
    records = content[int.from_bytes(content[8:10], "little") :]  # behind the header, which gives its own length
    try:
        records.decode()
    except UnicodeDecodeError:
        return None
    if records.isascii():
        return None
    _LOG.warning("%s: has no .cpg file to say how its texts are encoded; they are UTF-8 and read as that", path)
    return "UTF-8"


def _projected(geometries: np.ndarray, crs: CRS | None, grid: Grid, path: Path, onto: str) -> np.ndarray:
    """Return geometries in the coordinate reference system of a grid."""
    import shapely
    from rasterio.warp import transform

    if (crs is None) != (grid.crs is None):
        lacking, other = ("these features have", f"{onto} is") if crs is None else (f"{onto} has", "these features are")
        raise DataError(
            f"{path}: {lacking} no coordinate reference system, but {other} in {crs or grid.crs}; expected both or"
            " neither; assign it (a Shapefile has it in its .prj)"
        )
    if crs == grid.crs:
        return geometries

    def moved(points: np.ndarray) -> np.ndarray:
        return np.column_stack(transform(crs, grid.crs, points[:, 0], points[:, 1]))

    try:
        return np.asarray(shapely.transform(geometries, moved))
    except Exception as error:
        raise DataError(
            f"{path}: cannot be brought from {crs} to {grid.crs} ({_plain(error)}); correct its coordinates or system"
        ) from error


def _inside(geometries: np.ndarray, grid: Grid, shape: tuple[int, int], path: Path) -> np.ndarray:
    """Return which features touch the scene's area, bool, or raise DataError where none does."""
    import shapely

    transform = grid.transform or Affine.identity()
    corners = [(0, 0), (shape[1], 0), (shape[1], shape[0]), (0, shape[0])]
    scene = shapely.Polygon(_placed(transform, corners))
    within = shapely.intersects(shapely.box(*shapely.bounds(geometries).T), scene)
    if not within.any():
        decimals = 5 if grid.crs is not None and grid.crs.is_geographic else 1
        found = [f"{value:.{decimals}f}" for value in shapely.total_bounds(geometries)]
        expected = [f"{value:.{decimals}f}" for value in scene.bounds]
        raise DataError(
            f"{path}: {'its 1 feature lies' if len(within) == 1 else f'all {len(within)} features lie'} outside of the"
            f" scene: {'it spans' if len(within) == 1 else 'they span'} {', '.join(found)} (left, bottom,"
            f" right, top) in the cube's system, the cube {', '.join(expected)}; check both reference systems"
        )
    return np.asarray(within)


def _drawn(
    geometries: np.ndarray, ids: np.ndarray, grid: Grid, shape: tuple[int, int], options: ShapeOptions
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return class ids, the feature of each pixel, from 1, which features cover any, and pixels of several classes."""
    numbers = np.arange(1, len(ids) + 1)
    covering = np.zeros(shape, np.uint16)
    seen = np.zeros(len(ids) + 1, bool)
    order = np.argsort(-numbers) if options.overlap == "first" else np.argsort(numbers)
    for identity in np.unique(ids):
        one = order[ids[order] == identity]
        layer = _burn(geometries[one], numbers[one], grid, shape, options)
        covering += layer > 0
        seen[layer] = True
    owner = _burn(geometries[order], numbers[order], grid, shape, options)
    labels = np.concatenate([[0], ids])[owner]
    shared = covering > 1
    if options.overlap == "drop":
        labels[shared] = 0
    return labels.astype(np.uint8 if labels.max() <= 255 else np.uint16), owner, seen[1:], int(shared.sum())


def _covers_pixel(geometry: Any, grid: Grid, shape: tuple[int, int], options: ShapeOptions) -> bool:
    """Say whether a feature covers a pixel by itself, looking at no more than the pixels around it."""
    import shapely

    if grid.transform is None:
        return False
    left, bottom, right, top = shapely.bounds(geometry).tolist()
    spots = _placed(~grid.transform, list(itertools.product((left, right), (bottom, top))))
    cols, rows = np.floor(spots.min(axis=0)).clip(0).astype(int).tolist()
    stop_col, stop_row = np.minimum(np.ceil(spots.max(axis=0)) + 1, (shape[1], shape[0])).astype(int).tolist()
    if stop_row <= rows or stop_col <= cols:
        return False
    a, b, _, d, e, _ = grid.transform[:6]
    x, y = _placed(grid.transform, [(cols, rows)])[0].tolist()
    part = Grid(grid.crs, Affine(a, b, x, d, e, y))
    return bool(_burn(np.array([geometry]), [1], part, (stop_row - rows, stop_col - cols), options).any())


def _placed(transform: Affine, points: Sequence[tuple[float, float]]) -> np.ndarray:
    """Return points moved by an affine transform, shape (points, 2)."""
    a, b, c, d, e, f = transform[:6]
    return np.asarray(np.array(points, float) @ np.array([[a, d], [b, e]]) + (c, f))


def _burn(
    geometries: np.ndarray,
    values: Sequence[int] | np.ndarray,
    grid: Grid,
    shape: tuple[int, int],
    options: ShapeOptions,
) -> np.ndarray:
    from rasterio.features import rasterize

    pairs = zip(geometries, np.asarray(values).tolist(), strict=True)
    burnt: Any = rasterize(
        pairs, out_shape=shape, transform=grid.transform, all_touched=options.all_touched, dtype="int32"
    )
    return np.asarray(burnt)


def _plain(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
