"""NumPy's own files: .npy (one array) and .npz (several); nothing in them is ever executed."""

from pathlib import Path

import numpy as np

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.layout import Variable, Wanted, array_cube
from hsclass.errors import DataError


def open_numpy(path: Path, wanted: Wanted) -> Cube:
    """Open a .npy file, or read a .npz file, which is compressed as a whole; arguments and errors as `open_cube`."""
    single = path.suffix.lower() == ".npy"
    if single and wanted.key is not None:
        raise DataError(f"{path}: a .npy file holds one array, found key '{wanted.key}'; take 'key' out")
    try:
        if single:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
            variables = {"": Variable(array.shape, array.dtype, lambda rows: _mapped(path, rows))}
        else:
            with np.load(path, allow_pickle=False) as held:
                arrays = {name: held[name] for name in held.files}
            variables = {name: Variable.held(array) for name, array in arrays.items() if isinstance(array, np.ndarray)}
    except Exception as error:  # zip, header and pickle errors of many kinds
        raise DataError(
            f"{path}: cannot be read as NumPy data ({error}); expected plain numbers; get it again"
        ) from error
    shapes = {name: variable.shape for name, variable in variables.items()}
    file_format = "NumPy" if single else "NumPy, several arrays"
    return array_cube(path, shapes, variables.__getitem__, wanted, file_format=file_format)


def _mapped(path: Path, rows: slice) -> np.ndarray:
    """Copy rows of a file that is mapped anew each time, so that what was read does not stay in memory."""
    return np.array(np.load(path, mmap_mode="r", allow_pickle=False)[rows])
