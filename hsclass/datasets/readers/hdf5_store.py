"""Arrays of an HDF5 file that together are one cube, read row by row whatever the order of their axes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.cube import FileStore

_BLOCK_BYTES = 16_000_000  # of what is read at a time, in addition to the values that are returned
_CHUNK_CACHE_BYTES = 32_000_000


@dataclass(frozen=True)
class Piece:
    """An array that holds some bands of a cube; `axes` are its axes of rows, columns and bands."""

    name: str
    axes: tuple[int, int, int]


Masks = Callable[[Any, slice], np.ndarray | None]
"""Returns which pixels of some rows of the open file hold data, bool of shape (rows, cols); None: it does not say."""


class Hdf5File(FileStore):
    """The values of an HDF5 file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self) -> Any:
        """Open the file."""
        import h5py

        return h5py.File(self._path, "r", rdcc_nbytes=_CHUNK_CACHE_BYTES)


class Hdf5Store(Hdf5File):
    """The bands of one or several arrays.

    Parameters
    ----------
    path : Path
    pieces : sequence of Piece
    places : ndarray of int, shape (bands, 2)
        Of each band of the cube its piece and its number there.
    shape : tuple of int
        (rows, cols)
    dtype : numpy.dtype
    masks : callable, optional
    """

    def __init__(
        self,
        path: Path,
        pieces: Sequence[Piece],
        places: np.ndarray,
        shape: tuple[int, int],
        dtype: np.dtype[Any],
        masks: Masks | None = None,
    ) -> None:
        super().__init__(path)
        self._pieces, self._places = pieces, places
        self._shape, self._dtype, self._masks = shape, dtype, masks

    def read(self, rows: slice, bands: np.ndarray, *, reuse: bool = False) -> np.ndarray:
        """Read rows into a new array, block by block."""
        start, stop, _ = rows.indices(self._shape[0])
        values = np.empty((stop - start, self._shape[1], len(bands)), self._dtype)
        with self.opened() as file:
            for number, piece in enumerate(self._pieces):
                wanted = np.flatnonzero(self._places[bands, 0] == number)
                if len(wanted):
                    within = self._places[bands[wanted], 1]
                    for block, held in self._blocks(file[piece.name], piece.axes, start, stop, within):
                        values[block][..., wanted] = held
        return values

    def _blocks(
        self, array: Any, axes: tuple[int, int, int], start: int, stop: int, within: np.ndarray
    ) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield places in the result and values, shape (rows, cols, bands)."""
        low, high = int(within.min()), int(within.max()) + 1
        stored = (array.chunks or (1, 1, 1))[axes[0]]
        step = max(1, _BLOCK_BYTES // max(1, self._shape[1] * (high - low) * self._dtype.itemsize))
        step = max(stored, step // stored * stored)
        for top in range(start, stop, step):
            index: list[slice] = [slice(None)] * 3
            index[axes[0]], index[axes[2]] = slice(top, min(top + step, stop)), slice(low, high)
            held = np.transpose(array[tuple(index)], axes)[..., within - low]
            yield slice(top - start, top - start + held.shape[0]), held

    def mask(self, rows: slice) -> np.ndarray | None:
        """Read rows of the mask."""
        if self._masks is None:
            return None
        with self.opened() as file:
            start, stop, _ = rows.indices(self._shape[0])
            return self._masks(file, slice(start, stop))

    def thumbnail(self, bands: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Read every `step`-th row and column."""
        values: list[np.ndarray] = []
        masks: list[np.ndarray | None] = []
        with self.held_open():
            for row in range(0, self._shape[0], step):
                values.append(self.read(slice(row, row + 1), bands)[:, ::step])
                masks.append(self.mask(slice(row, row + 1)))
        known = [mask[:, ::step] for mask in masks if mask is not None]
        return np.concatenate(values), np.concatenate(known) if known else None
