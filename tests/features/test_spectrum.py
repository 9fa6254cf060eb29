"""Spectra without their brightness, and their shapes."""

from typing import Any

import numpy as np
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.features.extractor import Origin
from hsclass.features.spectrum import Spectrum, SpectrumOptions
from hsclass.options import parse_options

CENTRES = 400 + 10.0 * np.arange(20)
LABELS = np.ones((6, 5), int)


def measured(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(100, 900, (6, 5, 20))


def fitted(cube: np.ndarray, centres: np.ndarray | None = CENTRES, **options: Any) -> Spectrum:
    return Spectrum(**options).fit(cube, LABELS, origin=Origin(centres))


def standardised(values: np.ndarray) -> np.ndarray:
    return (values - values.mean(axis=(0, 1))) / values.std(axis=(0, 1))


@pytest.mark.parametrize("options", [{}, {"scale": "area"}, {"scale": "snv"}, {"scale": "none", "continuum": True}])
def test_a_brighter_pixel_is_the_same(options: dict[str, Any]) -> None:
    cube = measured()
    extractor = fitted(cube, **options)
    np.testing.assert_allclose(extractor.transform(3 * cube), extractor.transform(cube), atol=1e-4)
    assert np.abs(extractor.transform(cube[::-1]) - extractor.transform(cube)).max() > 1


def test_standardised_spectrum_does_not_see_an_offset_either() -> None:
    cube = measured()
    extractor = fitted(cube, scale="snv")
    np.testing.assert_allclose(extractor.transform(2 * cube + 50), extractor.transform(cube), atol=1e-4)


@pytest.mark.parametrize(
    ("scale", "length"),
    [
        ("none", lambda cube: 1),
        ("norm", lambda cube: np.sqrt((cube**2).sum(axis=2, keepdims=True))),
        ("area", lambda cube: cube.mean(axis=2, keepdims=True)),
    ],
)
def test_features_are_the_scaled_bands_standardised(scale: str, length: Any) -> None:
    cube = measured()
    np.testing.assert_allclose(fitted(cube, scale=scale).transform(cube), standardised(cube / length(cube)), atol=1e-4)


def test_normalisation_is_undone_first() -> None:
    cube = measured()
    offset, scale = np.linspace(300, 700, 20), np.linspace(50, 250, 20)
    normalised = ((cube - offset) / scale).astype(np.float32)
    found = Spectrum().fit(normalised, LABELS, origin=Origin(CENTRES, offset, scale)).transform(normalised)
    np.testing.assert_allclose(found, fitted(cube).transform(cube), atol=1e-3)


def test_mean_and_deviation_are_those_of_the_training_pixels() -> None:
    cube = measured()
    labels = np.where(np.indices((6, 5))[0] < 3, 2, 0)
    found = Spectrum().fit(cube, labels).transform(cube)[:3].reshape(-1, 20)
    np.testing.assert_allclose(found.mean(axis=0), np.zeros(20), atol=1e-5)
    np.testing.assert_allclose(found.std(axis=0), np.ones(20), rtol=1e-5)


def test_first_derivative_of_a_parabola_is_its_slope() -> None:
    """At band b it is 2 a b, in a run of evenly spaced bands, its ends included."""
    curvature = np.arange(1.0, 31).reshape(6, 5, 1)
    bands = np.arange(20.0)
    cube = curvature * bands**2
    extractor = fitted(cube, scale="none", derivative=1)
    found = extractor.transform(cube) * extractor.deviation_ + extractor.mean_
    np.testing.assert_allclose(found, 2 * curvature * bands, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("second", [600.0, 455.0])
def test_derivative_does_not_cross_a_gap_or_a_step_back(second: float) -> None:
    """A jump between the two runs of ten bands would else stand out."""
    centres = np.concatenate([CENTRES[:10], second + 10 * np.arange(10)])
    bands = np.arange(20.0)
    cube = np.where(bands < 10, bands, 1000 + 3 * bands) * np.arange(1, 31).reshape(6, 5, 1)
    extractor = fitted(cube, centres, scale="none", derivative=1)
    assert extractor.starts_.tolist() == [0, 10]
    slopes = extractor.transform(cube) * extractor.deviation_ + extractor.mean_
    np.testing.assert_allclose(slopes[0, 0], [1] * 10 + [3] * 10, rtol=1e-4)


def test_run_too_short_for_a_derivative_gives_zero() -> None:
    centres = np.concatenate([CENTRES[:19], [2000]])
    cube = measured()
    found = fitted(cube, centres, derivative=1).transform(cube)
    assert not found[..., 19].any()
    assert found[..., :19].any(axis=(0, 1)).all()


def test_continuum_goes_by_wavelength_not_by_the_order_of_the_bands() -> None:
    cube = measured()
    shuffled = np.random.default_rng(1).permutation(20)
    inorder = fitted(cube, scale="none", continuum=True).transform(cube)
    found = fitted(cube[..., shuffled], CENTRES[shuffled], scale="none", continuum=True).transform(cube[..., shuffled])
    np.testing.assert_allclose(found, inorder[..., shuffled], atol=1e-4)


def test_without_wavelengths_the_numbers_of_the_bands_count() -> None:
    cube = measured()
    options = {"continuum": True, "derivative": 1}
    np.testing.assert_allclose(fitted(cube, None, **options).transform(cube), fitted(cube, **options).transform(cube))


@pytest.mark.parametrize("scale", ["norm", "area", "snv"])
def test_pixel_of_zeros_has_finite_features(scale: str) -> None:
    cube = measured()
    cube[2, 2] = 0
    assert np.isfinite(fitted(cube, scale=scale, continuum=True).transform(cube)).all()


def test_derivative_needs_neighbouring_bands() -> None:
    with pytest.raises(DataError, match=r"a derivative needs more than 1 neighbouring bands, .* has 1 bands"):
        Spectrum(derivative=1).fit(np.ones((6, 5, 1)), LABELS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 6}, "'window' 6 must be odd; take 5 or 7"),
        ({"derivative": 2, "degree": 1}, "'degree' 1 must be at least 'derivative' 2 and less than 'window' 7"),
        ({"derivative": 1, "window": 3, "degree": 3}, "'degree' 3 must be .* less than 'window' 3"),
        ({"derivative": 3}, "option 'derivative' is 3"),
        ({"scale": "max"}, "option 'scale' is 'max'"),
    ],
)
def test_impossible_option(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_options(SpectrumOptions, options, "features spectrum")
