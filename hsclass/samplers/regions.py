"""Regions: the contiguous patches that a class falls into."""

import numpy as np
from scipy.ndimage import label
from scipy.spatial import cKDTree
from sklearn.cluster import DBSCAN

NOISE = -1


def find_regions(mask: np.ndarray, *, eps: float, min_samples: int) -> list[np.ndarray]:
    """Cluster the pixels of a class by their position.

    DBSCAN (Ester et al., 1996) on (row, col), as Lange et al. (2018) do: pixels with enough neighbours and what they
    reach form a region. Noise pixels join the region of the nearest clustered pixel, so that none is left over. Where
    all pixels are noise, the regions are the 8-connected components instead.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, cols)
        True for the pixels of the class.
    eps : float
        Euclidean distance [pixels] up to which two pixels are neighbours; 1.5 takes in the diagonals.
    min_samples : int
        Pixels within `eps`, itself included, that make a pixel a core of a region.

    Returns
    -------
    list of ndarray of int, shape (n, 2)
        (row, col) of the pixels of each region, in row order; regions by their first pixel.
    """
    pixels = np.argwhere(mask)
    if len(pixels) == 0:
        return []
    region = DBSCAN(eps=eps, min_samples=min_samples).fit_predict(pixels)
    noise = region == NOISE
    if noise.all():
        region = label(mask, structure=np.ones((3, 3)))[0][mask]
    elif noise.any():
        nearest = cKDTree(pixels[~noise]).query(pixels[noise])[1]
        region[noise] = region[~noise][nearest]
    order = np.argsort(region, kind="stable")
    starts = np.flatnonzero(np.diff(region[order])) + 1
    return sorted(np.split(pixels[order], starts), key=lambda region: tuple(region[0]))


def cut(pixels: np.ndarray, size: int, *, leave: int = 0) -> list[np.ndarray]:
    """Cut a region in two with a straight line across the longer axis of its bounding box.

    Parameters
    ----------
    pixels : ndarray of int, shape (n, 2)
        (row, col) of the region.
    size : int
        Pixels wanted in the cut-off part; the line lies where its size is nearest to that, after one line at least.
    leave : int
        How many lines beyond the line, counted along the axis, the region must still extend.

    Returns
    -------
    list of ndarray of bool, shape (n,)
        True in the part cut off, for either end of the region; empty where `leave` cannot be met.
    """
    longer = int(np.argmax(np.ptp(pixels, axis=0)))
    parts = []
    for along in (pixels[:, longer], -pixels[:, longer]):
        lines, counts = np.unique(along, return_counts=True)
        fits = lines + leave <= lines[-1]
        if fits.any():
            last = np.abs(np.cumsum(counts)[fits] - size).argmin()
            parts.append(along <= lines[last])
    return parts
