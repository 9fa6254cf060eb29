"""Counting and sorting numbers of many pixels with little memory."""

import numpy as np

_PART = 2**20  # samples counted at a time


def tally(numbers: np.ndarray, weights: np.ndarray | None = None, *, least: int = 0) -> np.ndarray:
    """Return `np.bincount`, a part at a time: it turns all numbers and weights into 64 bits first.

    Parameters
    ----------
    numbers : ndarray of int, shape (n,)
        None negative.
    weights : ndarray, shape (n,), optional
        What is summed in place of ones.
    least : int
        Length of the result, at least.
    """
    least = max(least, int(numbers.max()) + 1 if len(numbers) else 0)
    found = np.zeros(least, np.int64 if weights is None else np.float64)
    step = max(_PART, least)
    for start in range(0, len(numbers), step):
        part = slice(start, start + step)
        found += np.bincount(numbers[part], None if weights is None else weights[part], minlength=least)
    return found


def class_counts(labels: np.ndarray) -> dict[int, int]:
    """Return the number of samples of each class that has any, by ascending class id; 0 is none."""
    counts = tally(labels.ravel())
    return {identity: int(counts[identity]) for identity in np.flatnonzero(counts).tolist() if identity > 0}


def counts_by_class(units: np.ndarray, labels: np.ndarray, classes: np.ndarray, *, count: int) -> np.ndarray:
    """Return the samples of each class in each unit, int64 of shape (count, classes).

    Parameters
    ----------
    units : ndarray of int, shape (n,)
        Of each sample, from 0 to `count` - 1.
    labels : ndarray of int, shape (n,)
        Class id of each sample.
    classes : ndarray of int, shape (classes,)
        The ids, ascending.
    count : int
        Number of units.
    """
    place = np.zeros(int(classes[-1]) + 1, np.int32 if count * len(classes) < 2**31 else np.int64)
    place[classes] = np.arange(len(classes))
    cells = place[labels]
    cells += (units * len(classes)).astype(cells.dtype, copy=False)
    return tally(cells, least=count * len(classes)).reshape(count, -1)


def order_by_number(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sort places by their number, in linear time.

    Parameters
    ----------
    numbers : ndarray of int, shape (n,)
        None negative.

    Returns
    -------
    order : ndarray of int32, shape (n,)
        The places of the smallest number, then those of the next; those of one number as they were.
    starts : ndarray of int, shape (largest number + 2,)
        Where the places of each number begin in this order, and its length.
    """
    from scipy.sparse import csr_array

    # Columns of a sparse matrix are sorted by counting.
    index = np.arange(len(numbers), dtype=np.int32)
    shape = 1, int(numbers.max(initial=0)) + 1
    row = csr_array((index, numbers, [0, len(numbers)]), shape=shape).tocsc()
    return row.data, row.indptr


def places_of(mask: np.ndarray, kind: np.dtype) -> np.ndarray:
    """Return what `np.argwhere` does, as integers of a kind: it takes 32 bytes a pixel in between."""
    lines = np.meshgrid(*(np.arange(side, dtype=kind) for side in mask.shape), indexing="ij", sparse=True)
    return np.stack([np.broadcast_to(line, mask.shape)[mask] for line in lines], axis=1)
