"""Smoothing that stops at the edges of fields."""

import numpy as np
from pydantic import Field

from hsclass.features.extractor import Extractor, Origin
from hsclass.features.linear import project, training_pixels, varying_bands
from hsclass.features.mnf import MinimumNoiseFraction
from hsclass.options import Options
from hsclass.row_blocks import row_blocks

_BLOCK = 1 << 19  # float32 values at a time: 2 MB an array, so that it stays in the cache


class BilateralOptions(Options):
    """Options of the bilateral filter."""

    radius: int = Field(4, ge=1, description="how far [pixels] the mean reaches: windows of 2 radius + 1 keep it safe")
    width: float = Field(1.0, gt=0, description="spectral distance, in standard deviations of the noise, that counts")
    components: int = Field(12, ge=1, description="noise-adjusted components that the distance is measured in, at most")


class Bilateral(Extractor):
    """Replace each spectrum by the mean of the window around it, weighted by spectral similarity.

    The weight of a neighbour is ``exp(-d² / (2 width²))``, d² being the mean squared difference of the two pixels over
    the leading components of the minimum noise fraction (`hsclass.features.mnf`), whose noise has variance 1: pixels
    that differ by noise alone have d² near 2. The spatial kernel is a box (otherwise as Tomasi & Manduchi, ICCV 1998);
    pixels outside the scene have no weight.

    The receptive field has this `radius`, so the split must be guarded for windows of that radius.

    Attributes
    ----------
    mean_ : ndarray of float64, shape (bands,)
    components_ : ndarray of float64, shape (components, bands)
        Of the minimum noise fraction.
    """

    Options = BilateralOptions
    radius: int
    width: float
    components: int
    mean_: np.ndarray
    components_: np.ndarray

    @property
    def reach(self) -> int:
        """The radius."""
        return self.radius

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds of a pixel."""
        return float((2 * self.radius + 1) ** 2 * (2 * bands + 3 * self.components) + features * self.components)

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> "Bilateral":
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere.

        Raises
        ------
        DataError
            If too few training pixels are adjacent to estimate the noise.
        """
        del origin
        varying = varying_bands(training_pixels(cube, labels)[0], "bilateral")
        guide = MinimumNoiseFraction(components=min(self.components, len(varying))).fit(cube, labels)
        self.mean_, self.components_ = guide.mean_, guide.components_
        return self

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the smoothed cube, float32 of shape (rows, cols, bands)."""
        guide = project(cube, self.mean_, self.components_)
        return edge_aware_mean(cube, guide, radius=self.radius, width=self.width)


def edge_aware_mean(cube: np.ndarray, guide: np.ndarray, *, radius: int, width: float) -> np.ndarray:
    """Return the means of windows, weighted by the similarity of their pixels to the centre in `guide`.

    Parameters
    ----------
    cube : ndarray, shape (rows, cols, bands)
    guide : ndarray, shape (rows, cols, components)
    radius : int
        Of the windows [pixels].
    width : float
        Root mean square difference over the components at which the weight has fallen to 0.61.

    Returns
    -------
    ndarray of float32, shape (rows, cols, bands)
    """
    rows, cols, bands = cube.shape
    found = np.empty(cube.shape, np.float32)
    for block in row_blocks(cube, _BLOCK):
        start, stop = block.start, block.stop
        total = np.zeros((stop - start, cols, bands), np.float32)
        weights = np.zeros((stop - start, cols, 1), np.float32)
        for down in range(-radius, radius + 1):
            top, bottom = max(start, -down), min(stop, rows - down)
            for right in range(-radius, radius + 1):
                left, end = max(0, -right), min(cols, cols - right)
                if top >= bottom or left >= end:
                    continue
                here = (slice(top - start, bottom - start), slice(left, end))
                there = (slice(top + down, bottom + down), slice(left + right, end + right))
                apart = ((guide[there] - guide[top:bottom, left:end]) ** 2).mean(axis=2, keepdims=True)
                weight = np.exp(apart / (-2 * width**2))
                total[here] += weight * cube[there]
                weights[here] += weight
        found[block] = total / weights
    return found
