"""Fields: the labelled pixels that belong together, and are right or wrong together."""

import numpy as np

from hsclass.samples.counting import order_by_number, places_of

_TOUCHING = np.ones((3, 3), int)


def fields_of(labels: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """Number the fields of a scene.

    Parameters
    ----------
    labels : ndarray of int, shape (rows, cols)
        Class ids, 0 = unlabelled.
    groups : ndarray of int, shape (rows, cols), optional
        Group of each labelled pixel, from 1, such as the polygon that it was drawn from. By default a field is a
        connected region of one class, corners included.

    Returns
    -------
    ndarray of int32, shape (rows, cols)
        Number of each labelled pixel's field, from 1 without gaps; 0 = unlabelled.
    """
    from scipy.ndimage import label

    labelled = labels > 0
    fields = np.zeros(labels.shape, np.int32)
    if groups is not None:
        fields[labelled] = 1 + np.unique(groups[labelled], return_inverse=True)[1].ravel()
        return fields
    count = 0
    for identity in np.flatnonzero(np.bincount(labels.ravel())[1:]) + 1:
        members = labels == identity
        found, further = label(members, structure=_TOUCHING, output=np.int32)
        np.add(found, np.int32(count), out=fields, where=members)
        count += further
    return fields


def places_by_number(numbers: np.ndarray) -> list[np.ndarray]:
    """Return the (row, col), shape (n, 2), of the pixels of each number above 0, by ascending number."""
    places, starts = sorted_places(numbers)
    return np.split(places, starts[1:-1]) if len(places) else []


def sorted_places(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the pixels of numbers above 0 in the order of these.

    Returns
    -------
    places : ndarray of int32, shape (n, 2)
        (row, col); those of one number in row order.
    starts : ndarray of int, shape (different numbers + 1,)
        Where those of each number begin, and n.
    """
    held = numbers > 0
    order, starts = order_by_number(numbers[held])
    return places_of(held, np.dtype(np.int32))[order], np.append(starts[:-1][np.diff(starts) > 0], len(order))
