"""The bands as they are."""

from collections.abc import Sequence

import numpy as np

from hsclass.features.extractor import Origin
from hsclass.options import Options
from hsclass.transformer import Transformer


class RawOptions(Options):
    """The raw bands have no options."""


class Raw(Transformer):
    """Return the normalised bands unchanged.

    Attributes
    ----------
    reach, fit_reach : int
        0: a pixel's features depend on that pixel alone.
    """

    Options = RawOptions
    takes = "spectra"
    reach = 0
    fit_reach = 0

    def count(self, bands: int, classes: int, wavelengths: Sequence[float] | None = None) -> int:
        """Return `bands`."""
        del classes, wavelengths
        return bands

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds of a pixel."""
        del bands, features
        return 0.0

    def fit(self, cube: np.ndarray, labels: np.ndarray | None = None, *, origin: Origin | None = None) -> "Raw":
        """Do nothing; there is nothing to fit."""
        return self

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return `cube`, shape (rows, cols, bands)."""
        return cube
