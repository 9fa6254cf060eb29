"""Groups of images: near-duplicates that go to one role together, and how they are dealt to roles by shares."""

import numpy as np

from hsclass.samplers.sampler import Request
from hsclass.samples.hashing import groups_of


def image_groups(asked: Request, *, together: bool) -> np.ndarray:
    """Return the group of each image, int of shape (n,): near-duplicates share one, or each image has its own."""
    count = len(asked.labels)
    return groups_of(asked.duplicates.pairs, count) if together else np.arange(count)


def draw_shares(
    labels: np.ndarray, shares: tuple[float, ...], rng: np.random.Generator, *, groups: np.ndarray | None = None
) -> np.ndarray:
    """Draw a part for every labelled image, so that each part gets its share of every class.

    Groups go whole, the largest first, each to the part that lacks most of its class; a group has the class of its
    first image.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class ids, 0 = not drawn.
    shares : tuple of float
        One for each part.
    rng : numpy.random.Generator
    groups : ndarray of int, shape (n,), optional
        Group of each image; by default each image is one.

    Returns
    -------
    ndarray of int, shape (n,)
        Part of each image, counted from 0; -1 where it is not drawn.
    """
    groups = np.arange(len(labels)) if groups is None else groups
    drawable = np.flatnonzero(labels)
    numbers, first, sizes = np.unique(groups[drawable], return_index=True, return_counts=True)
    strata = labels[drawable[first]]
    part_of = np.full(groups.max() + 1, -1)
    for stratum in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == stratum))
        lack = np.array(shares) * sizes[members].sum()
        for member in sorted(members.tolist(), key=lambda member: -sizes[member]):
            part = int(lack.argmax())
            lack[part] -= sizes[member]
            part_of[numbers[member]] = part
    return np.where(labels > 0, part_of[groups], -1)
