"""Windows, gathered where the network runs: a batch is pixel coordinates, the cube is uploaded once."""

from typing import Any

import keras
import numpy as np
from keras import ops

from hsclass.backend import as_tensor


def pad_cube(cube: np.ndarray, reach: int) -> np.ndarray:
    """Return the cube with `reach` pixels mirrored at each border (the border pixel itself is not repeated).

    A scene narrower than the reach is mirrored more than once.
    """
    return np.pad(cube, ((reach, reach), (reach, reach), (0, 0)), mode="reflect")


def _mirrored(side: int, reach: int) -> np.ndarray:
    """For each place of a padded side, from 0, the place in the scene that it mirrors."""
    return np.pad(np.arange(side, dtype=np.int32), reach, mode="reflect")


class GatherWindows(keras.layers.Layer):
    """Turn pixel coordinates, int32 of shape (batch, 2), into windows of shape (batch, window, window, features).

    Parameters
    ----------
    cube : ndarray of float32, shape (rows, cols, features)
        The unpadded feature cube; held once, on the device, as a weight that is not trained.
    window : int
        Side [pixels], odd.
    """

    def __init__(self, cube: np.ndarray, window: int, **kwargs: Any) -> None:
        super().__init__(trainable=False, dtype="float32", **kwargs)
        *sides, self.features = cube.shape
        self.cols = sides[1]
        self.window = window
        spectra = cube.astype(np.float32, copy=False).reshape(-1, self.features)
        # Given as its first value: zeros and an assignment would hold the cube several times over.
        self.spectra = self.add_weight(
            shape=spectra.shape,
            initializer=lambda shape, dtype: as_tensor(spectra),
            trainable=False,
            name="spectra",
        )
        self.steps = np.arange(window, dtype=np.int32)
        self.mirrored = [_mirrored(side, window // 2) for side in sides]

    def call(self, pixels: Any) -> Any:
        """Gather the window centred on each pixel; beyond the borders the scene is mirrored as by `pad_cube`."""
        down, across = (
            ops.take(ops.convert_to_tensor(mirrored), pixels[:, axis, None] + ops.convert_to_tensor(self.steps), axis=0)
            for axis, mirrored in enumerate(self.mirrored)
        )
        return ops.take(self.spectra, down[:, :, None] * self.cols + across[:, None, :], axis=0)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, window, window, features)."""
        return (input_shape[0], self.window, self.window, self.features)
