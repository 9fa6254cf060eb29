"""The guard: what keeps the windows of different roles apart."""

import numpy as np
from scipy.ndimage import maximum_filter

from hsclass.split import Role


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


def apply_guard(roles: np.ndarray, labels: np.ndarray, window: int) -> tuple[np.ndarray, dict[int, str]]:
    """Drop the pixels whose window shares a pixel with a window of a role that comes before theirs.

    Two windows of side w share a pixel iff the Chebyshev distance of their centres is at most w - 1. Training pixels
    stay; validation pixels that near to a training pixel become guard; then test pixels that near to a training or
    remaining validation pixel become guard.

    Parameters
    ----------
    roles : ndarray of uint8, shape (rows, cols)
        Codes of `Role`.
    labels : ndarray of int, shape (rows, cols)
        Class ids, 0 = unlabelled.
    window : int
        Side of the windows [pixels].

    Returns
    -------
    roles : ndarray of uint8, shape (rows, cols)
    notes : dict of int to str
        For each class that lost all its validation or test pixels to the guard.
    """
    guarded = roles.copy()
    train = roles == Role.TRAIN
    near_train = within(train, window - 1)
    guarded[(roles == Role.VALIDATION) & near_train] = Role.GUARD
    near_both = near_train | within(guarded == Role.VALIDATION, window - 1)
    guarded[(roles == Role.TEST) & near_both] = Role.GUARD

    notes: dict[int, list[str]] = {}
    for role, name in ((Role.VALIDATION, "validation"), (Role.TEST, "test")):
        before, after = (np.bincount(labels[raster == role], minlength=labels.max() + 1) for raster in (roles, guarded))
        for identity in np.flatnonzero((before > 0) & (after == 0)).tolist():
            notes.setdefault(identity, []).append(
                f"{name} lost: all {before[identity]} pixels are nearer than {window} pixels to another role's"
            )
    return guarded, {identity: "; ".join(parts) for identity, parts in notes.items()}
