"""Minimum noise fraction."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from hsclass.errors import DataError
from hsclass.features.extractor import Origin
from hsclass.features.linear import (
    Components,
    LinearExtractor,
    Weight,
    check_components,
    embedded,
    training_pixels,
    varying_bands,
)
from hsclass.options import Options
from hsclass.space import Range, search_space

DEFAULT = 20
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


class MnfOptions(Options):
    """Options of the minimum noise fraction."""

    components: Components | None = Field(None, description=f"how many; null: {DEFAULT}, or the bands if fewer")
    shrinkage: Literal["auto"] | Weight = Field(
        "auto", description="of the noise covariance towards its diagonal, 0 to 1; 'auto': Ledoit & Wolf (2004)"
    )


class MinimumNoiseFraction(LinearExtractor):
    """Components in order of decreasing signal-to-noise ratio (Green et al., IEEE TGRS 26, 1988).

    The eigenvectors of ``inv(N) S``, where S is the covariance of the training spectra and N that of their noise. N is
    half the mean square of the differences between adjacent training pixels (by a side or a corner) of one class;
    across the border of two fields the signal differs, too. Scattered training pixels have few such neighbours, so N
    is shrunk towards its diagonal. The components are centred, and scaled to noise of unit variance. Bands that are
    constant in training have zero weight.

    Parameters
    ----------
    components : int or None
    shrinkage : float or "auto"
        0: N as it is; 1: its diagonal; "auto": the weight of Ledoit and Wolf (Journal of Multivariate Analysis 88,
        2004), on standardised bands.

    Attributes
    ----------
    ratio_ : ndarray of float64, shape (features,)
        Variance of each component over that of its noise.
    n_pairs_ : int
        Pairs of adjacent training pixels used by `fit`.
    """

    Options = MnfOptions
    space = search_space(components=Range(low=2, high=60, log=True), shrinkage=Range(low=1e-4, high=1.0, log=True))
    components: int | None
    shrinkage: float | str
    ratio_: np.ndarray
    n_pairs_: int

    def count(self, bands: int, classes: int, wavelengths: Sequence[float] | None = None) -> int:
        """Return the requested number of components."""
        del classes, wavelengths
        asked = min(DEFAULT, bands) if self.components is None else self.components
        return check_components(asked, bands, who="mnf", of=f"{bands} bands")

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> "MinimumNoiseFraction":
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere.

        Raises
        ------
        UsageError
            If more components are asked for than there are bands that vary.
        DataError
            If the training pixels or the pairs of neighbours among them are too few, or the noise is singular.
        """
        from scipy.linalg import eigh

        del origin
        spectra, _ = training_pixels(cube, labels)
        bands = varying_bands(spectra, "mnf")
        asked = self.count(len(bands), 0)
        differences = neighbour_differences(cube, labels)
        for found, what in ((len(spectra), "training pixels"), (len(differences), "pairs of neighbours among them")):
            if found <= asked:
                raise DataError(
                    f"features mnf: {asked} components need more than {asked} {what}, found {found}; lower"
                    " 'components' or train on more pixels, whole regions best"
                )
        noise = noise_covariance(differences[:, bands], self.shrinkage)
        ratios, vectors = eigh(np.cov(spectra[:, bands], rowvar=False), noise)
        best = np.argsort(ratios)[::-1][:asked]
        self.mean_, self.ratio_, self.n_pairs_ = spectra.mean(axis=0), ratios[best], len(differences)
        self.components_ = embedded(vectors[:, best].T, bands, spectra.shape[1])
        return self


def neighbour_differences(cube: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the spectral differences, float64 of shape (pairs, bands), of adjacent pixels of one class.

    Parameters
    ----------
    cube : ndarray, shape (rows, cols, bands)
    labels : ndarray of int, shape (rows, cols)
        Class ids of the pixels that count, 0 elsewhere.
    """
    rows, cols = labels.shape
    found = []
    for down, right in _STEPS:
        one = (slice(0, rows - down), slice(max(0, -right), cols - max(0, right)))
        two = (slice(down, rows), slice(max(0, right), cols - max(0, -right)))
        pair = (labels[one] == labels[two]) & (labels[one] > 0)
        found.append(cube[two][pair].astype(np.float64) - cube[one][pair])
    return np.concatenate(found)


def noise_covariance(differences: np.ndarray, shrinkage: float | str) -> np.ndarray:
    """Return half the mean square, shape (bands, bands), of `differences`, shape (pairs, bands), shrunk."""
    from sklearn.covariance import empirical_covariance, ledoit_wolf, shrunk_covariance

    scale = np.sqrt((differences**2).mean(axis=0) / 2)
    silent = np.flatnonzero(scale == 0)
    if len(silent):
        raise DataError(
            f"features mnf: {len(silent)} bands, the first band {silent[0] + 1} of those that vary, are the same in all"
            f" {len(differences)} pairs of neighbouring training pixels, so their noise is unknown; leave them out"
        )
    standardised = differences / (scale * np.sqrt(2))
    if shrinkage == "auto":
        covariance = ledoit_wolf(standardised, assume_centered=True)[0]
    else:
        covariance = shrunk_covariance(empirical_covariance(standardised, assume_centered=True), float(shrinkage))
    spread = np.linalg.eigvalsh(covariance)
    if spread[0] <= np.finfo(float).eps * len(spread) * spread[-1]:
        raise DataError(
            f"features mnf: the noise covariance of {len(scale)} bands is singular ({len(differences)} pairs of"
            " neighbouring training pixels); set 'shrinkage' to auto or raise it, or use fewer bands"
        )
    return covariance * np.outer(scale, scale)
