"""Square tiles laid over the scene."""

import numpy as np
import pytest

from hsclass.samplers import make_split
from hsclass.samplers.blocks import Blocks, BlocksOptions
from hsclass.split import Role


def tiles(labels: np.ndarray, size: int, seed: int) -> np.ndarray:
    return Blocks(BlocksOptions(size=size)).tiles(labels, np.random.default_rng(seed))


def test_tiles_are_squares_that_cover_the_scene() -> None:
    units = tiles(np.ones((13, 9), int), 4, seed=1)
    assert sorted(np.unique(units)) == list(range(1, units.max() + 1))
    for unit in range(1, units.max() + 1):
        rows, cols = np.nonzero(units == unit)
        height, width = np.ptp(rows) + 1, np.ptp(cols) + 1
        assert len(rows) == height * width
        touching_edge = {0, 12} & set(rows.tolist()) or {0, 8} & set(cols.tolist())
        assert (height, width) == (4, 4) or (touching_edge and max(height, width) <= 4)


def test_the_seed_draws_where_the_first_tile_begins() -> None:
    widths = {int((tiles(np.ones((4, 20), int), 5, seed)[0] == 1).sum()) for seed in range(40)}
    assert widths == {1, 2, 3, 4, 5}


def test_unlabelled_pixels_are_in_no_tile_and_empty_tiles_do_not_count() -> None:
    labels = np.zeros((10, 40), int)
    labels[:, :3] = labels[:, 37:] = 2
    units = tiles(labels, 40, seed=0)
    assert np.array_equal(units > 0, labels > 0)
    assert set(np.unique(units)) <= {0, 1, 2, 3, 4}


def test_every_tile_has_one_role_or_is_guard() -> None:
    labels = np.ones((40, 50), int)
    labels[:, 20:30] = 2
    units = tiles(labels, 8, seed=4)
    roles = make_split(labels, "blocks", window=3, size=8, seed=4).roles
    for unit in np.unique(units):
        assert len(set(roles[units == unit].tolist()) - {Role.GUARD}) <= 1


@pytest.mark.parametrize("seed", range(4))
def test_shares_are_met_where_tiles_are_small(seed: int) -> None:
    labels = np.repeat(np.repeat([[1, 2], [2, 3]], 30, axis=0), 30, axis=1)
    split = make_split(labels, "blocks", window=1, size=3, seed=seed)
    assert [share.train for share in split.classes] == pytest.approx([90, 180, 90], abs=9)
    assert [share.validation for share in split.classes] == pytest.approx([45, 90, 45], abs=9)
