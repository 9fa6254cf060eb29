"""Perceptual hashes: which images show nearly the same."""

from collections.abc import Sequence

import numpy as np

THRESHOLD = 10
"""Bits of 64 in which two images may differ and still count as near-duplicates."""

_CHUNK = 1 << 22  # pairs compared at once


def perceptual_hash(pixels: np.ndarray) -> str:
    """Return the pHash of an image, 64 bits as 16 hexadecimal digits.

    The image is made grey and 32 x 32 pixels; the signs of the 8 x 8 lowest frequencies of its discrete cosine
    transform about their median are the bits. Changes of compression, size or brightness leave most of them as they
    are; a shift of the scene by a good part of the tile does not.

    Parameters
    ----------
    pixels : ndarray, shape (rows, cols, bands)
        Of any type; what is not of bytes is stretched over its own range.

    References
    ----------
    Zauner, C. (2010). Implementation and benchmarking of perceptual image hash functions.
    """
    import imagehash
    from PIL import Image

    shown = pixels[:, :, :3] if pixels.shape[2] >= 3 else pixels[:, :, 0]
    if shown.dtype != np.uint8:
        low, high = float(shown.min()), float(shown.max())
        shown = ((shown - low) * (255 / (high - low or 1))).astype(np.uint8)
    return str(imagehash.phash(Image.fromarray(shown)))


def near_duplicates(hashes: Sequence[str], threshold: int = THRESHOLD) -> np.ndarray:
    """Return all pairs of images whose hashes differ in `threshold` bits or fewer, nearest first.

    Parameters
    ----------
    hashes : sequence of str
        From `perceptual_hash`; an empty one, of an unreadable image, is near to none.
    threshold : int

    Returns
    -------
    ndarray of int64, shape (pairs, 3)
        The places of two images, the lower first, and the bits in which they differ.
    """
    known = np.array([place for place, text in enumerate(hashes) if text], np.int64)
    bits = np.array([int(hashes[place], 16) for place in known], np.uint64)
    found = [np.empty((0, 3), np.int64)]
    step = max(1, _CHUNK // max(len(bits), 1))
    for start in range(0, len(bits), step):
        differ = np.bitwise_count(bits[start : start + step, np.newaxis] ^ bits[np.newaxis, start:])
        rows, cols = np.nonzero(differ <= threshold)
        rows, cols = rows[cols > rows], cols[cols > rows]
        found.append(np.stack([known[start + rows], known[start + cols], differ[rows, cols].astype(np.int64)], axis=1))
    pairs = np.concatenate(found)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0], pairs[:, 2]))]


def groups_of(pairs: np.ndarray, count: int) -> np.ndarray:
    """Return the group of each of `count` images, shape (count,): those that pairs link, directly or not, share one."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    links = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1])
