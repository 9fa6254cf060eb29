"""Folds that are as far from training as the map is: k-fold nearest-neighbour distance matching."""

from typing import ClassVar

import numpy as np
from pydantic import Field, field_validator

from hsclass.options import Options
from hsclass.samplers.folds import FoldingSampler, FoldOptions, Partition, deal
from hsclass.samplers.sampler import Request

_FACTORS = (1, 1.5, 2, 3, 4, 6, 9, 14, 20, 30, 45)
"""Clusters that are tried, in multiples of the folds."""

_LEAST = 0.5
"""Share of the training pixels that the guard must leave in every fold, where any number of clusters lets it."""

_MOST = 5000
"""Pixels that k-means is fitted on."""

_SEEDS = 2**31


class KnndmOptions(FoldOptions):
    """Options of k-fold nearest-neighbour distance matching."""

    folds: int | None = Field(default=5, ge=2, description=FoldOptions.model_fields["folds"].description)

    @field_validator("folds")
    @classmethod
    def _has_folds(cls, folds: int | None) -> int | None:
        if folds is None:
            raise ValueError("should be a number of 2 or more, as this sampler makes folds only")
        return folds


class Knndm(FoldingSampler):
    """Cross-validation in which test pixels lie as far from training as the pixels of the map do from the labels.

    An accuracy holds for the distances that were tested. Folds of single pixels test shorter ones than the map has
    where labels lie in fields far apart, and a few compact folds longer ones. Here k-means on (row, col) divides the
    labelled pixels into clusters, which are dealt to folds; of several numbers of clusters the one is taken for which
    the Wasserstein distance is smallest between two distributions: of the distances from each labelled pixel to the
    nearest training pixel when its fold tests, after the guard, and of those from each other pixel with data to the
    nearest labelled one.

    The guard keeps test and training pixels at least a window apart. Where the map lies nearer to the labels than that,
    the folds are as near as the guard lets them be. Numbers of clusters of which it leaves less than half of a fold's
    training pixels are passed over, or if all do, that is taken of which it leaves most. Clusters do not heed the
    fields.

    References
    ----------
    Linnenbrink, J., Milà, C., Ludwig, M., Meyer, H. (2024). kNNDM CV: k-fold nearest-neighbour distance matching
    cross-validation for map accuracy estimation. Geoscientific Model Development 17.
    """

    options_model: ClassVar[type[Options]] = KnndmOptions

    def partition(self, asked: Request, folds: int) -> Partition:
        """Deal clusters to folds; see `hsclass.samplers.folds.FoldingSampler.partition`."""
        from scipy.stats import wasserstein_distance

        labelled = asked.labels > 0
        wanted = map_distances(labelled, asked.mask)
        found = []
        for units in self._clusterings(labelled, folds, asked.rng):
            dealt = deal(asked.labels, units, folds=folds, rng=asked.rng)
            tested, left = fold_distances(np.where(labelled, dealt[units], -1), asked)
            misfit = float(wasserstein_distance(tested, wanted)) if len(tested) else np.inf
            found.append((min(left, _LEAST), misfit, units, dealt))
        left, misfit, units, dealt = min(found, key=lambda each: (-each[0], each[1]))
        remark = (
            f"{len(dealt) - 1} clusters: distances from test to training are {misfit:.1f} pixels (Wasserstein distance)"
            " off those from the map to the labels"
        )
        if left < _LEAST:
            remark += f"; the guard leaves as little as {left:.0%} of a fold's training pixels"
        return Partition(units, dealt, remarks=(remark,))

    def _clusterings(self, labelled: np.ndarray, folds: int, rng: np.random.Generator) -> list[np.ndarray]:
        """Return for each number of clusters that of each labelled pixel, from 1, shape (rows, cols)."""
        from sklearn.cluster import KMeans

        places = np.argwhere(labelled)
        drawn = places[rng.permutation(len(places))[:_MOST]].astype(np.float64)
        clusterings = []
        for count in sorted({min(len(drawn), round(folds * factor)) for factor in _FACTORS}):
            means = KMeans(count, n_init=1, random_state=int(rng.integers(_SEEDS))).fit(drawn)
            units = np.zeros(labelled.shape, np.int64)
            units[labelled] = 1 + np.unique(means.predict(places.astype(np.float64)), return_inverse=True)[1].ravel()
            clusterings.append(units)
        return clusterings


def map_distances(labelled: np.ndarray, mapped: np.ndarray) -> np.ndarray:
    """Return the Euclidean distance [pixels] from each pixel with data to the nearest labelled one, shape (n,).

    Labelled pixels are left out; where there are no others, their distance is 0.
    """
    from scipy.ndimage import distance_transform_edt

    others = mapped & ~labelled
    return np.asarray(distance_transform_edt(~labelled)[others]) if others.any() else np.zeros(1)


def fold_distances(folds: np.ndarray, asked: Request) -> tuple[np.ndarray, float]:
    """Return the Euclidean distance [pixels] from each pixel to the nearest one that trains when its fold tests.

    Parameters
    ----------
    folds : ndarray of int, shape (rows, cols)
        Fold of each labelled pixel, from 0; -1 for none.
    asked : Request
        Says which pixels the guard drops.

    Returns
    -------
    distances : ndarray of float, shape (n,)
        Without the pixels of folds that leave no training pixel.
    left : float
        The smallest share over the folds of the other folds' pixels that the guard leaves.
    """
    from scipy.ndimage import distance_transform_edt

    found, left = [], []
    for fold in range(folds.max() + 1):
        test = folds == fold
        train = (folds >= 0) & ~asked.neighbours.near(test)
        left.append(train.sum() / max(1, ((folds >= 0) & ~test).sum()))
        if train.any():
            found.append(distance_transform_edt(~train)[test])
    return (np.concatenate(found) if found else np.zeros(0)), float(min(left))
