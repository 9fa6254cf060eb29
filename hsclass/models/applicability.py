"""The area of applicability: where a map lies inside what its model was trained on (Meyer & Pebesma 2021).

The dissimilarity index DI of a pixel is its distance in feature space to the nearest training sample, divided by the
mean distance of the training samples. Where it exceeds what was met in cross-validation, an accuracy that was estimated
on samples like the training samples says nothing.

References
----------
Meyer, H., Pebesma, E. (2021). Predicting into unknown space? Estimating the area of applicability of spatial prediction
models. Methods in Ecology and Evolution 12, 1620-1633.
Schumacher, F. L., Knoth, C., Ludwig, M., Meyer, H. (2025). Estimation of local training data point densities to support
the assessment of spatial prediction uncertainty. Geoscientific Model Development.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from hsclass.errors import DataError
from hsclass.models.array_file import read_arrays, write_arrays

_LOG = logging.getLogger(__name__)

FILE = "applicability.npz"
MOST_AXES = 20
"""Principal axes that distances are measured along; what lies off these counts by its length alone."""

MOST_NEIGHBOURS = 50
"""Training samples that the local point density counts at most."""

MOST_SAMPLES = 20_000
"""Training samples that distances are measured to; where there are more, they are drawn: all pairs would take hours."""

_KEPT = 0.9999  # of the variance: fewer axes where these hold it
_BLOCK = 2048  # samples that are placed and searched for at a time
_MANY = 20  # queries that are compared by products of matrices
_PAIRED = 5000  # training samples whose mutual distances are averaged, drawn where there are more
_NEAR = 100  # neighbours among which one of another fold is looked for first
_FEW_FOLDS = 30
_BINS, _LEAST_IN_BIN = 20, 50
_LAYOUT = {
    "centre": ("f4", (None,)), "gain": ("f4", (None,)), "axes": ("f4", (None, None)), "samples": ("f4", (None, None)),
    "classes": ("i4", (None,)), "mean_distance": ("f8", ()), "threshold": ("f8", ()),
    "held_out": ("f4", (None,)), "profile": ("f8", (None, 2)),
}  # fmt: skip


@dataclass(frozen=True)
class Applicability:
    """Training samples in the space that distances are measured in.

    Attributes
    ----------
    centre, gain : ndarray of float32, shape (features,)
        Means of the training samples, and the features' weights divided by their standard deviations; 0 for a feature
        that is constant.
    axes : ndarray of float32, shape (features, axes)
        Principal axes of the scaled training samples; all of them where there are no more than `MOST_AXES`.
    samples : ndarray of float32, shape (k, axes + 1)
        Training samples along these, and the length of what is left of each; `MOST_SAMPLES` at most.
    classes : ndarray of int32, shape (k,)
        Class index of each.
    mean_distance : float
        Mean distance of two training samples.
    threshold : float
        Largest DI of a training sample to those of other folds that is no outlier: the upper whisker of a box plot.
    held_out : ndarray of float32, shape (n,)
        DI of each training sample to those of `samples` that are of other folds.
    profile : ndarray of float64, shape (k, 2)
        DI, ascending, and the accuracy to expect there, which does not ascend; no row where no accuracy at known DI
        was given.
    """

    centre: np.ndarray
    gain: np.ndarray
    axes: np.ndarray
    samples: np.ndarray
    classes: np.ndarray
    mean_distance: float
    threshold: float
    held_out: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32))
    profile: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))

    def place(self, features: np.ndarray) -> np.ndarray:
        """Return features, shape (n, features), in the space of `samples`, float32 of shape (n, axes + 1).

        Distances there are those of the scaled features, or a little less: what lies off the axes of two samples counts
        as if it pointed the same way.
        """
        scaled = np.asarray(features, np.float32) - self.centre.astype(np.float32)
        scaled *= self.gain.astype(np.float32)
        along = scaled @ self.axes
        rest = np.einsum("ij,ij->i", scaled, scaled) - np.einsum("ij,ij->i", along, along)
        return np.hstack([along, np.sqrt(np.maximum(rest, 0))[:, np.newaxis]])

    def dissimilarity(self, features: np.ndarray, *, threads: int = 1) -> np.ndarray:
        """Return the dissimilarity index of samples, features of shape (n, features), as float32 of shape (n,)."""
        to_all = _searcher(self.samples)

        def part(rows: slice) -> np.ndarray:
            return to_all(self.place(features[rows]), 1)[0][:, 0]

        return _in_blocks(part, len(features), threads) / np.float32(self.mean_distance)

    def dissimilarities(
        self, features: np.ndarray, classes: np.ndarray, *, threads: int = 1
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the dissimilarity index of samples to all training samples, and to those of their class alone.

        Parameters
        ----------
        features : ndarray, shape (n, features)
        classes : ndarray of int, shape (n,)
            Class index of each.
        threads : int

        Returns
        -------
        to_all, to_class : ndarray of float32, shape (n,)
            `to_class` is inf where the class has no training sample.
        """
        to_all = _searcher(self.samples)
        members = {identity: self.samples[self.classes == identity] for identity in np.unique(self.classes)}
        to_members = {identity: _searcher(samples) for identity, samples in members.items()}

        def part(rows: slice) -> np.ndarray:
            placed, asked = self.place(features[rows]), classes[rows]
            near, at = to_all(placed, 1)
            found = np.repeat(near, 2, axis=1)
            # Where the nearest of all is of the class, it is the nearest of the class.
            others = self.classes[at[:, 0]] != asked
            found[others, 1] = np.inf
            for identity in to_members.keys() & set(asked[others].tolist()):
                here = others & (asked == identity)
                found[here, 1] = to_members[identity](placed[here], 1)[0][:, 0]
            return found

        found = _in_blocks(part, len(features), threads) / np.float32(self.mean_distance)
        return found[:, 0], found[:, 1]

    def density(self, features: np.ndarray, *, threads: int = 1) -> np.ndarray:
        """Return the local point density, int16 of shape (n,): training samples within the threshold, up to 50."""
        to_all, count = _searcher(self.samples), min(MOST_NEIGHBOURS, len(self.samples))

        def part(rows: slice) -> np.ndarray:
            near = to_all(self.place(features[rows]), count)[0]
            return (near <= self.threshold * self.mean_distance).sum(axis=1).astype(np.int16)

        return _in_blocks(part, len(features), threads)

    def with_accuracy(self, dissimilarity: np.ndarray, right: np.ndarray) -> "Applicability":
        """Return it with the accuracy to expect as a function of DI.

        Held-out samples are put into bins of DI with the same number of samples, at least 50, and the accuracies of the
        bins are made to descend with DI by isotonic regression. Between the medians of the bins it is interpolated.

        Parameters
        ----------
        dissimilarity : ndarray of float, shape (n,)
            Of samples that were held out.
        right : ndarray of bool, shape (n,)
            Whether each was classified correctly.
        """
        from sklearn.isotonic import isotonic_regression

        order = np.argsort(dissimilarity, kind="stable")
        count = max(1, min(_BINS, len(order) // _LEAST_IN_BIN))
        bins = np.array_split(order, count)
        middles = np.array([np.median(dissimilarity[part]) for part in bins], np.float64)
        shares = np.array([right[part].mean() for part in bins])
        sizes = np.array([len(part) for part in bins], np.float64)
        descending = isotonic_regression(shares, sample_weight=sizes, increasing=False)
        return replace(self, profile=np.stack([middles, descending], axis=1))

    def expected_accuracy(self, dissimilarity: np.ndarray) -> np.ndarray:
        """Return the accuracy to expect at a DI, float32 of the same shape; NaN outside the area of applicability, and
        everywhere where no profile is known.
        """
        if not len(self.profile):
            return np.full(dissimilarity.shape, np.nan, np.float32)
        found = np.interp(dissimilarity, self.profile[:, 0], self.profile[:, 1])
        return np.where(dissimilarity <= self.threshold, found, np.nan).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write it into the folder of a model."""
        write_arrays(folder / FILE, **{name: getattr(self, name) for name in _LAYOUT})

    @classmethod
    def load(cls, folder: Path) -> "Applicability":
        """Read what `save` wrote; nothing in the file is executed."""
        arrays: dict[str, Any] = read_arrays(folder / FILE, _LAYOUT)
        for name in ("mean_distance", "threshold"):
            arrays[name] = float(arrays[name])
        return cls(**arrays)


def fit_applicability(
    features: np.ndarray, classes: np.ndarray, folds: np.ndarray, *, weights: np.ndarray | None = None, threads: int = 1
) -> Applicability:
    """Measure training samples against each other.

    Parameters
    ----------
    features : ndarray, shape (n, features)
        Of the training samples.
    classes : ndarray of int, shape (n,)
    folds : ndarray of int, shape (n,)
        Fold, or field, of each: the threshold comes from distances between folds, as the accuracy that it goes with
        comes from samples that were held out by folds.
    weights : ndarray, shape (features,), optional
        Importance of each feature; alike without.
    threads : int

    Raises
    ------
    DataError
        If there is one fold only, or all samples are equal.
    """
    kept: Any = slice(None)
    if len(features) > MOST_SAMPLES:
        kept = np.sort(np.random.default_rng(0).choice(len(features), MOST_SAMPLES, replace=False))
        _LOG.info("applicability: distances are measured to %d of %d training samples", MOST_SAMPLES, len(features))
    if len(np.unique(folds[kept])) < 2:
        raise DataError(
            "applicability: all training samples are in one fold; expected two or more; train on more fields"
        )
    spread = features.std(axis=0, ddof=1)
    varied = spread > 0
    if not varied.any():
        raise DataError("applicability: all training samples are equal; expected features that vary")
    # A feature that is constant in training has no scale: it is left out.
    importance = np.where(varied, 1.0 if weights is None else weights, 0.0)
    gain = (importance / np.where(varied, spread, 1)).astype(np.float32)
    centre = features.mean(axis=0).astype(np.float32)
    scaled = (features - centre) * gain
    values, vectors = np.linalg.eigh(scaled.T @ scaled)
    order = values.argsort()[::-1]
    share = np.cumsum(values[order]) / values.sum()
    count = min(MOST_AXES, int(np.searchsorted(share, _KEPT)) + 1, len(values))
    axes = vectors[:, order[:count]].astype(np.float32)
    plain = Applicability(centre, gain, axes, np.zeros((0, count + 1), np.float32), classes.astype(np.int32), 1.0, 0.0)
    samples = plain.place(features)
    mean_distance = _mean_distance(samples)
    if mean_distance == 0:
        raise DataError("applicability: all training samples are equal; expected features that vary")
    held_out = _to_other_folds(samples, folds, samples[kept], folds[kept], threads) / np.float32(mean_distance)
    return replace(
        plain, samples=samples[kept], classes=plain.classes[kept], mean_distance=mean_distance,
        threshold=upper_whisker(held_out), held_out=held_out,
    )  # fmt: skip


def upper_whisker(values: np.ndarray) -> float:
    """Return the largest value within 1.5 hinge spreads above the upper hinge (Tukey 1977), as box plots in R do."""
    ordered = np.sort(values)
    half = ordered[: (len(ordered) + 1) // 2], ordered[len(ordered) // 2 :]
    lower, upper = (float(np.median(part)) for part in half)
    return float(ordered[ordered <= upper + 1.5 * (upper - lower)].max())


Search = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]


def _searcher(samples: np.ndarray) -> Search:
    """Return a function of queries and a count: distances, ascending, to the nearest samples, and their places."""
    import faiss

    # Its default compares some thousand queries or fewer pair by pair, which takes ten times as long.
    faiss.cvar.distance_compute_blas_threshold = _MANY
    index = faiss.IndexFlatL2(samples.shape[1])
    index.add(np.ascontiguousarray(samples, np.float32))

    def search(queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        faiss.omp_set_num_threads(1)  # of the calling thread
        squares, at = index.search(np.ascontiguousarray(queries, np.float32), count)
        return np.sqrt(np.maximum(squares, 0)), at

    return search


def _in_blocks(part: Callable[[slice], np.ndarray], count: int, threads: int) -> np.ndarray:
    """Return what `part` gives of blocks of rows, together; threads share the blocks, which do not depend on them."""
    blocks = [slice(top, top + _BLOCK) for top in range(0, max(1, count), _BLOCK)]
    with threadpool_limits(1):  # matrix products on more threads would wait for each other, and for those of the pool
        if threads == 1 or len(blocks) == 1:
            return np.concatenate([part(rows) for rows in blocks])
        with ThreadPoolExecutor(threads) as pool:
            return np.concatenate(list(pool.map(part, blocks)))


def _nearest(samples: np.ndarray, queries: np.ndarray, count: int, threads: int) -> np.ndarray:
    """Return the distances, ascending, to the nearest `count` samples, float32 of shape (queries, count)."""
    search = _searcher(samples)
    return _in_blocks(lambda rows: search(queries[rows], count)[0], len(queries), threads)


def _to_other_folds(
    queries: np.ndarray, folds: np.ndarray, samples: np.ndarray, sample_folds: np.ndarray, threads: int
) -> np.ndarray:
    """Return the distance of each query to the nearest sample of another fold, float32 of shape (queries,)."""
    found = np.full(len(queries), np.inf, np.float32)
    if len(np.unique(folds)) > _FEW_FOLDS:
        # Most have a neighbour of another fold near them, which spares a search for each fold.
        search = _searcher(samples)

        def part(rows: slice) -> np.ndarray:
            near, at = search(queries[rows], min(_NEAR, len(samples)))
            return np.where(sample_folds[at] != folds[rows, np.newaxis], near, np.inf).min(axis=1)

        blocks = range(0, len(queries), MOST_SAMPLES)
        found = np.concatenate([part(slice(top, top + MOST_SAMPLES)) for top in blocks])
    for fold in np.unique(folds[np.isinf(found)]):
        here = (folds == fold) & np.isinf(found)
        found[here] = _nearest(samples[sample_folds != fold], queries[here], 1, threads)[:, 0]
    return found


def _mean_distance(samples: np.ndarray) -> float:
    """Return the mean distance of all pairs of different samples, or of those drawn where there are many."""
    from sklearn.metrics import pairwise_distances_chunked

    if len(samples) > _PAIRED:
        samples = samples[np.random.default_rng(0).choice(len(samples), _PAIRED, replace=False)]
    total = sum(float(part.sum(dtype=np.float64)) for part in pairwise_distances_chunked(samples))
    return total / (len(samples) * (len(samples) - 1))
