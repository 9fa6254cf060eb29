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

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.errors import DataError
from hsclass.models.array_file import read_arrays, write_arrays

FILE = "applicability.npz"
MOST_AXES = 20
"""Principal axes that distances are measured along; what lies off these counts by its length alone."""

_KEPT = 0.9999  # of the variance: fewer axes where these hold it
_NEIGHBOURS = 50
_LAYOUT = {
    "centre": ("f4", (None,)), "scale": ("f4", (None,)), "axes": ("f4", (None, None)), "samples": ("f4", (None, None)),
    "classes": ("i4", (None,)), "mean_distance": ("f8", ()), "threshold": ("f8", ()),
}  # fmt: skip


@dataclass(frozen=True)
class Applicability:
    """Training samples in the space that distances are measured in.

    Attributes
    ----------
    centre, scale : ndarray of float32, shape (features,)
        Means and standard deviations of the training samples, the latter divided by the features' weights.
    axes : ndarray of float32, shape (features, axes)
        Principal axes of the scaled training samples; all of them where there are no more than `MOST_AXES`.
    samples : ndarray of float32, shape (n, axes + 1)
        Training samples along these, and the length of what is left of each.
    classes : ndarray of int32, shape (n,)
        Class index of each.
    mean_distance : float
        Mean distance of two training samples.
    threshold : float
        Largest DI of a training sample to those of other folds that is no outlier: the upper whisker of a box plot.
    """

    centre: np.ndarray
    scale: np.ndarray
    axes: np.ndarray
    samples: np.ndarray
    classes: np.ndarray
    mean_distance: float
    threshold: float

    def place(self, features: np.ndarray) -> np.ndarray:
        """Return features, shape (n, features), in the space of `samples`, float32 of shape (n, axes + 1).

        Distances there are those of the scaled features, or a little less: what lies off the axes of two samples counts
        as if it pointed the same way.
        """
        scaled = ((features - self.centre) / self.scale).astype(np.float32)
        along = scaled @ self.axes
        rest = np.einsum("ij,ij->i", scaled, scaled) - np.einsum("ij,ij->i", along, along)
        return np.hstack([along, np.sqrt(np.maximum(rest, 0))[:, np.newaxis]])

    def dissimilarity(self, features: np.ndarray, classes: np.ndarray | None = None, *, threads: int = 1) -> np.ndarray:
        """Return the dissimilarity index of samples, float32 of shape (n,).

        Parameters
        ----------
        features : ndarray, shape (n, features)
        classes : ndarray of int, shape (n,), optional
            Class index of each, to measure to the training samples of that class alone; inf where it has none.
        threads : int
        """
        placed = self.place(features)
        if classes is None:
            return _nearest(self.samples, placed, 1, threads)[:, 0] / np.float32(self.mean_distance)
        found = np.full(len(placed), np.inf, np.float32)
        for identity in np.unique(classes):
            here, members = classes == identity, self.classes == identity
            if members.any():
                found[here] = _nearest(self.samples[members], placed[here], 1, threads)[:, 0] / self.mean_distance
        return found

    def density(self, features: np.ndarray, *, threads: int = 1) -> np.ndarray:
        """Return the local point density, int16 of shape (n,): training samples within the threshold, up to 50."""
        near = _nearest(self.samples, self.place(features), min(_NEIGHBOURS, len(self.samples)), threads)
        return (near <= self.threshold * self.mean_distance).sum(axis=1).astype(np.int16)

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
    if len(np.unique(folds)) < 2:
        raise DataError(
            "applicability: all training samples are in one fold; expected two or more; train on more fields"
        )
    spread = features.std(axis=0, ddof=1)
    varied = spread > 0
    if not varied.any():
        raise DataError("applicability: all training samples are equal; expected features that vary")
    # A feature that is constant in training has no scale; weight 0 leaves it out.
    importance = np.where(varied, 1.0 if weights is None else weights, 0.0)
    with np.errstate(divide="ignore"):
        scale = np.where(importance > 0, np.where(varied, spread, 1) / importance, np.inf).astype(np.float32)
    centre = features.mean(axis=0).astype(np.float32)
    scaled = (features - centre) / scale
    values, vectors = np.linalg.eigh(scaled.T @ scaled)
    order = values.argsort()[::-1]
    share = np.cumsum(values[order]) / values.sum()
    count = min(MOST_AXES, int(np.searchsorted(share, _KEPT)) + 1, len(values))
    axes = vectors[:, order[:count]].astype(np.float32)
    plain = Applicability(centre, scale, axes, np.zeros((0, count + 1), np.float32), classes.astype(np.int32), 1.0, 0.0)
    samples = plain.place(features)
    mean_distance = _mean_distance(samples)
    if mean_distance == 0:
        raise DataError("applicability: all training samples are equal; expected features that vary")
    held_out = np.empty(len(samples), np.float32)
    for fold in np.unique(folds):
        here = folds == fold
        held_out[here] = _nearest(samples[~here], samples[here], 1, threads)[:, 0] / mean_distance
    return Applicability(centre, scale, axes, samples, classes.astype(np.int32), mean_distance, upper_whisker(held_out))


def upper_whisker(values: np.ndarray) -> float:
    """Return the largest value within 1.5 hinge spreads above the upper hinge (Tukey 1977), as box plots in R do."""
    ordered = np.sort(values)
    half = ordered[: (len(ordered) + 1) // 2], ordered[len(ordered) // 2 :]
    lower, upper = (float(np.median(part)) for part in half)
    return float(ordered[ordered <= upper + 1.5 * (upper - lower)].max())


def _nearest(samples: np.ndarray, queries: np.ndarray, count: int, threads: int) -> np.ndarray:
    """Return the distances, ascending, to the nearest `count` samples, float32 of shape (queries, count)."""
    import faiss

    faiss.omp_set_num_threads(threads)
    index = faiss.IndexFlatL2(samples.shape[1])
    index.add(np.ascontiguousarray(samples, np.float32))
    squares, _ = index.search(np.ascontiguousarray(queries, np.float32), count)
    return np.sqrt(np.maximum(squares, 0))


def _mean_distance(samples: np.ndarray) -> float:
    """Return the mean distance of all pairs of different samples."""
    from sklearn.metrics import pairwise_distances_chunked

    total = sum(float(part.sum(dtype=np.float64)) for part in pairwise_distances_chunked(samples))
    return total / (len(samples) * (len(samples) - 1))
