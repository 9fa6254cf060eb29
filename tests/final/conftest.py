"""A scene of many small fields that do not touch, and its delivered map."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.final.candidates import Candidate
from hsclass.final.delivery import Delivered, deliver
from hsclass.scene import LandCover, Scene, write_scene

FIELD, GAP = 6, 4
CANDIDATES = (Candidate("rf", options={"trees": 1, "min_samples_leaf": 2000}, name="guess"), Candidate("lda"))
ASKED = {"folds": 3, "inner_folds": 2}


def make_farm(*, fields: int = 5, seed: int = 0) -> Scene:
    """Return `fields` x `fields` fields of 6 x 6 pixels, 4 pixels apart, of classes 3, 5 and 8."""
    rng = np.random.default_rng(seed)
    side = fields * (FIELD + GAP)
    labels = np.zeros((side, side), np.uint8)
    rows, cols = np.indices((fields, fields))
    classes = np.array([3, 5, 8])[(rows + 2 * cols) % 3]
    for row, col in np.ndindex(fields, fields):
        top, left = row * (FIELD + GAP), col * (FIELD + GAP)
        labels[top : top + FIELD, left : left + FIELD] = classes[row, col]
    means = rng.normal(0, 1, (9, 6))
    cube = 10 + means[labels] + rng.normal(0, 0.9, (side, side, 6))
    return Scene(
        name="farm", cube=cube.astype(np.float32), labels=labels, wavelengths=None,
        mask=np.ones(labels.shape, bool), digest="f1", title="A farm",
        classes=tuple(LandCover(identity, f"crop {identity}", (20 * identity, 9, 0)) for identity in (3, 5, 8)),
    )  # fmt: skip


@pytest.fixture(scope="session")
def farm() -> Scene:
    return make_farm()


@pytest.fixture(scope="session")
def folder(farm: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("farm")
    write_scene(farm, found / "scene")
    return found


@pytest.fixture(scope="session")
def delivered(farm: Scene, folder: Path) -> Delivered:
    done = deliver(farm, CANDIDATES, folder / "final", window=3, source=folder / "scene", **ASKED)
    assert done is not None
    return done
