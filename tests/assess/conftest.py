"""Makers of legends, splits and maps for the tests of the metrics."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hsclass.scene import LandCover
from hsclass.split import Role, Split

Maps = tuple[np.ndarray, np.ndarray, Split]


@pytest.fixture
def make_classes() -> Callable[..., tuple[LandCover, ...]]:
    return lambda *ids: tuple(LandCover(identity, f"class {identity}", (identity, 0, 0)) for identity in ids)


@pytest.fixture
def make_split() -> Callable[..., Split]:
    def make(roles: Any, window: int = 1) -> Split:
        return Split(np.asarray(roles, np.uint8), window, "fixed", 0, {}, False)

    return make


@pytest.fixture
def maps(make_split: Callable[..., Split]) -> Maps:
    """A map, three quarters of it right, the reference labels of 40 x 40 pixels, and a split of which half is test."""
    rng = np.random.default_rng(8)
    truth = rng.choice([2, 7, 12], size=(40, 40), p=[0.6, 0.3, 0.1])
    predicted = np.where(rng.random((40, 40)) < 0.75, truth, rng.choice([2, 7, 12], size=(40, 40)))
    roles = np.where(np.arange(40) < 20, Role.TRAIN, Role.TEST) * np.ones((40, 1), int)
    return predicted, truth, make_split(roles, window=3)
