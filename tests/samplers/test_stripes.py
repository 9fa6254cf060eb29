"""One side of each class trains, the other tests."""

import numpy as np
import pytest

from hsclass.samplers import make_split
from hsclass.split import Role

# 20 rows: two train, two more are within reach of them, two validate, two more are within reach of those.
ROWS = [Role.TRAIN] * 2 + [Role.GUARD] * 2 + [Role.VALIDATION] * 2 + [Role.GUARD] * 2 + [Role.TEST] * 12


@pytest.mark.parametrize(("side", "turns"), [("top", 0), ("left", 1), ("bottom", 2), ("right", 3)])
def test_the_side_trains_then_comes_validation_then_test(side: str, turns: int) -> None:
    expected = np.rot90(np.repeat(np.array(ROWS)[:, np.newaxis], 5, axis=1), turns)
    labels = np.ones(expected.shape, int)
    split = make_split(labels, "stripes", window=3, train=0.1, validation=0.1, side=side)
    assert np.array_equal(split.roles, expected)
    assert split.classes[0].note == ""


def test_each_class_is_cut_where_its_own_share_is_met_most_nearly() -> None:
    # Class 1 has 40 rows of 2 pixels and wants 8. Class 2 has rows of 1, 5 and 74 pixels and wants 8 too: the first
    # two rows give 6, all three would be 80.
    labels = np.zeros((40, 200), int)
    labels[:, :2] = 1
    labels[10, 100] = labels[11, 100:105] = labels[30, 100:174] = 2
    split = make_split(labels, "stripes", window=3, train=0.1, validation=0)
    trained = split.roles == Role.TRAIN
    assert np.flatnonzero(trained[:, 0]).tolist() == [0, 1, 2, 3]
    assert np.flatnonzero(trained[:, 100]).tolist() == [10, 11]
    assert [(share.train, share.test) for share in split.classes] == [(8, 68), (6, 74)]


def test_validation_keeps_out_of_the_reach_of_all_classes_training() -> None:
    # Row 10 of class 2 trains, next to the rows of class 1 that would validate.
    labels = np.zeros((40, 3), int)
    labels[:, 0] = 1
    labels[4:, 2] = 2
    split = make_split(labels, "stripes", window=3, train=0.1, validation=0.1)
    rows = [np.flatnonzero(split.roles[:, 0] == role).tolist() for role in (Role.TRAIN, Role.VALIDATION)]
    # Class 1 trains in rows 0 to 3, class 2 in rows 4 to 7; rows 8 and 9 are in its reach.
    assert rows == [[0, 1, 2, 3], [10, 11, 12, 13]]


def test_what_a_class_lacks_is_noted() -> None:
    labels = np.zeros((60, 30), int)
    labels[:30, :5] = 1
    labels[50, 20:25] = 2
    labels[40:43, 20:25] = 3
    split = make_split(labels, "stripes", window=5, train=0.1, validation=0.1)
    notes = {share.id: share.note for share in split.classes}
    assert notes[1] == ""
    assert notes[2].startswith("untestable: all pixels lie on one line")
    assert "no validation" in notes[2]
    assert "no validation" in notes[3]
    assert "test lost: all 10 pixels" in notes[3]


def test_validation_that_would_cost_a_class_its_test_set_is_left_out() -> None:
    # Row 0 trains, rows 1 and 2 are in its reach; a validation row at 3 would leave no test row.
    split = make_split(np.ones((6, 4), int), "stripes", window=3, train=0.1, validation=0.1)
    assert split.roles[:, 0].tolist() == [1, 4, 4, 3, 3, 3]
    assert split.classes[0].note == "no validation: no line fits between training and test"


def test_with_folds_each_is_the_same_stripe_of_every_class() -> None:
    labels = np.ones((30, 10), int)
    labels[:, 5:] = 2
    tested = []
    for seed in range(3):
        roles = make_split(labels, "stripes", window=3, folds=3, seed=seed, validation=0).roles
        rows = np.flatnonzero((roles == Role.TEST).all(axis=1))
        assert (roles == Role.TEST).sum() == 100
        tested.append((rows[0], rows[-1]))
    assert sorted(tested) == [(0, 9), (10, 19), (20, 29)]
