"""The eight symmetries of the square: what is seen from above has no preferred direction."""

import numpy as np

COUNT = 8


def turned(images: np.ndarray, symmetry: int) -> np.ndarray:
    """Return images, shape (n, side, side, channels), under one of the eight symmetries; 0 leaves them as they are.

    The three bits of `symmetry` mirror the rows, the columns and the diagonal.
    """
    if symmetry & 4:
        images = images.transpose(0, 2, 1, 3)
    if symmetry & 1:
        images = images[:, ::-1]
    if symmetry & 2:
        images = images[:, :, ::-1]
    return images
