"""Before a sample is drawn: the size that a precision needs, and what each allocation would give."""

import os
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hsclass.assess.design.allocation import LEAST, Allocation, allocate
from hsclass.assess.design.strata import ClassRaster, strata_of
from hsclass.errors import UsageError

EXPECTED = 0.8
"""User's accuracy of a class of which nothing else is said."""

_KINDS: tuple[Allocation, ...] = ("proportional", "equal", "neyman", "good_practice")


@dataclass(frozen=True)
class Target:
    """A standard error to reach, as a share: of overall accuracy, or of the area of a class, a share of the map's."""

    se: float
    of_class: int | None = None

    def __str__(self) -> str:
        what = (
            "overall accuracy" if self.of_class is None else f"the area of class {self.of_class} as a share of the map"
        )
        return f"a standard error of {self.se:g} of {what}"


def planned_size(
    map_file: str | os.PathLike[str],
    target: Target,
    accuracies: Mapping[int, float],
    *,
    strata_file: str | os.PathLike[str] | None = None,
    allocation: Allocation = "neyman",
) -> int:
    """Return the units that bring a standard error to a target.

    They are found by bisection, so that the standard error expected under the allocation, √(Σ W_i² p_i (1 - p_i) /
    n_i), is no larger. For overall accuracy p_i is the user's accuracy U_i; under "neyman" that is n = (Σ W_i √(U_i
    (1 - U_i)) / SE)² of Olofsson et al. (2014). For the area of a class, see `reference_shares`.

    Parameters
    ----------
    map_file : path-like
    target : Target
    accuracies : mapping of int to float
        User's accuracies expected, by stratum id; `EXPECTED` of the others.
    strata_file : path-like, optional
        Raster of strata in place of the map's classes.
    allocation : {"proportional", "equal", "neyman", "good_practice"}
        How the sample will be shared out, "proportional" for simple and systematic samples.

    Raises
    ------
    UsageError
        If the map has no such class, its area is asked for with other strata, or no sample of the map reaches the
        target.
    """
    _, counts = strata_of(ClassRaster.open(map_file), strata_file)
    shares = counts.pixels / counts.pixels.sum()
    expected = np.array([accuracies.get(int(identity), EXPECTED) for identity in counts.ids])
    if not 0 < target.se < 1:
        raise UsageError(f"target standard error {target.se:g}: expected a share between 0 and 1, such as 0.01")
    held = expected
    if target.of_class is not None:
        if strata_file is not None:
            raise UsageError(
                f"--target-class {target.of_class}: the share of a class in each stratum of {strata_file} is not known"
                " before sampling; leave --strata out, or give --size"
            )
        if target.of_class not in counts.ids:
            raise UsageError(
                f"--target-class {target.of_class}: the map has the classes {', '.join(map(str, counts.ids))}; give one"
                " of these"
            )
        held = reference_shares(shares, expected, counts.ids.tolist().index(target.of_class))

    def reached(size: int) -> bool:
        return expected_se(shares, held, allocate(allocation, size, counts.pixels, expected)) <= target.se

    low, high = LEAST * len(counts.ids), int(counts.pixels.sum())
    if not reached(high):
        raise UsageError(
            f"--target-se {target.se:g}: no sample of the {high} pixels of the map gives {target}; give a larger one"
        )
    return low + bisect_left(range(low, high), True, key=reached)


def reference_shares(shares: np.ndarray, accuracies: np.ndarray, place: int) -> np.ndarray:
    """Return the share of each map class that is expected to be a class in the reference, p_i, shape (classes,).

    Of the class itself it is the user's accuracy; of another one, the class's part of what is mapped wrong there, if
    wrong pixels are of the other classes in proportion to their areas: (1 - U_i) W_k / (1 - W_i).

    Parameters
    ----------
    shares, accuracies : ndarray, shape (classes,)
        Share of the map, and user's accuracy, of each class.
    place : int
        Of the class among them.
    """
    wrong = (1 - accuracies) * shares[place] / np.maximum(1 - shares, np.finfo(float).tiny)
    return np.where(np.arange(len(shares)) == place, accuracies, wrong)


def expected_se(shares: np.ndarray, held: np.ndarray, units: np.ndarray) -> float:
    """Return the standard error of a share of the map under an allocation: √(Σ W_i² p_i (1 - p_i) / n_i).

    `held` is the share p_i of each stratum; of what is right, U_i, for overall accuracy.
    """
    return float(np.sqrt((shares**2 * held * (1 - held) / units).sum()))


def alternatives(
    sizes: Mapping[int, int], size: int, accuracies: Mapping[int, float], *, of_class: int | None = None
) -> str:
    """Return a table of the units of each stratum under each allocation, with the standard errors to expect.

    Those are of overall accuracy and, with `of_class`, of the area of that class as a share of the map.
    """
    ids = sorted(sizes)
    pixels = np.array([sizes[identity] for identity in ids])
    expected = np.array([accuracies.get(identity, EXPECTED) for identity in ids])
    shares = pixels / pixels.sum()
    held = {"SE of OA": expected}
    if of_class is not None:
        held[f"SE of area {of_class}"] = reference_shares(shares, expected, ids.index(of_class))
    lines = [["stratum", *map(str, ids), *held]]
    for kind in _KINDS:
        units = allocate(kind, size, pixels, expected)
        errors = (f"{expected_se(shares, of, units):.4f}" for of in held.values())
        lines.append([kind, *map(str, units.tolist()), *errors])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            f"{cell:>{width}}" if place else f"{cell:{width}}"
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
