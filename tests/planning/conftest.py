"""Experiments that the tests of the planning share."""

from collections.abc import Callable
from typing import Any

import pytest

from hsclass.experiment import Experiment


@pytest.fixture(scope="session")
def experiment() -> Callable[..., Experiment]:
    """Make an experiment of a forest and a network on Indian Pines under a random split, or one changed by keywords."""

    def make(**changes: Any) -> Experiment:
        plan = {
            "experiment": "e", "scenes": ["indian_pines"], "window": 9, "seeds": [0], "splits": ["random"],
            "models": ["rf", {"model": "cnn3d", "epochs": 20}],
        }  # fmt: skip
        return Experiment({**plan, **changes})

    return make
