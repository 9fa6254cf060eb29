"""A scene as an image in natural colours."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hsclass.scene import Scene

NATURAL_NM = (650.0, 550.0, 470.0)
"""Centres [nm] of red, green and blue where the scene does not name its natural-colour bands."""

_GAMMA = 0.7  # lifts dark vegetation from black


def backdrop(scene: "Scene") -> tuple[np.ndarray, bool]:
    """Return the scene as an image, shape (rows, cols, 3), uint8, and whether its colours are natural.

    Each band is stretched from its 2nd to its 98th percentile over the pixels that hold data. A scene that knows
    neither its natural-colour bands nor its wavelengths is drawn in the grey of its middle band.
    """
    bands = natural_bands(scene.rgb, scene.wavelengths)
    natural = bands is not None
    chosen = list(bands or [scene.shape[2] // 2] * 3)
    image = scene.cube[:, :, chosen].astype(float)
    valid = image[scene.mask]
    if not len(valid):
        return np.full(image.shape, 255, np.uint8), natural
    low, high = np.percentile(valid, [2, 98], axis=0)
    stretched = (image - low) / np.where(high > low, high - low, 1)
    stretched[~scene.mask] = 1
    return (np.clip(np.nan_to_num(stretched), 0, 1) ** _GAMMA * 255).round().astype(np.uint8), natural


def natural_bands(rgb: tuple[int, int, int] | None, wavelengths: np.ndarray | None) -> tuple[int, ...] | None:
    """Return the bands, counted from 0, that show natural colours: those named, or the nearest by wavelength [nm].

    None where neither is known, or two colours have one nearest band.
    """
    if rgb is not None:
        return rgb
    if wavelengths is None:
        return None
    nearest = [int(np.abs(wavelengths - centre).argmin()) for centre in NATURAL_NM]
    return tuple(nearest) if len(set(nearest)) == 3 else None
