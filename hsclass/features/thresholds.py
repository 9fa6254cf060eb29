"""Automatic thresholds of attribute profiles."""

import logging

import numpy as np

_LOG = logging.getLogger(__name__)

AREA_LEVELS = 14
DEVIATION_LEVELS = 11
INERTIA = (0.2, 0.3, 0.4, 0.5)  # Dalla Mura et al. (2010)
_PIXEL_SIZE = 20.0  # m; of AVIRIS from its usual height


def area_thresholds(shape: tuple[int, int], pixel_size: float | None) -> np.ndarray:
    """Return thresholds of area [pixels], float64 of shape (14,).

    1000 / p times 1, 2, …, 14, where p is the side of a pixel [m] (Ghamisi et al., IEEE JSTARS 7, 2014). On small
    scenes the steps are reduced so that the last is a quarter of the scene: above it no region would be left.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the scene.
    pixel_size : float or None
        Side of a pixel [m]; None: 20.
    """
    if pixel_size is None:
        _LOG.warning("profiles: the size of a pixel is not known, so areas are for %g m; set 'pixel_size'", _PIXEL_SIZE)
    step = min(1000 / (pixel_size or _PIXEL_SIZE), shape[0] * shape[1] / 4 / AREA_LEVELS)
    return step * np.arange(1, AREA_LEVELS + 1)


def deviation_thresholds(values: np.ndarray) -> np.ndarray:
    """Return thresholds of standard deviation, float64 of shape (11,), for a component.

    2.5, 5, …, 27.5 hundredths of the component's mean, above its minimum (Marpu et al., IEEE GRSL 10, 2013;
    Ghamisi et al., IEEE JSTARS 7, 2014).

    Parameters
    ----------
    values : ndarray, shape (n,)
        Of the component, at the training pixels.
    """
    return (values.mean() - values.min()) * 0.025 * np.arange(1, DEVIATION_LEVELS + 1)
