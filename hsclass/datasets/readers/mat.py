"""MATLAB files: up to version 7 through SciPy, 7.3 (HDF5) through h5py; arrays in a struct are "struct.field"."""

import logging
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.hdf5 import hdf5_variables
from hsclass.datasets.readers.layout import Variable, Wanted, array_cube
from hsclass.errors import DataError

_LOG = logging.getLogger(__name__)
_NUMERIC = {
    "double", "single", "logical", "sparse",
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
}  # fmt: skip


def open_mat(path: Path, wanted: Wanted) -> Cube:
    """Open a variable of version 7.3, or read one of an older file; arguments and errors as `open_cube`."""
    import h5py

    try:
        if h5py.is_hdf5(path):
            variables = hdf5_variables(path, matlab=True)
            shapes = {name: variable.shape for name, variable in variables.items()}
            return array_cube(path, shapes, variables.__getitem__, wanted, file_format="MATLAB 7.3")
        return _classic(path, wanted)
    except (DataError, MemoryError):
        raise
    except Exception as error:  # the parsers raise whatever they stumble over
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"{path}: cannot be read as a MATLAB file ({reason}); it is damaged or of another format; get it again"
        ) from error


def _classic(path: Path, wanted: Wanted) -> Cube:
    """Read the variable of a file that is compressed variable by variable."""
    from scipy.io import loadmat, whosmat

    listed = whosmat(path)
    shapes = {name: shape for name, shape, kind in listed if kind in _NUMERIC}
    structs = [name for name, _, kind in listed if kind == "struct"]
    nested: dict[str, np.ndarray] = {}
    if structs and (not shapes or "." in (wanted.key or "")):
        for name, value in loadmat(path, variable_names=structs, simplify_cells=True).items():
            if name in structs:
                nested |= _fields(value, name)
        shapes |= {name: array.shape for name, array in nested.items()}

    def load(name: str) -> Variable:
        if name in nested:
            _LOG.info("%s: takes %s, an array of a struct", path, name)
            return Variable.held(nested[name])
        value = loadmat(path, variable_names=[name])[name]
        if hasattr(value, "toarray"):
            _LOG.info("%s: takes %s, a sparse matrix", path, name)
            value = value.toarray()
        return Variable.held(np.asarray(value))

    others = ", ".join(f"the {kind} {name}" for name, _, kind in listed if kind in {"struct", "cell"})
    return array_cube(path, shapes, load, wanted, file_format="MATLAB 5", others=others)


def _fields(value: Any, name: str) -> dict[str, np.ndarray]:
    """Return the arrays of numbers in a struct, and in structs inside it, by their names from its own on."""
    if isinstance(value, dict):
        found: dict[str, np.ndarray] = {}
        for field, inner in value.items():
            found |= _fields(inner, f"{name}.{field}")
        return found
    return {name: value} if isinstance(value, np.ndarray) and value.dtype.kind in "biufc" else {}
