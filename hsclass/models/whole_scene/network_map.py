"""Maps of whole scenes by a network, in pieces that fit into memory."""

from collections.abc import Callable
from functools import cached_property
from math import inf, prod
from typing import Any

import numpy as np

from hsclass.devices.memory import explained_out_of_memory, free_gpu_memory
from hsclass.errors import OutOfMemoryError
from hsclass.models.whole_scene.convolutional_map import ConvolutionalForm, convolutional_form
from hsclass.models.whole_scene.map_tiles import bytes_a_pixel, corners, tile_shape

_SPECTRA = 4096  # more at a time are not faster
_COMPILED = 5e7  # pixels times numbers of each from which compiling pays: a scene that large has several such pieces
_TRIES = 3


class NetworkMap:
    """What maps scenes with one network.

    A network on single pixels is given their spectra. One on windows is turned into its fully convolutional form, and
    given tiles of the scene with what surrounds them. Where memory runs out, smaller pieces are tried, and kept to.

    Parameters
    ----------
    network : keras.Sequential
        From windows, shape (side, side, features), to probabilities.

    Attributes
    ----------
    possible : bool
        Whether the network can be given spectra or tiles; otherwise windows are to be gathered one by one.
    """

    def __init__(self, network: Any) -> None:
        self.network = network
        _, self._side, _, self._features = network.input_shape
        self._form = convolutional_form(network) if self._side > 1 else None
        self.possible = self._side == 1 or self._form is not None
        self._enough = inf

    def predict(self, cube: np.ndarray, rows: slice, memory: float) -> np.ndarray:
        """Return class probabilities, float32 of shape (rows, cols, classes), of some rows of a feature cube.

        Parameters
        ----------
        cube : ndarray of float32, shape (rows, cols, features)
            Its borders are mirrored as far as the network looks.
        rows : slice
            Which rows to predict.
        memory : float
            Bytes that the network may work in, in addition to cube and result. On a GPU whose memory is known, half
            of what is free there is taken in its place.

        Raises
        ------
        OutOfMemoryError
            If a quarter of that is too much, too.
        """
        run = self._spectra if self._side == 1 else self._tiles
        free = free_gpu_memory()
        most = min(memory if free is None else free / 2, self._enough)
        found, enough = smaller_when_out_of_memory(most, lambda memory: run(cube, rows, memory))
        if enough < most:
            self._enough = enough
        return found

    def pixels(self, memory: float) -> int:
        """Return how many pixels, those around it counted too, a piece may have to be worked on in `memory` bytes."""
        if self._form is not None:
            numbers = self._form.numbers
        else:
            numbers = max(prod(layer.input.shape[1:]) + prod(layer.output.shape[1:]) for layer in self.network.layers)
        return max(1, int(memory // bytes_a_pixel(self._features, numbers)))

    @cached_property
    def _compiled(self) -> ConvolutionalForm | None:
        return convolutional_form(self.network, compiled=True)

    def _spectra(self, cube: np.ndarray, rows: slice, memory: float) -> np.ndarray:
        spectra = cube[rows].reshape(-1, 1, 1, self._features)
        count = min(_SPECTRA, self.pixels(memory))
        parts = range(0, len(spectra), count)
        with explained_out_of_memory(f"mapping {count} spectra at a time", _remedy(memory)):
            found = [np.asarray(self.network.predict_on_batch(spectra[first : first + count])) for first in parts]
        return np.concatenate(found).reshape(*cube[rows].shape[:2], -1)

    def _tiles(self, cube: np.ndarray, rows: slice, memory: float) -> np.ndarray:
        assert self._form is not None
        reach = self._side // 2
        down, across = (np.pad(np.arange(side), reach, mode="reflect") for side in cube.shape[:2])
        size = rows.stop - rows.start, cube.shape[1]
        height, width = tile_shape(*size, reach=reach, pixels=self.pixels(memory))
        found = np.empty((*size, self.network.output_shape[-1]), np.float32)
        form = self._compiled if prod(size) * self._form.numbers >= _COMPILED else self._form
        assert form is not None
        with explained_out_of_memory(f"mapping in tiles of {height} x {width} pixels", _remedy(memory)):
            for top, left in corners(*size, (height, width)):
                first = rows.start + top
                around = np.ix_(down[first : first + height + 2 * reach], across[left : left + width + 2 * reach])
                tile = form.model.predict_on_batch(cube[around][np.newaxis])
                found[top : top + height, left : left + width] = np.asarray(tile[0])
        return found


def smaller_when_out_of_memory(size: float, run: Callable[[float], np.ndarray]) -> tuple[np.ndarray, float]:
    """Return what `run` makes of a size of its pieces, or of half or a quarter where memory runs out; and that size.

    Raises
    ------
    OutOfMemoryError
        If memory runs out with a quarter, too.
    """
    for _ in range(_TRIES - 1):
        try:
            return run(size), size
        except OutOfMemoryError:
            size /= 2
    return run(size), size


def _remedy(memory: float) -> str:
    return (
        f"give the map less to work in (--memory {max(1, memory / 1e6 / 2):.0f}), end what else takes memory, or use a"
        " machine with more"
    )
