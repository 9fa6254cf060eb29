"""MATLAB files: up to version 7 through SciPy, 7.3 (HDF5) through h5py; arrays in a struct are "struct.field"."""

import logging
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.hdf5 import hdf5_variables
from hsclass.datasets.readers.layout import Variable, Wanted, array_cube
from hsclass.datasets.sizes import require_capacity, require_memory
from hsclass.errors import DataError

_LOG = logging.getLogger(__name__)
_FILL = """
import io, sys
import numpy as np
from scipy.io import loadmat
value = loadmat(sys.argv[1], variable_names=[sys.argv[2]])[sys.argv[2]]
value.check_format(full_check=True)
held = io.BytesIO()
np.save(held, value.toarray())
sys.stdout.buffer.write(held.getbuffer())
"""
_BYTES = {
    "double": 1, "single": 1, "logical": 1, "sparse": 8,
    "int8": 1, "int16": 1, "int32": 1, "int64": 1, "uint8": 1, "uint16": 1, "uint32": 1, "uint64": 1,
}  # fmt: skip
"""Kinds of arrays of numbers, and the fewest bytes that a value takes: MATLAB stores whole numbers as bytes."""


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
    shapes = {name: shape for name, shape, kind in listed if kind in _BYTES}
    kinds = {name: kind for name, _, kind in listed}
    structs = [name for name, _, kind in listed if kind == "struct"]
    nested: dict[str, np.ndarray] = {}
    if structs and (not shapes or "." in (wanted.key or "")):
        for name, value in loadmat(path, variable_names=structs, simplify_cells=True).items():
            if name in structs:
                nested |= _fields(value, name)
        shapes |= {name: array.shape for name, array in nested.items()}

    def load(name: str) -> Variable:
        require_capacity(path, shapes[name], _BYTES.get(kinds.get(name, ""), 1))
        require_memory(path, shapes[name], _BYTES.get(kinds.get(name, ""), 1))
        if name in nested:
            _LOG.info("%s: takes %s, an array of a struct", path, name)
            return Variable.held(nested[name])
        if kinds[name] == "sparse":
            _LOG.info("%s: takes %s, a sparse matrix", path, name)
            return Variable.held(_filled(path, name))
        return Variable.held(np.asarray(loadmat(path, variable_names=[name])[name]))

    others = ", ".join(f"the {kind} {name}" for name, _, kind in listed if kind in {"struct", "cell"})
    return array_cube(path, shapes, load, wanted, file_format="MATLAB 5", others=others)


def _filled(path: Path, name: str) -> np.ndarray:
    """Read a sparse matrix in a process of its own: a damaged one makes SciPy read or write anywhere in memory."""
    done = subprocess.run([sys.executable, "-c", _FILL, path, name], capture_output=True, check=False)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["the reader crashed"]
        raise ValueError(f"{name}: {reason[0]}")
    return np.asarray(np.load(BytesIO(done.stdout), allow_pickle=False))


def _fields(value: Any, name: str) -> dict[str, np.ndarray]:
    """Return the arrays of numbers in a struct, and in structs inside it, by their names from its own on."""
    if isinstance(value, dict):
        found: dict[str, np.ndarray] = {}
        for field, inner in value.items():
            found |= _fields(inner, f"{name}.{field}")
        return found
    return {name: value} if isinstance(value, np.ndarray) and value.dtype.kind in "biufc" else {}
