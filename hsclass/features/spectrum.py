"""Spectra without their brightness, or reduced to their shape."""

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from hsclass.cost import READ
from hsclass.errors import DataError
from hsclass.features.extractor import Extractor, Origin
from hsclass.features.linear import training_pixels
from hsclass.normalize import Normalizer
from hsclass.options import Options
from hsclass.row_blocks import row_blocks
from hsclass.space import Choice, Range, search_space

_BLOCK = 1 << 20  # values in double precision at a time: 8 MB an array
_GAP = 3  # typical steps between bands; a wider one is a gap

Scale = Literal["norm", "area", "snv", "none"]


class SpectrumOptions(Options):
    """Options of the spectrum."""

    scale: Scale = Field("norm", description="divide by the norm or the area, or standardise each spectrum (snv)")
    continuum: bool = Field(False, description="divide by the upper hull first")
    derivative: Literal[0, 1, 2] = Field(0, description="order of the derivative (Savitzky & Golay), 0: none")
    window: int = Field(7, ge=3, description="bands that a derivative is fitted to, odd")
    degree: int = Field(2, ge=1, description="of the polynomial that is fitted")

    @model_validator(mode="after")
    def _fit_each_other(self) -> "SpectrumOptions":
        if self.window % 2 == 0:
            raise ValueError(f"'window' {self.window} must be odd; take {self.window - 1} or {self.window + 1}")
        if self.derivative and not self.derivative <= self.degree < self.window:
            raise ValueError(
                f"'degree' {self.degree} must be at least 'derivative' {self.derivative} and less than 'window'"
                f" {self.window}"
            )
        return self


class Spectrum(Extractor):
    """The measured spectrum without its brightness, standardised band by band.

    Sunlit and shaded slopes differ by a factor that is similar in all bands; so do two dates. The steps, each optional,
    are: division by the continuum (Clark & Roush, JGR 89, 1984); division by the Euclidean norm, which keeps only the
    spectral angle (Kruse et al., Remote Sensing of Environment 44, 1993), by the mean absolute value ("area"), or mean
    0 and standard deviation 1 over the bands ("snv": Barnes et al., Applied Spectroscopy 43, 1989); derivative by band
    number (Savitzky & Golay, Analytical Chemistry 36, 1964), not across gaps between spectrometers or left-out bands.
    Finally each feature is scaled to mean 0 and standard deviation 1 over the training pixels.

    Measured values are computed from the normalised ones. Use radiance or reflectance, whose zero means no light.
    The spectra of pixels without data have no meaning.

    Attributes
    ----------
    offset_, scale_ : ndarray, shape (bands,)
        Of the normaliser, to compute the measured values.
    order_ : ndarray of int, shape (bands,)
        The bands by ascending wavelength, for the continuum.
    positions_ : ndarray, shape (bands,)
        Wavelength [nm], or number, of each of `order_`.
    starts_ : ndarray of int
        Where the runs of evenly spaced bands start.
    mean_, deviation_ : ndarray, shape (bands,)
        Of the features at the training pixels.
    """

    Options = SpectrumOptions
    space = search_space(
        scale=Choice(choices=("norm", "area", "snv", "none")),
        continuum=Choice(choices=(False, True)),
        derivative=Choice(choices=(0, 1, 2)),
        window=Range(low=5, high=15, step=2),
    )
    scale: Scale
    continuum: bool
    derivative: int
    window: int
    degree: int
    offset_: np.ndarray
    scale_: np.ndarray
    order_: np.ndarray
    positions_: np.ndarray
    starts_: np.ndarray
    mean_: np.ndarray
    deviation_: np.ndarray

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds of a pixel."""
        del features
        return float(READ * bands * (2 + 2 * self.continuum + bool(self.derivative)))

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> "Spectrum":
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere.

        Raises
        ------
        DataError
            If there is no training pixel, or no band to take a derivative from.
        """
        bands = cube.shape[2]
        origin = Origin() if origin is None else origin
        self.offset_ = np.zeros(bands) if origin.offset is None else np.asarray(origin.offset, float)
        self.scale_ = np.ones(bands) if origin.scale is None else np.asarray(origin.scale, float)
        centres = np.arange(1.0, bands + 1) if origin.wavelengths is None else np.asarray(origin.wavelengths, float)
        self.order_ = np.argsort(centres, kind="stable")
        self.positions_ = centres[self.order_]
        self.starts_ = _starts(centres)
        if self.derivative and np.diff([*self.starts_, bands]).max() <= self.derivative:
            raise DataError(
                f"features spectrum: a derivative needs more than {self.derivative} neighbouring bands, and the scene"
                f" has {bands} bands; set 'derivative' to 0"
            )
        spectra, _ = training_pixels(cube, labels)
        fitted = Normalizer("standard").fit(self._shape(spectra))
        self.mean_, self.deviation_ = fitted.offset_, fitted.scale_
        return self

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the features of a cube, shape (rows, cols, bands): float32 of the same shape."""
        found = np.empty(cube.shape, np.float32)
        for rows in row_blocks(cube, _BLOCK):
            block = cube[rows].reshape(-1, cube.shape[2]).astype(np.float64)
            shaped = (self._shape(block) - self.mean_) / self.deviation_
            found[rows] = shaped.reshape(cube[rows].shape)
        return found

    def _shape(self, normalised: np.ndarray) -> np.ndarray:
        """Return the features before standardisation of spectra, shape (n, bands)."""
        spectra = normalised * self.scale_ + self.offset_
        if self.continuum:
            spectra[:, self.order_] = remove_continuum(spectra[:, self.order_], self.positions_)
        spectra = _scaled(spectra, self.scale)
        return self._derived(spectra) if self.derivative else spectra

    def _derived(self, spectra: np.ndarray) -> np.ndarray:
        from scipy.signal import savgol_filter

        derived = np.zeros_like(spectra)
        for run in np.split(np.arange(spectra.shape[1]), self.starts_[1:]):
            window = min(self.window, len(run) - 1 + len(run) % 2)
            degree = min(self.degree, window - 1)
            if degree >= self.derivative:
                derived[:, run] = savgol_filter(spectra[:, run], window, degree, deriv=self.derivative, mode="interp")
        return derived


def _scaled(spectra: np.ndarray, scale: str) -> np.ndarray:
    if scale == "none":
        return spectra
    if scale == "snv":
        spectra = spectra - spectra.mean(axis=1, keepdims=True)
        length = spectra.std(axis=1, keepdims=True)
    elif scale == "area":
        length = np.abs(spectra).mean(axis=1, keepdims=True)
    else:
        length = np.linalg.norm(spectra, axis=1, keepdims=True)
    return np.divide(spectra, length, out=np.zeros_like(spectra), where=length > 0)


def _starts(centres: np.ndarray) -> np.ndarray:
    """Return the starts of runs of bands: the first, bands after a wide gap, and where wavelengths decrease."""
    steps = np.diff(centres)
    typical = np.median(np.abs(steps)) if len(steps) else 0
    return np.concatenate([[0], np.flatnonzero((steps <= 0) | (steps > _GAP * typical)) + 1])


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
