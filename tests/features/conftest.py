"""Made cubes that several extractors' tests share."""

from collections.abc import Callable

import numpy as np
import pytest

Made = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def classes_cube() -> Callable[..., Made]:
    """Make a cube of `classes` classes in columns, each with its own mean, and labels of every pixel."""

    def make(classes: int = 3, *, bands: int = 5, seed: int = 0, side: int = 12) -> Made:
        rng = np.random.default_rng(seed)
        labels = np.repeat(np.arange(1, classes + 1), side)[np.newaxis].repeat(side, axis=0)
        means = rng.normal(0, 3, (classes + 1, bands))
        mixing = rng.normal(size=(bands, bands))
        return (means[labels] + rng.normal(size=(*labels.shape, bands)) @ mixing).astype(np.float32), labels

    return make
