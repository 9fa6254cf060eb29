"""Self-dual attribute profiles of principal components."""

from typing import Any

import numpy as np
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.features.attribute_profile import Thresholds, attribute_profile
from hsclass.features.extractor import Origin
from hsclass.features.pca import PrincipalComponents
from hsclass.features.sdap import SdapOptions, SelfDualProfiles
from hsclass.options import parse_options


def scene(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return a cube of 20 x 18 pixels and 6 bands, and labels of a third of them."""
    rng = np.random.default_rng(seed)
    cube = rng.normal(size=(20, 18, 6)) @ rng.normal(size=(6, 6))
    return cube.astype(np.float32), (rng.random((20, 18)) < 1 / 3).astype(int)


def test_each_component_is_followed_by_its_filterings() -> None:
    cube, labels = scene()
    extractor = SelfDualProfiles(components=2, area=(3.0, 9.0), deviation=(0.4,), inertia=()).fit(cube, labels)
    found = extractor.transform(cube)
    assert found.shape[2] == extractor.count(6, 0) == 2 * (1 + 2 + 1)
    components = PrincipalComponents(components=2, whiten=True).fit(cube, labels).transform(cube)
    limits = Thresholds(np.array([3.0, 9.0]), np.array([0.4]), np.array([]))
    for place, component in ((0, components[..., 0]), (4, components[..., 1])):
        np.testing.assert_allclose(found[..., place : place + 4], attribute_profile(component, limits), atol=1e-6)


def test_automatic_thresholds_come_from_grid_and_training_pixels() -> None:
    cube, labels = scene()
    extractor = SelfDualProfiles(components=3).fit(cube, labels, origin=Origin(pixel_size=250.0))
    np.testing.assert_allclose(extractor.areas_, 4 * np.arange(1, 15))
    training = PrincipalComponents(components=3, whiten=True).fit(cube, labels).transform(cube)[labels > 0]
    expected = np.outer(training.mean(axis=0) - training.min(axis=0), 0.025 * np.arange(1, 12))
    np.testing.assert_allclose(extractor.deviations_, expected, rtol=1e-5)
    assert extractor.inertias_.tolist() == [0.2, 0.3, 0.4, 0.5]
    assert extractor.count(6, 0) == 3 * (1 + 14 + 11 + 4)


def test_pixel_size_of_the_option_goes_before_that_of_the_scene() -> None:
    cube, labels = scene()
    extractor = SelfDualProfiles(components=1, pixel_size=500.0).fit(cube, labels, origin=Origin(pixel_size=250.0))
    np.testing.assert_allclose(extractor.areas_, 2 * np.arange(1, 15))


def test_a_far_pixel_can_change_a_feature() -> None:
    """A gap in the middle of a line makes two lines too small to stay; hence the reach without bound."""
    cube = np.zeros((9, 30, 1), np.float32)
    cube[2, 2:28] = cube[5:7, 4:26] = 5
    labels = np.ones((9, 30), int)
    extractor = SelfDualProfiles(components=1, area=(20.0,), deviation=(), inertia=()).fit(cube, labels)
    cut = cube.copy()
    cut[2, 14] = 0
    assert extractor.transform(cube)[2, 3, 1] != extractor.transform(cut)[2, 3, 1]
    assert extractor.transform(cube)[6, 9, 1] == extractor.transform(cut)[6, 9, 1]
    assert extractor.reach is None


def test_threshold_that_empties_a_profile_is_named() -> None:
    cube, labels = scene()
    extractor = SelfDualProfiles(components=2, area=(5.0, 359.0)).fit(cube, labels)
    with pytest.raises(DataError, match="features sdap: in component 1, the threshold 359 of area empties the profile"):
        extractor.transform(cube)


def test_more_components_than_bands() -> None:
    with pytest.raises(
        UsageError, match="features sdap: option 'components' is 7; expected 6 at the most, for 6 bands"
    ):
        SelfDualProfiles(components=7).fit(*scene())


def test_too_few_training_pixels() -> None:
    cube, labels = scene()
    labels[:] = 0
    labels[0, :6] = 1
    with pytest.raises(DataError, match="features sdap: 6 components need at least 7 training pixels, found 6; lower"):
        SelfDualProfiles(components=6).fit(cube, labels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"area": [], "deviation": [], "inertia": []}, "are all empty, so there is no profile; give thresholds"),
        ({"area": [9.0, 4.0]}, "thresholds must ascend"),
        ({"inertia": [0.2, 0.2]}, "thresholds must ascend"),
        ({"area": [0]}, r"option 'area\.0"),
        ({"pixel_size": 0}, "option 'pixel_size' is 0"),
        ({"rule": "max"}, "option 'rule' is 'max'"),
    ],
)
def test_impossible_option(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_options(SdapOptions, options, "features sdap")
