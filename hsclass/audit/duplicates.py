"""Near-duplicate images on both sides of a split: how many pairs, and the nearest of them."""

from typing import Any

import numpy as np

from hsclass.results.audit import DuplicatePair
from hsclass.samples import ImageSamples
from hsclass.split import Role

MOST_PAIRS = 200
"""Pairs that an audit lists; all are counted."""

_BETWEEN = {"train and validation": 3, "train and test": 4, "validation and test": 5}
"""The sum of the two codes says which roles a pair stands in."""


def measure_pairs(pairs: np.ndarray, roles: np.ndarray, images: ImageSamples) -> dict[str, Any]:
    """Return `pairs`, `within` and `shown` of an `hsclass.results.Audit`.

    Parameters
    ----------
    pairs : ndarray of int, shape (pairs, 3)
        Near-duplicates; see `hsclass.samples.hashing.near_duplicates`.
    roles : ndarray of uint8, shape (n,)
        Codes of `Role`.
    images : ImageSamples
    """
    one, other = roles[pairs[:, 0]], roles[pairs[:, 1]]
    used = (Role.TRAIN, Role.VALIDATION, Role.TEST)
    across = pairs[np.isin(one, used) & np.isin(other, used) & (one != other)]
    sums = roles[across[:, 0]].astype(int) + roles[across[:, 1]]
    nearest = across[np.lexsort((across[:, 2], sums < 4))][:MOST_PAIRS]  # those with a test image first
    return {
        "pairs": {kind: int((sums == code).sum()) for kind, code in _BETWEEN.items()},
        "within": len(pairs) - len(across),
        "shown": [_shown(pair.tolist(), roles, images) for pair in nearest],
    }


def _shown(pair: list[int], roles: np.ndarray, images: ImageSamples) -> DuplicatePair:
    first, second, distance = pair
    two = [images.images[place] for place in (first, second)]
    return DuplicatePair(
        paths=[image.path for image in two],
        parts=[Role(int(roles[place])).name.lower() for place in (first, second)],
        classes=[list(image.labels) for image in two],
        distance=distance,
    )
