"""Regions: the contiguous patches that a class falls into."""

import numpy as np

NOISE = -1


def find_regions(mask: np.ndarray, *, eps: float, min_samples: int) -> list[np.ndarray]:
    """Cluster the pixels of a class by their position.

    DBSCAN (Ester et al., 1996) on (row, col), the idea of Lange et al. (2018): pixels with enough neighbours and what
    they reach form a region. Noise pixels join the region of the nearest clustered pixel, so that none is left over.
    Where all pixels are noise, the regions are the 8-connected components instead.

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
    region = (_touching if eps < 2 else _clustered)(mask, eps, min_samples)
    noise = region == NOISE
    if noise.all():
        from scipy.ndimage import label

        region = label(mask, structure=np.ones((3, 3)))[0][mask]
    elif noise.any():
        from scipy.spatial import cKDTree

        nearest = cKDTree(pixels[~noise]).query(pixels[noise])[1]
        region[noise] = region[~noise][nearest]
    order = np.argsort(region, kind="stable")
    starts = np.flatnonzero(np.diff(region[order])) + 1
    return sorted(np.split(pixels[order], starts), key=lambda region: tuple(region[0]))


def _clustered(mask: np.ndarray, eps: float, min_samples: int) -> np.ndarray:
    """Return the cluster of each pixel that is True in `mask`, in row order, or `NOISE`."""
    from sklearn.cluster import DBSCAN

    return DBSCAN(eps=eps, min_samples=min_samples).fit_predict(np.argwhere(mask))


def _touching(mask: np.ndarray, eps: float, min_samples: int) -> np.ndarray:
    """Return the same for `eps` below 2, where neighbours touch: clusters are connected components of core pixels."""
    from scipy.ndimage import label

    near = np.hypot(*np.mgrid[-1:2, -1:2]) <= eps
    shifts = np.argwhere(near)
    padded = np.pad(mask.view(np.uint8), 1)
    rows, cols = mask.shape
    counts = sum(padded[down : down + rows, right : right + cols] for down, right in shifts)
    core = mask & (counts >= min_samples)
    region = label(core, structure=near, output=np.int32)[0] - 1
    # Other pixels join the first cluster that has a core next to them, as DBSCAN grows these one after the other.
    border = np.argwhere(mask & ~core)
    none = np.iinfo(region.dtype).max
    bordered = np.pad(region, 1, constant_values=NOISE)
    found = np.full(len(border), none)
    for shift in shifts:
        there = bordered[tuple((border + shift).T)]
        np.minimum(found, there, out=found, where=there != NOISE)
    region[tuple(border.T)] = np.where(found == none, NOISE, found)
    return region[mask]


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
    ends = (first_lines(along, size, leave=leave) for along in (pixels[:, longer], -pixels[:, longer]))
    return [end for end in ends if end.any()]


def first_lines(along: np.ndarray, size: int, *, leave: int = 0) -> np.ndarray:
    """Mark the first lines of a region: as many as come nearest to a number of pixels, at least one.

    Parameters
    ----------
    along : ndarray of int, shape (n,)
        Line that each pixel lies on.
    size : int
        Pixels wanted.
    leave : int
        How many lines beyond the last marked one the region must still extend.

    Returns
    -------
    ndarray of bool, shape (n,)
        False everywhere where `leave` cannot be met.
    """
    lines, counts = np.unique(along, return_counts=True)
    fits = lines + leave <= lines[-1]
    if not fits.any():
        return np.zeros(len(along), bool)
    last = np.abs(np.cumsum(counts)[fits] - size).argmin()
    return along <= lines[last]


def slabs(pixels: np.ndarray, count: int) -> list[np.ndarray]:
    """Cut a region with straight lines across the longer axis of its bounding box into parts of about equal size.

    Parameters
    ----------
    pixels : ndarray of int, shape (n, 2)
        (row, col) of the region.
    count : int
        Parts wanted; there are fewer where the region has fewer lines, or has most of its pixels on few of them.

    Returns
    -------
    list of ndarray of int, shape (n, 2)
        (row, col) of the pixels of each part.
    """
    part = equal_lines(pixels[:, int(np.argmax(np.ptp(pixels, axis=0)))], count)
    return [pixels[part == number] for number in np.unique(part)]


def equal_lines(along: np.ndarray, count: int) -> np.ndarray:
    """Number the parts, from 0, shape (n,), that lines fall into when they are divided into parts of about equal size.

    A line belongs to the part that the middle of its pixels falls into, counted over `along`, the line of each pixel.
    """
    _, line, counts = np.unique(along, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    return (middle * count // len(along)).astype(int)[line]
