"""Tables that place the pixels of a sensor on a map (geographic lookup tables, GLT), applied while a cube is read."""

from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.datasets.readers.hdf5_store import Hdf5File
from hsclass.datasets.readers.missions import attribute
from hsclass.datasets.sizes import whole_array
from hsclass.raster import Grid

_ROWS = 32  # of the sensor's that are read at a time where the file does not say how many are stored together


def read_table(file: Any, names: tuple[str, str], shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Read columns and rows of a sensor of (rows, cols) pixels, counted from 1; 0 where a place has no pixel.

    Negative numbers mark places that were filled from a neighbour, and count as others.

    Raises
    ------
    ValueError
        If the arrays differ in shape, or name pixels that the sensor does not have.
    """
    across, along = (np.abs(whole_array(file[name]).astype(np.int32)) for name in names)
    if across.ndim != 2 or across.shape != along.shape or across.max() > shape[1] or along.max() > shape[0]:
        raise ValueError(f"{names[0]} {across.shape} and {names[1]} {along.shape} that do not fit {shape} pixels")
    return across, along


def table_grid(file: Any) -> Grid:
    """Return where the map of a table lies, by the attributes `spatial_ref` and `geotransform` of its file."""
    crs = CRS.from_wkt(str(attribute(file, "spatial_ref")))
    return Grid(crs, Affine.from_gdal(*np.asarray(attribute(file, "geotransform"), float)))


class OrthorectifiedStore(Hdf5File):
    """The pixels that a table names for each place of a map; places without one hold the fill value.

    Parameters
    ----------
    path : Path
    name : str
        Of the array (rows, cols, bands) of the sensor.
    table : tuple of two ndarray of int, shape (rows, cols) of the map
        Column and row of the sensor's pixel, counted from 1; 0 where there is none.
    dtype : numpy.dtype
    fill : float
    flags : ndarray of bool, shape (rows, cols) of the sensor, or None
        Pixels that count as without data.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        table: tuple[np.ndarray, np.ndarray],
        dtype: np.dtype[Any],
        fill: float,
        flags: np.ndarray | None = None,
    ) -> None:
        super().__init__(path)
        self._name, self._fill, self._dtype = name, fill, dtype
        self._across, self._along = table
        self._flags = flags

    def read(self, rows: slice, bands: np.ndarray, *, reuse: bool = False) -> np.ndarray:
        """Read of the sensor's rows those that the places need, a few rows at a time, and of these no more columns."""
        across, along = self._across[rows], self._along[rows]
        values = np.full((*across.shape, len(bands)), self._fill, self._dtype)
        low, high = (int(bands.min()), int(bands.max()) + 1) if len(bands) else (0, 0)
        row, col = np.nonzero((across > 0) & (along > 0))
        source_row, source_col = along[row, col] - 1, across[row, col] - 1
        with self.opened() as file:
            array = file[self._name]
            step = max(_ROWS, (array.chunks or (1, 1, 1))[0])
            order = np.argsort(source_row // step, kind="stable")
            starts = np.flatnonzero(np.diff(source_row[order] // step, prepend=-1))
            for first, last in zip(starts, [*starts[1:], len(order)], strict=True):
                places = order[first:last]
                top = int(source_row[places[0]] // step) * step
                left, right = int(source_col[places].min()), int(source_col[places].max()) + 1
                bottom = int(source_row[places].max()) + 1
                block = array[top:bottom, left:right, low:high]
                found = block[source_row[places] - top, source_col[places] - left]
                values[row[places], col[places]] = (
                    found if len(bands) == high - low and (np.diff(bands) == 1).all() else found[:, bands - low]
                )
        return values

    def mask(self, rows: slice) -> np.ndarray | None:
        """Return where the flags that are wanted do not mark the pixel of a place."""
        if self._flags is None:
            return None
        across, along = self._across[rows], self._along[rows]
        return np.asarray(
            (across > 0) & (along > 0) & ~self._flags[np.maximum(along - 1, 0), np.maximum(across - 1, 0)]
        )

    def thumbnail(self, bands: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Read every `step`-th row and column."""
        thin = OrthorectifiedStore(
            self._path, self._name, (self._across[::step, ::step], self._along[::step, ::step]), self._dtype,
            self._fill, self._flags,
        )  # fmt: skip
        return thin.read(slice(None), bands), thin.mask(slice(None))
