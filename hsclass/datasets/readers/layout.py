"""Arrays in a file: which one is meant, and how its axes lie, as given or found by the shape that is expected."""

import itertools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.cube import ArrayStore, Cube, native
from hsclass.datasets.sizes import require_capacity, require_memory
from hsclass.errors import DataError

_LOG = logging.getLogger(__name__)
_LISTED, _LONGEST = 20, 80  # names of arrays, and their characters, in a message
_AXES = ("rows", "cols", "bands")
_WHAT = {1: "the class of each pixel", 2: "reference labels (rows, cols)", 3: "a cube (rows, cols, bands)"}


@dataclass(frozen=True)
class Wanted:
    """What is looked for in a file; see `open_cube`."""

    key: str | None = None
    ndim: int | None = None
    shape: tuple[int, ...] | None = None
    axes: str | None = None
    pixels: str | None = None
    quality: tuple[str, ...] | None = None
    glt: tuple[str, str] | None = None


@dataclass(frozen=True)
class Variable:
    """An array in a file; `load` reads the rows of a slice of its first axis."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    load: Callable[[slice], np.ndarray]

    @classmethod
    def held(cls, array: np.ndarray) -> "Variable":
        """Return an array that is in memory."""
        return cls(array.shape, array.dtype, lambda rows: array[rows])


def array_cube(
    path: Path,
    shapes: Mapping[str, tuple[int, ...]],
    load: Callable[[str], Variable],
    wanted: Wanted,
    *,
    file_format: str,
    others: str = "",
) -> Cube:
    """Return the cube or the labels among the arrays of a file.

    Parameters
    ----------
    path : Path
    shapes : mapping of str to tuple of int
        Of the arrays by name; the only array of a file without names is "".
    load : callable
        Returns the array of a name.
    wanted : Wanted
    file_format : str
        In words.
    others : str
        What the file holds in addition to arrays, for messages.

    Raises
    ------
    DataError
        If there is no such array, more than one, or it is not of real numbers.
    """
    ndim = wanted.ndim
    if ndim is None and wanted.key is not None and wanted.key in shapes:
        ndim = 2 if len(shapes[wanted.key]) == 2 else 3
    elif ndim is None:
        ndim = 3 if any(len(shape) == 3 and min(shape) > 1 for shape in shapes.values()) else 2
    named = len(wanted.axes.split()) if wanted.axes else ndim
    if named == 2:
        shapes, load = {name: _flat(shape) for name, shape in shapes.items()}, partial(_flattened, load)
    name = _choose(path, shapes, wanted.key, named, wanted.shape, others=others)
    require_capacity(path, shapes[name], 1)
    found = load(name)
    if found.dtype.kind not in "biuf" or found.dtype.itemsize > 8:
        raise DataError(
            f"{path}: holds an array of {found.dtype}; expected plain real numbers of up to 64 bits; convert it"
        )
    require_capacity(path, found.shape, found.dtype.itemsize)
    axes = wanted.axes
    if axes is None and ndim == 3 and wanted.shape is not None and found.shape != wanted.shape:
        axes = _axes_by_shape(found.shape, wanted.shape)
        if axes is not None:
            _LOG.warning("%s: is %s; taken as '%s' by the expected shape %s", path, found.shape, axes, wanted.shape)
    if axes is not None:
        require_memory(path, found.shape, found.dtype.itemsize)
        array = arranged(found.load(slice(None)), path, ndim=ndim, axes=axes, pixels=wanted.pixels, shape=wanted.shape)
        found = Variable.held(array)
    if len(found.shape) != ndim or 0 in found.shape:
        raise DataError(f"{path}: holds an array of shape {found.shape}; expected {_WHAT[ndim]} that is not empty")
    shape = (found.shape[0], found.shape[1], found.shape[2] if ndim == 3 else 1)
    return Cube(path, file_format, shape, native(found.dtype), ArrayStore(found.load), key=name or None)


def _flat(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape without a last axis of one value, as labels often have it."""
    return shape[:2] if len(shape) == 3 and shape[2] == 1 < min(shape[:2]) else shape


def _flattened(load: Callable[[str], Variable], name: str) -> Variable:
    found = load(name)
    if (shape := _flat(found.shape)) == found.shape:
        return found
    return Variable(shape, found.dtype, lambda rows: found.load(rows).reshape(-1, shape[1]))


def arranged(
    array: np.ndarray,
    path: Path,
    *,
    ndim: int,
    axes: str,
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
        3 for a cube, 2 for labels.
    axes : str
        Its axes, such as "bands rows cols" or "pixels bands".
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
    names = axes.split()
    if "pixels" in names:
        by_columns = path.suffix.lower() == ".mat" if pixels is None else pixels == "by_columns"
        return _unfolded(array, path, names, by_columns, shape)
    if array.ndim != len(names) or len(names) != ndim:
        raise DataError(f"{path}: is {array.shape}; expected the axes '{axes}', as the descriptor says; correct 'axes'")
    return array.transpose([names.index(name) for name in _AXES[:ndim]])


def _choose(
    path: Path,
    shapes: Mapping[str, tuple[int, ...]],
    key: str | None,
    ndim: int,
    shape: tuple[int, ...] | None = None,
    *,
    others: str = "",
) -> str:
    """Return the variable to read: `key`, or else the only one with `ndim` dimensions that is not a vector.

    Where several have them, it is the only one of the expected `shape`, if that is known; where no cube is, the matrix
    of pixels and bands that has its size. With `ndim` 1 a vector is wanted: the class of each pixel. A file that holds
    just one array without a name holds that one.
    """
    if list(shapes) == [""] and key is None:
        return ""
    listed = ", ".join(f"{_shown(name)} {shape}" for name, shape in list(shapes.items())[:_LISTED])
    listed = (listed or "no array of numbers") + (f" and {more} others" if (more := len(shapes) - _LISTED) > 0 else "")
    held = f"{listed}{' and ' if others else ''}{others}"
    if key is not None:
        if key not in shapes:
            raise DataError(f"{path}: has no variable '{key}'; it holds {held}; correct 'key'")
        return key
    if ndim == 1:
        fitting = [name for name, held_shape in shapes.items() if max(held_shape) == np.prod(held_shape) > 1]
    else:
        fitting = [name for name, held_shape in shapes.items() if len(held_shape) == ndim and min(held_shape) > 1]
    if not fitting and shape is not None and len(shape) == ndim == 3:
        matrix = {shape[2], shape[0] * shape[1]}
        fitting = [name for name, held_shape in shapes.items() if len(held_shape) == 2 and set(held_shape) == matrix]
    if len(fitting) > 1 and shape is not None:
        fitting = [name for name in fitting if tuple(shapes[name]) == shape] or fitting
    if len(fitting) != 1:
        remedy = "name the one to read by 'key'"
        if not fitting:
            remedy = f"give another file, or {remedy} and the order of its axes by 'axes'"
        elif ndim == len(_AXES):
            example = f"{{path: {path.name}, key: {_shown(fitting[0])}, axes: rows cols bands}}"
            remedy += (
                f"; in a descriptor as cube: {example}, with 'axes' in the array's own order, 'wavelengths' next to"
                " 'cube', and 'glt' for a table that places pixels"
            )
        raise DataError(f"{path}: has {len(fitting)} variables that could be {_WHAT[ndim]}; it holds {held}; {remedy}")
    return fitting[0]


def _shown(name: str) -> str:
    """Return a name as a message shows it: a damaged file may hold kilobytes of anything."""
    text = "".join(sign if sign.isprintable() else "?" for sign in name)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


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
