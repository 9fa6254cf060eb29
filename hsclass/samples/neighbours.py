"""The neighbour relation: which samples are so near that they must not stand on both sides of a split."""

from typing import Protocol

import numpy as np
from scipy.ndimage import maximum_filter


class Neighbours(Protocol):
    """Which samples are neighbours of which; guard and audit know nothing else of a kind of samples.

    Attributes
    ----------
    relation : str
        What all samples that the guard dropped are, for messages: "pixels are nearer than 9 pixels to".
    """

    relation: str

    def near(self, marked: np.ndarray) -> np.ndarray:
        """Return the samples whose neighbourhood touches a marked one.

        Parameters
        ----------
        marked : ndarray of bool, of the shape of the samples

        Returns
        -------
        ndarray of bool, same shape
            The marked samples themselves are among them.
        """


class WindowNeighbours:
    """Pixels whose windows share a pixel.

    Two windows of side w share a pixel iff the Chebyshev distance of their centres is at most w - 1.

    Parameters
    ----------
    window : int
        Side of the windows [pixels].
    """

    def __init__(self, window: int) -> None:
        self.window = window
        self.relation = f"pixels are nearer than {window} pixels to"

    def near(self, marked: np.ndarray) -> np.ndarray:
        """Return the pixels, bool of shape (rows, cols), whose window shares a pixel with that of a marked one."""
        return within(marked, self.window - 1)


class DuplicateNeighbours:
    """Images that show nearly the same.

    Parameters
    ----------
    pairs : ndarray of int, shape (pairs, 2 or more)
        Places of two images in the first columns; see `hsclass.samples.hashing.near_duplicates`.
    """

    def __init__(self, pairs: np.ndarray) -> None:
        self.pairs = pairs[:, :2]
        self.relation = "images nearly show one of"

    def near(self, marked: np.ndarray) -> np.ndarray:
        """Return the images, bool of shape (n,), that are marked or pair with a marked one."""
        found = marked.copy()
        first, second = self.pairs.T
        found[first[marked[second]]] = True
        found[second[marked[first]]] = True
        return found


def within(pixels: np.ndarray, distance: int) -> np.ndarray:
    """Mark what lies within a Chebyshev distance of marked pixels.

    Parameters
    ----------
    pixels : ndarray of bool, shape (rows, cols)
    distance : int
        [pixels]; 0 returns the marked pixels alone.

    Returns
    -------
    ndarray of bool, shape (rows, cols)
        True where a marked pixel is at most `distance` rows and columns away. The square footprint is separable, so
        the cost is linear in the pixels and independent of the distance.
    """
    return maximum_filter(pixels.astype(np.uint8), size=2 * distance + 1, mode="constant", cval=0) > 0
