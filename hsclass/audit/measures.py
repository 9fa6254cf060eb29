"""What is measured of a split: how its pixels lie to each other, and how its classes are shared out."""

import numpy as np

from hsclass.results.audit import WindowShares


def shares_by_window(to_training: np.ndarray, to_others: np.ndarray, largest: int) -> tuple[WindowShares, ...]:
    """Return the shares of test windows that reach other windows, for every odd window side up to the largest.

    Two windows of side w share a pixel iff the Chebyshev distance of their centres is at most w - 1, and a window
    contains a pixel iff that is at most (w - 1) / 2 from its centre, so the cumulative histogram of the distances
    holds the shares of all sides at once.

    Parameters
    ----------
    to_training, to_others : ndarray of int, shape (n,)
        Chebyshev distance [pixels] of each test pixel to the nearest training pixel, and to the nearest training or
        validation pixel.
    largest : int
        Side of the largest window [pixels].

    Returns
    -------
    tuple of WindowShares
    """
    near_training, near_others = (
        np.cumsum(np.bincount(distances, minlength=largest)) for distances in (to_training, to_others)
    )
    count = len(to_training)
    return tuple(
        WindowShares(
            window=side,
            overlap_share=int(near_others[side - 1]) / count,
            centre_share=int(near_training[(side - 1) // 2]) / count,
        )
        for side in range(1, largest + 1, 2)
    )


def moran_i(marked: np.ndarray, used: np.ndarray) -> float | None:
    """Return Moran's I of an assignment over used pixels.

    I = (n / W) · Σ w_ij z_i z_j / Σ z_i², with z the deviation of the assignment (1 marked, 0 otherwise) from its
    mean and w_ij = 1 for pixels that share a side, else 0. Near 1 the marked pixels lie together, near 0 they are
    scattered at random, at -1 no two of a kind are neighbours.

    Parameters
    ----------
    marked, used : ndarray of bool, shape (rows, cols)
        `marked` lies within `used`.

    Returns
    -------
    float or None
        None where no two used pixels are neighbours or all are assigned alike.
    """
    deviation = np.where(used, marked - marked[used].mean(), 0) if used.any() else np.zeros(used.shape)
    pairs, products = 0, 0.0
    for one, other in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        pairs += int((used[one] & used[other]).sum())
        products += float((deviation[one] * deviation[other]).sum())
    squares = float((deviation**2).sum())
    if pairs == 0 or squares == 0:
        return None
    return int(used.sum()) / pairs * products / squares


def kl_divergence(labels: np.ndarray, members: np.ndarray) -> float | None:
    """Return the Kullback-Leibler divergence [nat] of a set's class shares p from q of all, Σ p ln(p / q).

    Parameters
    ----------
    labels : ndarray of int, shape (rows, cols) or (n,)
        Class ids, 0 = unlabelled.
    members : ndarray of bool, same shape
        True for the samples of the set.

    Returns
    -------
    float or None
        None for a set without labelled samples.
    """
    classes, scene = np.unique(labels[labels > 0], return_counts=True)
    chosen = labels[members & (labels > 0)]
    if len(chosen) == 0:
        return None
    counts = np.bincount(np.searchsorted(classes, chosen), minlength=len(classes))
    p, q = counts / counts.sum(), scene / scene.sum()
    held = p > 0
    return max(0.0, float((p[held] * np.log(p[held] / q[held])).sum()))
