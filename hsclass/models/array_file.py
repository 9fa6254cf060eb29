"""Named arrays on disk, checked when they are read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.errors import DataError

Layout = Mapping[str, tuple[str, tuple[int | None, ...]]]


def write_arrays(file: Path, **arrays: Any) -> None:
    """Write arrays of numbers into an NPZ file."""
    np.savez(file, **arrays)


def read_arrays(file: Path, layout: Layout) -> dict[str, np.ndarray]:
    """Read what `write_arrays` wrote.

    Parameters
    ----------
    file : Path
    layout : mapping
        Name of each array to its dtype ("f4") and its shape, None where a length is free.

    Raises
    ------
    DataError
        If the file cannot be read, holds objects, or an array is missing, of another dtype or shape, or not finite.
    """
    try:
        with np.load(file, allow_pickle=False) as held:
            arrays = {name: held[name] for name in layout}
    except Exception as error:  # a broken file can fail the reader at any of its steps
        raise DataError(f"{file}: cannot be read ({error}); train the model again") from error
    for name, (kind, shape) in layout.items():
        array = arrays[name]
        fits = len(shape) == array.ndim and all(
            want in (None, got) for want, got in zip(shape, array.shape, strict=True)
        )
        if array.dtype != np.dtype(kind) or not fits or not np.isfinite(array).all():
            raise DataError(
                f"{file}: array '{name}' is {array.dtype} of shape {array.shape}; expected finite {np.dtype(kind)} of"
                f" shape {tuple('any' if want is None else want for want in shape)}; train the model again"
            )
    return arrays
