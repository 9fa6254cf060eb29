"""The bands as they are."""

import numpy as np

from hsclass.features.extractor import Extractor, Origin
from hsclass.options import Options


class RawOptions(Options):
    """The raw bands have no options."""


class Raw(Extractor):
    """Return the normalised bands unchanged."""

    Options = RawOptions

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
