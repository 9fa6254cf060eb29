"""From the array of a file to the ground truth of a scene: class ids that are checked, classes with a colour."""

import logging
from pathlib import Path

import numpy as np

from hsclass.datasets.descriptor import ClassEntry
from hsclass.datasets.palette import distinct_colors
from hsclass.datasets.readers.contents import Contents
from hsclass.errors import DataError
from hsclass.raster import Grid
from hsclass.scene import UNLABELLED, LandCover

_LOG = logging.getLogger(__name__)
_MAX_ID = 65535


def prepare_labels(contents: Contents, shape: tuple[int, int], path: Path) -> np.ndarray:
    """Return the ground truth as uint8, or uint16 where an id exceeds 255; nodata becomes 0 = unlabelled.

    Parameters
    ----------
    contents : Contents
        Of the file at `path`; its array has the shape (rows, cols).
    shape : tuple of int
        (rows, cols) of the cube.
    path : Path

    Raises
    ------
    DataError
        If the shape is another, or a value is not a class id: a whole number from 0 to 65535.
    """
    values = contents.array
    if values.shape != shape:
        turned = "; it looks transposed, which 'axes: cols rows' would mend" if values.shape == shape[::-1] else ""
        raise DataError(f"{path}: the ground truth is {values.shape} pixels; expected {shape}, as the cube{turned}")
    return class_ids(contents, path)


def class_ids(contents: Contents, path: Path) -> np.ndarray:
    """Return a raster of class ids as uint8, or uint16 where an id exceeds 255; nodata becomes 0 = unlabelled.

    Raises
    ------
    DataError
        If a value is not a class id: a whole number from 0 to 65535.
    """
    values = contents.array
    if contents.nodata is not None:
        lacking = np.isnan(values) if np.isnan(contents.nodata) else values == contents.nodata
        values = np.where(lacking, values.dtype.type(UNLABELLED), values)
    with np.errstate(invalid="ignore"):
        wrong = ~((values >= 0) & (values <= _MAX_ID) & (values == np.floor(values)))
    if count := int(wrong.sum()):
        row, col = np.argwhere(wrong)[0].tolist()
        raise DataError(
            f"{path}: has {count} values that are no class id, the first {values[row, col]:g} at row {row}, column"
            f" {col} (0-based); expected whole numbers from 0 (unlabelled) to {_MAX_ID}"
        )
    return values.astype(np.uint8 if values.max() <= 255 else np.uint16)


def on_grid(contents: Contents, cube: Grid, shape: tuple[int, int], path: Path) -> Contents:
    """Return a ground truth on the grid of the cube: as it is, or resampled by nearest neighbour with a notice.

    Parameters
    ----------
    contents : Contents
        Of the file at `path`; its array has the shape (rows, cols).
    cube : Grid
    shape : tuple of int
        (rows, cols) of the cube.
    path : Path

    Raises
    ------
    DataError
        If both rasters know where they lie, but only one in which system, or they have no pixel in common.
    """
    here = contents.grid
    if here.transform is None or cube.transform is None:
        return contents
    same_place = here.transform.almost_equals(cube.transform, 1e-6)
    if same_place and contents.array.shape == shape and (here.crs == cube.crs or not here.crs or not cube.crs):
        return contents
    if not here.crs or not cube.crs:
        found, expected = here.transform.to_gdal(), cube.transform.to_gdal()
        raise DataError(
            f"{path}: has the geotransform {found} in {here.crs or 'an unknown system'}; expected {expected} in"
            f" {cube.crs or 'an unknown system'}, as the cube; assign the missing coordinate reference system, or"
            " resample it to that grid"
        )
    from rasterio.warp import Resampling, reproject

    ids = class_ids(contents, path)
    moved = np.zeros(shape, ids.dtype)
    reproject(
        ids, moved, src_transform=here.transform, src_crs=here.crs, dst_transform=cube.transform, dst_crs=cube.crs,
        src_nodata=UNLABELLED, dst_nodata=UNLABELLED, resampling=Resampling.nearest,
    )  # fmt: skip
    if not moved.any() and ids.any():
        raise DataError(
            f"{path}: has no labelled pixel within the cube: it lies in {here.crs} with the geotransform"
            f" {here.transform.to_gdal()}, the cube in {cube.crs} with {cube.transform.to_gdal()}; check both"
        )
    _LOG.warning(
        "%s: lies on another grid than the cube (%s, %s pixels); resampled by nearest neighbour: %d labelled pixels"
        " became %d", path, here.crs, ids.shape, int((ids > 0).sum()), int((moved > 0).sum()),
    )  # fmt: skip
    return Contents(moved, cube)


def renumbered(labels: np.ndarray, entries: tuple[ClassEntry, ...], path: Path) -> np.ndarray:
    """Return class ids with those of the file turned into the descriptor's, where its classes list `values`.

    Names among the values are those of an attribute table, and count for nothing here.
    """
    table = np.arange(_MAX_ID + 1, dtype=np.int64)
    for entry in entries:
        for value in (value for value in entry.values if isinstance(value, int)):
            if not 0 < value <= _MAX_ID:
                raise DataError(
                    f"{path}: class {entry.id} has the value {value} in the descriptor, which no raster of ids holds;"
                    f" expected whole numbers from 1 to {_MAX_ID}"
                )
            table[value] = entry.id
    ids = table[labels]
    return ids.astype(np.uint8 if ids.max() <= 255 else np.uint16)


def describe_classes(labels: np.ndarray, entries: tuple[ClassEntry, ...], path: Path) -> tuple[LandCover, ...]:
    """Return the classes found in `labels`, by ascending id, named and coloured as `entries` say where they do.

    Raises
    ------
    DataError
        If `entries` leave out a class that was found, or give another number of pixels than counted.
    """
    ids, counts = np.unique(labels[labels != UNLABELLED], return_counts=True)
    found = dict(zip(ids.tolist(), counts.tolist(), strict=True))
    known = {entry.id: entry for entry in entries}
    if not found:
        raise DataError(
            f"{path}: has no labelled pixel; expected class ids of 1 and up; take 'labels' out to go without"
        )
    if entries and (foreign := sorted(set(found) - set(known))):
        raise DataError(
            f"{path}: holds the class ids {foreign[:10]} that 'classes' in the descriptor does not list; it lists"
            f" {sorted(known)}; add them"
        )
    for entry in entries:
        if entry.pixels is not None and entry.pixels != found.get(entry.id, 0):
            raise DataError(
                f"{path}: class {entry.id} ({entry.name}) has {found.get(entry.id, 0)} pixels; expected {entry.pixels},"
                " as published; correct 'pixels' in the descriptor, or get the published file"
            )
    return legend(entries, tuple(found))


def legend(entries: tuple[ClassEntry, ...], ids: tuple[int, ...]) -> tuple[LandCover, ...]:
    """Return the classes `ids`, named and coloured as `entries` say, or else "class N" in a colour of its own."""
    known = {entry.id: entry for entry in entries}
    taken = [_rgb(entry.color) for entry in entries if entry.color is not None]
    plain = [identity for identity in ids if identity not in known or known[identity].color is None]
    colors = dict(zip(plain, distinct_colors(len(plain), taken), strict=True))
    classes = []
    for identity in ids:
        entry = known.get(identity)
        color = _rgb(entry.color) if entry is not None and entry.color is not None else colors[identity]
        classes.append(LandCover(identity, f"class {identity}" if entry is None else entry.name, color))
    return tuple(classes)


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
