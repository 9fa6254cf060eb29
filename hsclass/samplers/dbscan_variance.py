"""The spectrally most diverse regions of each class train."""

from typing import ClassVar

import numpy as np

from hsclass.errors import DataError
from hsclass.samplers.dbscan import DbscanSampler


class DbscanVariance(DbscanSampler):
    """Regions go to training by descending spectral variance.

    The measure of a region is the variance of its pixels in the cube standardised band by band, averaged over bands.
    See `hsclass.samplers.dbscan.DbscanSampler` for the rules.

    References
    ----------
    Lange, J., Cavallaro, G., Götz, M., Erlingsson, E., Riedel, M. (2018). The Influence of Sampling Methods on
    Pixel-Wise Hyperspectral Image Classification with 3D Convolutional Neural Networks. IGARSS 2018.
    """

    needs_cube: ClassVar[bool] = True

    def rank(self, regions: list[np.ndarray], cube: np.ndarray | None, mask: np.ndarray) -> np.ndarray:
        """Return the negative mean over bands of each region's variance in units of the scene's, shape (n,)."""
        assert cube is not None
        whole = np.array([cube[..., band][mask].var(dtype=np.float64) for band in range(cube.shape[2])])
        scale = np.where(whole > 0, whole, 1)
        means = [(cube[tuple(region.T)].var(axis=0, dtype=np.float64) / scale).mean() for region in regions]
        if not np.isfinite(means).all():
            raise DataError(
                "cube: holds values that are not finite inside a labelled region; expected numbers; mask those pixels"
            )
        return -np.array(means)
