"""Windows, gathered where the network runs: a batch is pixel coordinates, the cube is uploaded once."""

from typing import Any

import keras
import numpy as np
from keras import ops


def pad_cube(cube: np.ndarray, reach: int) -> np.ndarray:
    """Return the cube with `reach` pixels mirrored at each border (the border pixel itself is not repeated).

    A scene narrower than the reach is mirrored more than once.
    """
    return np.pad(cube, ((reach, reach), (reach, reach), (0, 0)), mode="reflect")


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
        padded = pad_cube(cube, window // 2)
        _, self.cols, self.features = padded.shape
        self.window = window
        self.spectra = self.add_weight(
            shape=(padded.shape[0] * self.cols, self.features), initializer="zeros", trainable=False, name="spectra"
        )
        self.spectra.assign(padded.reshape(-1, self.features))
        steps = np.arange(window, dtype=np.int32)
        self.offsets = (steps[:, np.newaxis] * self.cols + steps).ravel()

    def call(self, pixels: Any) -> Any:
        """Gather the window centred on each pixel; the padding makes its first corner the pixel's own coordinates."""
        corners = pixels[:, 0] * self.cols + pixels[:, 1]
        places = ops.expand_dims(corners, 1) + ops.convert_to_tensor(self.offsets)
        return ops.reshape(ops.take(self.spectra, places, axis=0), (-1, self.window, self.window, self.features))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (batch, window, window, features)."""
        return (input_shape[0], self.window, self.window, self.features)
