"""Accuracy by the distance of a test pixel to the nearest training pixel."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import distance_transform_cdt

from hsclass.assess.blocks import Sites, field_counts
from hsclass.assess.intervals import share_bounds
from hsclass.results.metrics import DistanceBin
from hsclass.split import Role


def accuracy_by_distance(right: np.ndarray, sites: Sites, roles: np.ndarray, *, least: int) -> list[DistanceBin]:
    """Return the accuracy of the test pixels near to and far from training pixels.

    Parameters
    ----------
    right : ndarray of bool, shape (pixels,)
        Of the test pixels.
    sites : Sites
        Where they lie.
    roles : ndarray of uint8, shape (rows, cols)
        Codes of `Role`.
    least : int
        Smallest side of a block [pixels] of the intervals.

    Returns
    -------
    list of DistanceBin
        Bins of the Chebyshev distance that hold test pixels. The edges are 1, 2, 3, 5, 9, 17 … to the largest
        distance; the last bin is open, `high` None. Empty without training pixels.
    """
    train = roles == Role.TRAIN
    if not train.any():
        return []
    distances = distance_transform_cdt(~train, metric="chessboard")[tuple(sites.pixels.T)]
    edges = bin_edges(int(distances.max()))
    rows = []
    for bin_, low in enumerate(edges):
        high = edges[bin_ + 1] if bin_ + 1 < len(edges) else None
        members = (distances >= low) & (distances < (high or np.inf))
        if not members.any():
            continue
        part = sites[members]
        bounds = share_bounds(right[members], part, least=least)
        rows.append(
            DistanceBin(
                low=low,
                high=high,
                n=len(part),
                **field_counts(part.fields),
                oa=float(right[members].mean()),
                oa_low=bounds.low,
                oa_high=bounds.high,
            )
        )
    return rows


def expected_over_map(
    bins: Sequence[DistanceBin], sites: Sites, roles: np.ndarray, mapped: np.ndarray
) -> tuple[float | None, float | None]:
    """Return the accuracy expected over a map from those at the distances that were tested.

    The accuracy of each bin counts by the share of the map's pixels at its distances, as these differ from those of the
    test pixels (Linnenbrink et al. 2024). Nothing but the distance is corrected: neither class shares nor borders.

    Parameters
    ----------
    bins : sequence of DistanceBin
        From `accuracy_by_distance`.
    sites : Sites
        Where the test pixels lie.
    roles : ndarray of uint8, shape (rows, cols)
        Codes of `Role`.
    mapped : ndarray of bool, shape (rows, cols)
        True where the map has a class.

    Returns
    -------
    expected : float or None
        None where no pixel of the map lies at a tested distance.
    covered : float or None
        Share of the map's pixels, training pixels left out, that do: in a bin with test pixels, and no farther from
        training than the farthest of them.
    """
    others = mapped & (roles != Role.TRAIN)
    if not bins or not others.any():
        return None, None
    distances = distance_transform_cdt(roles != Role.TRAIN, metric="chessboard")
    largest = int(distances[tuple(sites.pixels.T)].max())
    far = distances[others]
    counts = [int(((far >= each.low) & (far < (each.high or largest + 1))).sum()) for each in bins]
    total = sum(counts)
    expected = sum(count * each.oa for count, each in zip(counts, bins, strict=True)) / total if total else None
    return expected, total / len(far)


def bin_edges(largest: int) -> list[int]:
    """Return 1, 2, 3, 5, 9, 17 … as far as the largest distance [pixels]: lower edges, each but the first 2^k + 1."""
    edges = [1]
    while (edge := 2 ** (len(edges) - 1) + 1) <= largest:
        edges.append(edge)
    return edges
