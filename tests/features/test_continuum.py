"""Upper hulls and spectra over them."""

import numpy as np

from hsclass.features.spectrum import remove_continuum, upper_hull

POSITIONS = np.array([0.0, 1, 2, 3, 4])


def hull_by_all_lines(spectrum: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Return the highest point, at each band, of all straight lines between two points of the spectrum."""
    count = len(positions)
    lines = [
        np.interp(positions, positions[[i, j]], spectrum[[i, j]], left=-np.inf, right=-np.inf)
        for i in range(count)
        for j in range(i + 1, count)
    ]
    return np.max([*lines, spectrum], axis=0)


def test_hull_spans_the_valleys() -> None:
    spectra = np.array([[1.0, 3, 2, 4, 1], [4, 1, 1, 1, 0], [0, 1, 2, 3, 4]])
    expected = [[1, 3, 3.5, 4, 1], [4, 3, 2, 1, 0], [0, 1, 2, 3, 4]]
    np.testing.assert_allclose(upper_hull(spectra, POSITIONS), expected)


def test_hull_of_random_spectra_at_uneven_bands() -> None:
    rng = np.random.default_rng(0)
    positions = np.cumsum(rng.uniform(0.5, 9, 25))
    spectra = rng.uniform(1, 2, (40, 25))
    expected = [hull_by_all_lines(spectrum, positions) for spectrum in spectra]
    np.testing.assert_allclose(upper_hull(spectra, positions), expected)


def test_quotient_is_one_on_the_hull_and_less_in_a_band_of_absorption() -> None:
    found = remove_continuum(np.array([[1.0, 3, 2, 4, 1]]), POSITIONS)
    np.testing.assert_allclose(found, [[1, 1, 2 / 3.5, 1, 1]])


def test_where_the_hull_is_not_positive_the_quotient_is_zero() -> None:
    found = remove_continuum(np.array([[0.0, 0, 0, 0, 0], [-1, -2, 1, 2, 2]]), POSITIONS)
    np.testing.assert_allclose(found, [[0, 0, 0, 0, 0], [0, 0, 1, 1, 1]])


def test_two_bands_at_one_wavelength() -> None:
    assert np.isfinite(upper_hull(np.array([[1.0, 2, 3, 1, 1]]), np.array([0.0, 1, 1, 2, 3]))).all()
