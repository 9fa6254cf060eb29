"""Discriminants of the profiles of discriminants."""

from collections.abc import Callable

import numpy as np
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.features.attribute_profile import Thresholds, attribute_profile
from hsclass.features.dafe import Discriminants
from hsclass.features.dafe_sdap_dafe import DiscriminantProfiles
from hsclass.features.sdap import deviation_thresholds

Maker = Callable[..., tuple[np.ndarray, np.ndarray]]


def known(cube: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cube, and the labels of every second column."""
    return cube, np.where(np.arange(labels.shape[1]) % 2, labels, 0)


def test_chain_is_its_steps_one_after_another(classes_cube: Maker) -> None:
    cube, labels = known(*classes_cube(4))
    found = DiscriminantProfiles(profiled=2, area=(5.0, 9.0), inertia=()).fit(cube, labels).transform(cube)
    components = Discriminants(components=2).fit(cube, labels).transform(cube)
    components /= components[labels > 0].std(axis=0)
    limits = [
        Thresholds(np.array([5.0, 9.0]), deviation_thresholds(component[labels > 0]), np.array([]))
        for component in np.moveaxis(components, 2, 0)
    ]
    profiles = [attribute_profile(components[..., number], limit) for number, limit in enumerate(limits)]
    stacked = np.concatenate(profiles, axis=2)
    assert stacked.shape[2] == 2 * (1 + 2 + 11)
    np.testing.assert_allclose(found, Discriminants().fit(stacked, labels).transform(stacked), rtol=1e-3, atol=1e-3)


def test_first_step_and_thresholds_depend_on_the_training_pixels_alone(classes_cube: Maker) -> None:
    """The second step sees the objects that the training pixels lie in, and so all spectra, as it declares."""
    cube, labels = known(*classes_cube(3))
    other = cube.copy()
    other[labels == 0] += 5
    one, two = (DiscriminantProfiles().fit(data, labels) for data in (cube, other))
    for name in ("first_mean_", "first_", "areas_", "deviations_", "inertias_"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert np.abs(one.second_mean_ - two.second_mean_).max() > 0.1
    assert one.fit_reach is None


def test_as_many_components_as_asked_for_or_fourteen_or_classes_less_one() -> None:
    assert DiscriminantProfiles().count(200, 16) == 14
    assert DiscriminantProfiles().count(200, 5) == 4
    assert DiscriminantProfiles(profiled=3, components=2).count(200, 5) == 2
    assert DiscriminantProfiles().count(200, 0) is None
    assert DiscriminantProfiles(components=6).count(200, 0) == 6


@pytest.mark.parametrize("option", ["profiled", "components"])
def test_more_components_than_classes_less_one(classes_cube: Maker, option: str) -> None:
    extractor = DiscriminantProfiles(**{option: 3})
    message = f"features dafe_sdap_dafe: option '{option}' is 3; expected 2 at the most, for 3 training classes"
    with pytest.raises(UsageError, match=message):
        extractor.count(5, 3)
    with pytest.raises(UsageError, match=message):
        extractor.fit(*classes_cube(3))


def test_one_class(classes_cube: Maker) -> None:
    with pytest.raises(DataError, match="features dafe_sdap_dafe: the training pixels hold one class only"):
        DiscriminantProfiles().fit(*classes_cube(1))


def test_threshold_that_empties_a_profile_is_named(classes_cube: Maker) -> None:
    with pytest.raises(DataError, match=r"features dafe_sdap_dafe: in component 1, the threshold 1e\+04 of area"):
        DiscriminantProfiles(area=(1e4,)).fit(*classes_cube(3))
