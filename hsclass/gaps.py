"""The value that marks pixels without data."""

import numpy as np

from hsclass.errors import DataError
from hsclass.row_blocks import row_blocks


def can_hold(dtype: np.dtype, value: float) -> bool:
    """Return whether a value can occur among values of a type."""
    if dtype.kind == "f":
        return True
    limits = np.iinfo(dtype)
    return float(value).is_integer() and limits.min <= value <= limits.max


def unused_value(values: np.ndarray, mask: np.ndarray, where: object) -> float:
    """Return a value that does not occur among the data, or at least not in all bands of a pixel.

    Parameters
    ----------
    values : ndarray, shape (rows, cols, bands)
    mask : ndarray of bool, shape (rows, cols)
        True where there is data.
    where : object
        What holds the values, for the message.

    Raises
    ------
    DataError
        If every usual value occurs in all bands of some pixel.
    """
    limits = np.finfo(values.dtype) if values.dtype.kind == "f" else np.iinfo(values.dtype)
    usual = (-9999.0, -32768.0, float(limits.min), float(limits.max), 0.0)
    choices = list(dict.fromkeys(choice for choice in usual if can_hold(values.dtype, choice)))
    for in_pixel in (np.any, np.all):
        for choice in choices:
            mark = values.dtype.type(choice)
            if not any((in_pixel(values[rows] == mark, axis=2) & mask[rows]).any() for rows in row_blocks(values)):
                return choice
    raise DataError(
        f"{where}: has pixels without data, but each of {choices} occurs among the data of {values.dtype}; expected one"
        " that can mark them; convert the values to a larger data type"
    )
