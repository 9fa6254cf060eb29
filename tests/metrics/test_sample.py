"""The test pixels of a map, ground truth and split."""

import numpy as np

from hsclass.metrics.sample import take_sample
from hsclass.split import Split


def test_classes_that_a_split_gives_itself_replace_those_of_the_ground_truth() -> None:
    # The split tests on an unlabelled pixel as class 2, and on one of class 1 as class 3.
    labels, predicted = np.array([[1, 0, 1, 2, 2]]), np.array([[1, 2, 1, 2, 1]])
    roles = np.array([[3, 3, 3, 3, 1]], np.uint8)
    given = np.array([[0, 2, 3, 0, 0]], np.uint16)
    sample = take_sample(predicted, labels, Split(roles, 1, "fixed", 0, {}, False, given=given))
    assert sample.reference.tolist() == [1, 2, 3, 2]
    assert sample.right.tolist() == [True, True, False, True]
