"""Contiguous patches of each class train whole: the smallest, or the spectrally most diverse first."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from hsclass.errors import DataError
from hsclass.options import Options
from hsclass.samplers.regional import RegionalOptions, RegionalSampler
from hsclass.samplers.regions import find_regions


class DbscanOptions(RegionalOptions):
    """Options of the DBSCAN samplers."""

    eps: float = Field(
        default=1.5,
        ge=1,
        description="distance [pixels] up to which two pixels of a class are neighbours; 1.5 takes in the diagonals",
    )
    min_samples: int = Field(
        default=5,
        ge=1,
        description="neighbours, itself included, that make a pixel a core of a region; the authors' code has 9",
    )
    by_rows: bool = Field(
        default=False,
        description="take whole regions, and of the last one the upper rows up to the exact number of training pixels,"
        " as the authors' published code does; `max_overshoot` then counts for validation and folds only",
    )


class DbscanSampler(RegionalSampler):
    """Whole regions of each class go to training until its share is met (Lange et al., IGARSS 2018).

    Each class falls into contiguous regions by DBSCAN on the pixels' positions. A subclass orders them.

    Validation and the rules for regions that do not fit are ours; see `hsclass.samplers.regional.RegionalSampler`. The
    authors' published code (cluster sampling, 2018) orders, cuts and measures regions in another way, which the
    options offer.

    The seed only orders regions that are equal in the order's measure, and deals the folds; all else is deterministic.
    """

    options_model: ClassVar[type[Options]] = DbscanOptions

    def find(self, members: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
        """Return the (row, col), shape (n, 2), of each contiguous region of a class."""
        return find_regions(members, eps=self.options.eps, min_samples=self.options.min_samples)


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
