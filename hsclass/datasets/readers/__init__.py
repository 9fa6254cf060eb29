"""Readers: one file a format; the table says which reader takes which extension."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hsclass.datasets.readers.contents import Contents
from hsclass.datasets.readers.layout import arranged
from hsclass.datasets.readers.mat import read_mat
from hsclass.datasets.readers.numpy_file import read_numpy
from hsclass.datasets.readers.raster_file import read_raster_file
from hsclass.errors import DataError

Reader = Callable[[Path, str | None, int, tuple[int, ...] | None], Contents]

RASTERS = (
    ".tif", ".tiff", ".vrt", ".img", ".dat", ".hdr", ".bsq", ".bil", ".bip", ".raw", ".bin", ".lan", ".gis", ".jp2",
    ".png", ".nc", ".h5", ".he5", "",
)  # fmt: skip

READERS: dict[str, Reader] = {
    ".npy": read_numpy,
    ".npz": read_numpy,
    ".mat": read_mat,
    **dict.fromkeys(RASTERS, read_raster_file),
}


def read_array(
    path: Path,
    *,
    key: str | None,
    ndim: int,
    shape: tuple[int, ...] | None = None,
    axes: str | None = None,
    pixels: str | None = None,
) -> Contents:
    """Read the array of a file with the reader of its extension.

    Parameters
    ----------
    path : Path
    key : str or None
        Variable of a file that holds several. None: the only one with `ndim` dimensions, or of the expected shape.
    ndim : int
        3 for a cube (rows, cols, bands), 2 for a ground truth (rows, cols).
    shape : tuple of int, optional
        Expected shape, where several variables or orders of axes could be meant.
    axes, pixels : str, optional
        Axes of the array in the file, and the order of its pixels: see `layout.arranged`.

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
    reader = READERS[path.suffix.lower()]
    if reader is read_raster_file:
        if axes or pixels:
            raise DataError(f"{path}: a raster tells its own axes, found 'axes' or 'pixels'; take them out")
        return reader(path, key, ndim, shape).checked(path, ndim)
    contents = reader(path, key, len(axes.split()) if axes else ndim, shape)
    array = arranged(contents.array, path, ndim=ndim, axes=axes, pixels=pixels, shape=shape)
    return replace(contents, array=array).checked(path, ndim)
