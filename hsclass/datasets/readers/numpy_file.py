"""NumPy's own files: .npy (one array) and .npz (several); nothing in them is ever executed."""

import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.layout import Variable, Wanted, array_cube
from hsclass.datasets.sizes import require_capacity
from hsclass.errors import DataError

_DEFLATED = 1100  # bytes that a deflated byte stands for at most, 1032, and what headers take
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def open_numpy(path: Path, wanted: Wanted) -> Cube:
    """Open a .npy file, or read a .npz file, which is compressed as a whole; arguments and errors as `open_cube`."""
    single = path.suffix.lower() == ".npy"
    if single and wanted.key is not None:
        raise DataError(f"{path}: a .npy file holds one array, found key '{wanted.key}'; take 'key' out")
    try:
        if single:
            with path.open("rb") as file:
                _require_whole(path, file)
            array = np.load(path, mmap_mode="r", allow_pickle=False)
            variables = {"": Variable(array.shape, array.dtype, lambda rows: _mapped(path, rows))}
        else:
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    with archive.open(member) as file:
                        _require_whole(path, file, member.compress_size)
            with np.load(path, allow_pickle=False) as held:
                arrays = {name: held[name] for name in held.files}
            variables = {name: Variable.held(array) for name, array in arrays.items() if isinstance(array, np.ndarray)}
    except DataError:
        raise
    except Exception as error:  # zip, header and pickle errors of many kinds
        raise DataError(
            f"{path}: cannot be read as NumPy data ({error}); expected plain numbers; get it again"
        ) from error
    shapes = {name: variable.shape for name, variable in variables.items()}
    file_format = "NumPy" if single else "NumPy, several arrays"
    return array_cube(path, shapes, variables.__getitem__, wanted, file_format=file_format)


def _require_whole(path: Path, file: IO[bytes], deflated: int | None = None) -> None:
    """Raise DataError where the header of an array claims more than the bytes after it, or deflated ones, hold."""
    prefix = np.lib.format.MAGIC_PREFIX
    version = tuple(start[len(prefix) :]) if (start := file.read(len(prefix) + 2)).startswith(prefix) else ()
    if version not in _HEADERS:
        return
    shape, _, dtype = _HEADERS[version](file)
    if dtype.hasobject:  # which is refused anyway
        return
    if deflated is None:
        require_capacity(path, shape, dtype.itemsize, held=path.stat().st_size - file.tell(), packed=1)
    else:
        require_capacity(path, shape, dtype.itemsize, held=deflated, packed=_DEFLATED)


def _mapped(path: Path, rows: slice) -> np.ndarray:
    """Copy rows of a file that is mapped anew each time, so that what was read does not stay in memory."""
    return np.array(np.load(path, mmap_mode="r", allow_pickle=False)[rows])
