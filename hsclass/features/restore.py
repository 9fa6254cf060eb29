"""Undo the damage of a text conversion to a cube of 16-bit integers, as presumably in the published Indian Pines."""

import numpy as np
from pydantic import Field

from hsclass.cost import READ
from hsclass.features.extractor import Extractor, Origin
from hsclass.features.linear import training_pixels
from hsclass.features.pca import principal_components
from hsclass.options import Options
from hsclass.row_blocks import row_blocks

LOW, HIGH, SHIFT = 2560, 2816, 768  # high byte 10, up to that of 11; (13 - 10) * 256
_ROUNDS = 20
_SIDE = 3  # neighbouring bands on either side that give the first guess
_BLOCK = 1 << 20  # values in double precision at a time: 8 MB an array


class RestoreOptions(Options):
    """Options of the restoration."""

    components: int = Field(
        12, ge=1, description="principal components of the training spectra that a value must fit, at most"
    )


class Restore(Extractor):
    """Correct values that a conversion of line ends made 768 too low.

    A tool that treats a binary file as text turns carriage returns, bytes of 13, into line feeds, bytes of 10. 16-bit
    integers whose high byte was 13 become values from 2560 to 2815, among undamaged values in this range. The other
    bands of the same pixel show which values are damaged: first the median of the six nearest bands, then, until
    nothing changes, the projection of the spectrum on the principal components of the training spectra. Of value and
    value + 768 the nearer one is kept. Low bytes, which are 3 too low, are not corrected. A band in which most training
    pixels are damaged is restored only if its neighbours are undamaged.

    If the training pixels have values from 3328 to 3583, which the damage would have removed, or no values on either
    side of this range, the scene is undamaged and passes unchanged.

    Attributes
    ----------
    offset_, scale_ : ndarray, shape (bands,)
        Of the normaliser, to compute the measured values.
    damaged_ : bool
    mean_ : ndarray of float64, shape (bands,)
    components_ : ndarray of float64, shape (components, bands)
        In measured values: in standardised bands, the damage in bands of low variance would weigh as much as signal.
    """

    Options = RestoreOptions
    components: int
    offset_: np.ndarray
    scale_: np.ndarray
    damaged_: bool
    mean_: np.ndarray
    components_: np.ndarray

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds of a pixel."""
        del features
        return float(bands * (6 * READ + 2 * self.components))

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> "Restore":
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere."""
        bands = cube.shape[2]
        origin = Origin() if origin is None else origin
        self.offset_ = np.zeros(bands) if origin.offset is None else np.asarray(origin.offset, float)
        self.scale_ = np.ones(bands) if origin.scale is None else np.asarray(origin.scale, float)
        spectra, _ = training_pixels(cube, labels)
        values = self._measured(spectra)
        self.damaged_ = _is_damaged(values)
        self.mean_, self.components_ = np.zeros(bands), np.zeros((0, bands))
        if self.damaged_:
            count = min(self.components, len(spectra) - 1, bands)
            raised = _first_guess(values)
            for _ in range(_ROUNDS):
                likely, before = values + raised * SHIFT, raised
                self.mean_, self.components_, _ = principal_components(likely, count, whiten=False, who="restore")
                raised = self._decide(values, raised)
                if (raised == before).all():
                    break
        return self

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the restored cube, shape (rows, cols, bands), float32, still normalised."""
        if not self.damaged_:
            return cube
        found = np.empty(cube.shape, np.float32)
        for rows in row_blocks(cube, _BLOCK):
            spectra = cube[rows].reshape(-1, cube.shape[2]).astype(np.float64)
            values = self._measured(spectra)
            raised = _first_guess(values)
            unsettled = np.arange(len(values))
            for _ in range(_ROUNDS):
                decided = self._decide(values[unsettled], raised[unsettled])
                changed = (decided != raised[unsettled]).any(axis=1)
                raised[unsettled] = decided
                unsettled = unsettled[changed]
            found[rows] = (spectra + raised * SHIFT / self.scale_).reshape(cube[rows].shape)
        return found

    def _measured(self, spectra: np.ndarray) -> np.ndarray:
        return np.rint(spectra * self.scale_ + self.offset_)

    def _decide(self, values: np.ndarray, raised: np.ndarray) -> np.ndarray:
        """Return which values are nearer to value + 768 according to the components, given those corrected so far."""
        centred = values + raised * SHIFT - self.mean_
        fitted = centred @ self.components_.T @ self.components_ + self.mean_
        return _suspect(values) & (fitted - values > SHIFT / 2)


def _suspect(values: np.ndarray) -> np.ndarray:
    return (values >= LOW) & (values < HIGH)


def _is_damaged(values: np.ndarray) -> bool:
    """Return whether `values` lack the range that the damage removes, and have values where it would move them."""
    lacking = not _suspect(values - SHIFT).any()
    return bool(lacking and _suspect(values).any() and values.max() >= HIGH + SHIFT)


def _first_guess(values: np.ndarray) -> np.ndarray:
    """Return which of `values`, shape (n, bands), are nearer to the nearest bands' median with 768 added."""
    bands = values.shape[1]
    padded = np.pad(values, ((0, 0), (_SIDE, _SIDE)), mode="edge")
    sides = [padded[:, shift : shift + bands] for shift in range(2 * _SIDE + 1) if shift != _SIDE]
    return _suspect(values) & (np.median(sides, axis=0) - values > SHIFT / 2)
