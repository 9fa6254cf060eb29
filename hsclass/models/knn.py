"""Nearest neighbours."""

from typing import Any, Literal

import numpy as np
from pydantic import Field

from hsclass.cost import READ, Cost, Task
from hsclass.errors import DataError
from hsclass.models.classifier import ModelOptions
from hsclass.models.pixelwise import PixelwiseClassifier
from hsclass.space import Choice, Range, search_space


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

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        options = self.options
        return {
            "neighbours": str(options.neighbours),
            "votes": "equal" if options.weights == "uniform" else "by inverse distance",
            "distance": options.metric,
        }
