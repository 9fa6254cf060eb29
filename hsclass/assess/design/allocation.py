"""How the units of a sample are shared out over the strata.

References
----------
Olofsson, P., Foody, G. M., Herold, M., Stehman, S. V., Woodcock, C. E., Wulder, M. A. (2014). Good practices for
estimating area and assessing accuracy of land change. Remote Sensing of Environment 148, section 5.1.
Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Equation 5.26.
"""

from typing import Literal

import numpy as np

from hsclass.errors import UsageError

Allocation = Literal["proportional", "equal", "neyman", "good_practice"]
LEAST = 2
"""Units that a stratum needs for a standard error."""

RARE = 50
"""Units that good practice gives to each rare class at least (Olofsson et al. 2014: 50 to 100)."""


def allocate(kind: Allocation, size: int, pixels: np.ndarray, accuracies: np.ndarray | None = None) -> np.ndarray:
    """Share out a sample over strata.

    Parameters
    ----------
    kind : {"proportional", "equal", "neyman", "good_practice"}
        "proportional" to the pixels; "equal"; "neyman" proportional to W_i S_i, which minimises the standard error of
        overall accuracy; "good_practice": `RARE` units, or what the size allows, for each stratum that would have fewer
        in proportion, the rest in proportion to the others.
    size : int
        Units in all.
    pixels : ndarray of int, shape (strata,)
        Map pixels of each stratum, none 0.
    accuracies : ndarray, shape (strata,), optional
        User's accuracies expected, for "neyman"; 0.8 of each where they are not given.

    Returns
    -------
    ndarray of int, shape (strata,)
        Adds up to `size`; at least `LEAST` and no more than the pixels of each stratum.

    Raises
    ------
    UsageError
        If the size is too small for the strata, or larger than the map.
    """
    count = len(pixels)
    if size < LEAST * count:
        raise UsageError(
            f"--size {size}: {count} strata need at least {LEAST} units each; give {LEAST * count} or more"
        )
    if size > pixels.sum():
        raise UsageError(f"--size {size}: the map has {pixels.sum()} pixels; give no more than these")
    share = pixels / pixels.sum()
    if kind == "equal":
        wanted = np.full(count, size / count)
    elif kind == "neyman":
        expected = np.full(count, 0.8) if accuracies is None else accuracies
        spread = share * np.sqrt(expected * (1 - expected))
        wanted = size * (spread / spread.sum() if spread.sum() > 0 else share)
    elif kind == "good_practice":
        rare = share * size < RARE
        least = min(RARE, size // count)
        while True:  # what rare strata take leaves the others less
            rest = size - least * rare.sum()
            wanted = np.where(rare, least, rest * share / max(share[~rare].sum(), 1e-300))
            if not (wanted < least).any():
                break
            rare |= wanted < least
    else:
        wanted = size * share
    return _whole(wanted, size, np.minimum(LEAST, pixels), pixels)


def _whole(wanted: np.ndarray, size: int, least: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Round to whole numbers of a given sum within bounds, by largest remainders."""
    found = np.clip(np.floor(wanted).astype(np.int64), least, most)
    while (lacking := size - int(found.sum())) != 0:
        step = 1 if lacking > 0 else -1
        free = np.flatnonzero(found < most) if step > 0 else np.flatnonzero(found > least)
        gain = (wanted - found)[free] * step
        order = free[np.lexsort((-found[free], -gain))][: abs(lacking)]  # of equal gains, large strata first
        found[order] += step
    return found
