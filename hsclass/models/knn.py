"""Nearest neighbours."""

from typing import Any, Literal

import numpy as np
from pydantic import Field

from hsclass.cost import READ, Cost, Task
from hsclass.errors import DataError
from hsclass.models.classifier import ModelOptions
from hsclass.models.pixelwise import PixelwiseClassifier
from hsclass.space import Choice, Range, search_space

_PART = 128  # spectra whose nearest few are compared at a time, so that they stay in the processor's cache
_SPARE = 3  # more than the neighbours, as float32 may order nearly equal ones in another way


class NeighboursOptions(ModelOptions):
    """Options of the nearest neighbours."""

    neighbours: int = Field(1, ge=1, description="training pixels that vote; more than 1 give graded probabilities")
    weights: Literal["uniform", "distance"] = Field("distance", description="'distance': a vote weighs its inverse")
    metric: Literal["euclidean", "manhattan", "cosine"] = Field("manhattan", description="distance of two spectra")


class NearestNeighbours(PixelwiseClassifier):
    """Vote of the nearest training spectra (Cover & Hart, IEEE Transactions on Information Theory 13, 1967).

    All distances are computed, block by block: a search tree does not help in hundreds of bands.
    """

    Options = NeighboursOptions
    space = search_space(
        neighbours=Range(low=1, high=31, log=True),
        weights=Choice(choices=("uniform", "distance")),
        metric=Choice(choices=("euclidean", "manhattan", "cosine")),
    )

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        del options
        return Cost(
            train=float(task.train) * task.features * READ,
            predict=float(task.predict) * task.features * (task.train + READ),
            train_bytes=4.0 * task.train * task.features,
        )

    def build(self, seed: int) -> Any:
        """Return the unfitted estimator."""
        from sklearn.neighbors import KNeighborsClassifier

        options = self.options
        return KNeighborsClassifier(
            options.neighbours, weights=options.weights, metric=options.metric, algorithm="brute"
        )

    def learn(self, spectra: np.ndarray, targets: np.ndarray, *, seed: int) -> None:
        """Keep the training spectra.

        Raises
        ------
        DataError
            If there are fewer training pixels than neighbours.
        """
        if len(spectra) < self.options.neighbours:
            raise DataError(
                f"model knn: option 'neighbours' is {self.options.neighbours}, but there are {len(spectra)} training"
                f" pixels; set it to {len(spectra)} or less, or make the split with a larger train fraction"
            )
        super().learn(spectra, targets, seed=seed)

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return scikit-learn's `predict_proba`.

        Sums of absolute differences, which it computes in float64, are searched in float32; those of the nearest few
        are then computed in float64.
        """
        if self.options.metric != "manhattan":
            return super().scores(spectra)
        import faiss

        train, count = self.estimator_._fit_X, self.options.neighbours
        faiss.omp_set_num_threads(self.threads)
        index = faiss.IndexFlat(train.shape[1], faiss.METRIC_L1)
        index.add(np.ascontiguousarray(train, np.float32))
        _, at = index.search(np.ascontiguousarray(spectra, np.float32), min(count + _SPARE, len(train)))
        at.sort(axis=1)  # so that of equally near ones the first counts
        ends = range(_PART, len(spectra), _PART)
        parts = zip(np.split(spectra, ends), np.split(at, ends), strict=True)
        distances = np.concatenate(
            [np.abs(part[:, np.newaxis].astype(np.float64) - train[near]).sum(axis=2) for part, near in parts]
        )
        order = np.argsort(distances, axis=1, kind="stable")[:, :count]
        return self._votes(np.take_along_axis(distances, order, axis=1), np.take_along_axis(at, order, axis=1))

    def _votes(self, distances: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Return the share of votes of each class, by the distances and places of the neighbours, (n, neighbours)."""
        votes = np.ones(distances.shape)
        if self.options.weights == "distance":
            equal = distances == 0
            with np.errstate(divide="ignore"):
                votes = np.where(equal.any(axis=1, keepdims=True), equal, 1 / distances)
        rows, classes = np.arange(len(at)), self.estimator_._y[at]
        shares = np.zeros((len(at), len(self.seen)))
        for place in range(at.shape[1]):
            shares[rows, classes[:, place]] += votes[:, place]
        return shares / shares.sum(axis=1, keepdims=True)

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        options = self.options
        return {
            "neighbours": str(options.neighbours),
            "votes": "equal" if options.weights == "uniform" else "by inverse distance",
            "distance": options.metric,
        }
