"""HDF5 files: any array in them, named by its path, such as "HDFEOS/SWATHS/…/SWIR_Cube"."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.layout import Variable, Wanted, array_cube
from hsclass.errors import DataError


def open_hdf5(path: Path, wanted: Wanted) -> Cube:
    """Open an array (rows, cols, bands) of an HDF5 file; arguments and errors as `open_cube`."""
    try:
        variables = hdf5_variables(path)
    except Exception as error:  # the parser raises whatever it stumbles over
        raise DataError(
            f"{path}: cannot be read as HDF5 ({' '.join(str(error).split())}); it is damaged or of another format; get"
            " it again"
        ) from error
    shapes = {name: variable.shape for name, variable in variables.items()}
    return array_cube(path, shapes, variables.__getitem__, wanted, file_format="HDF5")


def hdf5_variables(path: Path, *, matlab: bool = False) -> dict[str, Variable]:
    """Return the arrays of numbers in an HDF5 file by their paths.

    Those of MATLAB have their axes in reverse order, and dots in their names where they lie in a struct.
    """
    import h5py

    found: dict[str, Variable] = {}

    def collect(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "biuf" and item.shape and not name.startswith("#"):
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
