"""Readers: one file a format or mission; each opens a lazily read `Cube`, and tables say which takes which file."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.aviris import AVIRIS
from hsclass.datasets.readers.desis import DESIS
from hsclass.datasets.readers.emit import EMIT
from hsclass.datasets.readers.enmap import ENMAP
from hsclass.datasets.readers.hdf5 import open_hdf5
from hsclass.datasets.readers.hyperion import HYPERION
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.mat import open_mat
from hsclass.datasets.readers.missions import Mission
from hsclass.datasets.readers.netcdf import open_netcdf
from hsclass.datasets.readers.numpy_file import open_numpy
from hsclass.datasets.readers.prisma import PRISMA
from hsclass.datasets.readers.raster import open_raster
from hsclass.datasets.sizes import require_capacity
from hsclass.errors import DataError

READERS: dict[str, Callable[[Path, Wanted], Cube]] = {
    ".npy": open_numpy,
    ".npz": open_numpy,
    ".mat": open_mat,
    ".h5": open_hdf5,
    ".he5": open_hdf5,
    ".hdf5": open_hdf5,
    ".nc": open_netcdf,
}
"""Readers by extension; every other file is opened by GDAL, which looks at what is in it."""

MISSIONS = (PRISMA, EMIT, ENMAP, DESIS, AVIRIS, HYPERION)
"""Products that are recognised by the name and content of a file or folder."""

FORMATS = {
    "GeoTIFF, ENVI, ERDAS .lan": "the file; of ENVI the data or the header",
    "what else GDAL reads": "the file",
    "MATLAB": "the .mat file, of any version",
    "NumPy": "the .npy or .npz file",
    "HDF5, netCDF": "the .h5, .he5, .hdf5 or .nc file; the array by 'key', its map by 'glt'",
} | {mission.name: mission.files for mission in MISSIONS}
"""What is read, and what to name."""


def product_of(path: Path) -> tuple[Mission, Path] | None:
    """Return the mission whose product a path names, and the product's main file; None where it names none."""
    return next(((mission, main) for mission in MISSIONS if (main := mission.main_file(path))), None)


def product_files(path: Path) -> list[Path]:
    """Return the further files of the product that a path names; none where it names no product."""
    found = product_of(path)
    return sorted(found[0].companions(found[1])) if found else []


def open_cube(
    path: Path,
    *,
    key: str | None = None,
    ndim: int | None = None,
    shape: tuple[int, ...] | None = None,
    axes: str | None = None,
    pixels: str | None = None,
    quality: Sequence[str] | None = None,
    glt: Sequence[str] | None = None,
) -> Cube:
    """Open the cube of a file, or its raster of class ids, without reading it.

    Parameters
    ----------
    path : Path
        A file, or the folder of a product of one of the `MISSIONS`.
    key : str, optional
        Variable of a file that holds several. Default: the only one with `ndim` dimensions, or of the expected shape.
    ndim : int, optional
        3 for a cube (rows, cols, bands), 2 for reference labels (rows, cols). Default: what the file holds, a cube
        before labels.
    shape : tuple of int, optional
        Expected shape, where several variables or orders of axes could be meant.
    axes, pixels : str, optional
        Axes of the array in the file, and the order of its pixels: see `layout.arranged`.
    quality : sequence of str, optional
        Quality layers of a product whose pixels count as without data. Default: those that its mission always applies.
    glt : sequence of two str, optional
        Arrays of an HDF5 or netCDF-4 file that give for each place of a map the column and the row of the pixel of the
        sensor, counted from 1 (0: none).

    Returns
    -------
    Cube
        Of one band where it is two-dimensional.

    Raises
    ------
    DataError
        If no reader takes the file, it cannot be read, or does not hold such an array.
    """
    wanted = Wanted(
        key, ndim, shape, axes, pixels, None if quality is None else tuple(quality),
        None if glt is None else (glt[0], glt[1]),
    )  # fmt: skip
    if key is None and axes is None and glt is None and ndim != 2 and (found := product_of(path)):
        mission, main = found
        cube = mission.open(main, wanted)
        held = sum(file.stat().st_size for file in (main, *mission.companions(main)))
        require_capacity(main, cube.shape, cube.dtype.itemsize, held=held)
        return cube
    if path.is_dir() and (ndim == 2 or path.suffix.lower() == ".gdb"):
        raise DataError(
            f"{path}: is a folder; expected one file of labels; of a geodatabase, export the layer to a GeoPackage"
        )
    if path.is_dir():
        raise DataError(
            f"{path}: is a folder, but not of one product of {', '.join(mission.name for mission in MISSIONS)}; name"
            " the file to read"
        )
    if quality:
        raise DataError(
            f"{path}: has no quality layers, which only products of missions have; take 'quality' out of 'cube'"
        )
    if not path.is_file():
        raise DataError(f"{path}: no such file; correct the path, or fetch the data set again")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is an empty file; expected data; get the whole file")
    return READERS.get(path.suffix.lower(), open_raster)(path, wanted)
