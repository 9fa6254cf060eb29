"""From the array of a file to the ground truth of a scene: class ids that are checked, classes with a colour."""

from pathlib import Path

import numpy as np

from hsclass.datasets.descriptor import ClassEntry
from hsclass.datasets.palette import distinct_colors
from hsclass.datasets.readers.contents import Contents
from hsclass.errors import DataError
from hsclass.raster import Grid
from hsclass.scene import UNLABELLED, LandCover

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
        turned = "; it looks transposed" if values.shape == shape[::-1] else ""
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


def require_same_grid(labels: Grid, cube: Grid, path: Path) -> None:
    """Raise DataError where both rasters know where they lie and it is not the same place."""
    if labels.crs and cube.crs and labels.crs != cube.crs:
        raise DataError(
            f"{path}: lies in {labels.crs}; expected {cube.crs}, as the cube; reproject it to the cube's grid"
        )
    if labels.transform and cube.transform and not labels.transform.almost_equals(cube.transform, 1e-6):
        found, expected = labels.transform.to_gdal(), cube.transform.to_gdal()
        raise DataError(
            f"{path}: has the geotransform {found}; expected {expected}, as the cube; resample it to that grid"
        )


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
