"""From the array of a file to the reference data of a scene: class ids that are checked, classes with a colour."""

import logging
from pathlib import Path

import numpy as np

from hsclass.datasets.cube import Cube, in_yaml
from hsclass.datasets.descriptor import ClassEntry
from hsclass.datasets.label_colours import ids_of_colours
from hsclass.errors import DataError
from hsclass.palette import colors_for
from hsclass.scene import UNLABELLED, LandCover
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)
_MAX_ID = 65535


def class_ids(raster: Cube, entries: tuple[ClassEntry, ...] = (), *, unlabelled: tuple[float, ...] = ()) -> np.ndarray:
    """Read a raster of class ids as uint8, or uint16 where an id exceeds 255; nodata and NaN become 0 = unlabelled.

    Parameters
    ----------
    raster : Cube
        Of one band, or of three: the colours of a legend (see `ids_of_colours`).
    entries : tuple of ClassEntry
        Classes of the descriptor; where they list `values`, those of the file become their ids. Names among the values
        are those of an attribute table, and count for nothing here.
    unlabelled : tuple of float
        Values that stand for no class in addition to nodata, NaN among them. Where there are any and 0 is not one of
        them, 0 is a class, which `entries` must give an id.

    Raises
    ------
    DataError
        If a value is not a class id: a whole number from 0 to 65535; or 0 is a class without an id.
    """
    if raster.shape[2] == 3:
        return _smallest(ids_of_colours(raster, entries))
    path, stored, shown = raster.path, raster.stored()[..., 0], raster.mask()
    absent = raster.lacking(stored) if shown is None else raster.lacking(stored) | ~shown
    for value in unlabelled:
        absent = absent | (np.isnan(stored) if np.isnan(value) else stored == value)
    if stored.dtype.kind == "f" and (count := int((np.isnan(stored) & ~absent).sum())):
        _LOG.warning("%s: %s NaN and so unlabelled", path, counted(count, "pixel is", "pixels are"))
        absent = absent | np.isnan(stored)
    values = np.where(absent, stored.dtype.type(UNLABELLED), stored) if absent.any() else stored
    with np.errstate(invalid="ignore"):
        wrong = ~((values >= 0) & (values <= _MAX_ID) & (values == np.floor(values)))
    if count := int(wrong.sum()):
        row, col = np.argwhere(wrong)[0].tolist()
        raise DataError(
            f"{path}: has {counted(count, 'value that is', 'values that are')} no class id, the first"
            f" {values[row, col]:g} at row {row}, column"
            f" {col} (0-based); expected whole numbers from 0 (unlabelled) to {_MAX_ID}; if they stand for no"
            " class, name them by 'unlabelled' in 'labels' (for 'hsclass init' by --set unlabelled=VALUE)"
        )
    table = _renumbering(entries, path)
    zeros = (values == UNLABELLED) & ~absent
    if unlabelled and UNLABELLED not in unlabelled and table[UNLABELLED] == UNLABELLED and zeros.any():
        raise DataError(
            f"{path}: has {counted(int(zeros.sum()), 'pixel')} of 0, which 'unlabelled' does not name; expected an id"
            " for them, as"
            " 0 means unlabelled here; give them one by 'values: [0]' in 'classes', or add 0 to 'unlabelled'"
        )
    if table[UNLABELLED] == UNLABELLED and raster.nodata and UNLABELLED not in raster.nodata and zeros.any():
        _LOG.warning(
            "%s: nodata is %s, so that 0 may be a class; its %d pixels count as unlabelled; if they are a class, say so"
            " by 'values: [0]' in 'classes'", path, in_yaml(*raster.nodata), int(zeros.sum()),
        )  # fmt: skip
    return _smallest(np.where(absent, UNLABELLED, table[values.astype(np.int64)]))


def _smallest(ids: np.ndarray) -> np.ndarray:
    return ids.astype(np.uint8 if ids.max() <= 255 else np.uint16)


def _renumbering(entries: tuple[ClassEntry, ...], path: Path | None) -> np.ndarray:
    """Return the class id of each value."""
    table = np.arange(_MAX_ID + 1, dtype=np.int64)
    for entry in entries:
        for value in (value for value in entry.values if isinstance(value, int)):
            if not 0 <= value <= _MAX_ID:
                raise DataError(
                    f"{path}: class {entry.id} has the value {value} in the descriptor, which no raster of ids holds;"
                    f" expected whole numbers from 0 to {_MAX_ID}"
                )
            table[value] = entry.id
    return table


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
    names = [known[identity].name if identity in known else "" for identity in plain]
    colors = dict(zip(plain, colors_for(names, taken), strict=True))
    classes = []
    for identity in ids:
        entry = known.get(identity)
        color = _rgb(entry.color) if entry is not None and entry.color is not None else colors[identity]
        classes.append(LandCover(identity, f"class {identity}" if entry is None else entry.name, color))
    return tuple(classes)


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
