"""The guard: what keeps neighbouring samples of different roles apart."""

from collections.abc import Sequence

import numpy as np

from hsclass.samplers.notes import ROLE_NAMES, Notes
from hsclass.samples.counting import tally
from hsclass.samples.neighbours import Neighbours
from hsclass.split import Role


def apply_guard(
    roles: np.ndarray,
    labels: np.ndarray,
    neighbours: Neighbours,
    *,
    keep: Sequence[Role] = (Role.TRAIN, Role.VALIDATION, Role.TEST),
) -> tuple[np.ndarray, Notes]:
    """Drop the samples that are neighbours of one whose role comes before theirs.

    The samples of the first role stay; their neighbours of the second role become guard; then those of the third that
    are neighbours of what is left of either.

    Parameters
    ----------
    roles : ndarray of uint8, shape (rows, cols) or (n,)
        Codes of `Role`.
    labels : ndarray of int, same shape
        Class ids, 0 = unlabelled.
    neighbours : Neighbours
        Which samples are neighbours.
    keep : sequence of Role
        The order of the roles: training first keeps every training sample, test first every test sample.

    Returns
    -------
    roles : ndarray of uint8, same shape
    notes : Notes
        For each class that lost all its samples of a role to the guard.
    """
    guarded = roles.copy()
    first, *others = keep
    near = neighbours.near(roles == first)
    for role in others:
        guarded[(roles == role) & near] = Role.GUARD
        near |= neighbours.near(guarded == role)

    notes = Notes()
    for role in others:
        before, after = (tally(labels[codes == role], least=int(labels.max()) + 1) for codes in (roles, guarded))
        for identity in np.flatnonzero((before > 0) & (after == 0)).tolist():
            notes.add(identity, f"{ROLE_NAMES[role]} lost: all {before[identity]} {neighbours.relation} another role's")
    return guarded, notes
