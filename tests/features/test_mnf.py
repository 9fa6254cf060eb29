"""Minimum noise fraction."""

from collections.abc import Callable

import numpy as np
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.features.mnf import MinimumNoiseFraction, neighbour_differences, noise_covariance


def noisy(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return a cube of a smooth signal in bands 2 and 3 and much noise in band 1, and labels of every pixel."""
    rng = np.random.default_rng(seed)
    rows, cols = np.indices((30, 30)) / 30
    clean = np.stack([0 * rows, rows, np.sin(5 * cols)], axis=2)
    return (clean + rng.normal(size=clean.shape) * [9, 0.1, 0.2]).astype(np.float32), np.ones((30, 30), int)


def test_neighbours_touch_and_are_of_one_class() -> None:
    """One pair side by side, two one above the other, one by the corners; pixels 6 and 8 have no neighbour."""
    labels = np.array([[1, 1, 2], [0, 1, 2], [3, 0, 3]])
    cube = np.arange(9, dtype=np.float32).reshape(3, 3, 1) ** 2
    pairs = [(0, 1), (1, 4), (2, 5), (0, 4)]
    expected = sorted(float(two**2 - one**2) for one, two in pairs)
    assert sorted(neighbour_differences(cube, labels).ravel().tolist()) == expected


def test_differences_to_the_lower_left_count_too() -> None:
    labels = np.array([[0, 4], [4, 0]])
    assert neighbour_differences(np.array([[[1.0], [2.0]], [[5.0], [9.0]]]), labels).tolist() == [[3.0]]


def test_noise_is_half_the_mean_square_of_the_differences() -> None:
    differences = np.array([[2.0, 0.0], [0.0, 4.0], [-2.0, 0.0], [2.0, 4.0]])
    np.testing.assert_allclose(noise_covariance(differences, 0.0), [[1.5, 1.0], [1.0, 4.0]])
    np.testing.assert_allclose(noise_covariance(differences, 1.0), [[1.5, 0.0], [0.0, 4.0]])
    np.testing.assert_allclose(noise_covariance(differences, 0.25), [[1.5, 0.75], [0.75, 4.0]])


def test_signal_comes_first_however_great_the_noise_of_another_band() -> None:
    cube, labels = noisy()
    extractor = MinimumNoiseFraction(components=3).fit(cube, labels)
    weights = np.abs(extractor.components_) * [9, 0.1, 0.2]
    assert weights.argmax(axis=1).tolist() == [2, 1, 0]
    assert extractor.n_pairs_ == 2 * 30 * 29 + 2 * 29 * 29
    assert (np.diff(extractor.ratio_) < 0).all()
    assert extractor.ratio_[2] == pytest.approx(1, abs=0.1)


def test_noise_of_the_components_is_one_and_uncorrelated() -> None:
    cube, labels = noisy()
    components = MinimumNoiseFraction(components=3, shrinkage=0.0).fit(cube, labels).transform(cube)
    differences = neighbour_differences(components, labels)
    np.testing.assert_allclose(differences.T @ differences / 2 / len(differences), np.eye(3), atol=1e-5)


def test_ratio_is_the_variance_of_the_components() -> None:
    cube, labels = noisy()
    extractor = MinimumNoiseFraction(components=2).fit(cube, labels)
    found = extractor.transform(cube).reshape(-1, 2)
    np.testing.assert_allclose(found.var(axis=0, ddof=1), extractor.ratio_, rtol=1e-5)
    np.testing.assert_allclose(found.mean(axis=0), [0, 0], atol=1e-5)


def test_constant_band_weighs_nothing_and_lowers_the_default() -> None:
    cube, labels = noisy()
    cube[..., 1] = 5
    extractor = MinimumNoiseFraction().fit(cube, labels)
    assert extractor.components_.shape == (2, 3)
    assert not extractor.components_[:, 1].any()
    with pytest.raises(UsageError, match="features mnf: option 'components' is 3; expected 2 at the most"):
        MinimumNoiseFraction(components=3).fit(cube, labels)


def test_scattered_training_pixels_have_too_few_neighbours() -> None:
    cube, labels = noisy()
    rows, cols = np.indices(labels.shape)
    alone = np.where((rows % 2 == 0) & (cols % 2 == 0), labels, 0)
    with pytest.raises(DataError, match="2 components need more than 2 pairs of neighbours among them, found 0; lower"):
        MinimumNoiseFraction(components=2).fit(cube, alone)


def test_too_few_training_pixels() -> None:
    cube, labels = noisy()
    labels[:, 1:] = labels[2:] = 0
    with pytest.raises(DataError, match="features mnf: 3 components need more than 3 training pixels, found 2"):
        MinimumNoiseFraction(components=3).fit(cube, labels)


def test_band_whose_noise_is_unknown() -> None:
    cube, labels = noisy()
    labels[15:] = 2
    cube[:15, :, 1], cube[15:, :, 1] = 1, 2
    with pytest.raises(DataError, match=r"1 bands, the first band 2 .*so their noise is unknown; leave them out"):
        MinimumNoiseFraction(components=2).fit(cube, labels)


def test_singular_noise(classes_cube: Callable[..., tuple[np.ndarray, np.ndarray]]) -> None:
    cube, labels = classes_cube(2, bands=40, side=4)
    labels = np.where(np.arange(8) % 4 < 2, labels, 0)
    with pytest.raises(DataError, match=r"noise covariance of 40 bands is singular .*'shrinkage' to auto"):
        MinimumNoiseFraction(components=5, shrinkage=0.0).fit(cube, labels)
    assert np.isfinite(MinimumNoiseFraction(components=5).fit(cube, labels).transform(cube)).all()
