"""Linear maps of spectra."""

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.features import linear


def test_projection_is_of_the_centred_spectra(monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks of two rows, the last one short."""
    monkeypatch.setattr(linear, "_BLOCK", 2 * 3 * 2)
    cube = np.arange(30, dtype=np.float32).reshape(5, 3, 2)
    found = linear.project(cube, np.array([1.0, 2.0]), np.array([[1.0, 0.0], [1.0, -1.0], [0.5, 2.0]]))
    assert found.dtype == np.float32
    expected = np.stack([cube[..., 0] - 1, cube[..., 0] - cube[..., 1] + 1, cube[..., 0] / 2 + 2 * cube[..., 1] - 4.5])
    np.testing.assert_allclose(found, np.moveaxis(expected, 0, 2), rtol=1e-6)


def test_small_differences_of_large_values_survive() -> None:
    cube = np.array([[[5000.0, 5000.0], [5000.0, 5000.25]]], np.float32)
    found = linear.project(cube, np.array([5000.0, 5000.0]), np.array([[1e3, 1e3]]))
    assert found.ravel().tolist() == [0, 250]


def test_training_pixels_are_the_labelled_ones() -> None:
    cube = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    spectra, targets = linear.training_pixels(cube, np.array([[0, 7], [3, 0]]))
    assert spectra.dtype == np.float64
    assert (spectra.tolist(), targets.tolist()) == ([[2, 3], [4, 5]], [7, 3])


def test_constant_bands_are_found_to_the_precision_of_the_cube() -> None:
    spectra = np.array([[1e4, 3.0, 0.0, 5.0], [1e4 + 1e-4, 3.1, 0.0, 5.0]])
    assert linear.varying_bands(spectra, "pca").tolist() == [1]
    with pytest.raises(DataError, match="features pca: all 2 training pixels have the same spectrum"):
        linear.varying_bands(spectra[:, ::2], "pca")
