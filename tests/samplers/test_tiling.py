"""Which tiles train and validate; scenes drawn by hand."""

import numpy as np

from hsclass.samplers.tiling import Tiling
from hsclass.split import Role


def line(*classes: str) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and tile numbers of a scene of one row: a text of digits for each tile."""
    labels = np.array([[int(digit) for digit in "".join(classes)]])
    tiles = np.repeat(np.arange(len(classes)), [len(text) for text in classes]) + 1
    return labels, np.where(labels > 0, tiles, 0)


def run(
    scene: tuple[np.ndarray, np.ndarray], *, reach: int, train: float, validation: float = 0, seed: int = 0
) -> tuple[list[list[int]], dict[int, str]]:
    """Return the tiles of each role, training and validation, and the notes."""
    tiling = Tiling(*scene, reach=reach, rng=np.random.default_rng(seed))
    roles = tiling.run(train, validation)
    return [np.unique(scene[1][roles == role]).tolist() for role in (Role.TRAIN, Role.VALIDATION)], tiling.notes


def test_the_tile_that_meets_the_share_of_both_classes_trains() -> None:
    # Both classes have 40 pixels and want 4.
    scene = line("1" * 8, "11112222", "1" * 28, "2" * 36)
    assert all(run(scene, reach=0, train=0.1, seed=seed)[0][0] == [2] for seed in range(5))


def test_of_equal_tiles_one_that_costs_fewer_test_pixels_trains_and_the_order_is_drawn() -> None:
    # A tile at an end has neighbours within reach on one side only.
    scene = line(*["11111"] * 8)
    chosen = {run(scene, reach=2, train=1 / 8, seed=seed)[0][0][0] for seed in range(12)}
    assert chosen == {1, 8}


def test_no_class_loses_its_last_test_pixel_where_others_tiles_can_be_had() -> None:
    # Class 2 trains in one of its two tiles. Class 1 wants 7 pixels, has got 3 with that, and may then take neither
    # the other tile of class 2 nor the one whose reach touches it; of the others it takes the one next to its first.
    scene = line("1111", "1112", "1111", "2111", "1111")
    found = {tuple(run(scene, reach=1, train=0.4, seed=seed)[0][0]) for seed in range(12)}
    assert found == {(1, 2), (4, 5)}


def test_a_class_in_one_tile_trains_and_is_noted() -> None:
    (train, _), notes = run(line("1111", "1122", "1111", "1111"), reach=0, train=0.2)
    assert 2 in train
    assert notes == {2: "no test: all of its 1 tile(s) train"}


def test_validation_is_what_of_other_tiles_is_out_of_trainings_reach() -> None:
    labels, tiles = line(*["11111"] * 8)
    roles = Tiling(labels, tiles, reach=2, rng=np.random.default_rng(0)).run(1 / 8, 1 / 8)
    train, validation = (np.flatnonzero(roles[0] == role) for role in (Role.TRAIN, Role.VALIDATION))
    # The tile at the other end gives 5 pixels and costs 7 test pixels; one in the middle would cost 9.
    assert sorted((train[0] // 5, validation[0] // 5)) == [0, 7]
    assert (len(train), len(validation)) == (5, 5)


def test_a_class_without_a_tile_to_spare_has_no_validation() -> None:
    _, notes = run(line("1111", "2222", "1111", "2222", "1111", "1111"), reach=0, train=0.1, validation=0.1)
    assert notes == {2: "no validation: of its 2 tile(s) none is left that is far enough from training"}
