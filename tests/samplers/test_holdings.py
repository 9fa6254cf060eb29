"""The cost of taking pixels out of the test set."""

import numpy as np
import pytest

from hsclass.samplers.holdings import Holdings
from hsclass.split import Role

LABELS = np.array([[1, 1, 1, 1, 2, 2, 0, 2, 2, 2]])


def test_loss_is_the_log_of_what_each_class_keeps() -> None:
    holdings = Holdings(LABELS, reach=2)
    # Taking column 3 touches columns 1 to 5: class 1 keeps 1 of 4, class 2 keeps 3 of 5.
    assert holdings.loss(np.array([[0, 3]])) == pytest.approx(np.log(4 / 1) + np.log(5 / 3))


def test_what_is_lost_already_costs_nothing_again() -> None:
    holdings = Holdings(LABELS, reach=2)
    holdings.take(np.array([[0, 3]]), Role.TRAIN)
    assert holdings.loss(np.array([[0, 3]])) == 0
    # Column 5 touches 3 to 7; of these only 7 is still open: class 2 goes from 3 open pixels to 2.
    assert holdings.loss(np.array([[0, 5]])) == pytest.approx(np.log(3 / 2))
    assert holdings.roles.tolist() == [[3, 3, 3, 1, 3, 3, 0, 3, 3, 3]]


def test_taking_the_last_test_pixel_of_a_class_costs_infinity() -> None:
    holdings = Holdings(LABELS, reach=3)
    assert holdings.loss(np.array([[0, 3]])) == np.inf
    assert not holdings.keeps_test(1, np.array([[0, 3]]))
    assert holdings.keeps_test(2, np.array([[0, 3]]))


def test_reach_is_square() -> None:
    holdings = Holdings(np.ones((5, 5), int), reach=1)
    assert holdings.loss(np.array([[0, 0]])) == pytest.approx(np.log(25 / 21))
    assert holdings.loss(np.array([[2, 2]])) == pytest.approx(np.log(25 / 16))


def test_toll_counts_the_classes_that_end_apart_from_the_others_loss() -> None:
    holdings = Holdings(LABELS, reach=2)
    assert holdings.cost(np.array([[0, 3]])) == (0, pytest.approx(np.log(4 / 1) + np.log(5 / 3)))
    # Columns 0 to 5: class 1 ends, class 2 keeps 3 of 5.
    assert holdings.cost(np.array([[0, 1], [0, 3]])) == (1, pytest.approx(np.log(5 / 3)))
    holdings.take(np.array([[0, 1], [0, 3]]), Role.TRAIN)
    assert holdings.cost(np.array([[0, 1]])) == (0, 0)
