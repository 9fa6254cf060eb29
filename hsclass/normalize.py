"""Normalisation: one affine map a band, fitted on training pixels only."""

from typing import Literal

import numpy as np

from hsclass.backend import aligned_array
from hsclass.errors import DataError
from hsclass.scene import Scene
from hsclass.transformer import Transformer

Normalization = Literal["standard", "scalar", "minmax", "none"]


class Normalizer(Transformer):
    """Shift and scale the bands of pixels or of a cube.

    Parameters
    ----------
    kind : {"standard", "scalar", "minmax", "none"}
        `standard`: mean 0 and standard deviation 1 for each band. `scalar`: one mean and one standard deviation over
        all bands, as Lange et al. (2018) do; the shape of the spectrum is kept. `minmax`: each band to 0…1.
        `none`: values as they are.

    Attributes
    ----------
    offset_, scale_ : ndarray of float32, shape (bands,)
        `transform` computes ``(x - offset_) / scale_``. A band that is constant to float32's precision has scale 1,
        so it becomes 0.
    n_pixels_ : int
        Number of pixels seen by `fit`.
    """

    def __init__(self, kind: Normalization = "standard") -> None:
        self.kind = kind

    def fit(self, pixels: np.ndarray, y: object = None) -> "Normalizer":
        """Learn offset and scale from `pixels`, shape (n, bands).

        Raises
        ------
        DataError
            If a value is not finite.
        """
        bands = pixels.shape[1]
        values = pixels.astype(np.float64)
        broken = np.flatnonzero(~np.isfinite(values).all(axis=0))
        if len(broken):
            raise DataError(
                f"band {broken[0]}: holds values that are not finite at training pixels; expected numbers only;"
                " mask these pixels or leave the band out"
            )
        if self.kind == "standard":
            offset, scale = values.mean(axis=0), values.std(axis=0)
        elif self.kind == "scalar":
            offset, scale = np.full(bands, values.mean()), np.full(bands, values.std())
        elif self.kind == "minmax":
            offset, scale = values.min(axis=0), np.ptp(values, axis=0)
        else:
            offset, scale = np.zeros(bands), np.ones(bands)
        self.offset_ = offset.astype(np.float32)
        constant = scale <= np.finfo(np.float32).eps * np.abs(offset)
        self.scale_ = np.where(constant, 1, scale).astype(np.float32)
        self.n_pixels_ = len(pixels)
        return self

    def transform(self, pixels: np.ndarray) -> np.ndarray:
        """Return normalised float32 values of `pixels`, shape (…, bands)."""
        return self.transform_into(np.empty(pixels.shape, np.float32), pixels)

    def transform_into(self, out: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """Write what `transform` returns into `out`, float32 of the same shape, and return it."""
        out[...] = pixels
        out -= self.offset_
        out /= self.scale_
        return out


def normalize_scene(normalizer: Normalizer, scene: Scene) -> np.ndarray:
    """Return the normalised cube of a scene; see `normalize_cube`."""
    return normalize_cube(normalizer, scene.cube, scene.mask)


def normalize_cube(normalizer: Normalizer, cube: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return a normalised cube, float32 of shape (rows, cols, bands), 0 where `mask`, shape (rows, cols), is False.

    Windows extend beyond the edge of the data, where a fill value such as -9999 or NaN would dominate their pixels.
    A network takes the array over as it is.
    """
    normalized = normalizer.transform_into(aligned_array(cube.shape), cube)
    normalized[~mask] = 0
    return normalized
