"""The test pixels of a split and the fields they lie in."""

from collections.abc import Callable

import numpy as np

from hsclass.assess.sample import take_samples
from hsclass.assess.units import least_side, sites_of
from hsclass.split import Split


def test_fields_are_connected_pixels_of_one_class(make_split: Callable[..., Split]) -> None:
    """Corners connect, other classes and unlabelled pixels part, and pixels that are not test connect, too."""
    labels = np.array([[1, 1, 2, 1, 1], [0, 0, 1, 0, 0], [2, 0, 0, 0, 1]])
    roles = [[3, 3, 3, 3, 3], [0, 0, 1, 0, 0], [3, 0, 0, 0, 3]]
    split = make_split(roles)
    sample = take_samples(labels, labels, split)
    sites = sites_of(sample, labels, split)
    assert sites.pixels.tolist() == [[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [2, 0], [2, 4]]
    fields = sites.fields
    assert len(set(fields[[0, 1, 3, 4]])) == 1
    assert len(set(fields)) == 4
    assert (sample.right == [True] * 7).all()


def test_least_block_is_three_windows_wide(make_split: Callable[..., Split]) -> None:
    assert least_side(make_split([[3]], window=9)) == 27
    assert least_side(make_split([[3]])) == 3
