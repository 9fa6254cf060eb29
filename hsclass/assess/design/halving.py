"""What a further sample costs: the units that would halve the standard error of a figure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hsclass.assess.design.estimators import PostStratified, SampleDesign, Stratified


def further_units(
    design: SampleDesign, right: np.ndarray, reference: Mapping[int, np.ndarray], strata: Sequence[int]
) -> dict[str, Any]:
    """Return how many more units would halve the standard errors of overall accuracy and of the classes' areas.

    Parameters
    ----------
    design : SampleDesign
        Of the labelled units.
    right : ndarray of float, shape (n,)
        1 where map and reference agree.
    reference : mapping of int to ndarray of float, shape (n,)
        By class id, 1 where the reference is that class.
    strata : sequence of int
        Ids of the strata, ascending.

    Returns
    -------
    dict
        `same_allocation`: for any figure, three times as many as there are. Of a stratified sample also, under the
        allocation that is best for the figure (Neyman; Cochran 1977, eq. 5.26, with the deviations of this sample):
        `neyman`, by stratum, for overall accuracy, and `areas`, by class, for its area; a class of which no stratum
        holds some units and lacks others is left out. A stratum whose n units agree is not certain, and counts as if
        half a unit of n + 1 were otherwise.
    """
    found: dict[str, Any] = {"same_allocation": 3 * len(right)}
    if not isinstance(design, Stratified) or isinstance(design, PostStratified) or len(strata) != len(design.sizes):
        return found
    best = _more_units(design, right)
    if best is not None:
        found["neyman"] = dict(zip(map(str, strata), best.tolist(), strict=True))
    areas = {identity: _more_units(design, one) for identity, one in reference.items()}
    found["areas"] = {str(identity): int(more.sum()) for identity, more in areas.items() if more is not None}
    return found


def _more_units(design: Stratified, y: np.ndarray) -> np.ndarray | None:
    """Return the further units of each stratum for the mean of y; None where its standard error is 0."""
    spread = design.spread(y)
    if not spread.any():
        return None
    rare = 0.5 / (design.counts + 1)
    effort = design.sizes * np.sqrt(np.where(spread == 0, rare * (1 - rare), spread))
    best = effort * effort.sum() / ((effort**2 / design.counts).sum() / 4)
    return np.asarray(np.maximum(0, np.round(best - design.counts)).astype(int))
