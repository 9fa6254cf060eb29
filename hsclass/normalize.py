"""Normalisation: one affine map a band, fitted on training pixels only."""

from typing import Literal

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

Normalization = Literal["standard", "scalar", "minmax", "none"]


class Normalizer(TransformerMixin, BaseEstimator):
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
        `transform` computes ``(x - offset_) / scale_``. A constant band has scale 1, so it becomes 0.
    n_pixels_ : int
        Number of pixels seen by `fit`.
    """

    def __init__(self, kind: Normalization = "standard") -> None:
        self.kind = kind

    def fit(self, pixels: np.ndarray, y: object = None) -> "Normalizer":
        """Learn offset and scale from `pixels`, shape (n, bands)."""
        bands = pixels.shape[1]
        values = pixels.astype(np.float64)
        if self.kind == "standard":
            offset, scale = values.mean(axis=0), values.std(axis=0)
        elif self.kind == "scalar":
            offset, scale = np.full(bands, values.mean()), np.full(bands, values.std())
        elif self.kind == "minmax":
            offset, scale = values.min(axis=0), np.ptp(values, axis=0)
        else:
            offset, scale = np.zeros(bands), np.ones(bands)
        self.offset_ = offset.astype(np.float32)
        self.scale_ = np.where(scale > 0, scale, 1).astype(np.float32)
        self.n_pixels_ = len(pixels)
        return self

    def transform(self, pixels: np.ndarray) -> np.ndarray:
        """Return normalised float32 values of `pixels`, shape (…, bands)."""
        return (pixels.astype(np.float32) - self.offset_) / self.scale_
