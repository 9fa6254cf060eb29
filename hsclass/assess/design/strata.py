"""The strata of a map: counted, and their pixels found by number, in one pass of strips each."""

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import MaskFlags
from rasterio.windows import Window

from hsclass.alignment import require_same_grid
from hsclass.errors import DataError
from hsclass.raster import UNREADABLE, Grid, grid_of, quiet
from hsclass.wording import counted

_PIXELS = 1 << 23
"""Of a strip that is read at a time."""

_LOG = logging.getLogger(__name__)
_MOST = 1 << 16
"""Class ids that are counted; a raster with larger values is no map of classes."""


@dataclass(frozen=True)
class ClassRaster:
    """A raster of class ids that is read in strips.

    Attributes
    ----------
    path : Path
    shape : tuple of int
        (rows, cols)
    grid : Grid
    nodata : float or None
    strip : int
        Rows that are read at a time.
    lowest : {0, 1}
        The first value that is an id; with 0, ids are read as one more than in the file.
    within : ClassRaster, optional
        A raster on the same grid: where it has no class, this one has none.
    """

    path: Path
    shape: tuple[int, int]
    grid: Grid
    nodata: float | None
    strip: int
    lowest: int = 1
    within: "ClassRaster | None" = None

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "ClassRaster":
        """Read the header of a raster of one band of class ids.

        Raises
        ------
        DataError
            If it cannot be read, has several bands, or no whole numbers.
        """
        path = Path(path)
        try:
            with quiet(), rasterio.open(path) as source:
                if source.count != 1 or np.dtype(source.dtypes[0]).kind not in "iu":
                    raise DataError(
                        f"{path}: has {counted(source.count, 'band')} of {source.dtypes[0]}; expected one band of"
                        " class ids"
                        " (whole numbers); give the raster of classes"
                    )
                block = source.block_shapes[0][0]
                rows = max(1, _PIXELS // source.width)
                return cls(
                    path, (source.height, source.width), grid_of(source),
                    source.nodata, max(block, rows // block * block),
                )  # fmt: skip
        except UNREADABLE as error:
            raise DataError(
                f"{path}: cannot be read as a raster ({error}); expected a map of classes that GDAL reads"
            ) from error

    def strips(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the first row and the class ids, int of shape (rows, cols), of each strip; 0 where there is no data."""
        with quiet(), rasterio.open(self.path) as source:
            for top in range(0, self.shape[0], self.strip):
                yield top, self.read(source, top)

    def read(self, source: rasterio.DatasetReader, top: int) -> np.ndarray:
        """Return the strip that begins at a row."""
        rows = min(self.strip, self.shape[0] - top)
        try:
            values = self._of(source, Window(0, top, self.shape[1], rows))
        except UNREADABLE as error:
            raise DataError(f"{self.path}: cannot be read to its end ({error}); get the file again") from error
        if self.within is None:
            return values
        return np.where(self.within.window(slice(top, top + rows), slice(0, self.shape[1])) > 0, values, 0)

    def _of(self, source: rasterio.DatasetReader, window: Window) -> np.ndarray:
        """Return the class ids of a window, 0 where a mask hides the raster."""
        values = self._cleaned(source.read(1, window=window))
        if {MaskFlags.all_valid, MaskFlags.nodata} & set(source.mask_flag_enums[0]):
            return values
        return np.where(source.read_masks(1, window=window) > 0, values, 0)

    def _cleaned(self, values: np.ndarray) -> np.ndarray:
        """Return class ids with 0 for everything that is none."""
        if values.max(initial=0) >= _MOST:
            raise DataError(
                f"{self.path}: holds {values.max()}; expected class ids below {_MOST}; renumber the classes"
            )
        if self.lowest == 0:
            return np.where((values < 0) | (values == self.nodata), 0, values.astype(np.int32) + 1)
        if values.dtype.kind == "i" and values.min(initial=0) < 0:
            values = np.where(values < 0, 0, values)
        if self.nodata is not None and self.nodata != 0:
            values = np.where(values == self.nodata, 0, values)
        return values

    def window(self, rows: slice, cols: slice) -> np.ndarray:
        """Return the class ids of a rectangle, which is cut off at the borders of the raster."""
        with quiet(), rasterio.open(self.path) as source:
            return self._of(source, Window.from_slices(rows, cols))

    def at(self, pixels: np.ndarray) -> np.ndarray:
        """Return the class ids, shape (n,), of pixels given by row and column, shape (n, 2)."""
        found = np.zeros(len(pixels), np.int64)
        tops = pixels[:, 0] // self.strip * self.strip
        with quiet(), rasterio.open(self.path) as source:
            for top in np.unique(tops):
                here = tops == top
                found[here] = self.read(source, int(top))[pixels[here, 0] - top, pixels[here, 1]]
        return found

    def require_same_grid(self, other: "ClassRaster") -> None:
        """Raise DataError where another raster does not lie on this one's grid."""
        name = f"{other.path}: the raster"
        if (self.grid.transform is None) != (other.grid.transform is None):
            raise DataError(f"{name} and {self.path} do not both say where they lie; expected both on one grid")
        require_same_grid(other.grid, self.grid, shapes=(other.shape, self.shape), name=name, other=str(self.path))


@dataclass(frozen=True)
class StratumCounts:
    """Pixels of each stratum in each strip.

    Attributes
    ----------
    ids : ndarray of int, shape (strata,)
        Ascending, as in the file; -1 stands for all classes together.
    by_strip : ndarray of int64, shape (strips, strata)
    """

    ids: np.ndarray
    by_strip: np.ndarray

    @property
    def pixels(self) -> np.ndarray:
        """Pixels of each stratum, shape (strata,)."""
        return self.by_strip.sum(axis=0)

    def together(self) -> "StratumCounts":
        """Return all strata as one."""
        return StratumCounts(np.array([-1]), self.by_strip.sum(axis=1, keepdims=True))


def _undeclared_zeros(raster: ClassRaster) -> int:
    """Count the pixels of 0 where another value is nodata and 0 is not taken for a class."""
    if raster.nodata is None or raster.nodata == 0 or raster.lowest == 0:
        return 0
    with quiet(), rasterio.open(raster.path) as source:
        return sum(int((source.read(1, window=window) == 0).sum()) for _, window in source.block_windows(1))


def count_strata(raster: ClassRaster) -> StratumCounts:
    """Count the pixels of each stratum, strip by strip.

    Raises
    ------
    DataError
        If no pixel has a class.
    """
    if zeros := _undeclared_zeros(raster):
        _LOG.warning(
            "%s: nodata is %g, so that 0 may be a class: its %d pixels are left out; if it is one, give it another id",
            raster.path, raster.nodata, zeros,
        )  # fmt: skip
    counted = [np.bincount(values.ravel(), minlength=_MOST + 1) for _, values in raster.strips()]
    table = np.stack(counted)
    ids = np.flatnonzero(table.sum(axis=0))
    ids = ids[ids > 0]
    if not len(ids):
        raise DataError(f"{raster.path}: has no pixel of any class; expected class ids from 1 up")
    return StratumCounts(ids + raster.lowest - 1, table[:, ids])


def strata_of(raster: ClassRaster, strata_file: str | os.PathLike[str] | None) -> tuple[ClassRaster, StratumCounts]:
    """Return the raster of the strata of a map's classified pixels, and their pixels.

    0 is a stratum of a raster that declares another value as nodata, such as an area of applicability, else none.

    Parameters
    ----------
    raster : ClassRaster
        The map.
    strata_file : path-like, optional
        By default, the map's classes are the strata.

    Raises
    ------
    DataError
        If the strata lie on another grid, or a classified pixel has none.
    """
    counts = count_strata(raster)
    if strata_file is None:
        return raster, counts
    strata = ClassRaster.open(strata_file)
    raster.require_same_grid(strata)
    strata = replace(strata, lowest=1 if strata.nodata is None or strata.nodata == 0 else 0, within=raster)
    found = count_strata(strata)
    mapped = int(counts.pixels.sum())
    if missing := mapped - int(found.pixels.sum()):
        raise DataError(
            f"{strata_file}: {missing} of {mapped} classified pixels of {raster.path} have no stratum; expected one for"
            " each; give them a number from 1 up, or 0 and the raster another nodata value"
        )
    return strata, found


def locate(raster: ClassRaster, counts: StratumCounts, wanted: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return where the pixels of the given numbers lie.

    Parameters
    ----------
    raster : ClassRaster
    counts : StratumCounts
        Of that raster.
    wanted : sequence of ndarray of int
        For each stratum the numbers, from 0, of its pixels in row order.

    Returns
    -------
    list of ndarray of int, shape (n, 2)
        Row and column of each, in the order of the numbers.
    """
    found = [np.zeros((len(numbers), 2), np.int64) for numbers in wanted]
    ends = np.cumsum(counts.by_strip, axis=0)
    starts = ends - counts.by_strip
    with quiet(), rasterio.open(raster.path) as source:
        for strip in range(len(ends)):
            here = [
                np.flatnonzero((numbers >= starts[strip, place]) & (numbers < ends[strip, place]))
                for place, numbers in enumerate(wanted)
            ]
            if not any(map(len, here)):
                continue
            top = strip * raster.strip
            values = raster.read(source, top).ravel()
            for place, chosen in enumerate(here):
                if len(chosen):
                    identity = counts.ids[place]
                    members = np.flatnonzero(values if identity < 0 else values == identity + 1 - raster.lowest)
                    flat = members[wanted[place][chosen] - starts[strip, place]]
                    found[place][chosen] = np.stack(np.divmod(flat, raster.shape[1]), axis=1) + np.array([top, 0])
    return found
