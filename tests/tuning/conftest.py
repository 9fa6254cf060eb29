"""A scene of many small fields, so that the training pixels of a split can be split once more."""

import numpy as np
import pytest

from hsclass.scene import LandCover, Scene
from hsclass.split import Role, Split

FIELD = 6
WINDOW = 3


def make_fields(seed: int = 0) -> Scene:
    """Return 60 x 60 pixels of 8 bands: 10 x 10 fields of four classes that are hard to tell apart, and of none.

    No field touches another one of its class, not even by a corner.
    """
    rows, cols = np.indices((10, 10))
    fields = np.array([3, 5, 8, 9, 0], np.uint8)[(2 * rows + cols) % 5]
    labels = np.kron(fields, np.ones((FIELD, FIELD), np.uint8))
    rng = np.random.default_rng(seed)
    means = rng.normal(0, 1, (10, 8))
    cube = means[labels] + rng.normal(0, 0.8, (10, 10, 8)).repeat(FIELD, 0).repeat(FIELD, 1)
    classes = tuple(LandCover(identity, f"class {identity}", (identity, 0, 0)) for identity in (3, 5, 8, 9))
    return Scene(
        name="fields",
        cube=(cube + rng.normal(0, 1.0, cube.shape)).astype(np.float32),
        labels=labels,
        wavelengths=None,
        mask=np.ones(labels.shape, bool),
        classes=classes,
    )


def make_outer(scene: Scene) -> Split:
    """Return a split that trains the upper 36 rows, and validates and tests far below them."""
    roles = np.full(scene.shape[:2], Role.TEST, np.uint8)
    roles[:36], roles[36:42], roles[42:48] = Role.TRAIN, Role.GUARD, Role.VALIDATION
    roles[scene.require_labels() == 0] = Role.UNUSED
    return Split(roles, WINDOW, "fixed", 0, {"train": 0.6, "validation": 0.1}, False)


@pytest.fixture(scope="session")
def fields() -> Scene:
    return make_fields()


@pytest.fixture(scope="session")
def outer(fields: Scene) -> Split:
    return make_outer(fields)
