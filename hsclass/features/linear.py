"""Linear transforms of spectra: the base class of extractors that project."""

from typing import Annotated

import numpy as np
from pydantic import Field

from hsclass.errors import DataError, UsageError
from hsclass.features.extractor import Extractor
from hsclass.row_blocks import row_blocks

Components = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0, le=1)]
_BLOCK = 1 << 21  # values in double precision at a time: 16 MB


class LinearExtractor(Extractor):
    """Project each spectrum: ``(x - mean_) @ components_.T``.

    Attributes
    ----------
    mean_ : ndarray of float64, shape (bands,)
    components_ : ndarray of float64, shape (features, bands)
    """

    mean_: np.ndarray
    components_: np.ndarray

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds of a pixel."""
        return float(bands * features)

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the projections of a cube, shape (rows, cols, bands): float32 of shape (rows, cols, features)."""
        return project(cube, self.mean_, self.components_)


def project(cube: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Return ``(cube - mean) @ components.T`` as float32, blocks of rows at a time.

    In double precision, for the differences of nearly equal spectra are what the last components are made of.

    Parameters
    ----------
    cube : ndarray, shape (rows, cols, bands)
    mean : ndarray, shape (bands,)
    components : ndarray, shape (features, bands)
    """
    found = np.empty((*cube.shape[:2], len(components)), np.float32)
    for rows in row_blocks(cube, _BLOCK):
        found[rows] = (cube[rows].astype(np.float64) - mean) @ components.T
    return found


def training_pixels(cube: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return spectra, float64 of shape (n, bands), and class ids, shape (n,), where `labels` is not 0."""
    known = labels > 0
    return cube[known].astype(np.float64), labels[known]


def varying_bands(spectra: np.ndarray, who: str, *, table: str = "features") -> np.ndarray:
    """Return the indices of the bands of `spectra`, shape (n, bands), that are not constant to float32's precision.

    Raises
    ------
    DataError
        If there are none.
    """
    spread = np.ptp(spectra, axis=0)
    varying = np.flatnonzero(spread > np.finfo(np.float32).eps * np.abs(spectra).max(axis=0, initial=0))
    if not len(varying):
        raise DataError(
            f"{table} {who}: all {len(spectra)} training pixels have the same spectrum; expected bands that vary;"
            " check the scene's bands"
        )
    return varying


def check_components(asked: int, limit: int, *, who: str, of: str, option: str = "components") -> int:
    """Return `asked`, or raise UsageError if it is more than `limit`, which `of` explains."""
    if asked > limit:
        raise UsageError(f"features {who}: option '{option}' is {asked}; expected {limit} at the most, for {of}")
    return asked


def embedded(components: np.ndarray, bands: np.ndarray, count: int) -> np.ndarray:
    """Return components of some bands, shape (n, len(bands)), as components of all `count` bands, 0 elsewhere."""
    whole = np.zeros((len(components), count))
    whole[:, bands] = components
    return whole
