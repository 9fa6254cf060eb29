"""Clusters of each class's pixels go whole to training."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from hsclass.options import Options
from hsclass.samplers.regional import RegionalOptions, RegionalSampler

_SEEDS = 2**31


class ClustersOptions(RegionalOptions):
    """Options of the cluster sampler."""

    clusters: int = Field(
        default=10,
        ge=2,
        description="k-means clusters of each class; small classes have fewer, see least_size",
    )
    least_size: int = Field(default=25, ge=1, description="pixels that a class must have for each cluster beyond two")
    max_overshoot: float | None = Field(
        default=1.5, ge=1, description=RegionalOptions.model_fields["max_overshoot"].description
    )


class Clusters(RegionalSampler):
    """Clusters of pixels that lie near each other go whole to training, in an order drawn with the seed.

    k-means on the (row, col) of each class's pixels divides it into compact parts of about equal area, whether they
    touch or not; some train, the others test. A class is thus seen in parts of the scene other than those where it is
    tested, as it would be in the field.

    Beyond the paper:

    - The number of clusters is an option, and is lower for small classes, whose clusters the guard would else devour.
    - Training takes as many clusters as its share needs; validation gets clusters of its own.
    - All that `hsclass.samplers.regional.RegionalSampler` says of regions that do not fit.

    References
    ----------
    Hänsch, R., Ley, A., Hellwich, O. (2017). Correct and still wrong: The relationship between sampling strategies
    and the estimation of the generalization error. IGARSS 2017.
    """

    options_model: ClassVar[type[Options]] = ClustersOptions

    def find(self, members: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
        """Return the (row, col), shape (n, 2), of each cluster of a class's pixels."""
        from sklearn.cluster import KMeans

        pixels = np.argwhere(members)
        count = min(self.options.clusters, max(2, len(pixels) // self.options.least_size), len(pixels))
        means = KMeans(count, n_init=1, random_state=int(rng.integers(_SEEDS)))
        cluster = means.fit_predict(pixels.astype(np.float64))
        return [part for number in range(count) if len(part := pixels[cluster == number])]

    def rank(self, regions: list[np.ndarray], cube: np.ndarray | None, mask: np.ndarray) -> np.ndarray:
        """Return zeros, shape (n,): the order is drawn."""
        return np.zeros(len(regions))
