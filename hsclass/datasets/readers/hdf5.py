"""HDF5 and netCDF-4 files: any array in them, named by its path, such as "HDFEOS/SWATHS/…/SWIR_Cube"."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.glt import OrthorectifiedStore, read_table, table_grid
from hsclass.datasets.readers.layout import Variable, Wanted, array_cube
from hsclass.datasets.readers.missions import parsing
from hsclass.errors import DataError
from hsclass.raster import Grid


def open_hdf5(path: Path, wanted: Wanted) -> Cube:
    """Open an array of an HDF5 or netCDF-4 file; arguments and errors as `open_cube`.

    With `glt` the array (rows, cols, bands) is orthorectified while it is read.
    """
    try:
        variables = hdf5_variables(path)
    except Exception as error:  # the parser raises whatever it stumbles over
        raise DataError(
            f"{path}: cannot be read as HDF5 ({' '.join(str(error).split())}); it is damaged or of another format; get"
            " it again"
        ) from error
    shapes = {name: variable.shape for name, variable in variables.items()}
    cube = array_cube(path, shapes, variables.__getitem__, wanted, file_format="HDF5")
    return cube if wanted.glt is None else _orthorectified(path, cube, wanted.glt)


def _orthorectified(path: Path, cube: Cube, names: tuple[str, str]) -> Cube:
    import h5py

    with parsing(path, "a sensor with a lookup table"), h5py.File(path, "r") as file:
        array = file[cube.key]
        if array.shape != cube.shape:
            raise ValueError(f"'glt' goes with an array (rows, cols, bands), found {array.shape}")
        table = read_table(file, names, cube.shape[:2])
        fill = float(np.ravel(array.attrs.get("_FillValue", np.nan if cube.dtype.kind == "f" else 0))[0])
        grid = table_grid(file) if {"spatial_ref", "geotransform"} <= set(file.attrs) else Grid()
    store = OrthorectifiedStore(path, str(cube.key), table, cube.dtype, fill)
    return replace(cube, shape=(*table[0].shape, cube.shape[2]), store=store, grid=grid, nodata=(fill,))


def hdf5_variables(path: Path, *, matlab: bool = False) -> dict[str, Variable]:
    """Return the arrays of numbers in an HDF5 file by their paths.

    Those of MATLAB have their axes in reverse order, and dots in their names where they lie in a struct.
    """
    import h5py

    found: dict[str, Variable] = {}

    def collect(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "biufc" and item.shape and not name.startswith("#"):
            shape = item.shape[::-1] if matlab else item.shape
            load = partial(_load, path, name, matlab)
            found[name.replace("/", ".") if matlab else name] = Variable(shape, item.dtype, load)

    with h5py.File(path, "r") as file:
        file.visititems(collect)
    return found


def _load(path: Path, name: str, matlab: bool, rows: slice) -> np.ndarray:
    import h5py

    with h5py.File(path, "r") as file:
        return np.asarray(file[name][..., rows].T if matlab else file[name][rows])
