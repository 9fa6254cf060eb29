"""Smoothing of class probabilities over the window around each pixel."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hsclass.errors import DataError
from hsclass.features.bilateral import Bilateral, edge_aware_mean
from hsclass.features.linear import project
from hsclass.models.classifier import Sample

Smoothing = Literal["mean", "log_mean", "bilateral"]

_FLOOR = np.float32(1e-4)  # lower probabilities count as this in logarithms: no model knows more from a few fields


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


def fit_guide(cube: np.ndarray, train: Sample, components: int) -> Guide:
    """Learn the guide of the bilateral mean from the training pixels of a feature cube.

    Raises
    ------
    DataError
        If too few training pixels are adjacent to estimate the noise.
    """
    labels = np.zeros(cube.shape[:2], np.int64)
    labels[tuple(train.places.T)] = train.targets + 1
    try:
        fitted = Bilateral(components=components).fit(cube, labels)
    except DataError as error:
        raise DataError(f"smooth: the noise that guides 'bilateral' is not known: {error}; or take mean") from error
    return Guide(fitted.mean_, fitted.components_)


def smoothed(
    probabilities: np.ndarray,
    mask: np.ndarray,
    *,
    how: Smoothing,
    radius: int,
    guide: np.ndarray | None = None,
    width: float = 1.0,
) -> np.ndarray:
    """Return the probabilities of each pixel, averaged over the pixels of its window that hold data.

    Windows end at the border of the raster.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (rows, cols, classes)
    mask : ndarray of bool, shape (rows, cols)
        True where there is data. Pixels without keep their probabilities, and count in no window.
    how : {"mean", "log_mean", "bilateral"}
        `mean`: arithmetic mean. `log_mean`: geometric mean, scaled to a sum of 1; probabilities below 1e-4 count as
        1e-4. `bilateral`: mean weighted by the similarity of `guide`, see `hsclass.features.bilateral`.
    radius : int
        Of the windows [pixels].
    guide : ndarray, shape (rows, cols, components)
        Of `bilateral`.
    width : float
        Of `bilateral`: difference in the guide that counts.

    Returns
    -------
    ndarray of float32, shape (rows, cols, classes)
    """
    if how == "bilateral":
        assert guide is not None
        counted = np.concatenate([probabilities, np.ones_like(probabilities[..., :1])], axis=2)
        total = edge_aware_mean(counted * mask[..., np.newaxis], guide, radius=radius, width=width)
        found, weight = total[..., :-1], total[..., -1]
    else:
        values = probabilities if how == "mean" else np.log(np.maximum(probabilities, _FLOOR))
        found, weight = np.empty(probabilities.shape, np.float32), _box(mask.astype(np.float32), radius)
        for number in range(probabilities.shape[2]):
            found[..., number] = _box(np.where(mask, values[..., number], 0), radius)
    found /= np.where(mask, weight, 1)[..., np.newaxis]
    if how == "log_mean":
        found = np.exp(found - found.max(axis=2, keepdims=True))
    np.maximum(found, 0, out=found)  # running sums may end a hair below
    found /= found.sum(axis=2, keepdims=True)
    return np.where(mask[..., np.newaxis], found, probabilities)


def _box(values: np.ndarray, radius: int) -> np.ndarray:
    """Return the sums over windows, divided by the pixels of a whole one; beyond the border is 0."""
    from scipy.ndimage import uniform_filter

    return uniform_filter(values.astype(np.float64), 2 * radius + 1, mode="constant").astype(np.float32)
