"""Readers: one file a format; the table says which reader takes which extension."""

from collections.abc import Callable
from pathlib import Path

from hsclass.datasets.readers.contents import Contents
from hsclass.datasets.readers.mat import read_mat
from hsclass.datasets.readers.numpy_file import read_numpy
from hsclass.datasets.readers.raster_file import read_raster_file
from hsclass.errors import DataError

Reader = Callable[[Path, str | None, int, tuple[int, ...] | None], Contents]

READERS: dict[str, Reader] = {
    ".npy": read_numpy,
    ".npz": read_numpy,
    ".mat": read_mat,
    ".tif": read_raster_file,
    ".tiff": read_raster_file,
    ".vrt": read_raster_file,
    ".img": read_raster_file,
    ".dat": read_raster_file,
    ".bsq": read_raster_file,
    ".bil": read_raster_file,
    ".bip": read_raster_file,
    ".jp2": read_raster_file,
    ".png": read_raster_file,
    "": read_raster_file,
}


def read_array(path: Path, *, key: str | None, ndim: int, shape: tuple[int, ...] | None = None) -> Contents:
    """Read the array of a file with the reader of its extension.

    Parameters
    ----------
    path : Path
    key : str or None
        Variable of a file that holds several. None: the only one with `ndim` dimensions, or of the expected shape.
    ndim : int
        3 for a cube (rows, cols, bands), 2 for a ground truth (rows, cols).
    shape : tuple of int, optional
        Expected shape, where several variables could be meant.

    Returns
    -------
    Contents
        Its array is numeric, in the byte order of this machine, and not empty.

    Raises
    ------
    DataError
        If no reader takes the extension, the file cannot be read, or it does not hold such an array.
    """
    if path.suffix.lower() not in READERS:
        known = ", ".join(extension for extension in READERS if extension)
        raise DataError(f"{path}: the extension '{path.suffix}' has no reader; expected one of {known}")
    if not path.is_file():
        raise DataError(f"{path}: no such file; fetch the data set again")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is an empty file; expected data; fetch it again")
    return READERS[path.suffix.lower()](path, key, ndim, shape).checked(path, ndim)
