"""Controlled random sampling: in every patch of a class, training grows from a random pixel."""

from typing import ClassVar

import numpy as np
from scipy.ndimage import label

from hsclass.options import Options
from hsclass.samplers.holdings import Holdings
from hsclass.samplers.sampler import Assignment, Request, Sampler
from hsclass.samples.neighbours import within
from hsclass.split import Role

_TOUCHING = np.ones((3, 3), int)


class RegionGrowingOptions(Options):
    """Options of the controlled random sampling: none."""


class RegionGrowing(Sampler):
    """In every connected patch of each class, a random seed pixel grows to the patch's share of training pixels.

    Every field of a class is represented, and in each the training pixels lie together, so that far fewer of them
    border on test pixels than if they were drawn one by one. Patches are 8-connected; the region takes ring after
    ring of touching pixels of the patch around its seed, and part of the last ring, in row order.

    Beyond the paper:

    - The guard. As there is training in every patch, patches that are not much larger than two windows keep no test
      pixel, so with large windows this sampler loses more classes than those that train on whole regions.
    - Of the shares of a class's patches the fractions are made up by largest remainder, and a class gets one training
      pixel at least; the smallest patches may hence get none.
    - Validation grows likewise in the patches of what is out of training's reach, but not where it would cost a class
      its test set. A class that this leaves without validation is noted.

    References
    ----------
    Liang, J., Zhou, J., Qian, Y., Wen, L., Bai, X., Gao, Y. (2017). On the Sampling Strategy for Evaluation of
    Spectral-Spatial Methods in Hyperspectral Image Classification. IEEE Transactions on Geoscience and Remote Sensing
    55(2).
    """

    options_model: ClassVar[type[Options]] = RegionGrowingOptions

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled pixel a role; see `hsclass.samplers.sampler.Sampler.assign`."""
        labels, rng = asked.labels, asked.rng
        classes, sizes = np.unique(labels[labels > 0], return_counts=True)
        by_size = [(int(classes[place]), int(sizes[place])) for place in np.argsort(sizes, kind="stable")]
        holdings = Holdings(labels, asked.window - 1)
        for identity, size in by_size:
            for region in grow(labels == identity, max(1, round(asked.train * size)), rng):
                holdings.take(region, Role.TRAIN)
        notes = {}
        clear = ~within(holdings.roles == Role.TRAIN, asked.window - 1)
        for identity, size in by_size if asked.validation > 0 else ():
            grown = grow((labels == identity) & clear, max(1, round(asked.validation * size)), rng)
            validated = 0
            for region in grown:
                if holdings.loss(region) < np.inf:
                    holdings.take(region, Role.VALIDATION)
                    validated += len(region)
            if validated == 0:
                notes[identity] = "no validation: none fits next to training and test"
        return Assignment(holdings.roles, notes)


def grow(members: np.ndarray, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Grow one region in every 8-connected patch, in proportion to the patches' sizes.

    Parameters
    ----------
    members : ndarray of bool, shape (rows, cols)
        True for the pixels that may be taken.
    size : int
        Pixels wanted of all patches together; all there are, if fewer.
    rng : numpy.random.Generator
        Draws the seed pixel of each patch.

    Returns
    -------
    list of ndarray of int, shape (n, 2)
        (row, col) of the pixels of each region, in the order in which they joined it.
    """
    # A border of 0 spares the growth the checks for the scene's edge.
    patches = np.pad(label(members, structure=_TOUCHING)[0], 1)
    flat = patches.ravel()
    order = np.argsort(flat, kind="stable")
    counts = np.bincount(flat)
    starts = np.cumsum(counts)[:-1]
    cols = patches.shape[1]
    steps = [row * cols + col for row in (-1, 0, 1) for col in (-1, 0, 1) if row or col]
    regions = []
    for patch, wanted in enumerate(proportional(counts[1:], size).tolist(), start=1):
        if wanted:
            seed = int(order[starts[patch - 1] + rng.integers(counts[patch])])
            taken = _ring_by_ring(flat, seed, wanted, steps)
            regions.append(np.stack(np.divmod(taken, cols), axis=1) - 1)
    return regions


def proportional(sizes: np.ndarray, total: int) -> np.ndarray:
    """Divide `total` in proportion to `sizes`, shape (n,), into whole numbers, by largest remainder.

    No part is larger than its size; of equal remainders the larger size goes first.
    """
    total = min(total, int(sizes.sum()))
    exact = total * sizes / max(1, sizes.sum())
    parts = np.floor(exact).astype(int)
    first = np.lexsort((-sizes, parts - exact))[: total - parts.sum()]
    parts[first] += 1
    return parts


def _ring_by_ring(flat: np.ndarray, seed: int, wanted: int, steps: list[int]) -> np.ndarray:
    """Return the places of the first `wanted` pixels around `seed` that are of its patch."""
    patch = flat[seed]
    taken, ring, known = [seed], [seed], {seed}
    while len(taken) < wanted:
        ring = sorted({place + step for place in ring for step in steps if flat[place + step] == patch} - known)
        known.update(ring)
        taken += ring
    return np.array(taken[:wanted])
