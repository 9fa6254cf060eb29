"""Nearest neighbours."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from hsclass.cost import READ, Cost, Task
from hsclass.errors import DataError
from hsclass.models.array_file import read_arrays, write_arrays
from hsclass.models.classifier import ModelOptions
from hsclass.models.estimator_file import check_seen
from hsclass.models.spectra import SpectrumClassifier
from hsclass.space import Choice, Range, search_space

FILE = "spectra.npz"
_PART = 128  # spectra whose nearest few are compared at a time, so that they stay in the processor's cache
_SPARE = 3  # more than the neighbours, as float32 may order nearly equal ones in another way


class NeighboursOptions(ModelOptions):
    """Options of the nearest neighbours."""

    neighbours: int = Field(1, ge=1, description="training pixels that vote; more than 1 give graded probabilities")
    weights: Literal["uniform", "distance"] = Field(
        "distance", description="'distance': votes are weighted by inverse distance"
    )
    metric: Literal["euclidean", "manhattan", "cosine"] = Field("manhattan", description="distance of two spectra")


class NearestNeighbours(SpectrumClassifier):
    """k nearest neighbours: vote of the nearest training spectra (Cover & Hart, IEEE TIT 13, 1967).

    All distances are computed, block by block: a search tree does not help in hundreds of bands. The training spectra
    are kept as plain arrays, the same in memory and on disk.
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
        del seed  # nothing is drawn
        self._keep(spectra.astype(np.float32), targets.astype(np.int32))

    def _keep(self, spectra: np.ndarray, targets: np.ndarray) -> None:
        self.spectra_, self.targets_ = spectra, targets
        self.classes_, self._columns = np.unique(targets, return_inverse=True)

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return the shares of votes, shape (n, classes seen in training): scikit-learn's `predict_proba`.

        Sums of absolute differences, which it computes in float64, are searched in float32; those of the nearest few
        are then computed in float64.
        """
        options, train = self.options, self.spectra_
        if options.metric != "manhattan":
            from sklearn.neighbors import KNeighborsClassifier

            estimator = KNeighborsClassifier(
                options.neighbours, weights=options.weights, metric=options.metric, algorithm="brute"
            )
            return estimator.fit(train, self.targets_).predict_proba(spectra)
        import faiss

        count = options.neighbours
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
        rows, classes = np.arange(len(at)), self._columns[at]
        shares = np.zeros((len(at), len(self.seen)))
        for place in range(at.shape[1]):
            shares[rows, classes[:, place]] += votes[:, place]
        return shares / shares.sum(axis=1, keepdims=True)

    def save(self, folder: Path) -> None:
        """Write the training spectra and their classes."""
        write_arrays(folder / FILE, spectra=self.spectra_, targets=self.targets_)

    def load(self, folder: Path) -> None:
        """Read the training spectra and their classes."""
        file = folder / FILE
        arrays = read_arrays(file, {"spectra": ("f4", (None, self.n_features)), "targets": ("i4", (None,))})
        spectra, targets = arrays["spectra"], arrays["targets"]
        if not self.options.neighbours <= len(spectra) == len(targets):
            raise DataError(
                f"{file}: holds {len(spectra)} spectra and {len(targets)} classes; expected one class a spectrum, and"
                f" {self.options.neighbours} spectra or more; train the model again"
            )
        check_seen(np.unique(targets), self.n_classes, file)
        self._keep(spectra, targets)

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        options = self.options
        return {
            "neighbours": str(options.neighbours),
            "votes": "equal" if options.weights == "uniform" else "by inverse distance",
            "distance": options.metric,
        }
