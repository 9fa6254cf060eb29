"""What a file says that it holds, compared with what its bytes can hold and with the memory, before any is taken."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.errors import DataError, OutOfMemoryError

_PACKED = 100_000
"""Bytes that a byte of a file stands for at most: tiles that were never written take 16 bytes of a GeoTIFF each."""

_HARMLESS = 1_000_000_000
"""Bytes that are granted whatever the size of the file."""


def require_capacity(
    path: Path, shape: Sequence[int], itemsize: int, *, held: int | None = None, packed: int = 0
) -> None:
    """Raise DataError where a file says that it holds more than its bytes can hold, so that its header is damaged.

    Parameters
    ----------
    path : Path
    shape : sequence of int
        As the file says.
    itemsize : int
        Bytes of a value, or the fewest that it can take.
    held : int, optional
        Bytes that hold the values; those of the file by default.
    packed : int
        Bytes of values that a byte of these holds at most, for formats in which that is known; by default a number
        that no compression reaches, from `_HARMLESS` bytes on.
    """
    claimed = math.prod(map(int, shape)) * itemsize
    held = path.stat().st_size if held is None else held
    if claimed > (packed * held if packed else max(_HARMLESS, _PACKED * held)):
        from rich.filesize import decimal

        raise DataError(
            f"{path}: says that it holds {' x '.join(map(str, shape))} values, {decimal(claimed)}, which its"
            f" {decimal(held)} cannot hold; its header is damaged, or it was cut off; get the whole file"
        )


def require_memory(path: Path | None, shape: Sequence[int], itemsize: int) -> None:
    """Raise OutOfMemoryError where an array that is to be read as a whole is larger than the memory of the machine."""
    import psutil

    wanted, whole = math.prod(map(int, shape)) * itemsize, psutil.virtual_memory().total
    if wanted > whole:
        from rich.filesize import decimal

        raise OutOfMemoryError(
            f"{path or 'array'}: has {' x '.join(map(str, shape))} values, which take {decimal(wanted)} as a whole,"
            f" and this machine has {decimal(whole)} of memory; cut a part out, or map it with 'hsclass predict'"
        )


def whole_array(item: Any) -> np.ndarray:
    """Read a dataset of an open HDF5 file as a whole, unless the file cannot hold it."""
    require_capacity(Path(os.fspath(item.file.filename)), item.shape, item.dtype.itemsize)
    return np.asarray(item[...])
