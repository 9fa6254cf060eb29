"""Random draws: how many pixels of which class get which role."""

import numpy as np
import pytest

from hsclass.samplers import make_split
from hsclass.split import Split

SIZES = {1: 3, 2: 40, 5: 157}


def scene(sizes: dict[int, int]) -> np.ndarray:
    return np.repeat(list(sizes), list(sizes.values())).reshape(10, -1)


def given(split: Split) -> dict[int, tuple[int, int, int]]:
    return {share.id: (share.train, share.validation, share.test) for share in split.classes}


def test_stratified_gives_the_same_share_of_every_class_and_at_least_one_pixel_a_role() -> None:
    split = make_split(scene(SIZES), "random", window=3, train=0.1, validation=0.05)
    assert given(split) == {1: (1, 1, 1), 2: (4, 2, 34), 5: (16, 8, 133)}
    assert split.leaky
    assert [share.asked for share in split.classes] == [0, 4, 16]


@pytest.mark.parametrize(("train", "validation"), [(0.8, 0.19), (0.05, 0.9)])
def test_stratified_leaves_a_small_class_one_pixel_a_role_however_much_is_asked(
    train: float, validation: float
) -> None:
    split = make_split(scene(SIZES), "random", window=3, train=train, validation=validation)
    assert given(split)[1] == (1, 1, 1)


def test_equal_gives_the_same_count_capped_at_half_of_a_class() -> None:
    split = make_split(scene(SIZES), "random", window=3, train=0.3, validation=0.15, strategy="equal")
    # 200 pixels: 60 / 3 = 20 of each class for training, 10 for validation. Of 3 pixels, half is 1; of 2, half is 1.
    assert given(split) == {1: (1, 1, 1), 2: (20, 10, 10), 5: (20, 10, 127)}


def test_uniform_draws_over_all_pixels_and_notes_a_class_that_got_nothing() -> None:
    split = make_split(scene(SIZES), "random", window=3, train=0.1, validation=0.05, strategy="uniform", seed=3)
    totals = np.array(list(given(split).values())).sum(axis=0)
    assert totals.tolist() == [20, 10, 170]
    assert split.classes[0].train == 0
    assert [share.note for share in split.classes] == ["no training pixel was drawn", "", ""]


@pytest.mark.parametrize("strategy", ["stratified", "equal", "uniform"])
def test_another_seed_draws_other_pixels_and_without_validation_none_validate(strategy: str) -> None:
    rasters = [
        make_split(scene(SIZES), "random", window=3, validation=0, seed=seed, strategy=strategy).roles
        for seed in (0, 1)
    ]
    assert not np.array_equal(*rasters)
    assert not any((roles == 2).any() for roles in rasters)


def test_draws_are_scattered_over_the_class() -> None:
    labels = np.ones((40, 40), int)
    rows = np.argwhere(make_split(labels, "random", window=1, train=0.5, validation=0).roles == 1)[:, 0]
    assert np.bincount(rows // 10, minlength=4) == pytest.approx(200, abs=50)
