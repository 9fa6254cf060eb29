"""Means of class probabilities over the window around each pixel, or over its segment.

Segments are connected pixels of similar spectra, as those of one field are.
"""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hsclass.errors import DataError
from hsclass.features.bilateral import Bilateral, edge_aware_mean
from hsclass.features.linear import project
from hsclass.models.classifier import Sample

Smoothing = Literal["mean", "segments"]

COMPONENTS, RADIUS, WIDTH = 12, 2, 1.4
"""Of the guide of segments, and of the edge-aware mean that it is smoothed by first."""

SEGMENT_BYTES = 500.0
"""Of a pixel, in the arrays that are held while a scene is divided into segments."""

_SCALE = 10.0  # k of Felzenszwalb & Huttenlocher, for a guide whose noise has variance 1


@dataclass(frozen=True)
class Guide:
    """The first components of the minimum noise fraction, whose noise has variance 1.

    Attributes
    ----------
    mean : ndarray of float64, shape (features,)
    components : ndarray of float64, shape (components, features)
    """

    mean: np.ndarray
    components: np.ndarray

    def __call__(self, cube: np.ndarray) -> np.ndarray:
        """Return the components of a feature cube, float32 of shape (rows, cols, components)."""
        return project(cube, self.mean, self.components)

    def as_arrays(self) -> dict[str, np.ndarray]:
        """Return its attributes."""
        return {"mean": self.mean, "components": self.components}


def fit_guide(cube: np.ndarray, train: Sample) -> Guide:
    """Learn the guide of segments from the training pixels of a feature cube.

    Raises
    ------
    DataError
        If too few training pixels are adjacent to estimate the noise.
    """
    labels = np.zeros(cube.shape[:2], np.int64)
    labels[tuple(train.places.T)] = train.targets + 1
    try:
        fitted = Bilateral(components=COMPONENTS).fit(cube, labels)
    except DataError as error:
        raise DataError(f"smooth: the noise that guides 'segments' is not known: {error}; or take mean") from error
    return Guide(fitted.mean_, fitted.components_)


def segments(guide: np.ndarray, least: int) -> np.ndarray:
    """Divide a scene into segments (Felzenszwalb & Huttenlocher, IJCV 59, 2004); no label takes part.

    Parameters
    ----------
    guide : ndarray, shape (rows, cols, components)
        What `Guide` gives. It is smoothed first, where it does not change by more than noise.
    least : int
        Pixels of the smallest segment: smaller ones are joined to a neighbour, the most similar ones first.

    Returns
    -------
    ndarray of int64, shape (rows, cols)
        Number of the segment of each pixel, from 0.
    """
    from skimage.segmentation import felzenszwalb

    smooth = edge_aware_mean(guide, guide, radius=RADIUS, width=WIDTH).astype(np.float64)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Got image with third dimension")  # a guide is no picture
        # scikit-image divides its scale by 255
        return felzenszwalb(smooth, scale=255 * _SCALE, sigma=0, min_size=least, channel_axis=2)


def segment_means(values: np.ndarray, found: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the means of segments over their pixels that hold data, float32 of shape (rows, cols, n).

    Pixels without data, of `mask` False, keep their values.

    Parameters
    ----------
    values : ndarray, shape (rows, cols, n)
    found : ndarray of int, shape (rows, cols)
        Number of the segment of each pixel.
    mask : ndarray of bool, shape (rows, cols)
    """
    inside = found[mask]
    count = np.maximum(np.bincount(inside), 1)
    filled = values.astype(np.float32)
    for number in range(values.shape[2]):
        filled[mask, number] = (np.bincount(inside, values[mask, number]) / count)[inside]
    return filled


def window_means(values: np.ndarray, mask: np.ndarray, radius: int) -> np.ndarray:
    """Return the means of windows over their pixels that hold data, float32 of shape (rows, cols, n).

    Windows end at the border of the raster. Pixels without data, of `mask` False, keep their values.

    Parameters
    ----------
    values : ndarray, shape (rows, cols, n)
    mask : ndarray of bool, shape (rows, cols)
    radius : int
        Of the windows [pixels].
    """
    filled = values.astype(np.float32)
    share = np.where(mask, _box(mask, radius), 1)
    for number in range(values.shape[2]):
        mean = _box(np.where(mask, values[..., number], 0), radius) / share
        filled[..., number] = np.where(mask, mean, values[..., number])
    return filled


def _box(values: np.ndarray, radius: int) -> np.ndarray:
    """Return the sums over windows, divided by the pixels of a whole one; beyond the border is 0."""
    from scipy.ndimage import uniform_filter

    return uniform_filter(values.astype(np.float64), 2 * radius + 1, mode="constant")
