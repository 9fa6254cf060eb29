"""The neighbour relation: which samples are so near that they must not stand on both sides of a split."""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from hsclass.samples.hashing import THRESHOLD, near_duplicates


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
    hashes : sequence of str
        Perceptual hash of each image; an empty one, of an unreadable image, is near to none.
    threshold : int
        Bits of 64 in which the hashes of near-duplicates may differ.
    """

    relation = "images are near-duplicates of one of"

    def __init__(self, hashes: Sequence[str], threshold: int = THRESHOLD) -> None:
        self.hashes = hashes
        self.threshold = threshold

    @cached_property
    def pairs(self) -> np.ndarray:
        """All pairs of near-duplicates, nearest first; see `hsclass.samples.hashing.near_duplicates`."""
        return near_duplicates(self.hashes, self.threshold)

    def near(self, marked: np.ndarray) -> np.ndarray:
        """Return the images, bool of shape (n,), that are marked or pair with a marked one."""
        found = marked.copy()
        first, second = self.pairs[:, :2].T
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
    from scipy.ndimage import maximum_filter

    return maximum_filter(pixels.astype(np.uint8), size=2 * distance + 1, mode="constant", cval=0) > 0
