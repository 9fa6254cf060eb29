"""Automatic thresholds."""

import numpy as np
import pytest

from hsclass.features.sdap import area_thresholds, deviation_thresholds


def test_areas_go_by_the_size_of_a_pixel() -> None:
    """1000 / 4 m = 250, fourteen times."""
    np.testing.assert_allclose(area_thresholds((500, 500), 4.0), 250 * np.arange(1, 15))


def test_areas_stay_below_a_quarter_of_a_small_scene() -> None:
    """A quarter of 28 * 20 pixels is 140."""
    np.testing.assert_allclose(area_thresholds((28, 20), 4.0), 10 * np.arange(1, 15))


def test_unknown_size_of_a_pixel_is_told(caplog: pytest.LogCaptureFixture) -> None:
    np.testing.assert_allclose(area_thresholds((500, 500), None), 50 * np.arange(1, 15))
    assert "size of a pixel is not known" in caplog.text


def test_deviations_are_hundredths_of_the_mean_above_the_least_value() -> None:
    """Of -1, 0 and 4, the mean is 1, which is 2 above the least: 0.05 to 0.55."""
    np.testing.assert_allclose(deviation_thresholds(np.array([-1.0, 0.0, 4.0])), 0.05 * np.arange(1, 12))
