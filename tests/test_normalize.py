"""Normalisation: what each kind computes, and from which pixels."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from hsclass.errors import DataError
from hsclass.normalize import Normalizer, normalize_scene
from hsclass.scene import Scene

PIXELS = np.array([[1, 10], [3, 10], [5, 40]], np.int16)


@pytest.fixture
def spectra() -> np.ndarray:
    return np.random.default_rng(3).normal(5000, 900, (50, 6)).astype(np.float32)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("standard", [[-1.224745, -0.707107], [0, -0.707107], [1.224745, 1.414214]]),
        ("minmax", [[0, 0], [0.5, 0], [1, 1]]),
        ("none", [[1, 10], [3, 10], [5, 40]]),
        # mean 11.5, variance (10.5² + 1.5² + 8.5² + 1.5² + 6.5² + 28.5²) / 6 = 173.58333
        ("scalar", [[-0.796958, -0.113851], [-0.645156, -0.113851], [-0.493355, 2.163171]]),
    ],
)
def test_values_worked_out_by_hand(kind: str, expected: list[list[float]]) -> None:
    np.testing.assert_allclose(Normalizer(kind).fit_transform(PIXELS), expected, atol=1e-6)


@pytest.mark.parametrize(("kind", "reference"), [("standard", StandardScaler()), ("minmax", MinMaxScaler())])
def test_agrees_with_scikit_learn(kind: str, reference: object, spectra: np.ndarray) -> None:
    expected = reference.fit_transform(spectra.astype(np.float64))
    np.testing.assert_allclose(Normalizer(kind).fit_transform(spectra), expected, atol=1e-5)


def test_scalar_keeps_the_shape_of_the_spectrum(spectra: np.ndarray) -> None:
    normalized = Normalizer("scalar").fit_transform(spectra)
    assert normalized.mean() == pytest.approx(0, abs=1e-5)
    assert normalized.std() == pytest.approx(1, abs=1e-5)
    raw, new = np.diff(spectra[0]), np.diff(normalized[0])
    np.testing.assert_allclose(new / raw, np.full(5, 1 / spectra.std()), rtol=1e-3)


@pytest.mark.parametrize("kind", ["standard", "minmax"])
@pytest.mark.parametrize("value", [0.0, 0.1, -7.3, 65535.0])
def test_constant_band_becomes_zero_and_does_not_blow_up_elsewhere(kind: str, value: float) -> None:
    pixels = np.column_stack([np.full(1001, value), np.linspace(0, 1, 1001)])
    fitted = Normalizer(kind).fit(pixels)
    assert fitted.scale_[0] == 1
    assert not fitted.transform(pixels)[:, 0].any()
    assert fitted.transform(np.array([[value + 1, 0.0]]))[0, 0] == pytest.approx(1, abs=1e-2)


def test_faint_band_is_not_taken_for_constant() -> None:
    pixels = np.column_stack([np.linspace(1, 1.001, 11), np.linspace(-1e-9, 1e-9, 11)])
    np.testing.assert_allclose(Normalizer("standard").fit_transform(pixels).std(axis=0), 1, rtol=1e-3)


def test_transform_uses_the_fitted_pixels_only() -> None:
    fitted = Normalizer("minmax").fit(PIXELS)
    np.testing.assert_allclose(fitted.transform(np.array([[9, 70], [-3, 10]])), [[2, 2], [-1, 0]])
    assert fitted.n_pixels_ == 3


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.float32, np.float64])
def test_cube_keeps_its_shape_becomes_float32_and_stays_unchanged_itself(dtype: type) -> None:
    cube = np.arange(24).reshape(3, 4, 2).astype(dtype)
    before = cube.copy()
    normalized = Normalizer("standard").fit(cube.reshape(-1, 2)).transform(cube)
    assert normalized.shape == (3, 4, 2)
    assert normalized.dtype == np.float32
    np.testing.assert_array_equal(cube, before)
    np.testing.assert_allclose(normalized[..., 0], (before[..., 0] - 11.0) / before[..., 0].std(), atol=1e-6)


def test_unsigned_values_below_the_offset_do_not_wrap() -> None:
    assert Normalizer("standard").fit(np.array([[10], [30]], np.uint16)).transform(np.array([[0]], np.uint16)) == -2


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_value_that_is_not_finite_is_refused_and_its_band_named(value: float) -> None:
    with pytest.raises(DataError, match="band 1: holds values that are not finite"):
        Normalizer().fit(np.array([[1.0, 2.0], [3.0, value]]))


@pytest.mark.parametrize("fill", [-9999.0, np.nan])
def test_pixels_without_data_do_not_reach_their_neighbours(toy_scene: Scene, fill: float) -> None:
    cube, mask = toy_scene.cube.copy(), np.ones((24, 24), bool)
    cube[5, 6], mask[5, 6] = fill, False
    normalizer = Normalizer().fit(toy_scene.cube.reshape(-1, 24))
    whole = normalizer.transform(toy_scene.cube)
    normalized = normalize_scene(normalizer, replace(toy_scene, cube=cube, mask=mask))
    assert not normalized[5, 6].any()
    np.testing.assert_array_equal(normalized[mask], whole[mask])
