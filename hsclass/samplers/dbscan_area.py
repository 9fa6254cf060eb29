"""The smallest regions of each class train."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from hsclass.options import Options
from hsclass.samplers.dbscan import DbscanOptions, DbscanSampler


class DbscanAreaOptions(DbscanOptions):
    """Options of the DBSCAN sampler by area."""

    first: Literal["smallest", "largest"] = Field(
        default="smallest", description="regions that train first; the authors' published code takes the largest"
    )


class DbscanArea(DbscanSampler):
    """Regions go to training by ascending area, or by descending area.

    Many small fields show more of a class's variety than one large field of the same area. See
    `hsclass.samplers.dbscan.DbscanSampler` for the rules.

    References
    ----------
    Lange, J., Cavallaro, G., Götz, M., Erlingsson, E., Riedel, M. (2018). The Influence of Sampling Methods on
    Pixel-Wise Hyperspectral Image Classification with 3D Convolutional Neural Networks. IGARSS 2018.
    """

    options_model: ClassVar[type[Options]] = DbscanAreaOptions

    def rank(self, regions: list[np.ndarray], cube: np.ndarray | None, mask: np.ndarray) -> np.ndarray:
        """Return the areas [pixels], shape (n,), negative where the largest goes first."""
        sign = -1 if self.options.first == "largest" else 1
        return sign * np.array([len(region) for region in regions])
