"""MATLAB files: up to version 7 through SciPy, version 7.3 (HDF5) through h5py."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from hsclass.datasets.readers.contents import Contents, choose
from hsclass.errors import DataError

_NUMERIC = {
    "double", "single", "logical",
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
}  # fmt: skip

Choice = Callable[[Mapping[str, tuple[int, ...]]], str]


def read_mat(path: Path, key: str | None, ndim: int, shape: tuple[int, ...] | None = None) -> Contents:
    """Read a variable of a .mat file; arguments and errors as `read_array`."""
    import h5py

    read = _read_hdf5 if h5py.is_hdf5(path) else _read_classic
    try:
        return Contents(read(path, lambda shapes: choose(path, shapes, key, ndim, shape)))
    except DataError:
        raise
    except Exception as error:  # the parsers raise whatever they stumble over
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"{path}: cannot be read as a MATLAB file ({reason}); it is damaged or of another format; fetch it again"
        ) from error


def _read_classic(path: Path, chosen: Choice) -> np.ndarray:
    from scipy.io import loadmat, whosmat

    shapes = {name: shape for name, shape, kind in whosmat(path) if kind in _NUMERIC}
    name = chosen(shapes)
    return np.asarray(loadmat(path, variable_names=[name])[name])


def _read_hdf5(path: Path, chosen: Choice) -> np.ndarray:
    """Read version 7.3, which stores arrays in MATLAB's column order: HDF5 sees the axes reversed."""
    import h5py

    with h5py.File(path, "r") as file:
        shapes = {
            name: tuple(item.shape[::-1])
            for name, item in file.items()
            if isinstance(item, h5py.Dataset) and item.dtype.kind in "biuf"
        }
        return np.ascontiguousarray(file[chosen(shapes)][()].T)
