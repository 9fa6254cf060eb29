"""Attribute filters on the tree of shapes, on images small enough to filter by eye."""

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.features.attribute_profile import Rule, Thresholds, attribute_profile


def filtered(image: np.ndarray, *, rule: Rule = "direct", given: tuple[str, ...] = (), **limits: float) -> np.ndarray:
    """Return the image filtered by one attribute at one threshold."""
    every = {name: np.array([limits[name]] if name in limits else []) for name in ("area", "deviation", "inertia")}
    return attribute_profile(image, Thresholds(**every), rule=rule, given=given)[..., 1]


@pytest.fixture
def square() -> np.ndarray:
    """A square of 5 x 5 at level 2 with a hole of one pixel at level 1, on a ground of 0; and a dark spot of 2."""
    image = np.zeros((12, 9))
    image[2:7, 2:7] = 2
    image[4, 4] = 1
    image[9, 3:5] = -3
    return image


def test_first_image_of_a_profile_is_the_component_itself(square: np.ndarray) -> None:
    limits = Thresholds(np.array([2.0, 30.0]), np.array([0.1]), np.array([0.2, 0.3]))
    profile = attribute_profile(square, limits)
    assert profile.shape == (12, 9, 6)
    assert profile.dtype == np.float32
    np.testing.assert_array_equal(profile[..., 0], square)


def test_area_filter_fills_holes_and_removes_bright_and_dark_objects_alike(square: np.ndarray) -> None:
    """The hole has 1 pixel, the spot 2, the square 25, its hole included."""
    without_hole = square.copy()
    without_hole[4, 4] = 2
    np.testing.assert_array_equal(filtered(square, area=1), square)
    np.testing.assert_array_equal(filtered(square, area=2), without_hole)
    without_spot = np.maximum(without_hole, 0)
    np.testing.assert_array_equal(filtered(square, area=3), without_spot)
    np.testing.assert_array_equal(filtered(square, area=25), without_spot)
    assert not filtered(square, area=26).any()


def test_deviation_is_that_of_the_pixels_of_an_object(square: np.ndarray) -> None:
    """In the square, 24 pixels are 2 and one is 1: the variance is 24 / 25². In the spot it is 0."""
    deviation = np.sqrt(24) / 25
    assert filtered(square, deviation=deviation - 1e-6)[3, 3] == 2
    assert filtered(square, deviation=deviation - 1e-6)[9, 3] == 0
    assert filtered(square, deviation=deviation + 1e-6)[3, 3] == 0


def test_inertia_tells_long_from_round() -> None:
    """A row of 4: (4² - 1) / (12 * 4) = 0.3125. A square of 4 x 4: 2 * 15 / (12 * 16) = 0.15625."""
    image = np.zeros((10, 10))
    image[1, 1:5] = 5
    image[4:8, 4:8] = -7
    kept = filtered(image, inertia=0.31)
    assert kept[1, 1:5].tolist() == [5] * 4
    assert not kept[4:8, 4:8].any()
    assert filtered(image, inertia=0.156)[5, 5] == -7
    assert not filtered(image, inertia=0.313).any()


@pytest.mark.parametrize(("rule", "level"), [("direct", 5), ("subtractive", 3)])
def test_rules_differ_for_an_object_that_stays_within_one_that_goes(rule: Rule, level: float) -> None:
    """A row of 4 at level 5 stands in a square of 6 x 6 at level 2, on 0: 2 of its 5 are the square's contrast."""
    image = np.zeros((10, 10))
    image[2:8, 2:8] = 2
    image[4, 3:7] = 5
    kept = filtered(image, rule=rule, inertia=0.3)
    assert kept[4, 3:7].tolist() == [level] * 4
    assert kept.sum() == 4 * level


@pytest.mark.parametrize("rule", ["direct", "subtractive"])
def test_profile_of_the_negative_is_the_negative_profile(rule: Rule) -> None:
    image = np.random.default_rng(0).normal(size=(20, 17)).round(1)
    limits = Thresholds(np.array([4.0, 20.0]), np.array([0.3, 0.6]), np.array([0.2, 0.4]))
    one, two = (attribute_profile(sign * image, limits, rule=rule) for sign in (1, -1))
    np.testing.assert_array_equal(one, -two)


def test_around_the_scene_lies_the_mean_of_its_border() -> None:
    """An object that touches the border can be removed like any other; here the border has 5 of 12 pixels at 6."""
    image = np.zeros((4, 4))
    image[0] = image[1, 0] = 6
    assert (filtered(image, area=12) == 2.5).all()


@pytest.mark.parametrize(("name", "limit"), [("area", 26), ("deviation", 0.9), ("inertia", 0.6)])
def test_threshold_that_somebody_chose_must_leave_an_object(square: np.ndarray, name: str, limit: float) -> None:
    assert not filtered(square, **{name: limit}).any()
    with pytest.raises(DataError, match=f"the threshold {limit} of {name} empties the profile, for the greatest"):
        filtered(square, given=(name,), **{name: limit})


def test_image_without_objects_stays_as_it_is() -> None:
    assert (filtered(np.full((4, 5), 3.0), given=("area",), area=100) == 3).all()
