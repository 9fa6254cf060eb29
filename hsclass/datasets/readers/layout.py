"""The axes of an array: told by the descriptor, or found by the shape that is expected."""

import itertools
import logging
from pathlib import Path

import numpy as np

from hsclass.errors import DataError

_LOG = logging.getLogger(__name__)
_AXES = ("rows", "cols", "bands")


def arranged(
    array: np.ndarray,
    path: Path,
    *,
    ndim: int,
    axes: str | None = None,
    pixels: str | None = None,
    shape: tuple[int, ...] | None = None,
) -> np.ndarray:
    """Return an array with the axes rows, cols (and bands), whatever their order in the file.

    Parameters
    ----------
    array : ndarray
    path : Path
        Where it is from.
    ndim : int
        3 for a cube, 2 for a ground truth.
    axes : str, optional
        Its axes, such as "bands rows cols" or "pixels bands". Default: rows cols (bands), unless the expected shape
        shows that a cube lies in one other way.
    pixels : str, optional
        "by_rows" or "by_columns": how an axis of pixels goes through the scene. Default: by columns in MATLAB files,
        which is how MATLAB reshapes; by rows elsewhere.
    shape : tuple of int, optional
        Expected shape; without it an axis of pixels cannot be unfolded.

    Raises
    ------
    DataError
        If the array has not these axes.
    """
    found = array.shape
    if axes is None and ndim == 3 and shape is not None and found != shape:
        axes = _axes_by_shape(found, shape)
        if axes is not None:
            _LOG.warning("%s: is %s; taken as '%s' by the expected shape %s", path, found, axes, shape)
    if axes is None:
        return array
    names = axes.split()
    if "pixels" in names:
        by_columns = path.suffix.lower() == ".mat" if pixels is None else pixels == "by_columns"
        return _unfolded(array, path, names, by_columns, shape)
    if array.ndim != len(names) or len(names) != ndim:
        raise DataError(f"{path}: is {found}; expected the axes '{axes}', as the descriptor says; correct 'axes'")
    return array.transpose([names.index(name) for name in _AXES[:ndim]])


def _axes_by_shape(found: tuple[int, ...], shape: tuple[int, ...]) -> str | None:
    """Return the only order of axes that gives the expected shape; None where there is none, or more than one."""
    sizes = dict(zip(_AXES, shape, strict=False)) | {"pixels": shape[0] * shape[1]}
    orders = [*itertools.permutations(_AXES), ("pixels", "bands"), ("bands", "pixels")]
    fitting = [" ".join(order) for order in orders if tuple(sizes[name] for name in order) == found]
    return fitting[0] if len(fitting) == 1 else None


def _unfolded(
    array: np.ndarray, path: Path, names: list[str], by_columns: bool, shape: tuple[int, ...] | None
) -> np.ndarray:
    if shape is None:
        raise DataError(
            f"{path}: has an axis of pixels; expected 'shape' (rows, cols, bands) in the descriptor; add it"
        )
    rows, cols = shape[0], shape[1]
    if len(names) == 1:
        array = array.reshape(-1, 1) if array.ndim == 1 or 1 in array.shape else array
    elif names[0] == "bands":
        array = array.T
    if array.ndim != 2 or array.shape[0] != rows * cols:
        raise DataError(
            f"{path}: has {array.shape[0]} pixels along '{' '.join(names)}'; expected {rows} x {cols} = {rows * cols};"
            " correct 'axes' or 'shape'"
        )
    unfolded = array.reshape(cols, rows, -1).transpose(1, 0, 2) if by_columns else array.reshape(rows, cols, -1)
    return unfolded[..., 0] if len(names) == 1 else unfolded
