"""Continuum removal: spectra divided by their upper hull."""

import numpy as np


def remove_continuum(spectra: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Return spectra divided by their continuum, the upper convex hull (Clark & Roush, JGR 89, 1984).

    1 where a spectrum touches its hull, less within absorption bands. Where the hull is not positive, 0.

    Parameters
    ----------
    spectra : ndarray, shape (n, bands)
    positions : ndarray, shape (bands,)
        Of the bands, ascending [nm, or any unit].
    """
    hull = upper_hull(spectra, positions)
    return np.divide(spectra, hull, out=np.zeros_like(hull), where=hull > 0)


def upper_hull(spectra: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Return the upper convex hull of each spectrum at its bands, float64 of shape (n, bands).

    All spectra together, by gift wrapping: the next point of the hull is the one with the steepest line from the last
    point (Jarvis, Information Processing Letters 2, 1973).
    """
    hull = spectra.astype(np.float64)
    values = hull.copy()
    bands = values.shape[1]
    at = np.zeros(len(values), int)
    rows = np.arange(len(values))
    index = np.arange(bands)
    while len(rows):
        here, there = values[rows, at][:, np.newaxis], positions[at][:, np.newaxis]
        ahead = index > at[:, np.newaxis]
        run = np.where(ahead, positions - there, 1)
        slopes = np.where(ahead, (values[rows] - here) / np.maximum(run, np.finfo(float).tiny), -np.inf)
        steepest = slopes.max(axis=1, keepdims=True)
        after = bands - 1 - np.argmax(slopes[:, ::-1], axis=1)
        between = ahead & (index < after[:, np.newaxis])
        hull[rows] = np.where(between, here + steepest * (positions - there), hull[rows])
        going = after < bands - 1
        rows, at = rows[going], after[going]
    return hull
