"""Fields: the labelled pixels that belong together, and are right or wrong together."""

import numpy as np

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
    places = np.argwhere(numbers > 0)
    if len(places) == 0:
        return []
    number = numbers[tuple(places.T)]
    order = np.argsort(number, kind="stable")
    return np.split(places[order], np.flatnonzero(np.diff(number[order])) + 1)
