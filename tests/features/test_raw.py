"""The raw bands."""

import numpy as np
import pytest

from hsclass.errors import UsageError
from hsclass.features import feature_class
from hsclass.features.raw import Raw
from hsclass.options import parse_options


def test_bands_pass_unchanged() -> None:
    cube = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)
    before = cube.copy()
    features = Raw().fit(cube, np.ones((4, 5), np.uint8)).transform(cube)
    assert features.dtype == np.float32
    np.testing.assert_array_equal(features, before)


def test_there_are_as_many_features_as_bands_whatever_the_classes() -> None:
    assert Raw().count(220, 16) == 220


def test_a_pixel_depends_on_itself_alone() -> None:
    cube = np.zeros((3, 3, 2), np.float32)
    cube[1, 1] = 5
    assert Raw().reach == 0
    assert np.count_nonzero(Raw().fit(cube).transform(cube).any(axis=2)) == 1


def test_nothing_is_learned() -> None:
    assert not [name for name in vars(Raw().fit(np.zeros((2, 2, 1)), np.ones((2, 2)))) if name.endswith("_")]


def test_it_takes_no_options() -> None:
    with pytest.raises(UsageError, match=r"unknown option 'bands'; expected one of no options at all"):
        parse_options(Raw.Options, {"bands": 3}, "features raw")


def test_name_leads_to_the_class_and_a_wrong_one_to_the_valid_ones() -> None:
    assert feature_class("raw") is Raw
    with pytest.raises(UsageError, match=r"unknown feature extractor 'rwa': expected one of .*did you mean 'raw'"):
        feature_class("rwa")
