"""Which regions, or parts of them, go to training and validation; scenes drawn by hand."""

import numpy as np

from hsclass.samplers.allocation import Allocation
from hsclass.split import Role


def allocate(
    labels: np.ndarray,
    regions: dict[int, list[np.ndarray]],
    *,
    window: int,
    train: float,
    validation: float,
    max_overshoot: float | None = 2.0,
) -> tuple[np.ndarray, dict[int, str]]:
    allocation = Allocation(labels, regions, window=window, max_overshoot=max_overshoot)
    return allocation.run(train, validation), allocation.notes


def strips(*lengths: int, gap: int, height: int = 1) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return labels of class 1 in strips of the given lengths side by side, and the strips' pixels."""
    labels = np.zeros((height, sum(lengths) + gap * (len(lengths) - 1)), int)
    starts = np.cumsum([0, *(length + gap for length in lengths[:-1])])
    regions = []
    for start, length in zip(starts, lengths, strict=True):
        labels[:, start : start + length] = 1
        regions.append(np.stack(np.mgrid[0:height, start : start + length], axis=-1).reshape(-1, 2))
    return labels, regions


def counts(roles: np.ndarray, region: np.ndarray) -> list[int]:
    return np.bincount(roles[tuple(region.T)], minlength=4)[1:].tolist()


def test_whole_regions_go_to_training_then_validation_in_their_order() -> None:
    labels, regions = strips(4, 6, 5, 5, 80, gap=3)
    roles, notes = allocate(labels, {1: regions}, window=3, train=0.1, validation=0.1)
    assert [counts(roles, region) for region in regions] == [[4, 0, 0], [6, 0, 0], [0, 5, 0], [0, 5, 0], [0, 0, 80]]
    assert notes == {}


def test_the_last_region_is_kept_for_test_however_much_is_asked() -> None:
    labels, regions = strips(10, 10, 10, gap=3)
    roles, _ = allocate(labels, {1: regions}, window=3, train=0.9, validation=0.05)
    assert counts(roles, regions[0]) == [10, 0, 0]
    assert counts(roles, regions[1]) == [10, 0, 0]
    assert counts(roles, regions[2])[0] == 0
    assert counts(roles, regions[2])[2] > 0


def test_a_region_that_overshoots_is_cut_and_the_rest_of_it_tests() -> None:
    labels, regions = strips(50, 50, gap=3)
    roles, notes = allocate(labels, {1: regions}, window=3, train=0.1, validation=0)
    assert counts(roles, regions[0]) == [10, 0, 40]
    assert counts(roles, regions[1]) == [0, 0, 50]
    assert notes == {1: "training cut from a region of 50 pixels"}


def test_overshoot_up_to_the_factor_is_taken_whole() -> None:
    labels, regions = strips(20, 80, gap=3)
    roles, _ = allocate(labels, {1: regions}, window=3, train=0.1, validation=0)
    assert counts(roles, regions[0]) == [20, 0, 0]
    roles, _ = allocate(labels, {1: regions}, window=3, train=0.1, validation=0, max_overshoot=1.9)
    assert counts(roles, regions[0]) == [10, 0, 10]


def test_a_small_shortfall_is_not_worth_a_cut_and_a_large_one_is() -> None:
    labels, regions = strips(5, 95, gap=3)
    roles, notes = allocate(labels, {1: regions}, window=3, train=0.1, validation=0)
    assert (counts(roles, regions[0]), counts(roles, regions[1]), notes) == ([5, 0, 0], [0, 0, 95], {})
    labels, regions = strips(4, 96, gap=3)
    roles, _ = allocate(labels, {1: regions}, window=3, train=0.1, validation=0)
    assert (counts(roles, regions[0]), counts(roles, regions[1])) == ([4, 0, 0], [6, 0, 90])


def test_without_a_limit_whole_regions_are_taken_as_in_the_paper() -> None:
    labels, regions = strips(50, 50, gap=3)
    roles, notes = allocate(labels, {1: regions}, window=3, train=0.1, validation=0, max_overshoot=None)
    assert counts(roles, regions[0]) == [50, 0, 0]
    assert counts(roles, regions[1]) == [0, 0, 50]
    assert notes == {}


def test_a_single_region_is_cut_into_training_gap_validation_gap_and_test() -> None:
    labels, regions = strips(40, gap=0, height=2)
    roles, notes = allocate(labels, {1: regions}, window=5, train=0.1, validation=0.05, max_overshoot=None)
    line = roles[0]
    assert np.array_equal(roles[0], roles[1])
    train, validation = np.flatnonzero(line == Role.TRAIN), np.flatnonzero(line == Role.VALIDATION)
    assert (len(train), len(validation)) == (4, 2)
    assert np.abs(train[:, np.newaxis] - validation).min() == 5
    assert notes == {1: "training cut from a region of 80 pixels; validation cut from a region"}


def test_the_smallest_single_region_that_fits_is_one_line_gap_and_one_line() -> None:
    labels, regions = strips(10, gap=0, height=2)
    roles, notes = allocate(labels, {1: regions}, window=9, train=0.4, validation=0.05)
    assert counts(roles, regions[0]) == [2, 0, 18]
    assert notes[1].endswith("no validation: none fits next to training and test")


def test_a_class_without_room_is_untestable_and_trains() -> None:
    labels, regions = strips(9, gap=0, height=2)
    roles, notes = allocate(labels, {1: regions}, window=9, train=0.1, validation=0.05)
    assert counts(roles, regions[0]) == [18, 0, 0]
    assert notes[1].startswith("untestable")


def test_a_cut_takes_the_end_that_costs_the_other_class_less() -> None:
    # Class 2 lies right of class 1, so training comes from the left end.
    labels = np.concatenate([np.ones(20, int), np.full(4, 2)])[np.newaxis]
    regions = {1: [np.argwhere(labels == 1)], 2: [np.argwhere(labels == 2)]}
    roles, _ = allocate(labels, regions, window=3, train=0.1, validation=0)
    assert np.flatnonzero(roles[0, :20] == Role.TRAIN).tolist() == [0, 1]
    mirrored = labels[:, ::-1]
    regions = {1: [np.argwhere(mirrored == 1)], 2: [np.argwhere(mirrored == 2)]}
    roles, _ = allocate(mirrored, regions, window=3, train=0.1, validation=0)
    assert np.flatnonzero(roles[0, 4:] == Role.TRAIN).tolist() == [18, 19]


def test_validation_never_costs_a_class_its_test_set() -> None:
    # Class 1 trains at its left end, because class 3 tests next to its right one. Validation could only go next to that
    # or next to the test pixels of class 2, next to training's gap.
    labels = np.zeros((11, 40), int)
    labels[0] = 1
    labels[2, 6:8] = labels[10, 6:8] = 2
    labels[2, 38:40] = labels[10, 38:40] = 3
    regions = {1: [np.argwhere(labels == 1)]}
    for identity in (2, 3):
        pixels = np.argwhere(labels == identity)
        regions[identity] = [pixels[2:], pixels[:2]]
    roles, notes = allocate(labels, regions, window=3, train=0.1, validation=0.05)
    assert np.flatnonzero(roles[0] == Role.TRAIN).tolist() == [0, 1, 2, 3]
    assert not (roles == Role.VALIDATION).any()
    assert "no validation" in notes[1]

    del regions[3]
    labels[labels == 3] = 0
    roles, _ = allocate(labels, regions, window=3, train=0.1, validation=0.05)
    assert (roles[0] == Role.VALIDATION).sum() == 2
    assert (roles[2, 6:8] == Role.TEST).all()
