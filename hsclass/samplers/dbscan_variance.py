"""The spectrally most diverse regions of each class train."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from hsclass.errors import DataError
from hsclass.options import Options
from hsclass.samplers.dbscan import DbscanOptions, DbscanSampler


class DbscanVarianceOptions(DbscanOptions):
    """Options of the DBSCAN sampler by variance."""

    spread: Literal["bands", "raw"] = Field(
        default="bands",
        description="bands: mean variance of the standardised bands; raw: one standard deviation over all values of a"
        " region, as in the authors' published code",
    )


class DbscanVariance(DbscanSampler):
    """Regions go to training by descending spectral variance.

    The measure of a region is the variance of its pixels in the cube standardised band by band, averaged over bands, or
    with `spread: raw` one standard deviation over all its values.
    See `hsclass.samplers.dbscan.DbscanSampler` for the rules.

    References
    ----------
    Lange, J., Cavallaro, G., Götz, M., Erlingsson, E., Riedel, M. (2018). The Influence of Sampling Methods on
    Pixel-Wise Hyperspectral Image Classification with 3D Convolutional Neural Networks. IGARSS 2018.
    """

    needs_cube: ClassVar[bool] = True
    options_model: ClassVar[type[Options]] = DbscanVarianceOptions

    def rank(self, regions: list[np.ndarray], cube: np.ndarray | None, mask: np.ndarray) -> np.ndarray:
        """Return the negative of each region's measure, shape (n,)."""
        assert cube is not None
        if self.options.spread == "raw":
            means = [cube[tuple(region.T)].std(dtype=np.float64) for region in regions]
        else:
            whole = np.array([cube[..., band][mask].var(dtype=np.float64) for band in range(cube.shape[2])])
            scale = np.where(whole > 0, whole, 1)
            means = [(cube[tuple(region.T)].var(axis=0, dtype=np.float64) / scale).mean() for region in regions]
        if not np.isfinite(means).all():
            raise DataError(
                "cube: holds values that are not finite inside a labelled region; expected numbers; mask those pixels"
            )
        return -np.array(means)
