"""What a reader returns, and the choice of a variable that all readers share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from hsclass.errors import DataError
from hsclass.raster import Grid

_WHAT = {1: "the class of each pixel", 2: "a ground truth (rows, cols)", 3: "a cube (rows, cols, bands)"}


@dataclass(frozen=True)
class Contents:
    """What a file holds.

    Attributes
    ----------
    array : ndarray, shape (rows, cols, bands) or (rows, cols)
    grid : Grid
    nodata : float or None
    wavelengths : ndarray of float64, shape (bands,), or None
        Band centres [nm].
    good_bands : ndarray of bool, shape (bands,), or None
        False where the file itself marks a band as bad.
    fwhm : ndarray of float64, shape (bands,), or None
        Full widths of the bands at half maximum [nm].
    scale, offset : ndarray of float64, shape (bands,), or None
        Measured value = `array` x scale + offset.
    """

    array: np.ndarray
    grid: Grid = field(default_factory=Grid)
    nodata: float | None = None
    wavelengths: np.ndarray | None = None
    good_bands: np.ndarray | None = None
    fwhm: np.ndarray | None = None
    scale: np.ndarray | None = None
    offset: np.ndarray | None = None

    def checked(self, path: Path, ndim: int) -> Self:
        """Return this with the array in native byte order, or raise DataError where it is not `ndim` numbers."""
        array = self.array
        if array.dtype.kind not in "biuf":
            raise DataError(f"{path}: holds an array of {array.dtype}; expected plain real numbers")
        if array.ndim != ndim or array.size == 0:
            raise DataError(f"{path}: holds an array of shape {array.shape}; expected {_WHAT[ndim]} that is not empty")
        dtype = array.dtype.newbyteorder("=")
        if dtype.kind == "b":
            dtype = np.dtype(np.uint8)
        elif dtype == np.float16:  # GeoTIFF has no half precision
            dtype = np.dtype(np.float32)
        return replace(self, array=array.astype(dtype, copy=False))


def choose(
    path: Path,
    shapes: Mapping[str, tuple[int, ...]],
    key: str | None,
    ndim: int,
    shape: tuple[int, ...] | None = None,
) -> str:
    """Return the variable to read: `key`, or else the only one with `ndim` dimensions that is not a vector.

    Where several have them, it is the only one of the expected `shape`, if that is known; where no cube is, the matrix
    of pixels and bands that has its size. With `ndim` 1 a vector is wanted: the class of each pixel.

    Raises
    ------
    DataError
        If there is no such variable, or more than one.
    """
    held = ", ".join(f"{name} {shape}" for name, shape in shapes.items()) or "no array of numbers"
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
        raise DataError(
            f"{path}: has {len(fitting)} variables that could be {_WHAT[ndim]}; it holds {held};"
            " name the one to read by 'key'"
        )
    return fitting[0]
