"""Training grows from a random pixel in every patch."""

import numpy as np
import pytest
from scipy.ndimage import label

from hsclass.samplers import make_split
from hsclass.samplers.region_growing import grow, proportional
from hsclass.split import Role

TOUCHING = np.ones((3, 3), int)


@pytest.mark.parametrize(
    ("sizes", "total", "parts"),
    [
        ([30, 10], 4, [3, 1]),
        ([50, 30, 20], 7, [4, 2, 1]),  # 3.5, 2.1, 1.4
        ([10, 10, 20], 2, [1, 0, 1]),  # 0.5, 0.5, 1: of equal remainders the first
        ([10, 30], 2, [0, 2]),  # 0.5, 1.5: the larger
        ([3, 4], 9, [3, 4]),
        ([], 5, []),
    ],
)
def test_parts_are_in_proportion_by_largest_remainder(sizes: list[int], total: int, parts: list[int]) -> None:
    assert proportional(np.array(sizes, int), total).tolist() == parts


@pytest.mark.parametrize("seed", range(4))
def test_a_region_is_made_of_whole_rings_around_its_seed_pixel_but_for_the_last(seed: int) -> None:
    mask = np.ones((15, 20), bool)
    (region,) = grow(mask, 40, np.random.default_rng(seed))
    rings = np.abs(region - region[0]).max(axis=1)
    assert (np.diff(rings) >= 0).all()
    distance = np.abs(np.argwhere(mask) - region[0]).max(axis=1)
    for ring in range(rings.max()):
        assert (rings == ring).sum() == (distance == ring).sum()
    assert len(np.unique(region, axis=0)) == 40


def test_growth_follows_the_patch_and_does_not_jump() -> None:
    # A U of one pixel's width: 10 pixels from one end stay in that arm, though the other one is nearer.
    mask = np.zeros((12, 3), bool)
    mask[:, 0] = mask[:, 2] = mask[11] = True
    for seed in range(10):
        (region,) = grow(mask, 10, np.random.default_rng(seed))
        grown = np.zeros(mask.shape, bool)
        grown[tuple(region.T)] = True
        assert label(grown, structure=TOUCHING)[1] == 1
        assert not (grown & ~mask).any()


def test_the_seed_pixel_is_drawn_from_the_whole_patch() -> None:
    mask = np.ones((3, 4), bool)
    seeds = {tuple(grow(mask, 1, np.random.default_rng(seed))[0][0].tolist()) for seed in range(150)}
    assert len(seeds) == 12


def test_every_patch_trains_in_proportion() -> None:
    labels = np.zeros((30, 100), int)
    labels[:20, :20] = labels[:10, 40:60] = labels[:10, 80:90] = 7
    labels[25:, 40:60] = 9
    split = make_split(labels, "region_growing", window=3, train=0.1, validation=0)
    trained = split.roles == Role.TRAIN
    patches = label(labels == 7)[0]
    assert np.bincount(patches[trained & (labels == 7)]).tolist() == [0, 40, 20, 10]
    assert label(trained, structure=TOUCHING)[1] == 4
    assert [share.train for share in split.classes] == [70, 10]


def test_validation_grows_out_of_trainings_reach() -> None:
    labels = np.ones((30, 30), int)
    for seed in range(5):
        split = make_split(labels, "region_growing", window=5, seed=seed)
        assert (split.classes[0].train, split.classes[0].validation) == (90, 45)
        near = np.abs(split.places(Role.VALIDATION)[:, np.newaxis] - split.places(Role.TRAIN)).max(axis=2)
        assert near.min() >= 5


def test_a_class_without_room_for_validation_is_noted() -> None:
    labels = np.zeros((40, 40), int)
    labels[:20, :20] = 1
    labels[30:33, 30:33] = 2
    split = make_split(labels, "region_growing", window=5)
    small = split.classes[1]
    assert (small.train, small.validation, small.test) == (1, 0, 0) or small.test > 0
    assert "no validation" in small.note
