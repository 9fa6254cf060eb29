"""The contract of every feature extractor."""

from typing import Any, ClassVar, Protocol, Self

import numpy as np

from hsclass.options import Options


class Extractor(Protocol):
    """What a model sees of the normalised cube.

    scikit-learn's `fit` and `transform`, on rasters; the options are the constructor's parameters, and what `fit`
    learns is in attributes that are arrays and end in an underscore.

    Attributes
    ----------
    Options : type of Options
        The options and their defaults.
    reach : int or None
        How far [pixels] a pixel's features look; None: without bound.
    """

    Options: ClassVar[type[Options]]
    reach: int | None

    def __init__(self, **options: Any) -> None: ...

    @staticmethod
    def count(bands: int, classes: int) -> int:
        """Return how many features `bands` bands and `classes` classes give."""

    def fit(self, cube: np.ndarray, labels: np.ndarray) -> Self:
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere."""

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the features of a cube, float32 of shape (rows, cols, features)."""
