"""The guard: what keeps the windows of different roles apart."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import maximum_filter

from hsclass.split import Role

_NAMES = {Role.TRAIN: "training", Role.VALIDATION: "validation", Role.TEST: "test"}


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


def apply_guard(
    roles: np.ndarray,
    labels: np.ndarray,
    window: int,
    *,
    keep: Sequence[Role] = (Role.TRAIN, Role.VALIDATION, Role.TEST),
) -> tuple[np.ndarray, dict[int, str]]:
    """Drop the pixels whose window shares a pixel with a window of a role that comes before theirs.

    Two windows of side w share a pixel iff the Chebyshev distance of their centres is at most w - 1. The pixels of
    the first role stay; those of the second that near to them become guard; then those of the third that near to
    what is left of either.

    Parameters
    ----------
    roles : ndarray of uint8, shape (rows, cols)
        Codes of `Role`.
    labels : ndarray of int, shape (rows, cols)
        Class ids, 0 = unlabelled.
    window : int
        Side of the windows [pixels].
    keep : sequence of Role
        The order of the roles: training first keeps every training pixel, test first every test pixel.

    Returns
    -------
    roles : ndarray of uint8, shape (rows, cols)
    notes : dict of int to str
        For each class that lost all its pixels of a role to the guard.
    """
    guarded = roles.copy()
    first, *others = keep
    near = within(roles == first, window - 1)
    for role in others:
        guarded[(roles == role) & near] = Role.GUARD
        near |= within(guarded == role, window - 1)

    notes: dict[int, list[str]] = {}
    for role in others:
        before, after = (np.bincount(labels[raster == role], minlength=labels.max() + 1) for raster in (roles, guarded))
        for identity in np.flatnonzero((before > 0) & (after == 0)).tolist():
            notes.setdefault(identity, []).append(
                f"{_NAMES[role]} lost: all {before[identity]} pixels are nearer than {window} pixels to another role's"
            )
    return guarded, {identity: "; ".join(parts) for identity, parts in notes.items()}
