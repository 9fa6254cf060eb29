"""Accuracy by the distance of a test pixel to the nearest training pixel."""

import numpy as np
from scipy.ndimage import distance_transform_cdt

from hsclass.assess.blocks import Sites, field_counts
from hsclass.assess.intervals import share_bounds
from hsclass.results.metrics import DistanceBin
from hsclass.split import Role


def accuracy_by_distance(
    right: np.ndarray, sites: Sites, roles: np.ndarray, *, least: int, seed: int = 0
) -> list[DistanceBin]:
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
    seed : int
        Of the intervals.

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
    place = np.searchsorted(edges, distances, side="right") - 1
    rows = []
    for bin_ in np.unique(place).tolist():
        members = place == bin_
        low, high = share_bounds(right[members], sites[members], least=least, seed=seed)
        rows.append(
            DistanceBin(
                low=edges[bin_],
                high=edges[bin_ + 1] if bin_ + 1 < len(edges) else None,
                n=int(members.sum()),
                **field_counts(sites.fields[members]),
                oa=float(right[members].mean()),
                oa_low=low,
                oa_high=high,
            )
        )
    return rows


def bin_edges(largest: int) -> list[int]:
    """Return 1, 2, 3, 5, 9, 17 … as far as the largest distance [pixels]: lower edges, each but the first 2^k + 1."""
    edges = [1]
    while (edge := 2 ** (len(edges) - 1) + 1) <= largest:
        edges.append(edge)
    return edges
