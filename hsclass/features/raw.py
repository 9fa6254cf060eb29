"""The bands as they are."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from hsclass.options import Options


class RawOptions(Options):
    """The raw bands have no options."""


class Raw(TransformerMixin, BaseEstimator):
    """Pass the normalised bands on unchanged.

    Attributes
    ----------
    reach : int
        0: a pixel's features depend on that pixel alone.
    """

    Options = RawOptions
    reach = 0

    @staticmethod
    def count(bands: int, classes: int) -> int:
        """Return how many features `bands` bands and `classes` classes give."""
        return bands

    def fit(self, cube: np.ndarray, labels: np.ndarray | None = None) -> "Raw":
        """Learn nothing."""
        return self

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return `cube`, shape (rows, cols, bands)."""
        return cube
