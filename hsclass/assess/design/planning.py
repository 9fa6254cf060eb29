"""Before a sample is drawn: the size that a precision needs, and what each allocation would give."""

import os
from collections.abc import Mapping

import numpy as np

from hsclass.assess.design.allocation import LEAST, Allocation, allocate, required_size
from hsclass.assess.design.strata import ClassRaster, count_strata

EXPECTED = 0.8
"""User's accuracy of a class of which nothing else is said."""

_KINDS: tuple[Allocation, ...] = ("proportional", "equal", "neyman", "good_practice")


def planned_size(
    map_file: str | os.PathLike[str],
    target_se: float,
    accuracies: Mapping[int, float],
    *,
    strata_file: str | os.PathLike[str] | None = None,
) -> int:
    """Return the units that bring the standard error of overall accuracy to a target.

    Parameters
    ----------
    map_file : path-like
    target_se : float
        As a share: 0.01 is one per cent.
    accuracies : mapping of int to float
        User's accuracies expected, by stratum id; `EXPECTED` of the others.
    strata_file : path-like, optional
        Raster of strata in place of the map's classes.
    """
    counts = count_strata(ClassRaster.open(strata_file or map_file))
    shares = counts.pixels / counts.pixels.sum()
    expected = np.array([accuracies.get(int(identity), EXPECTED) for identity in counts.ids])
    return max(LEAST * len(counts.ids), required_size(shares, expected, target_se))


def expected_se(shares: np.ndarray, accuracies: np.ndarray, units: np.ndarray) -> float:
    """Return the standard error of overall accuracy under an allocation: √(Σ W_i² U_i (1 - U_i) / n_i)."""
    return float(np.sqrt((shares**2 * accuracies * (1 - accuracies) / units).sum()))


def alternatives(sizes: Mapping[int, int], size: int, accuracies: Mapping[int, float]) -> str:
    """Return a table of the units of each stratum under each allocation, with the standard error to expect."""
    ids = sorted(sizes)
    pixels = np.array([sizes[identity] for identity in ids])
    expected = np.array([accuracies.get(identity, EXPECTED) for identity in ids])
    shares = pixels / pixels.sum()
    lines = [["stratum", *map(str, ids), "SE of OA"]]
    for kind in _KINDS:
        units = allocate(kind, size, pixels, expected)
        lines.append([kind, *map(str, units.tolist()), f"{expected_se(shares, expected, units):.4f}"])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            f"{cell:>{width}}" if place else f"{cell:{width}}"
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
