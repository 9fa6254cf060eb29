"""Readers: one file a format; each opens a file as a lazily read `Cube`, and a table says which takes which file."""

from collections.abc import Callable
from pathlib import Path

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.hdf5 import open_hdf5
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.mat import open_mat
from hsclass.datasets.readers.numpy_file import open_numpy
from hsclass.datasets.readers.raster import open_raster
from hsclass.errors import DataError

READERS: dict[str, Callable[[Path, Wanted], Cube]] = {
    ".npy": open_numpy,
    ".npz": open_numpy,
    ".mat": open_mat,
    ".h5": open_hdf5,
    ".he5": open_hdf5,
    ".hdf5": open_hdf5,
}
"""Readers by extension; every other file is opened by GDAL, which looks at what is in it."""


def open_cube(
    path: Path,
    *,
    key: str | None = None,
    ndim: int | None = None,
    shape: tuple[int, ...] | None = None,
    axes: str | None = None,
    pixels: str | None = None,
) -> Cube:
    """Open the cube of a file, or its raster of class ids, without reading it.

    Parameters
    ----------
    path : Path
    key : str, optional
        Variable of a file that holds several. Default: the only one with `ndim` dimensions, or of the expected shape.
    ndim : int, optional
        3 for a cube (rows, cols, bands), 2 for reference labels (rows, cols). Default: what the file holds, a cube
        before labels.
    shape : tuple of int, optional
        Expected shape, where several variables or orders of axes could be meant.
    axes, pixels : str, optional
        Axes of the array in the file, and the order of its pixels: see `layout.arranged`.

    Returns
    -------
    Cube
        Of one band where it is two-dimensional.

    Raises
    ------
    DataError
        If no reader takes the file, it cannot be read, or does not hold such an array.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; correct the path, or fetch the data set again")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is an empty file; expected data; get the whole file")
    return READERS.get(path.suffix.lower(), open_raster)(path, Wanted(key, ndim, shape, axes, pixels))
