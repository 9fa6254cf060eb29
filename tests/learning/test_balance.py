"""Rare classes count as much as frequent ones, by weight or by how often they come up."""

import numpy as np

from hsclass.learning.balance import balanced_order, class_weights

# class 0: 6 examples, class 2: 3, class 3: 1; class 1 has none
CLASSES = np.array([0, 0, 2, 0, 3, 0, 2, 0, 2, 0])


def test_weights_by_hand() -> None:
    weights = class_weights(CLASSES)
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights[[0, 2, 4]], [10 / (3 * 6), 10 / (3 * 3), 10 / 3], rtol=1e-6)
    assert weights.mean() == np.float32(1)


def test_all_classes_weigh_alike() -> None:
    weights = class_weights(CLASSES)
    np.testing.assert_allclose([weights[target == CLASSES].sum() for target in (0, 2, 3)], 10 / 3, rtol=1e-6)


def test_weights_of_no_examples_are_none() -> None:
    assert class_weights(np.zeros(0, int)).tolist() == []


def test_every_run_of_as_many_examples_as_classes_holds_each_class_once() -> None:
    order = balanced_order(CLASSES, np.random.default_rng(1))
    assert len(order) == 12  # four of each of the three classes, as 10 examples do not divide by 3
    for run in CLASSES[order].reshape(-1, 3):
        assert sorted(run) == [0, 2, 3]


def test_examples_of_a_rare_class_come_up_again_in_turn_and_those_of_a_frequent_one_at_most_once() -> None:
    counts = np.bincount(balanced_order(CLASSES, np.random.default_rng(2)), minlength=10)
    assert sorted(counts[CLASSES == 2]) == [1, 1, 2]
    assert counts[4] == 4
    assert sorted(counts[CLASSES == 0]) == [0, 0, 1, 1, 1, 1]


def test_classes_do_not_come_up_in_one_order() -> None:
    runs = {
        tuple(run)
        for run in CLASSES[balanced_order(np.tile(CLASSES, 20), np.random.default_rng(3)) % 10].reshape(-1, 3)
    }
    assert len(runs) == 6
