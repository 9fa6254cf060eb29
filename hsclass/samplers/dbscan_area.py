"""The smallest regions of each class train."""

import numpy as np

from hsclass.samplers.dbscan import DbscanSampler


class DbscanArea(DbscanSampler):
    """Regions go to training by ascending area.

    Many small fields show more of a class's variety than one large field of the same area. See
    `hsclass.samplers.dbscan.DbscanSampler` for the rules.

    References
    ----------
    Lange, J., Cavallaro, G., Götz, M., Erlingsson, E., Riedel, M. (2018). The Influence of Sampling Methods on
    Pixel-Wise Hyperspectral Image Classification with 3D Convolutional Neural Networks. IGARSS 2018.
    """

    def rank(self, regions: list[np.ndarray], cube: np.ndarray | None, mask: np.ndarray) -> np.ndarray:
        """Return the areas [pixels], shape (n,)."""
        return np.array([len(region) for region in regions])
